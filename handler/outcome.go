package handler

import (
	"net/http"
	"time"
)

// outcome is what came of an invocation: what the caller is told, and what only the operator is.
type outcome struct {
	status     int           // HTTP status
	code       string        // the word for it that callers and logs share; codeSent for a 200
	allow      string        // with 405
	retryAfter time.Duration // with 429 and 503: when asking again may help
	serialNo   string        // with 200: Tencent's id of the message

	hint      string // for the operator: what to look at or to change
	tencent   string // Tencent's error code, or what kept us from getting one
	requestID string // Tencent's id of the request
	again     again  // whether a second attempt may be made
}

// again says why a request that was refused may be sent once more: each is a proof that nothing was sent.
type again int

const (
	never     again = iota
	reconnect       // no byte left this process
	later           // the API's rate limit: refused before anything was done
	newKey          // the AccessKey was not accepted
)

// The words for outcomes, as the contract has them.
const (
	codeSent               = "sent" // in the log only
	codeBadRequest         = "bad_request"
	codeInvalidPhoneNumber = "invalid_phone_number"
	codeUnauthorized       = "unauthorized"
	codeMethodNotAllowed   = "method_not_allowed"
	codeBodyTooLarge       = "body_too_large"
	codeNotAllowed         = "destination_not_allowed"
	codeUndeliverable      = "undeliverable"
	codeTooManyRequests    = "too_many_requests"
	codeMisconfigured      = "misconfigured"
	codeRefused            = "provider_refused"
	codeUnavailable        = "provider_unavailable"
	codeUnknown            = "outcome_unknown"
)

// retrySoon is the Retry-After of a fault that nobody knows the end of.
const retrySoon = 5 * time.Second

func badRequest(why string) outcome {
	return outcome{status: http.StatusBadRequest, code: codeBadRequest, hint: why}
}

func misconfigured(hint string) outcome {
	return outcome{status: http.StatusInternalServerError, code: codeMisconfigured, hint: hint}
}

func refused(hint string) outcome {
	return outcome{status: http.StatusBadGateway, code: codeRefused, hint: hint}
}

func unavailable(hint string) outcome {
	return outcome{status: http.StatusServiceUnavailable, code: codeUnavailable, retryAfter: retrySoon, hint: hint}
}

func unknown(why string) outcome {
	return outcome{status: http.StatusGatewayTimeout, code: codeUnknown, tencent: why,
		hint: "the SMS may have been sent: look it up in Tencent's console by number or by this requestId (SessionContext)"}
}
