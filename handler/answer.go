package handler

import (
	"net/http"
	"strconv"
	"time"
)

// accepted is the body of a 200.
type accepted struct {
	RequestID string `json:"requestId"`
	SerialNo  string `json:"serialNo"`
}

// problem is the body of anything else for callers that ask for JSON (RFC 9457). Its type says that the
// status tells all there is to tell; code is the finer word.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      kind   `json:"code"`
	RequestID string `json:"requestId"`
}

// answer is how callers are told that have no form of their own: in JSON if they ask for it, otherwise
// in a sentence for the person who is signing in.
func answer(req *request, out outcome) response {
	status := out.kind.status()
	r := response{StatusCode: status, Headers: map[string]string{"cache-control": "no-store"}}
	switch out.kind {
	case methodNotAllowed:
		r.Headers["allow"] = http.MethodPost
	case unauthorized:
		r.Headers["www-authenticate"] = "Bearer"
	case tooManyRequests, unavailable:
		r.Headers["retry-after"] = strconv.Itoa(out.waitSeconds())
	}
	switch {
	case out.kind == sent:
		r.Headers["content-type"] = "application/json"
		r.Body = encode(accepted{req.id, out.serialNo()})
	case req.accepts("application/json", "application/problem+json"):
		r.Headers["content-type"] = "application/problem+json"
		r.Body = encode(problem{"about:blank", http.StatusText(status), status, out.kind, req.id})
	default:
		r.Headers["content-type"] = "text/plain; charset=utf-8"
		r.Body = sentence(out.kind, out.message.locale) + " (" + req.id + ")"
	}
	return r
}

// waitSeconds is the Retry-After: whole seconds, at least one, and five where nobody knows.
func (o outcome) waitSeconds() int {
	const unknownEnd = 5 * time.Second
	wait := o.retryAfter
	if wait <= 0 {
		wait = unknownEnd
	}
	return int((wait + time.Second - 1) / time.Second)
}

// status is the HTTP status of a kind, as the contract has it.
func (k kind) status() int {
	switch k {
	case sent:
		return http.StatusOK
	case badRequest, invalidPhoneNumber:
		return http.StatusBadRequest
	case unauthorized:
		return http.StatusUnauthorized
	case notAllowed:
		return http.StatusForbidden
	case methodNotAllowed:
		return http.StatusMethodNotAllowed
	case bodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case undeliverable:
		return http.StatusUnprocessableEntity
	case tooManyRequests:
		return http.StatusTooManyRequests
	case providerRefused:
		return http.StatusBadGateway
	case unavailable:
		return http.StatusServiceUnavailable
	case unknown:
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}
