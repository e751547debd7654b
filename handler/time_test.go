package handler_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestInvoke_answerComesBeforeThePlatformsDeadline(t *testing.T) {
	t.Parallel()
	after := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	never := func() time.Time { return time.Unix(0, 0) }
	for _, tt := range []struct {
		name     string
		deadline func() time.Time
		budget   time.Duration
		answered time.Duration
	}{
		{"the budget is shorter", after(20 * time.Second), 8 * time.Second, 7950 * time.Millisecond},
		{"the deadline is shorter, less half a second", after(3 * time.Second), 8 * time.Second, 2500 * time.Millisecond},
		{"the deadline is just the budget", after(8 * time.Second), 8 * time.Second, 7500 * time.Millisecond},
		{"a quarter is left where half a second would be too much", after(time.Second), 8 * time.Second, 750 * time.Millisecond},
		{"the deadline is near", after(100 * time.Millisecond), 8 * time.Second, 75 * time.Millisecond},
		{"there is none", nil, 8 * time.Second, 7950 * time.Millisecond},
		{"a quarter is left where that would be too much", nil, 100 * time.Millisecond, 75 * time.Millisecond},
		{"the host sent none, which the library takes for 1970", never, 8 * time.Second, 7950 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := invocation(t.Context(), requestID)
				if tt.deadline != nil {
					var cancel context.CancelFunc
					ctx, cancel = context.WithDeadline(ctx, tt.deadline())
					defer cancel()
				}
				e := newCanned(t, transportFunc(hanging), func(s *setup) { s.TimeBudget = tt.budget })
				began := time.Now()
				a := e.invokeIn(t, ctx, smsTo(toMainland))
				require.Equal(t, tt.answered, time.Since(began))
				require.Equal(t, "outcome_unknown", a.outcome(), "it was sent, and nobody knows")
				require.Equal(t, "1", a.logged("attempts"))
				require.EqualValues(t, tt.answered.Milliseconds(), a.line["smsMs"])
				require.EqualValues(t, tt.answered.Milliseconds(), a.line["ms"])
				require.EqualValues(t, 0, a.line["ssmMs"])
			})
		})
	}
}

// An SSM that answers nothing doesn't take all of the time: enough is left to send.
func TestInvoke_SSMLeavesTimeToSend(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ budget, atMost time.Duration }{
		{8 * time.Second, 6500 * time.Millisecond},
		{2 * time.Second, time.Second},
		{200 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(tt.budget.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := wire(t, "https://tencentcloudapi.com", transportFunc(hanging), []func(*setup){
					func(s *setup) { s.TimeBudget = tt.budget },
				})
				began := time.Now()
				a := e.invoke(t, smsTo(toMainland))
				took := time.Since(began)
				require.Equal(t, "provider_unavailable", a.outcome())
				require.LessOrEqual(t, took, tt.atMost)
				require.EqualValues(t, took.Milliseconds(), a.line["ssmMs"])
				require.EqualValues(t, 0, a.line["smsMs"])
				time.Sleep(time.Minute) // the fetch goes on for those who come later, to its own end
			})
		})
	}
}

// The same where the secret was held, and only a rejected key makes SSM be asked.
func TestInvoke_SSMLeavesTimeAfterARejection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		carried, away := carriedTo(cloud), false
		e := wire(t, "https://tencentcloudapi.com", transportFunc(func(req *http.Request) (*http.Response, error) {
			if away && req.Header.Get("X-TC-Action") == cloudsim.GetSecretValue {
				return hanging(req)
			}
			return carried(req)
		}), []func(*setup){func(s *setup) { s.TimeBudget = 2 * time.Second }})
		e.fetched(t)
		away = true
		cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure"})
		began := time.Now()
		a := e.invoke(t, smsTo(toMainland))
		took := time.Since(began)
		require.Equal(t, "provider_unavailable", a.outcome())
		require.Equal(t, "AuthFailure", a.logged("firstRefusal"))
		require.LessOrEqual(t, took, time.Second)
		require.EqualValues(t, took.Milliseconds(), a.line["ssmMs"])
		time.Sleep(time.Minute)
	})
}

func TestInvoke_deadlineThatIsOverSendsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvInBubble(t).fetched(t)
		ctx, cancel := context.WithDeadline(invocation(t.Context(), requestID), time.Now().Add(-time.Hour))
		defer cancel()
		began := time.Now()
		for range 20 {
			a := e.invokeIn(t, ctx, smsTo(toMainland))
			require.Equal(t, "provider_unavailable", a.outcome())
			require.Equal(t, "0", a.logged("attempts"))
			require.Contains(t, a.logged("hint"), "TIME_BUDGET")
		}
		require.Zero(t, time.Since(began))
		require.Zero(t, e.cloud.Count(cloudsim.SendSms))
	})
}

// An invocation that its caller gave up is finished all the same: its SMS may be on its way.
func TestInvoke_cancelledInvocationIsFinished(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	ctx, cancel := context.WithCancel(invocation(t.Context(), requestID))
	cancel()
	require.Equal(t, "sent", e.invokeIn(t, ctx, smsTo(toMainland)).outcome())
	require.Equal(t, 1, *requests)
}

func TestInvoke_withoutAnIDIsAnsweredAllTheSame(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for _, ctx := range []context.Context{t.Context(), invocation(t.Context(), "")} {
		a := e.invokeIn(t, ctx, smsTo(toMainland))
		require.Equal(t, `{"requestId":"unknown","serialNo":"serial-a"}`, a.Body)
	}
}

// One Handler may serve several invocations at once: none takes another's number, passcode or key.
func TestInvoke_atOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const callers = 40
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			to, code := fmt.Sprintf("86136819742%02d", i), fmt.Sprintf("0482%02d", i)
			raw, err := e.Invoke(invocation(t.Context(), to), messageWith(fields{"to": to, "payload": fields{"code": code}}))
			assert.NoError(t, err)
			assert.Contains(t, string(raw), `"statusCode":200`)
		})
	}
	wg.Wait()
	require.Equal(t, 1, strings.Count(e.log.String(), `"coldStart":1`))
	require.Equal(t, callers-1, strings.Count(e.log.String(), `"coldStart":0`))
	require.Equal(t, 1, e.cloud.Count(cloudsim.GetSecretValue))
	require.Len(t, e.cloud.Outbox(), callers)
	for _, m := range e.cloud.Outbox() {
		require.Equal(t, "+"+m.SessionContext, m.PhoneNumber)
		require.Equal(t, []string{"0482" + m.PhoneNumber[len(m.PhoneNumber)-2:]}, m.Params)
	}
}
