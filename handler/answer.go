package handler

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// accepted is the body of a 200.
type accepted struct {
	RequestID string `json:"requestId"`
	SerialNo  string `json:"serialNo"`
}

// problem is the body of anything else for callers that ask for JSON (RFC 9457). Its type says that
// the status tells all there is to tell; code is the finer word.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      kind   `json:"code"`
	RequestID string `json:"requestId"`
	Detail    string `json:"detail,omitempty"` // with a 400: what is wrong, in fixed words
}

// answer is how callers are told that have no form of their own: in JSON if they ask for it,
// otherwise in a sentence for the person who is signing in.
func answer(req *request, out *outcome, sentence string) response {
	status := out.status()
	r := response{StatusCode: status, Headers: map[string]string{"cache-control": "no-store"}}
	switch out.kind {
	case methodNotAllowed:
		r.Headers["allow"] = http.MethodPost
	case tooManyRequests, unavailable:
		wait := cmp.Or(out.retryAfter, 5*time.Second) // where nobody knows
		r.Headers["retry-after"] = strconv.Itoa(int(wait / time.Second))
	}
	switch {
	case out.kind == timer:
	case out.kind == sent:
		r.json(accepted{req.id, out.serialNo()})
	case status == http.StatusAccepted:
		r.json(map[string]string{"requestId": req.id})
	case req.accepts("application/json", "application/problem+json"):
		r.Headers["content-type"] = "application/problem+json"
		p := problem{"about:blank", http.StatusText(status), status, out.kind, req.id, ""}
		if status == http.StatusBadRequest {
			p.Detail = out.detail()
		}
		r.Body = encode(p)
	default:
		r.Headers["content-type"] = "text/plain; charset=utf-8"
		r.Body = withID(sentence, req.id)
	}
	return r
}

// withID puts the request's id behind a sentence: as much of it as finds the line in the log.
func withID(sentence, id string) string { return sentence + " (" + id[:min(len(id), 8)] + ")" }

// status is the HTTP status of an outcome, as the contract has it.
func (o *outcome) status() int {
	switch o.kind {
	case sent, reported, timer:
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
		if o.noWholeAnswer {
			// Told as failed, the code would be void also if its SMS arrives a second later.
			return http.StatusAccepted
		}
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}
