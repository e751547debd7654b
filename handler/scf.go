package handler

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tencentyun/scf-go-lib/functioncontext"
)

// request is what SCF hands over: the event of API Gateway
// (https://cloud.tencent.com/document/product/583/12513) or of a function URL
// (https://cloud.tencent.com/document/product/583/96099), and what the context says of the invocation.
// scf-go-lib's own event type knows no isBase64Encoded and fails on query strings that the gateway
// does send.
type request struct {
	event
	isEvent bool   // the payload is a JSON object
	id      string // of the invocation
	caller  caller // who called, by the proof that it brings
}

// event has the fields that are read of an event.
type event struct {
	Method          string                 `json:"httpMethod"`
	Headers         map[string]headerValue `json:"headers"`
	Body            *string                `json:"body"`
	IsBase64Encoded lenientBool            `json:"isBase64Encoded"`
}

// headerValue is a string, or a list of strings where a gateway keeps repeated headers apart.
type headerValue []string

func (h *headerValue) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*h = headerValue{one}
		return nil
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		*h = many
	}
	return nil // anything else is no header that we read
}

// lenientBool is true for true and for "true": the gateway's documentation shows the one, its events
// have the other.
type lenientBool bool

func (b *lenientBool) UnmarshalJSON(raw []byte) error {
	*b = lenientBool(strings.EqualFold(strings.Trim(string(raw), `"`), "true"))
	return nil
}

func newRequest(ctx context.Context, payload []byte) *request {
	req := &request{id: requestID(ctx)}
	var e *event
	if json.Unmarshal(payload, &e) == nil && e != nil {
		req.event, req.isEvent = *e, true
	}
	req.caller = callerOf(req)
	return req
}

// requestID is the invocation's id. SCF always sends one. A host that doesn't is answered all the same.
func requestID(ctx context.Context) string {
	if invocation, ok := functioncontext.FromContext(ctx); ok && invocation.RequestID != "" {
		return invocation.RequestID
	}
	return "unknown"
}

// bound gives an invocation its deadline: the time budget, or SCF's deadline less a margin for the
// answer. It ignores a cancellation by the host: the SMS may be on its way.
func bound(ctx context.Context, budget time.Duration) (context.Context, context.CancelFunc) {
	const (
		margin = 500 * time.Millisecond // of SCF's deadline, after which it ends the process
		finish = 50 * time.Millisecond  // of the time budget, to be back within it
	)
	now := time.Now()
	end := now.Add(budget - min(finish, budget/4))
	// A host that sends no deadline makes scf-go-lib set one of 1970, which is over before it begins.
	if deadline, ok := ctx.Deadline(); ok && deadline.Unix() > 0 {
		left := deadline.Sub(now)
		if last := deadline.Add(-min(margin, left/4)); last.Before(end) {
			end = last
		}
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

// header returns all values of a header, whose name may come in any case.
func (e *event) header(name string) []string {
	var values []string
	for key, value := range e.Headers {
		if strings.EqualFold(key, name) {
			values = append(values, value...)
		}
	}
	return values
}

// authorization returns the Authorization header. It is "" if there are several that differ: nothing
// says which one is meant.
func (e *event) authorization() string {
	if values := slices.Compact(e.header("authorization")); len(values) == 1 {
		return values[0]
	}
	return ""
}

// accepts reports whether the Accept header names one of the media types.
func (e *event) accepts(types ...string) bool {
	for _, value := range e.header("accept") {
		for item := range strings.SplitSeq(value, ",") {
			name, _, _ := strings.Cut(item, ";")
			if slices.Contains(types, strings.ToLower(strings.TrimSpace(name))) {
				return true
			}
		}
	}
	return false
}

// bodySize returns the size of the body in bytes, without decoding it.
func (e *event) bodySize() int {
	if e.Body == nil {
		return 0
	}
	if !e.IsBase64Encoded {
		return len(*e.Body)
	}
	encoded := *e.Body
	breaks := strings.Count(encoded, "\n") + strings.Count(encoded, "\r") // decoders skip them
	padding := strings.Count(encoded[max(0, len(encoded)-4):], "=")
	return base64.StdEncoding.DecodedLen(len(encoded)-breaks) - padding
}

// body returns the request's body.
func (e *event) body() ([]byte, error) {
	if e.Body == nil {
		return nil, nil
	}
	if !e.IsBase64Encoded {
		return []byte(*e.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(*e.Body)
	if err != nil {
		return nil, errors.New("the body is not base64")
	}
	return body, nil
}

// response is what SCF takes back: API Gateway's integrated response, which function URLs take too.
type response struct {
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
}

func (r response) encode() []byte { return []byte(encode(r)) }

// encode can't fail: it is given strings and numbers only.
func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
