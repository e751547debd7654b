package dependability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
)

const callers = 16

// crowd is callers that send without a pause, each time with the token that is current.
type crowd struct {
	token   atomic.Pointer[string]
	stopped atomic.Bool
	group   sync.WaitGroup
	done    [callers]atomic.Int64 // sends, by caller

	mu       sync.Mutex
	ids      map[string]bool
	failures []string
}

// gather starts a crowd. send makes one request and returns its id and the answer.
func gather(send func(ctx context.Context, event []byte) (string, []byte, error)) *crowd {
	c := &crowd{ids: map[string]bool{}}
	c.token.Store(new(goodToken))
	for n := range callers {
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		c.group.Go(func() {
			for !c.stopped.Load() {
				id, payload, err := send(context.Background(), signIn(*c.token.Load(), somebody(rng), "123456"))
				var a answer
				if err == nil {
					a, err = parseAnswer(payload, id)
				}
				c.mu.Lock()
				c.ids[id] = true
				if err != nil || a.StatusCode != 200 {
					c.failures = append(c.failures, fmt.Sprintf("%s: %v %s", id, err, payload))
				}
				c.mu.Unlock()
				c.done[n].Add(1)
			}
		})
	}
	return c
}

// allSend waits until every caller has sent twice more: once at least from beginning to end.
func (c *crowd) allSend(t *testing.T) {
	var before [callers]int64
	for n := range before {
		before[n] = c.done[n].Load()
	}
	for n := range before {
		eventually(t, "every caller sends", func() bool { return c.done[n].Load() >= before[n]+2 })
	}
}

// disperse ends the crowd and checks that each of its sends became one message.
func (c *crowd) disperse(t *testing.T, cloud *cloudsim.Cloud) int {
	c.stopped.Store(true)
	c.group.Wait()
	require.Empty(t, c.failures, "sends that failed")
	outbox := cloud.Outbox()
	for _, m := range outbox {
		require.True(t, c.ids[m.SessionContext], "a message nobody asked for, or a second one for %s", m.SessionContext)
		delete(c.ids, m.SessionContext)
	}
	require.Empty(t, c.ids, "sends without a message")
	return len(outbox)
}

// The key is changed and the old one disabled at the same moment, the hardest way there is. Nobody notices, and it costs
// one request to SSM each time.
func TestRotationUnderLoad(t *testing.T) {
	const rotations = 40
	t.Run("of the key, in the real binary", func(t *testing.T) {
		sim := startCloud(t, cloudsim.Options{})
		sim.Function.Concurrent = true
		sim.Function.Env["SECRET_TTL"] = "24h" // no fetch but for a rotation
		sim.Function.Env["TIME_BUDGET"] = "8s"
		instance := startFunction(t, sim.Function)
		c := gather(func(ctx context.Context, event []byte) (string, []byte, error) {
			r, err := instance.Invoke(ctx, event)
			return r.RequestID, r.Payload, err
		})
		defer c.stopped.Store(true)
		changeKeys(t, c, sim, rotations)
		sent := c.disperse(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
		t.Logf("%d rotations of the key under %d callers: %d sends, all of them one message; %d requests to SSM, %d sends refused on account of an old key",
			rotations, callers, sent, 1+rotations, sim.Cloud.Count(cloudsim.SendSms)-sent)
	})

	t.Run("of the token, in this process", func(t *testing.T) {
		sim := startCloud(t, cloudsim.Options{})
		function := startLocal(t, sim)
		var ids atomic.Int64
		c := gather(func(ctx context.Context, event []byte) (string, []byte, error) {
			id := fmt.Sprintf("request-%d", ids.Add(1))
			payload, err := function.Invoke(invocation(id, sim.Function.Role()), event)
			return id, payload, err
		})
		defer c.stopped.Store(true)
		c.allSend(t)
		old := goodToken
		for n := range rotations {
			function.pass(6 * time.Second) // more often than every five seconds, unknown tokens don't reach SSM
			token := fmt.Sprintf("Bearer token-%d", n)
			rewrite(sim.Cloud, content{key{"AKIDexampleSender", "example-sender-key"}, []string{old, token}})
			c.token.Store(&token)
			require.NoError(t, sim.Cloud.Await(t.Context(), cloudsim.GetSecretValue, 2+n))
			c.allSend(t)
			old = token
		}
		sent := c.disperse(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
		require.Equal(t, sent, sim.Cloud.Count(cloudsim.SendSms), "sends that Tencent refused")
		t.Logf("%d rotations of the token under %d callers: %d sends, all of them one message; %d requests to SSM",
			rotations, callers, sent, 1+rotations)
	})

	t.Run("of the key, in this process, which the race detector sees", func(t *testing.T) {
		const rotations = 10
		sim := startCloud(t, cloudsim.Options{})
		function := startLocal(t, sim)
		var ids atomic.Int64
		c := gather(func(ctx context.Context, event []byte) (string, []byte, error) {
			id := fmt.Sprintf("request-%d", ids.Add(1))
			payload, err := function.Invoke(invocation(id, sim.Function.Role()), event)
			return id, payload, err
		})
		defer c.stopped.Store(true)
		changeKeys(t, c, sim, rotations)
		c.disperse(t, sim.Cloud)
		require.Equal(t, 1+rotations, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")
	})
}

// changeKeys changes the key again and again, as soon as every caller has sent with the last one.
func changeKeys(t *testing.T, c *crowd, sim *simulation.Simulation, rotations int) {
	c.allSend(t)
	for n := range rotations {
		k := key{fmt.Sprintf("AKID%d", n), fmt.Sprintf("key-%d", n)}
		rewrite(sim.Cloud, content{k, []string{goodToken}})
		require.NoError(t, sim.Cloud.Await(t.Context(), cloudsim.GetSecretValue, 2+n))
		c.allSend(t)
	}
	messages := sim.Cloud.Outbox()
	last := messages[len(messages)-1].KeyID
	require.True(t, strings.HasSuffix(last, fmt.Sprint(rotations-1)), "the last message was sent with %s", last)
}

// rewrite changes the secret. Its key becomes the only one that Tencent accepts.
func rewrite(c *cloudsim.Cloud, secret content) {
	m := model{secret: secret, condition: fine, permitted: true, accepted: map[string]string{secret.key.id: secret.key.secret}}
	c.Update(m.apply)
}
