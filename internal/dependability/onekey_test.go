package dependability

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
)

// One Idempotency-Key becomes one message at most, from however many instances it is asked for at
// once, whatever Tencent answers and whichever instance dies in between. The answers say what is
// true: a 200 names the one message.
func TestOneSMSForOneKey(t *testing.T) {
	t.Parallel()
	for name, real := range map[string]bool{"miniredis": false, "redis-server": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := startCloud(t, cloudsim.Options{})
			s, err := readSettings(sim.Function.Env)
			require.NoError(t, err)
			s.Redis = limits.Server{Address: startRedis(t, real, redisPassword)}
			sim.Cloud.Update(func(a *cloudsim.Account) {
				a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: redisSecret}
			})
			s.Limits = limits.Rules{Dedupe: time.Minute}
			s.TimeBudget = 5 * time.Minute // the machine may be busy
			rng := rand.New(rand.NewPCG(*seed, uint64(len(name))))
			var instances []*local
			for range 4 {
				instance := newLocal(s)
				instance.Limits.ClaimTime, instance.Limits.SettleTime = time.Minute, time.Minute
				instances = append(instances, instance)
			}
			t.Cleanup(func() {
				for _, instance := range instances {
					instance.close()
				}
			})
			duplicates := 0
			for n := range fewer(300) {
				if rng.IntN(10) == 0 {
					instances[rng.IntN(4)].close() // its connections end, as after a freeze
				}
				sim.Cloud.Reset()
				sim.Cloud.Script(cloudsim.SendSms, drawn(rng), drawn(rng), drawn(rng))
				event := withKey(fmt.Sprintf("key-%d", n), mainlandNumber(rng))
				answers := make([]answer, 8)
				var all sync.WaitGroup
				for i := range answers {
					all.Go(func() {
						id := fmt.Sprintf("request-%d-%d", n, i)
						ctx := invocation(id, sim.Function.Role())
						payload, err := instances[i%4].Invoke(ctx, event)
						if err == nil {
							answers[i], err = parseAnswer(payload, id)
						}
						if err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				sends := sim.Cloud.Count(cloudsim.SendSms)
				require.NoError(t, sim.Cloud.Await(t.Context(), cloudsim.SendSms, sends))
				outbox := sim.Cloud.Outbox()
				for _, instance := range instances {
					require.Zero(t, instance.log.Count(`"limits":"away"`), &instance.log)
				}
				require.LessOrEqual(t, len(outbox), 1, "%d: %v", n, answers)
				for _, a := range answers {
					if a.StatusCode != http.StatusOK {
						duplicates++
						continue
					}
					var body struct{ SerialNo string }
					require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
					require.NotEmpty(t, body.SerialNo)
					if len(outbox) == 1 {
						require.Equal(t, outbox[0].SerialNo, body.SerialNo)
					}
				}
			}
			require.Positive(t, duplicates)
		})
	}
}

// drawn draws what SendSms meets: nothing, a refusal, or an answer that is lost.
func drawn(rng *rand.Rand) cloudsim.Fault {
	for {
		f := smsFaults[rng.IntN(len(smsFaults))]
		switch {
		case rng.IntN(3) == 0:
			return cloudsim.Fault{}
		case rng.IntN(2) == 0:
			code := codes[rng.IntN(len(codes))]
			if rule(code).again == rate {
				continue // it would wait
			}
			return cloudsim.Fault{Kind: cloudsim.Refuse, Code: code}
		case f.endless(), f.Kind == cloudsim.Redirect:
		default:
			return f.Fault
		}
	}
}

// withKey is the event of a request that its caller may repeat.
func withKey(key, to string) []byte {
	body, _ := json.Marshal(map[string]any{
		"to": to, "type": "SignIn", "payload": map[string]string{"code": "482913"},
	})
	return event(map[string]string{
		"authorization": goodToken, "content-type": "application/json", "Idempotency-Key": key,
	}, string(body))
}
