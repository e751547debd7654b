// Package handler is one invocation of the function: an event comes in, an SMS with a verification code goes out, and the
// caller is told what came of it.
//
// The flow is in [Handler.serve], top to bottom; every step that can end it has a file of its own:
//
//	event.go     the event of the platform, and the headers and body in it
//	message.go   what Logto's HTTP SMS connector posts
//	number.go    the phone number, to E.164
//	template.go  which of Tencent's templates
//	send.go      SendSms: at most one SMS for one request
//	classify.go  what Tencent's error codes mean
//
// What came of it is an outcome (outcome.go), of which there are two readers:
//
//	answer.go    what the caller is told, in the words of sentence.go
//	record.go    what the log is told
package handler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// Secrets is where the AccessKey and the callers' token come from. *secrets.Cache is one.
type Secrets interface {
	// Authorized reports whether a caller with this Authorization header is let in.
	Authorized(ctx context.Context, header string) (bool, error)
	// Key returns the AccessKey to sign with; the same pointer for as long as it is the same key.
	Key(ctx context.Context) (*secrets.Key, error)
	// Reject says that Tencent doesn't accept the key.
	Reject(*secrets.Key)
}

// Config is what a Handler needs. Settings that are optional for the operator may be zero.
type Config struct {
	Problems []string // what is wrong with the settings: with any, every invocation answers 500

	SDKAppID            string        // SmsSdkAppId
	SignName            string        // SignName for mainland numbers
	SignNameOverseas    string        // SignName for other numbers; "": none is sent
	SenderID            string        // SenderId for other numbers; "": none is sent
	Templates           Templates     // TEMPLATES
	AllowedCallingCodes map[int]bool  // nil: any
	BareChina           bool          // eleven digits 1xxxxxxxxxx without + are a mainland number
	TimeBudget          time.Duration // longest time to an answer; 0 leaves none to send

	Region    string            // X-TC-Region of SMS
	Endpoint  tencent.Endpoint  // of SMS
	Transport http.RoundTripper // a *tencent.Transport
	Secrets   Secrets
	Log       *slog.Logger

	Now func() time.Time // for the time to midnight, when Tencent counts anew; nil: time.Now
}

// Handler implements scf-go-lib's cloudfunction.Handler. Its Invoke may be called by several goroutines.
type Handler struct {
	Config
	warm atomic.Bool // an invocation was here before
}

// New returns a Handler, also for a configuration with problems.
func New(c Config) *Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Handler{Config: c}
}

// Invoke answers one event. It never returns an error and never panics: the platform would show the text of either to
// the caller, and end the instance.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	rec := h.newRecord(ctx)
	ctx, cancel := h.bound(ctx)
	defer cancel()

	out := h.guarded(rec, func() outcome { return h.serve(ctx, payload, rec) })
	h.write(rec, out)
	return respond(out, rec), nil
}

// serve is the flow of an invocation. The order of the checks is part of the contract.
func (h *Handler) serve(ctx context.Context, payload []byte, rec *record) outcome {
	e, err := parseEvent(payload)
	m, bodyErr := readMessage(e)
	rec.event(e, m) // first: every answer comes in the form and the language that its reader asked for
	if len(h.Problems) > 0 {
		return misconfigured(strings.Join(h.Problems, "; "))
	}
	if err != nil {
		return badRequest(err.Error())
	}
	if e.HTTPMethod != http.MethodPost {
		return outcome{status: http.StatusMethodNotAllowed, code: codeMethodNotAllowed, allow: http.MethodPost}
	}
	if e.tooLarge() {
		return outcome{status: http.StatusRequestEntityTooLarge, code: codeBodyTooLarge}
	}
	allowed, err := h.authorized(ctx, e.authorization(), rec)
	if err != nil {
		return noSecret(err)
	}
	if !allowed {
		return outcome{status: http.StatusUnauthorized, code: codeUnauthorized}
	}
	rec.message(m, h.Templates)
	if bodyErr != nil {
		return badRequest(bodyErr.Error())
	}
	n, ok := parseNumber(m.to, h.BareChina)
	if !ok {
		return outcome{status: http.StatusBadRequest, code: codeInvalidPhoneNumber}
	}
	rec.number = n
	if m.code == "" {
		return badRequest("payload.code is not a string of 1 to 6 digits")
	}
	if h.AllowedCallingCodes != nil && !h.AllowedCallingCodes[n.callingCode] {
		return outcome{status: http.StatusForbidden, code: codeNotAllowed, hint: "the calling code is not in ALLOWED_CALLING_CODES"}
	}
	to := overseas
	if n.mainland() {
		to = china
	}
	template, ok := h.Templates.choose(m.usage, to, m.locales)
	if !ok {
		return noTemplate(to)
	}
	rec.template = template.ID
	return h.send(ctx, order{number: n, template: template, code: m.code}, rec)
}

// authorized counts the time it takes as SSM's: it fetches the secret.
func (h *Handler) authorized(ctx context.Context, header string, rec *record) (bool, error) {
	defer rec.time(&rec.ssm)()
	ctx, cancel := half(ctx)
	defer cancel()
	return h.Secrets.Authorized(ctx, header)
}

// noTemplate is for a number whose destination neither the usage type nor Generic has a template for. Abroad that is a
// decision of the operator's, at home an oversight.
func noTemplate(to destination) outcome {
	hint := fmt.Sprintf(`no template for %s numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"%s": "…"}}`, to, to)
	if to == china {
		return misconfigured(hint)
	}
	return outcome{status: http.StatusForbidden, code: codeNotAllowed, hint: hint}
}

// bound gives an invocation its deadline: the time budget, or the platform's deadline less a margin for the answer.
func (h *Handler) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	const (
		margin = 500 * time.Millisecond // of the platform's deadline, after which it ends the process
		finish = 50 * time.Millisecond  // of the time budget, to be back within it
	)
	now := time.Now()
	end := now.Add(h.TimeBudget - min(finish, h.TimeBudget/4))
	// scf-go-lib makes a deadline of 1970 of a host that sends none; its context is over before it begins.
	if deadline, ok := ctx.Deadline(); ok && deadline.Unix() > 0 {
		left := deadline.Sub(now)
		if last := deadline.Add(-min(margin, left/4)); last.Before(end) {
			end = last
		}
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

// half bounds ctx to half the time it has left, so that an SSM that doesn't answer leaves time for the SMS.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// guarded turns a panic into an answer. Once a request may have gone out nobody can say what became of it.
func (h *Handler) guarded(rec *record, serve func() outcome) (out outcome) {
	defer func() {
		if recover() != nil {
			rec.panicked()
			out = misconfigured("a fault of this program: please report it with the panic's place")
			if rec.attempts > 0 {
				out = unknown("panic")
			}
		}
	}()
	return serve()
}

// requestID is the invocation's id. Every platform sends one; a host that doesn't gets answers all the same.
func requestID(ctx context.Context) string {
	if invocation, ok := functioncontext.FromContext(ctx); ok && invocation.RequestID != "" {
		return invocation.RequestID
	}
	return "unknown"
}
