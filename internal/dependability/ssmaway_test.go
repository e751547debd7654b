package dependability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
	"scf-sms/internal/testlog"
)

// What the log says when the state of SSM changes, as far as it matters to the function.
const (
	lostSight = `"level":"WARN","msg":"the secret could not be refreshed; keeping the old one"`
	backAgain = `"level":"INFO","msg":"the secret can be refreshed again"`
)

// With a key held no send fails while SSM is away, and the log says once that it is. Without a key,
// callers are told to come again, and the first one who does when SSM is back is served.
func TestSSMAway(t *testing.T) {
	t.Parallel()
	const sends = 5
	outages := fewer(3)
	d := newDecoys(t)
	ways, every := 0, usualWays
	if testing.Short() {
		every = 4
	}
	t.Run("in every way there is, in this process", func(t *testing.T) {
		for i, f := range ssmFaults {
			if f.endless() || i%every > 0 {
				continue // what is endless takes seconds: see "no answer" below
			}
			if f.Kind == cloudsim.Redirect {
				f.Location = d.redirected
			}
			ways++
			t.Run(names([]fault{f}), func(t *testing.T) {
				t.Parallel()
				ssmAway(t, f, outages, sends)
			})
		}
	})
	require.Zero(t, d.requests.Load(), "redirects that were followed")
	t.Logf("%d ways for SSM to be away, %d outages each: no send failed while a key was held",
		ways, outages)

	t.Run("in the real binary", func(t *testing.T) {
		for name, way := range map[string]struct {
			fault      *cloudsim.Fault // nil: new connections are refused
			coldStatus int
		}{
			"connections refused": {nil, 503},
			"no answer":           {&cloudsim.Fault{Kind: cloudsim.HangUnsent}, 503},
			"reset":               {&cloudsim.Fault{Kind: cloudsim.ResetUnsent}, 503},
			"502 of a proxy":      {&cloudsim.Fault{Kind: cloudsim.HTTP, Body: html}, 503},
			"InternalError":       {&cloudsim.Fault{Kind: cloudsim.Error}, 503},
			"throttled": {&cloudsim.Fault{Kind: cloudsim.Error,
				Code: "RequestLimitExceeded"}, 503},
			"secret is disabled": {&cloudsim.Fault{Kind: cloudsim.Error,
				Code: "ResourceUnavailable.ResourceDisabled"}, 500},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && way.coldStatus == 503 {
					t.Skip("the first invocation asks SSM for as long as it may")
				}
				ssm := startCloud(t, cloudsim.Options{})
				binarySSMAway(t, ssm, way.coldStatus, func(away bool) {
					switch {
					case way.fault == nil:
						require.NoError(t, ssm.Server.Refuse(away))
						ssm.Server.CloseIdle(false)
					case away:
						ssm.Cloud.Always(cloudsim.GetSecretValue, way.fault)
					default:
						ssm.Cloud.Always(cloudsim.GetSecretValue, nil)
					}
				})
			})
		}
	})
}

// ssmAway lets SSM be away in one way, again and again, with that many refreshes each time.
func ssmAway(t *testing.T, f fault, outages, sends int) {
	sim := startCloud(t, cloudsim.Options{})
	way := names([]fault{f})
	users := rand.New(rand.NewPCG(2, 2))
	n := 0
	send := func(function *local, want int) {
		n++
		id := fmt.Sprintf("request-%d", n)
		event := signIn(goodToken, mainlandNumber(users), "123456")
		ctx := invocation(id, sim.Function.Role())
		if want == http.StatusServiceUnavailable { // that it takes all of its time is held elsewhere
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
		}
		began := time.Now()
		payload, err := function.Invoke(ctx, event)
		require.NoError(t, err)
		a, err := parseAnswer(payload, id)
		require.NoError(t, err)
		require.Equal(t, want, a.StatusCode, "%s: %s", way, a.Body)
		if want == http.StatusOK && time.Since(began) > slow {
			// An invocation waits for a refresh for a second. On a busy machine one may be under way,
			// which ends in 3.5 s. If time passed meanwhile, its end would count from then.
			time.Sleep(5 * time.Second)
		}
	}

	function := startLocal(t, sim)
	logged := func(lost, back int) {
		t.Helper()
		// An invocation waits for a refresh for a second at most, and a busy machine may need more.
		eventually(t, "the log says so", func() bool {
			return function.log.Count(lostSight) >= lost && function.log.Count(backAgain) >= back
		})
		require.Equal(t, lost, function.log.Count(lostSight), "%s:\n%s", way, &function.log)
		require.Equal(t, back, function.log.Count(backAgain), "%s:\n%s", way, &function.log)
	}
	send(function, http.StatusOK)
	for outage := range outages {
		sim.Cloud.Always(cloudsim.GetSecretValue, &f.Fault)
		for range sends {
			function.pass(time.Hour)
			send(function, http.StatusOK)
		}
		logged(outage+1, outage)
		sim.Cloud.Always(cloudsim.GetSecretValue, nil)
		function.pass(time.Hour)
		send(function, http.StatusOK)
		logged(outage+1, outage+1)
	}
	fetches := 1 + outages*(sends+1)
	eventually(t, "every request arrives", func() bool {
		return sim.Cloud.Count(cloudsim.GetSecretValue) >= fetches
	})
	require.Equal(t, fetches, sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")

	cold := startLocal(t, sim)
	coldStatus := http.StatusServiceUnavailable // with Retry-After: see parseAnswer
	if f.meaning == permanent {
		coldStatus = http.StatusInternalServerError
	}
	sim.Cloud.Always(cloudsim.GetSecretValue, &f.Fault)
	send(cold, coldStatus)
	send(cold, coldStatus)
	sim.Cloud.Always(cloudsim.GetSecretValue, nil)
	send(cold, http.StatusOK)
	require.Zero(t, cold.log.Count(lostSight), "there was nothing to keep")
	require.Zero(t, cold.log.Count(backAgain), "there was nothing to keep")
	require.Len(t, sim.Cloud.Outbox(), 1+outages*(sends+1)+1)
}

// binarySSMAway lets SSM be away twice: before the real binary has a key, and afterwards until the
// log says so. setAway makes SSM be away or be back.
func binarySSMAway(
	t *testing.T, ssm *simulation.Simulation, coldStatus int, setAway func(away bool),
) {
	sms := startCloud(t, cloudsim.Options{})
	var log testlog.Log
	f := ssm.Function
	f.Env["SMS_ENDPOINT"] = sms.Server.URL
	f.Env["SECRET_TTL"] = "100ms"
	f.Env["TIME_BUDGET"] = "8s"
	f.Stdout = &log
	instance := startFunction(t, f)
	users := rand.New(rand.NewPCG(3, 3))
	send := func(want int) {
		t.Helper()
		event := signIn(goodToken, mainlandNumber(users), "123456")
		r, err := instance.Invoke(context.Background(), event)
		require.NoError(t, err)
		a, err := parseAnswer(r.Payload, r.RequestID)
		require.NoError(t, err)
		require.Equal(t, want, a.StatusCode, a.Body)
	}

	setAway(true)
	send(coldStatus)
	setAway(false)
	send(http.StatusOK)
	require.Zero(t, log.Count(lostSight))

	sends := 1
	// until sends every 20 ms until the log says so, and ten times more.
	until := func(line string) {
		deadline := time.Now().Add(5 * time.Minute)
		for more := 10; more > 0; sends++ {
			require.True(t, time.Now().Before(deadline), "the log never says %s:\n%s", line, &log)
			send(http.StatusOK)
			if log.Count(line) > 0 {
				more--
			}
			time.Sleep(20 * time.Millisecond) // the pace of the users
		}
	}
	setAway(true)
	until(lostSight)
	setAway(false)
	until(backAgain)
	require.Equal(t, 1, log.Count(lostSight), &log)
	require.Equal(t, 1, log.Count(backAgain), &log)
	require.Len(t, sms.Cloud.Outbox(), sends)
	t.Logf("%d sends, none failed", sends)
}
