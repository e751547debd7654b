package dependability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
)

const callers = 16

// load is callers that send without a pause, each time with the current token.
type load struct {
	token   atomic.Pointer[string]
	stopped atomic.Bool
	group   sync.WaitGroup
	done    [callers]atomic.Int64 // sends, by caller

	mu       sync.Mutex
	ids      map[string]bool
	failures []string
}

// startLoad starts the callers. send makes one request and returns its id and the answer.
func startLoad(send func(ctx context.Context, event []byte) (string, []byte, error)) *load {
	l := &load{ids: map[string]bool{}}
	l.token.Store(new(goodToken))
	for n := range callers {
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		l.group.Go(func() {
			for !l.stopped.Load() {
				event := signIn(*l.token.Load(), mainlandNumber(rng), "123456")
				id, payload, err := send(context.Background(), event)
				var a answer
				if err == nil {
					a, err = parseAnswer(payload, id)
				}
				l.mu.Lock()
				l.ids[id] = true
				if err != nil || a.StatusCode != 200 {
					l.failures = append(l.failures, fmt.Sprintf("%s: %v %s", id, err, payload))
				}
				l.mu.Unlock()
				l.done[n].Add(1)
			}
		})
	}
	return l
}

// loadOf is a load on a function in this process.
func loadOf(function *local, sim *simulation.Simulation) *load {
	var ids atomic.Int64
	return startLoad(func(_ context.Context, event []byte) (string, []byte, error) {
		id := fmt.Sprintf("request-%d", ids.Add(1))
		payload, err := function.Invoke(invocation(id, sim.Function.Role()), event)
		return id, payload, err
	})
}

// allSend waits until every caller has sent twice more. At least one of the two began after the
// call.
func (l *load) allSend(t *testing.T) {
	var before [callers]int64
	for n := range before {
		before[n] = l.done[n].Load()
	}
	for n := range before {
		eventually(t, "every caller sends", func() bool { return l.done[n].Load() >= before[n]+2 })
	}
}

// end stops the callers, checks that each send became one message, and returns how many there were.
func (l *load) end(t *testing.T, cloud *cloudsim.Cloud) int {
	l.stopped.Store(true)
	l.group.Wait()
	require.Empty(t, l.failures, "sends that failed")
	outbox := cloud.Outbox()
	for _, m := range outbox {
		require.True(t, l.ids[m.SessionContext],
			"a message that no caller asked for, or a second one for %s", m.SessionContext)
		delete(l.ids, m.SessionContext)
	}
	require.Empty(t, l.ids, "sends without a message")
	return len(outbox)
}

// The key is changed and the old one disabled at the same moment, the hardest way there is. No send
// fails, and it costs one request to SSM each time.
func TestRotationUnderLoad(t *testing.T) {
	rotations := fewer(40)
	t.Run("of the key, in the real binary", func(t *testing.T) {
		sim := startCloud(t, cloudsim.Options{})
		sim.Function.Concurrent = true
		sim.Function.Env["SECRET_TTL"] = "24h" // no fetch but for a rotation
		sim.Function.Env["TIME_BUDGET"] = "8s"
		instance := startFunction(t, sim.Function)
		l := startLoad(func(ctx context.Context, event []byte) (string, []byte, error) {
			r, err := instance.Invoke(ctx, event)
			return r.RequestID, r.Payload, err
		})
		defer l.stopped.Store(true)
		changeKeys(t, l, sim, rotations)
		sent := l.end(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
		t.Logf("%d rotations of the key under %d callers: %d sends, each became one message; "+
			"%d requests to SSM, %d sends refused because the key was old",
			rotations, callers, sent, 1+rotations, sim.Cloud.Count(cloudsim.SendSms)-sent)
	})

	t.Run("of the token, in this process", func(t *testing.T) {
		sim := startCloud(t, cloudsim.Options{})
		function := startLocal(t, sim)
		l := loadOf(function, sim)
		defer l.stopped.Store(true)
		l.allSend(t)
		old := goodToken
		for n := range rotations {
			function.pass(6 * time.Second) // unknown tokens reach SSM every five seconds at most
			token := fmt.Sprintf("Bearer token-%d", n)
			sender := key{"AKIDexampleSender", "example-sender-key"}
			rewrite(sim.Cloud, content{sender, []string{old, token}})
			l.token.Store(&token)
			require.NoError(t, sim.Cloud.Await(t.Context(), cloudsim.GetSecretValue, 2+n))
			l.allSend(t)
			old = token
		}
		sent := l.end(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
		require.Equal(t, sent, sim.Cloud.Count(cloudsim.SendSms), "sends that Tencent refused")
		t.Logf("%d rotations of the token under %d callers: %d sends, each became one message; "+
			"%d requests to SSM", rotations, callers, sent, 1+rotations)
	})

	t.Run("of the key, in this process, which the race detector sees", func(t *testing.T) {
		rotations := fewer(10)
		sim := startCloud(t, cloudsim.Options{})
		function := startLocal(t, sim)
		l := loadOf(function, sim)
		defer l.stopped.Store(true)
		changeKeys(t, l, sim, rotations)
		l.end(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
	})
}

// changeKeys changes the key again and again, as soon as every caller has sent with the last one.
func changeKeys(t *testing.T, l *load, sim *simulation.Simulation, rotations int) {
	l.allSend(t)
	for n := range rotations {
		k := key{fmt.Sprintf("AKID%d", n), fmt.Sprintf("key-%d", n)}
		rewrite(sim.Cloud, content{k, []string{goodToken}})
		require.NoError(t, sim.Cloud.Await(t.Context(), cloudsim.GetSecretValue, 2+n))
		l.allSend(t)
	}
	messages := sim.Cloud.Outbox()
	last := messages[len(messages)-1].KeyID
	require.Equal(t, fmt.Sprintf("AKID%d", rotations-1), last, "the key of the last message")
}

// rewrite changes the secret. Its key becomes the only one that Tencent accepts.
func rewrite(c *cloudsim.Cloud, secret content) {
	accepted := map[string]string{secret.key.id: secret.key.secret}
	m := model{secret: secret, condition: fine, permitted: true, accepted: accepted}
	c.Update(m.apply)
}
