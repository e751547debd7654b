package dependability

import (
	"context"
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

// Several instances at once send N messages to a number, and not one more. Each person who is
// refused is told so.
func TestLimitsHoldOverAllInstances(t *testing.T) {
	t.Parallel()
	for name, real := range map[string]bool{"miniredis": false, "redis-server": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const instances, each, most = 4, 10, 5
			f, cloud := limited(t, real, fmt.Sprintf(`{"number": "%d/1h"}`, most))
			var statuses sync.Map
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
						statuses.Store(code, r)
					}
				})
			}
			all.Wait()
			count := map[int]int{}
			statuses.Range(func(_, value any) bool {
				r := value.(scfhost.Result)
				a, err := parseAnswer(r.Payload, r.RequestID)
				require.NoError(t, err)
				if strings.Contains(r.Stdout, `"limits":"away"`) {
					t.Skip("the machine was too busy for Redis to answer in time")
				}
				count[a.StatusCode]++
				return true
			})
			require.Len(t, cloud.Outbox(), most)
			want := map[int]int{http.StatusOK: most, http.StatusTooManyRequests: instances*each - most}
			require.Equal(t, want, count)
		})
	}
}
