package handler_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// faulty panics in one of its methods, with a value that nobody may see. Its one key never changes.
type faulty struct{ in string }

func (f *faulty) panicIn(method string) {
	if f.in == method {
		panic(errors.New("secret-key " + toMainland + " " + passcode + " " + token))
	}
}

func (f *faulty) Authorized(ctx context.Context, p secrets.Proof) (bool, error) {
	f.panicIn("Authorized")
	return fakeSecrets{}.Authorized(ctx, p)
}

func (f *faulty) Refresh(context.Context) error {
	f.panicIn("Refresh")
	return nil
}

func (f *faulty) Key(context.Context) (*secrets.Key, error) {
	f.panicIn("Key")
	return secrets.NewKey("AKIDone", "one-secret-key", ""), nil
}

func (f *faulty) Reject(*secrets.Key) { f.panicIn("Reject") }

func (f *faulty) Now() time.Time {
	f.panicIn("Now")
	return eleven()
}

func (f *faulty) RoundTrip(req *http.Request) (*http.Response, error) {
	f.panicIn("RoundTrip")
	if f.in != "" {
		return answering(200, `{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound"},"RequestId":"request-a"}}`)(req)
	}
	return answering(200, acceptance)(req)
}

func TestInvoke_panicIsAnAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in       string
		outcome  string
		attempts string
		number   string // calling code in the log: what was known before is there
		place    string // where the log says that it came from
	}{
		{"Authorized", "misconfigured", "0", "", "faulty).panicIn"},
		{"Key", "outcome_unknown", "0", "86", "faulty).panicIn"},
		{"Reject", "outcome_unknown", "0", "86", "faulty).panicIn"},
		{"Now", "outcome_unknown", "0", "86", "faulty).panicIn"},
		{"RoundTrip", "outcome_unknown", "1", "86", ""}, // within a call of the SDK it is an answer like any other
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			f := &faulty{in: tt.in}
			h, log := newWithFakes(t, f, &sms.Sender{
				Endpoint:  tencent.Endpoint{Scheme: "https", Host: "sms.tencentcloudapi.com"},
				Transport: f, Keys: f, Now: f.Now,
			})
			ctx := invocation(t.Context(), requestID)
			a := invoke(t, ctx, h, log, smsTo(toMainland))
			require.Equal(t, tt.outcome, a.outcome())
			require.Equal(t, tt.attempts, a.logged("attempts"))
			require.Equal(t, tt.number, a.logged("callingCode"))
			first, _, _ := strings.Cut(a.logged("panic"), " ")
			require.Contains(t, first, tt.place, a.logged("panic"))
			require.Equal(t, tt.place != "", strings.Contains(a.logged("panic"), "Handler).Invoke:"))
			require.NotEmpty(t, a.logged("hint"))
			require.Equal(t, tt.place != "" && tt.outcome == "outcome_unknown", a.logged("tencentCode") == "panic")

			f.in = "" // the instance lives on
			require.Equal(t, "sent", invoke(t, ctx, h, log, smsTo(toMainland)).outcome())
		})
	}
}
