// Package handler is one invocation of the function: an event comes in, an SMS with a passcode goes
// out, and the caller is told what became of it.
//
// An invocation is a request, an outcome, and then an answer and a log line. The flow is
// [Handler.serve], top to bottom:
//
//	scf.go       what SCF hands over and takes back: event, context, deadline, response
//	logto.go     Logto's HTTP SMS connector: how it proves itself, what it says, how it is told
//	outcome.go   what an invocation can come to
//	answer.go    what the caller is told, in the words of sentence.go
//	log.go       what the operator is told
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
	// Authorized reports whether the secret holds what the proof is of. An error means that there is
	// no secret to hold it against.
	Authorized(ctx context.Context, proof secrets.Proof) (bool, error)
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
	Log      *slog.Logger
	Version  string // of the build, for the log
}

// Handler implements scf-go-lib's cloudfunction.Handler. Its Invoke may be called by several goroutines.
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
	ctx, cancel := bound(ctx, h.config.Settings.TimeBudget)
	defer cancel()

	req := newRequest(ctx, payload)
	out := h.serve(ctx, req)
	if !out.heard {
		// The caller is answered in the user's language all the same.
		out.message = req.peek()
	}
	h.log(req, out, cold, time.Since(began))
	return req.caller.tell(req, out).encode(), nil
}

// serve is the flow of an invocation. The order of the checks is part of the contract.
func (h *Handler) serve(ctx context.Context, req *request) (out outcome) {
	s, sending := &h.config.Settings, false
	defer func() {
		if recover() != nil {
			out = out.panicked(sending)
		}
	}()

	if len(s.Problems) > 0 {
		return out.ended(misconfigured, strings.Join(settings.Sentences(s.Problems), "; "))
	}
	if !req.isEvent {
		return out.ended(badRequest, "not an event")
	}
	if req.Method != http.MethodPost {
		return out.ended(methodNotAllowed, "")
	}
	if req.bodySize() > req.caller.maxBody {
		return out.ended(bodyTooLarge, "")
	}
	body, bodyErr := req.body()

	proof, ok := req.caller.prove(req, body)
	if !ok {
		return out.ended(unauthorized, "")
	}
	allowed, err := h.authorized(ctx, proof, &out.ssmTime)
	if err != nil {
		return out.withoutSecret(err)
	}
	if !allowed {
		return out.ended(unauthorized, "")
	}

	out.heard = true
	if bodyErr != nil {
		return out.ended(badRequest, bodyErr.Error())
	}
	m, err := req.caller.read(body)
	out.message = m
	if err != nil {
		return out.ended(badRequest, err.Error())
	}
	if out.number, ok = phone.Parse(m.to, s.BareChina); !ok {
		return out.ended(invalidPhoneNumber, "")
	}
	if m.passcode == "" {
		return out.ended(badRequest, "payload.code is not a string of 1 to 6 digits")
	}
	if s.AllowedCallingCodes != nil && !s.AllowedCallingCodes[out.number.CallingCode] {
		return out.ended(notAllowed, "the calling code is not in ALLOWED_CALLING_CODES")
	}
	overseas := !out.number.Mainland()
	if out.template, ok = s.Templates.Choose(m.usageType, overseas, m.locales); !ok {
		return out.withoutTemplate()
	}

	sending = true
	return out.with(h.config.SMS.Send(ctx, sms.Message{
		To:         out.number.E164,
		Overseas:   overseas,
		TemplateID: out.template.ID,
		Params:     out.template.Fill(m.passcode),
		Session:    req.id,
	}))
}

// authorized asks the secret. The time it takes is SSM's, where the secret must be fetched first.
func (h *Handler) authorized(ctx context.Context, p secrets.Proof, took *time.Duration) (bool, error) {
	began := time.Now()
	defer func() { *took += time.Since(began) }()
	return h.config.Secrets.Authorized(ctx, p)
}
