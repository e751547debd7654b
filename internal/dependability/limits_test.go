package dependability

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// limited is the function's environment with limits, and a cloud whose secret has the password.
func limited(t *testing.T, real bool, rules string) (f scfhost.Function, cloud *cloudsim.Cloud) {
	sim := startCloud(t, cloudsim.Options{})
	sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: redisSecret}
	})
	sim.Function.Env["REDIS_URL"] = "redis://" + startRedis(t, real, redisPassword)
	sim.Function.Env["LIMITS"] = rules
	sim.Function.Env["TIME_BUDGET"] = "8s"
	return sim.Function, sim.Cloud
}

// tooSlow reports whether an instance found Redis away because the machine was too busy for it to
// answer in time. Redis that is away for another reason is so at once, and the test fails.
func tooSlow(t *testing.T, r scfhost.Result) bool {
	t.Helper()
	if !strings.Contains(r.Stdout, `"limits":"away"`) {
		return false
	}
	var line struct{ LimitsMs int }
	require.NoError(t, json.Unmarshal([]byte(r.Stdout), &line))
	require.Greater(t, line.LimitsMs, 200, r.Stdout)
	return true
}

// tries are how often a test is made anew on a machine that is too busy for Redis.
const tries = 20

// Several instances at once send N messages to a number, and not one more. Each person who is
// refused is told so.
func TestLimitsHoldOverAllInstances(t *testing.T) {
	t.Parallel()
	for name, real := range map[string]bool{"miniredis": false, "redis-server": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range tries {
				if limitsHold(t, real) {
					return
				}
			}
			require.Fail(t, "Redis never answered in time")
		})
	}
}

// limitsHold reports whether Redis answered all instances in time.
func limitsHold(t *testing.T, real bool) bool {
	const instances, each, most = 4, 10, 5
	f, cloud := limited(t, real, fmt.Sprintf(`{"number": "%d/1h"}`, most))
	var results [instances][]scfhost.Result
	var all sync.WaitGroup
	for i := range instances {
		instance := startFunction(t, f)
		all.Go(func() {
			for n := range each {
				code := fmt.Sprintf("%06d", 100*i+n)
				event := signIn(goodToken, hiddenNumber, code)
				r, err := instance.Invoke(context.Background(), event)
				if err != nil {
					t.Error(err)
					return
				}
				results[i] = append(results[i], r)
			}
		})
	}
	all.Wait()
	count := map[int]int{}
	for _, of := range results {
		for _, r := range of { // in their order: after the first that waits, others don't
			a, err := parseAnswer(r.Payload, r.RequestID)
			require.NoError(t, err)
			if tooSlow(t, r) {
				return false
			}
			count[a.StatusCode]++
		}
	}
	require.Len(t, cloud.Outbox(), most)
	want := map[int]int{http.StatusOK: most, http.StatusTooManyRequests: instances*each - most}
	require.Equal(t, want, count)
	return true
}
