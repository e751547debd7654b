package handler

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"scf-sms/internal/phone"
	"scf-sms/internal/redact"
	"scf-sms/internal/sms"
	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// kind is the contract's word for an outcome: callers find it in problem details, operators in the
// log.
type kind string

const (
	sent               kind = "sent" // in the log only
	badRequest         kind = "bad_request"
	invalidPhoneNumber kind = "invalid_phone_number"
	unauthorized       kind = "unauthorized"
	methodNotAllowed   kind = "method_not_allowed"
	bodyTooLarge       kind = "body_too_large"
	notAllowed         kind = "destination_not_allowed"
	undeliverable      kind = "undeliverable"
	tooManyRequests    kind = "too_many_requests"
	misconfigured      kind = "misconfigured"
	providerRefused    kind = "provider_refused"
	unavailable        kind = "provider_unavailable"
	unknown            kind = "outcome_unknown"
	reported           kind = "reports" // in the log only
	timer              kind = "timer"   // in the log only
)

// outcome is what an invocation came to: a kind, and the facts that were learned on the way to it.
type outcome struct {
	kind       kind
	hint       string        // for the operator: what to look at or to change
	retryAfter time.Duration // when asking again may help, in whole seconds; 0: not known

	caller   string            // who brought a proof, right or not
	heard    bool              // the caller proved itself, and its message was read
	message  message           // as far as it could be read
	number   phone.Number      // zero: none was read
	refused  phone.Error       // zero: the number was not refused
	template template.Template // zero: none was chosen

	notListed        bool   // ALLOWED_CALLING_CODES lacks the calling code
	noTemplate       bool   // TEMPLATES has none for the message
	probe            bool   // nothing was asked for: an uptime probe
	busy             bool   // everybody is held back, not this person
	noWholeAnswer    bool   // the connection or the time ended before Tencent's answer did
	tencentCode      string // Tencent's error code, or why there is none
	tencentRequestID string
	sms              sms.Result
	guard            guarded
	ssmTime          time.Duration
	panic            string // where one came from
}

// serialNo is Tencent's id of the message, for the log and the caller. It is passed on whole, also
// where the passcode's digits stand in it by chance.
func (o outcome) serialNo() string { return o.id(o.sms.SerialNo, "") }

// requestID is Tencent's id of the request, for the log.
func (o outcome) requestID() string { return o.id(o.tencentRequestID, o.message.passcode) }

// id is an id of Tencent's, unless it repeats the phone number or the passcode.
func (o outcome) id(s, passcode string) string {
	if len(passcode) < 4 {
		passcode = "" // so short a run of digits is in many ids
	}
	return redact.ID(s, o.number.National, strings.TrimPrefix(o.number.E164, "+"), passcode)
}

// ended returns o with the kind that it came to.
func (o outcome) ended(k kind, hint string) outcome {
	o.kind, o.hint = k, hint
	return o
}

// withoutSecret is for an invocation that got no secret from SSM.
func (o outcome) withoutSecret(err error) outcome {
	e, ok := errors.AsType[*secrets.Error](err)
	if !ok {
		return o.ended(unavailable, err.Error())
	}
	o.tencentCode, o.tencentRequestID = e.Code, e.RequestID
	if e.Permanent() {
		return o.ended(misconfigured, e.Reason())
	}
	return o.ended(unavailable, e.Reason())
}

// notPosted is for an event that is no POST.
func (o outcome) notPosted(method string) outcome {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		o.probe = true
		return o.ended(methodNotAllowed, "")
	case "":
		return o.ended(methodNotAllowed, "the event has no httpMethod: this function takes events "+
			"of its URL, and of a timer. A test event in SCF's console must look like "+
			"testdata/events/sign-in.json")
	default:
		return o.ended(methodNotAllowed, "")
	}
}

// withoutNumber is for a number that was refused.
func (o outcome) withoutNumber(err error) outcome {
	var e *phone.Error
	if !errors.As(err, &e) {
		return o.ended(invalidPhoneNumber, err.Error())
	}
	o.refused = *e
	hint := e.Kind.String()
	switch e.Kind {
	case phone.BareMainland:
		hint += ": the caller must put 86 before it, or set BARE_NUMBERS=china, which reads " +
			"eleven digits 1xxxxxxxxxx without + as mainland numbers and no longer as American ones"
	case phone.BareOrSpecial:
		hint += ": the caller must put 86 before a mainland number; special services get no codes"
	case phone.NoCallingCode:
		hint += ": the caller must send the number with its calling code"
	case phone.Ambiguous:
		hint += ": the caller must send the number with a plus sign, or without 00"
	case phone.Special:
		hint += ": premium-rate, toll-free, satellite and similar numbers get no codes"
	}
	return o.ended(invalidPhoneNumber, hint)
}

// detail is what a caller is told of a 400: what is wrong, in fixed words. What the operator can do
// about it is left out.
func (o outcome) detail() string {
	if o.refused.Kind != 0 {
		return o.refused.Kind.String()
	}
	what, _, _ := strings.Cut(o.hint, ": ")
	return what
}

// notInList is for a number whose calling code the operator doesn't allow.
func (o outcome) notInList() outcome {
	o.notListed = true
	return o.ended(notAllowed, "the calling code is not in ALLOWED_CALLING_CODES")
}

// withoutTemplate is for a number that neither the usage type nor Generic has a template for. That
// is a decision of the operator's, but for a mainland number if there are mainland templates.
func (o outcome) withoutTemplate(all template.Templates) outcome {
	o.noTemplate = true
	overseas := !o.number.Mainland()
	k, to := notAllowed, "china"
	if overseas {
		to = "overseas"
	} else if all.Serve(overseas) {
		k = misconfigured
	}
	return o.ended(k, fmt.Sprintf("no template for %s numbers: write one in TEMPLATES, as "+
		`{"usageType": "Generic", "templateCode": {"%s": "…"}}`, to, to))
}

// wholeSeconds rounds a wait up.
func wholeSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// with says what the result of a send means for the caller.
func (o outcome) with(r sms.Result) outcome {
	o.sms = r
	o.ssmTime += r.KeyTime
	if r.KeyError != nil {
		return o.withoutSecret(r.KeyError)
	}
	o.tencentCode, o.tencentRequestID = r.Code, r.RequestID
	o.retryAfter = wholeSeconds(r.RetryAfter)
	o.busy = r.Kind == tencent.Busy || tencent.Is(r.Code, "LimitExceeded.GlobalSmsSendingRateLimit")
	o.noWholeAnswer = r.NoWholeAnswer
	switch r.Kind {
	case tencent.Accepted:
		return o.ended(sent, r.Hint)
	case tencent.NumberRefused:
		return o.ended(undeliverable, r.Hint)
	case tencent.NumberLimited, tencent.Busy:
		return o.ended(tooManyRequests, r.Hint)
	case tencent.Exhausted, tencent.Unavailable:
		return o.ended(unavailable, r.Hint)
	case tencent.Refused, tencent.KeyRefused:
		return o.ended(providerRefused, r.Hint)
	default:
		return o.ended(unknown, r.Hint)
	}
}

// panicked is for an invocation that ended in a panic. Its value could hold anything, so only its
// place is kept. Once sending began, nobody can say whether the SMS went out.
func (o outcome) panicked(sending bool) outcome {
	pcs := make([]uintptr, 16) // without Callers, panicked, what recovered, and the runtime's panic
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var places []string
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		places = append(places, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
	}
	o.panic = strings.Join(places, " ")
	if sending {
		o.tencentCode, o.noWholeAnswer = "panic", true
		return o.ended(unknown, sms.HintUnclear)
	}
	return o.ended(misconfigured,
		"a fault of this program: please report it with the panic's place")
}
