package operatortest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// Accident is what happens to one request of a command.
type Accident struct {
	Name string // such as "is lost"
	Last bool   // nothing arrives after it

	// happen answers the request, or not.
	happen func(w http.ResponseWriter, carryOut, ctrlC func())
}

// Killed is the accident after which nothing arrives, and before which everything does.
var Killed = Accident{"is the last that is carried out", true,
	func(_ http.ResponseWriter, carryOut, _ func()) {
		carryOut()
		HangUp()
	}}

// AnswerLost is the accident that can be made up for by looking at what is there.
var AnswerLost = Accident{"is carried out, and its answer lost", false,
	func(_ http.ResponseWriter, carryOut, _ func()) {
		carryOut()
		HangUp()
	}}

// Accidents are all that are known.
func Accidents() []Accident {
	refuse := func(w http.ResponseWriter, code string) {
		io.WriteString(w, `{"Response": {"Error": {"Code": "`+code+
			`", "Message": "m"}, "RequestId": "r"}}`)
	}
	return []Accident{
		Killed, AnswerLost,
		{"is the first that nobody hears", true,
			func(http.ResponseWriter, func(), func()) { HangUp() }},
		{"is lost", false, func(http.ResponseWriter, func(), func()) { HangUp() }},
		{"is carried out, and answered with InternalError", false,
			func(w http.ResponseWriter, carryOut, _ func()) {
				carryOut()
				refuse(w, "InternalError")
			}},
		{"meets a proxy's 502", false, func(w http.ResponseWriter, _, _ func()) {
			w.WriteHeader(http.StatusBadGateway)
		}},
		{"comes too often for once", false, func(w http.ResponseWriter, _, _ func()) {
			refuse(w, "RequestLimitExceeded")
		}},
		{"is lost when somebody presses Ctrl-C", false,
			func(_ http.ResponseWriter, _, ctrlC func()) {
				ctrlC()
				HangUp()
			}},
		{"is carried out when somebody presses Ctrl-C", false,
			func(_ http.ResponseWriter, carryOut, ctrlC func()) {
				carryOut()
				ctrlC()
				HangUp()
			}},
	}
}

// Upset lets an accident happen to the nth request of an action. ctx is that of the command from
// then on.
func (w *World) Upset(t *testing.T, action string, nth int, a Accident) (ctx context.Context) {
	ctx, ctrlC := context.WithCancel(t.Context())
	var seen atomic.Int64
	var over atomic.Bool
	w.Intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if over.Load() && a.Last {
			HangUp()
		}
		if r.Header.Get("X-TC-Action") == action && seen.Add(1) == int64(nth) {
			over.Store(true)
			a.happen(rw, func() { next.ServeHTTP(httptest.NewRecorder(), r) }, ctrlC)
			return
		}
		next.ServeHTTP(rw, r)
	})
	return ctx
}

// Calls are the actions that were called since there were that many requests, in their order.
func (w *World) Calls(since int) (actions []string) {
	for _, r := range w.Cloud.Requests()[since:] {
		actions = append(actions, r.Action)
	}
	return actions
}

// Changes reports whether an action changes something.
func Changes(action string) bool {
	looks := []string{"Get", "List", "Describe", "Pull", "SmsP", "SendSms"}
	return !slices.ContainsFunc(looks, func(prefix string) bool {
		return strings.HasPrefix(action, prefix)
	})
}
