// Package handler is one invocation of the function: an event comes in, an SMS with a passcode goes
// out, and the caller is told what became of it.
//
// An invocation is a request, an outcome, and then an answer and a log line. The flow is
// [Handler.serve], top to bottom:
//
//	scf.go       what SCF hands over and takes back: event, context, deadline, response
//	caller.go    what a kind of caller is, and which one called
//	limits.go    the limits and duplicates over all instances, before and after the SMS
//	outcome.go   what an invocation can come to
//	answer.go    what the caller is told, in the words of sentence.go
//	log.go       what the operator is told
//
// A kind of caller is a file that says how it proves itself, what it asks for, and how it is told:
//
//	logto.go     Logto's HTTP SMS connector; with a token (token.go)
//	flat.go      a program that fills in strings; with a token, too
//	supabase.go  Supabase's send-sms hook; signs (signature.go)
//	zitadel.go   ZITADEL's HTTP SMS provider; signs, too
//	reports.go   Tencent Cloud, which reports what became of messages
package handler

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"scf-sms/internal/phone"
	"scf-sms/internal/settings"
	"scf-sms/internal/sms"
	"scf-sms/secrets"
)

// Secrets knows what callers prove themselves with. *secrets.Cache is one.
type Secrets interface {
	// Authorized reports whether the secret holds what the proof is of. An error means that there
	// is no secret to hold it against.
	Authorized(ctx context.Context, proof secrets.Proof) (bool, error)
	// Refresh fetches the secret if that is due. An error means that none is held.
	Refresh(ctx context.Context) error
}

// SMS sends a message. *sms.Sender is one.
type SMS interface {
	Send(ctx context.Context, m sms.Message) sms.Result
}

// Config is what a Handler needs.
type Config struct {
	Settings settings.Settings // with problems, every invocation answers 500
	Secrets  Secrets
	SMS      SMS
	Limits   Limiter // nil: there are none
	Log      *slog.Logger
	Version  string // of the build, for the log and for callers; "": not known
}

// Handler implements scf-go-lib's cloudfunction.Handler. Its Invoke may be called by several
// goroutines.
type Handler struct {
	config Config
	warm   atomic.Bool // an invocation was here before
}

// New returns a Handler, also for settings with problems.
func New(c Config) *Handler { return &Handler{config: c} }

// Invoke answers one event. It never returns an error and never panics: the platform would show the
// text of either to the caller, and end the instance.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	began := time.Now()
	cold := !h.warm.Swap(true)
	req := newRequest(ctx, payload)
	ctx, cancel := bound(ctx, began, req.caller.budget(h.config.Settings.TimeBudget))
	defer cancel()

	out := h.serve(ctx, req)
	if !out.heard {
		// The caller is answered in the user's language all the same.
		out.message = req.peek()
	}
	h.log(req, out, cold, time.Since(began))
	answer := req.caller.tell(req, &out)
	if out.heard && h.config.Version != "" {
		answer.Headers["x-scf-sms-version"] = h.config.Version
	}
	return answer.encode(), nil
}

// serve is the flow of an invocation. The order of the checks is part of the contract.
func (h *Handler) serve(ctx context.Context, req *request) (out outcome) {
	s, sending := &h.config.Settings, false
	defer func() {
		if recover() != nil {
			out = out.panicked(sending)
		}
	}()

	if !req.isEvent {
		return out.ended(badRequest, "the event is not a JSON object")
	}
	if len(s.Problems) > 0 {
		return out.ended(misconfigured, strings.Join(settings.Sentences(s.Problems), "; "))
	}
	if req.isTimer() {
		return h.keepWarm(ctx, out)
	}
	if req.method() != http.MethodPost {
		return out.notPosted(req.method())
	}
	out.caller = req.caller.name
	body, bodyErr := req.body(req.caller.maxBody)
	if bodyErr == errTooLarge {
		return out.ended(bodyTooLarge, "")
	}
	credential := req.caller.prove(req, body)
	if credential.malformed != "" {
		return out.ended(unauthorized, credential.malformed)
	}
	allowed, err := h.authorized(ctx, credential.Proof, &out.ssmTime)
	if err != nil {
		return out.withoutSecret(err)
	}
	if !allowed {
		return out.ended(unauthorized, credential.rejected())
	}

	out.heard = true
	if bodyErr != nil {
		return out.ended(badRequest, bodyErr.Error())
	}
	m, err := req.caller.read(body, req.query())
	out.message = m
	if err != nil {
		return out.ended(badRequest, err.Error())
	}
	if m.reports != nil {
		return out.ended(reported, "")
	}
	if out.number, err = phone.Parse(m.to, s.BareChina); err != nil {
		return out.withoutNumber(err)
	}
	if m.passcode == "" {
		return out.ended(badRequest, m.noPasscode)
	}
	if s.AllowedCallingCodes != nil && !s.AllowedCallingCodes[out.number.CallingCode] {
		return out.notInList()
	}
	overseas := !out.number.Mainland()
	var ok bool
	if out.template, ok = s.Templates.Choose(m.usageType, overseas, m.locales); !ok {
		return out.withoutTemplate(s.Templates)
	}
	if !h.claim(ctx, req, &out) {
		return out
	}

	sending = true
	out = out.with(h.config.SMS.Send(ctx, sms.Message{
		To:         out.number.E164,
		Overseas:   overseas,
		TemplateID: out.template.ID,
		Params:     out.template.Fill(m.passcode),
		Session:    req.id,
	}))
	h.settle(ctx, &out)
	return out
}

// keepWarm answers a timer: an instance that was called lately is there for the next request, with
// a secret that is fresh. A failure is no alarm: the next request will say whether it matters.
func (h *Handler) keepWarm(ctx context.Context, out outcome) outcome {
	began := time.Now()
	err := h.config.Secrets.Refresh(ctx)
	out.ssmTime = time.Since(began)
	if err != nil {
		out = out.withoutSecret(err)
	}
	return out.ended(timer, out.hint)
}

// authorized asks the secret. The time it takes is SSM's, where the secret must be fetched first.
func (h *Handler) authorized(
	ctx context.Context, p secrets.Proof, took *time.Duration,
) (bool, error) {
	began := time.Now()
	defer func() { *took += time.Since(began) }()
	return h.config.Secrets.Authorized(ctx, p)
}
