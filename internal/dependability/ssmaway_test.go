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
	"scf-sms/internal/scfhost"
)

// What the log says when the state of SSM changes, as far as it matters to the function.
const (
	lostSight = `"level":"WARN","msg":"the secret could not be refreshed; keeping the old one"`
	backAgain = `"level":"INFO","msg":"the secret can be refreshed again"`
)

// With a key held nobody notices that SSM is away, and the operator is told once. Without one, callers are told to come
// again, and the first who does when SSM is back is served.
func TestSSMAway(t *testing.T) {
	t.Parallel()
	t.Run("in every way there is, in this process", func(t *testing.T) {
		const outages, sends = 3, 5
		e := newElsewhere(t)
		ways := 0
		for _, f := range ssmFaults {
			if f.endless() {
				continue // see below: it takes its time
			}
			ways++
			if f.Kind == cloudsim.Redirect {
				f.Location = e.redirected
			}
			sim := startCloud(t, cloudsim.Options{})
			users := rand.New(rand.NewPCG(2, 2))
			n := 0
			send := func(function *local, want int) {
				n++
				id := fmt.Sprintf("request-%d", n)
				payload, err := function.Invoke(invocation(id, sim.Function.Role()), signIn(goodToken, somebody(users), "123456"))
				require.NoError(t, err)
				a, err := parseAnswer(payload, id)
				require.NoError(t, err)
				require.Equal(t, want, a.StatusCode, "%s: %s", names([]fault{f}), a.Body)
			}

			function := startLocal(t, sim)
			send(function, http.StatusOK)
			for outage := range outages {
				sim.Cloud.Always(cloudsim.GetSecretValue, &f.Fault)
				for range sends {
					function.pass(time.Hour)
					send(function, http.StatusOK)
				}
				require.Equal(t, outage+1, function.log.count(lostSight), "%s:\n%s", names([]fault{f}), &function.log)
				require.Equal(t, outage, function.log.count(backAgain), "%s:\n%s", names([]fault{f}), &function.log)
				sim.Cloud.Always(cloudsim.GetSecretValue, nil)
				function.pass(time.Hour)
				send(function, http.StatusOK)
				require.Equal(t, outage+1, function.log.count(backAgain), "%s:\n%s", names([]fault{f}), &function.log)
			}
			require.Equal(t, 1+outages*(sends+1), sim.Cloud.Count(cloudsim.GetSecretValue), "requests to SSM")

			cold := startLocal(t, sim)
			sim.Cloud.Always(cloudsim.GetSecretValue, &f.Fault)
			for range 2 {
				if f.meaning == permanent {
					send(cold, http.StatusInternalServerError)
				} else {
					send(cold, http.StatusServiceUnavailable) // with Retry-After: see parseAnswer
				}
			}
			sim.Cloud.Always(cloudsim.GetSecretValue, nil)
			send(cold, http.StatusOK)
			require.Zero(t, cold.log.count(lostSight)+cold.log.count(backAgain), "there was nothing to keep")
			require.Len(t, sim.Cloud.Outbox(), 1+outages*(sends+1)+1)
		}
		require.Zero(t, e.requests.Load(), "redirects that were followed")
		t.Logf("%d ways for SSM to be away, %d outages each: no send failed while a key was held", ways, outages)
	})

	t.Run("in the real binary", func(t *testing.T) {
		standing := func(f cloudsim.Fault) func(s *cloudsim.Cloud, away bool) {
			return func(c *cloudsim.Cloud, away bool) {
				if !away {
					c.Always(cloudsim.GetSecretValue, nil)
					return
				}
				c.Always(cloudsim.GetSecretValue, &f)
			}
		}
		for name, way := range map[string]struct {
			away       func(c *cloudsim.Cloud, away bool)
			refuse     bool
			coldStatus int
		}{
			"nobody listens":     {refuse: true, coldStatus: 503},
			"no answer":          {away: standing(cloudsim.Fault{Kind: cloudsim.HangUnsent}), coldStatus: 503},
			"reset":              {away: standing(cloudsim.Fault{Kind: cloudsim.ResetUnsent}), coldStatus: 503},
			"502 of a proxy":     {away: standing(cloudsim.Fault{Kind: cloudsim.HTTP, Body: html}), coldStatus: 503},
			"InternalError":      {away: standing(cloudsim.Fault{Kind: cloudsim.Error}), coldStatus: 503},
			"throttled":          {away: standing(cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}), coldStatus: 503},
			"secret is disabled": {away: standing(cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceUnavailable.ResourceDisabled"}), coldStatus: 500},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ssm, sms := startCloud(t, cloudsim.Options{}), startCloud(t, cloudsim.Options{})
				away := func(away bool) {
					if way.refuse {
						require.NoError(t, ssm.Server.Refuse(away))
						ssm.Server.CloseIdle(false)
						return
					}
					way.away(ssm.Cloud, away)
				}
				var log logbook
				f := ssm.Function
				f.Env["SMS_ENDPOINT"] = sms.Server.URL
				f.Env["SECRET_TTL"] = "100ms"
				f.Env["TIME_BUDGET"] = "8s"
				f.Stdout = &log
				instance := startFunction(t, f)
				users := rand.New(rand.NewPCG(3, 3))
				send := func(want int) scfhost.Result {
					t.Helper()
					r, err := instance.Invoke(context.Background(), signIn(goodToken, somebody(users), "123456"))
					require.NoError(t, err)
					a, err := parseAnswer(r.Payload, r.RequestID)
					require.NoError(t, err)
					require.Equal(t, want, a.StatusCode, a.Body)
					return r
				}

				away(true)
				send(way.coldStatus)
				away(false)
				send(http.StatusOK)
				require.Zero(t, log.count(lostSight))

				sends := 1
				// until sends every 20 ms until the log says so, and ten times more.
				until := func(line string) {
					deadline := time.Now().Add(30 * time.Second)
					for more := 10; more > 0; sends++ {
						require.True(t, time.Now().Before(deadline), "the log never says %s:\n%s", line, &log)
						send(http.StatusOK)
						if log.count(line) > 0 {
							more--
						}
						time.Sleep(20 * time.Millisecond) // the pace of the users
					}
				}
				away(true)
				until(lostSight)
				away(false)
				until(backAgain)
				require.Equal(t, 1, log.count(lostSight), &log)
				require.Equal(t, 1, log.count(backAgain), &log)
				require.Len(t, sms.Cloud.Outbox(), sends)
				t.Logf("%d sends, none failed", sends)
			})
		}
	})
}
