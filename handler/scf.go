package handler

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/rawjson"
)

// request is what SCF hands over: the event of API Gateway
// (https://cloud.tencent.com/document/product/583/12513) or of a function URL
// (https://cloud.tencent.com/document/product/583/96099), and what the context says of the
// invocation.
type request struct {
	event
	isEvent bool   // the payload is a JSON object
	id      string // of the invocation
	caller  caller // who called, by the proof that it brings
}

// event has the fields that are read of an event, as they came. Each is read when it is needed: a
// field of an unexpected type is as if it were absent, and never takes the others with it. They are
// parts of the event, so that one of 6 MB isn't in memory twice.
type event struct {
	Method, Headers, QueryString, Body, IsBase64Encoded, Type json.RawMessage
}

func newRequest(ctx context.Context, payload []byte) *request {
	req := &request{id: requestID(ctx)}
	if json.Valid(payload) && begins(bytes.TrimSpace(payload), '{') {
		req.isEvent = true
		req.event = newEvent(payload)
	}
	req.caller = callerOf(req)
	return req
}

func newEvent(object []byte) (e event) {
	for name, value := range rawjson.Fields(object) {
		switch name {
		case "httpMethod":
			e.Method = value
		case "headers":
			e.Headers = value
		case "queryString":
			e.QueryString = value
		case "body":
			e.Body = value
		case "isBase64Encoded":
			e.IsBase64Encoded = value
		case "Type":
			e.Type = value
		}
	}
	return e
}

// method is "" for what is no HTTP request, such as a test event of SCF's console.
func (e *event) method() string {
	return word(e.Method)
}

// isTimer reports whether SCF's timer trigger made the event
// (https://cloud.tencent.com/document/product/583/9708). Nobody can post one: what is posted has a
// method, headers and a body.
func (e *event) isTimer() bool {
	posted := begins(e.Method, '"') || begins(e.Headers, '{') || begins(e.Body, '"')
	return word(e.Type) == "Timer" && !posted
}

// word returns a string that is no longer than words are.
func word(raw json.RawMessage) string {
	const longest = 64
	if len(raw) > longest {
		return ""
	}
	text, _ := rawjson.String(raw)
	return text
}

// begins tells a string or an object from other values without reading it.
func begins(raw json.RawMessage, with byte) bool { return len(raw) > 0 && raw[0] == with }

// requestID is the invocation's id. SCF always sends one. A host that doesn't is answered all the
// same.
func requestID(ctx context.Context) string {
	if invocation, ok := functioncontext.FromContext(ctx); ok && invocation.RequestID != "" {
		return invocation.RequestID
	}
	return "unknown"
}

// bound gives an invocation its deadline: the time budget, or SCF's deadline less a margin for the
// answer. It ignores a cancellation by the host: the SMS may be on its way.
func bound(
	ctx context.Context, began time.Time, budget time.Duration,
) (context.Context, context.CancelFunc) {
	const (
		margin = 500 * time.Millisecond // of SCF's deadline, after which it ends the process
		finish = 50 * time.Millisecond  // of the time budget, to be back within it
	)
	end := began.Add(budget - min(finish, budget/4))
	// A host that sends no deadline makes scf-go-lib set one of 1970, which is over before it
	// begins.
	if deadline, ok := ctx.Deadline(); ok && deadline.Unix() > 0 {
		left := deadline.Sub(began)
		if last := deadline.Add(-min(margin, left/4)); last.Before(end) {
			end = last
		}
	}
	return context.WithDeadline(context.WithoutCancel(ctx), end)
}

// header returns all values of a header, whose name may come in any case.
func (e *event) header(name string) []string {
	return texts(e.Headers, func(key string) bool { return strings.EqualFold(key, name) })
}

// has reports whether there is a header, also if its value is empty.
func (e *event) has(header string) bool { return len(e.header(header)) > 0 }

// single returns a header that is needed once, or why it can't be had.
func (e *event) single(header string) (value, problem string) {
	switch values := slices.Compact(e.header(header)); {
	case len(values) > 1:
		return "", "there are several " + header + " headers, and they differ"
	case len(values) == 0 || values[0] == "":
		return "", "there is no " + header + " header"
	default:
		return values[0], ""
	}
}

// parameters are those of the query string, as the platform read them.
type parameters json.RawMessage

func (e *event) query() parameters { return parameters(e.QueryString) }

// values returns all values of a parameter. One without a value has none.
func (p parameters) values(name string) []string {
	return texts(json.RawMessage(p), func(key string) bool { return key == name })
}

// one returns a parameter that is there once, "" if it isn't.
func (p parameters) one(name string) string {
	if values := p.values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}

// texts returns the values in an object's fields of a name: each is a string, or a list of strings
// where a gateway keeps repeated ones apart. What is too large in all is as if it were absent:
// anybody can post it.
func texts(object json.RawMessage, isName func(key string) bool) (values []string) {
	const most = 64 << 10 // bytes; gateways let less through
	size := 0
	for key, raw := range rawjson.Fields(object) {
		if !isName(key) {
			continue
		}
		if size += len(raw); size > most {
			return nil
		}
		if one, ok := rawjson.String(raw); ok {
			values = append(values, one)
		} else if many, ok := rawjson.Strings(raw); ok {
			values = append(values, many...)
		}
	}
	return values
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

var (
	errTooLarge  = errors.New("the body is too large")
	errNotBase64 = errors.New("the body is not base64")
)

// body returns the request's body, or errTooLarge if it has more bytes than limit.
func (e *event) body(limit int) ([]byte, error) {
	if !begins(e.Body, '"') {
		return nil, nil
	}
	// A byte takes up to 6 characters in JSON and 4/3 in base64. A body that can't be small enough
	// is not even unquoted.
	const escaped = 10
	if len(e.Body) > escaped*limit {
		return nil, errTooLarge
	}
	body, _ := rawjson.String(e.Body)
	if isTrue(e.IsBase64Encoded) {
		if decodedSize(body) > limit {
			return nil, errTooLarge
		}
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return nil, errNotBase64
		}
		return decoded, nil
	}
	if len(body) > limit {
		return nil, errTooLarge
	}
	return []byte(body), nil
}

// isTrue reports whether a value is true or "true": the gateway's documentation shows the one, its
// events have the other.
func isTrue(raw json.RawMessage) bool {
	return bytes.EqualFold(bytes.Trim(raw, `"`), []byte("true"))
}

// decodedSize is the size of what is in base64, also if it can't be decoded.
func decodedSize(encoded string) int {
	breaks := strings.Count(encoded, "\n") + strings.Count(encoded, "\r") // decoders skip them
	padding := strings.Count(encoded[max(0, len(encoded)-4):], "=")
	return base64.StdEncoding.DecodedLen(len(encoded)-breaks) - padding
}

// response is what SCF takes back: API Gateway's integrated response, which function URLs take too.
type response struct {
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
}

// json sets a body of JSON.
func (r *response) json(body any) {
	r.Headers["content-type"] = "application/json"
	r.Body = encode(body)
}

func (r response) encode() []byte { return []byte(encode(r)) }

// encode can't fail: it is given strings and numbers only.
func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
