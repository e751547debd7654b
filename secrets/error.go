package secrets

import (
	"errors"
	"log/slog"

	"scf-sms/internal/redact"
)

// Kind says what an [Error] means for whoever needs the secret.
type Kind int

const (
	Unreachable Kind = iota // SSM gave no answer, or can't answer now: a later try may work
	Refused                 // SSM refuses until the operator changes something
	Unusable                // the secret was read, but its value can't be used
	NoRole                  // there are no credentials to ask SSM with
)

// Error says why there is no secret to work with. It holds no part of the secret.
type Error struct {
	Kind      Kind
	Field     Field  // the field that is wrong or missing, if it is exactly one; only if Unusable
	Code      string // Tencent's error code, or ""
	RequestID string // Tencent's id of the request, or ""
	Callers   bool   // it is about the second secret, of CALLERS_SECRET_NAME

	// Also is what is wrong with the second secret, if something is wrong with both for good.
	Also *Error `json:",omitempty"`

	// Text is the fact in words: for Unusable what is wrong with the value, such as "its value is
	// not a JSON object"; for Unreachable without a Code what happened on the network, such as
	// "timed out"; otherwise a sentence that says what to look at.
	Text string
}

// The texts of Unreachable that are not the network's.
const (
	tooLate     = "too late" // the caller's time was over before the answer came
	emptyAnswer = "empty answer"
)

// Permanent reports whether asking again won't help until the operator changes something.
func (e *Error) Permanent() bool { return e.Kind != Unreachable }

func isPermanent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Permanent()
}

// Reason returns the whole sentence for the operator's log.
func (e *Error) Reason() string {
	if e.Callers {
		of := *e
		of.Callers = false
		return "the secret of CALLERS_SECRET_NAME: " + of.Reason()
	}
	if e.Also != nil {
		of := *e
		of.Also = nil
		return of.Reason() + "; " + e.Also.Reason()
	}
	switch {
	case e.Kind == Unusable:
		return "the secret can't be used: " + e.Text
	case e.Kind != Unreachable || e.Code != "":
		return e.Text
	case e.Text == tooLate:
		return "SSM gave no answer in time"
	case e.Text == emptyAnswer:
		return "SSM's answer was empty"
	default:
		return "SSM gave no answer: " + e.Text
	}
}

func (e *Error) Error() string { return "secret: " + e.Reason() }

// LogValue keeps the parts apart in a log.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("reason", e.Reason()),
		slog.String("tencentCode", redact.ID(e.Code)),
		slog.String("tencentRequestId", redact.ID(e.RequestID)))
}
