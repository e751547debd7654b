package sms_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

// limited refuses SendSms while busy says so, before the cloud sees the request.
type limited struct {
	cloud http.RoundTripper
	mu    sync.Mutex
	busy  func(now time.Time) bool
}

func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	busy := l.busy(time.Now())
	l.mu.Unlock()
	if !busy {
		return l.cloud.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	fmt.Fprint(w, `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":""},"RequestId":"r"}}`)
	return w.Result(), nil
}

// While SendSms takes too few requests or none for seconds, nobody's message is lost or sent twice.
func TestSend_manyAtOnceBeforeTheRateLimit(t *testing.T) {
	t.Parallel()
	const budget = 7950 * time.Millisecond // TIME_BUDGET less what the answer needs
	perSecond := func(rate int) func(time.Time) bool {
		var second int64
		var taken int
		return func(now time.Time) bool {
			if now.Unix() != second {
				second, taken = now.Unix(), 0
			}
			taken++
			return taken > rate
		}
	}
	for _, tt := range []struct {
		name      string
		instances int
		busy      func() func(time.Time) bool
	}{
		{"1,000 before 300 a second", 1000, func() func(time.Time) bool { return perSecond(300) }},
		{"90 before 30 a second", 90, func() func(time.Time) bool { return perSecond(30) }},
		{"1,000 while it takes none for 6 s", 1000, func() func(time.Time) bool {
			again := time.Now().Add(6 * time.Second)
			return func(now time.Time) bool { return now.Before(again) }
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := newCloud()
				transport := &limited{cloud: carriedTo(cloud), busy: tt.busy()}
				var all sync.WaitGroup
				for i := range tt.instances {
					e := newSender(t, cloud, "https://tencentcloudapi.com", transport)
					e.Random = nil
					e.keys.held = []*tencent.Key{keyOne}
					m := sms.Message{
						To: fmt.Sprintf("+86136%08d", i), TemplateID: "1110001",
						Params: []string{passcode}, Session: fmt.Sprint("invocation-", i),
					}
					all.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), budget)
						defer cancel()
						if r := e.Send(ctx, m); r.Kind != tencent.Accepted {
							t.Errorf("%s after %d attempts: %s", m.Session, r.Attempts, r.Code)
						}
					})
				}
				all.Wait()
				sent := map[string]bool{}
				for _, m := range cloud.Outbox() {
					require.False(t, sent[m.SessionContext], "%s is sent twice", m.SessionContext)
					sent[m.SessionContext] = true
				}
				require.Len(t, sent, tt.instances)
				require.Equal(t, tt.instances, cloud.Count(cloudsim.SendSms))
			})
		})
	}
}
