package handler

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// maxBody bounds a request's body, in bytes. Logto's are below 1 KiB.
const maxBody = 64 << 10

// event is what the function reads of an API Gateway event (https://cloud.tencent.com/document/product/583/12513) or of
// a function URL event (https://cloud.tencent.com/document/product/583/96099). scf-go-lib's own type knows no
// isBase64Encoded and fails on query strings that the gateway does send.
type event struct {
	HTTPMethod      string            `json:"httpMethod"`
	Headers         map[string]header `json:"headers"`
	Body            *string           `json:"body"`
	IsBase64Encoded flag              `json:"isBase64Encoded"`
}

// header is the value of a header: a string, or a list of strings where a gateway kept repeated ones apart.
type header []string

func (h *header) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*h = header{one}
		return nil
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		*h = many
	}
	return nil // anything else is no header that we read
}

// flag is true for true and for "true": the gateway's documentation shows the one, its events have the other.
type flag bool

func (f *flag) UnmarshalJSON(raw []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(raw), `"`), "true"))
	return nil
}

// parseEvent reads an event. Its error is the same for everything that is not an event.
func parseEvent(payload []byte) (event, error) {
	var e *event
	if json.Unmarshal(payload, &e) != nil || e == nil {
		return event{}, errors.New("not an event")
	}
	return *e, nil
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

// authorization returns the caller's Authorization header, or "" if there is none or if there are several that differ:
// then nobody can say which one was meant.
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

// tooLarge reports whether the body is over the limit, without decoding it.
func (e *event) tooLarge() bool {
	if e.Body == nil {
		return false
	}
	size := len(*e.Body)
	if e.IsBase64Encoded {
		breaks := strings.Count(*e.Body, "\n") + strings.Count(*e.Body, "\r") // which some encoders put in, and decoders skip
		padding := strings.Count((*e.Body)[max(0, size-4):], "=")
		size = base64.StdEncoding.DecodedLen(size-breaks) - padding
	}
	return size > maxBody
}

// body returns the request's body.
func (e *event) body() ([]byte, error) {
	if e.Body == nil {
		return nil, nil
	}
	if !e.IsBase64Encoded {
		return []byte(*e.Body), nil
	}
	return base64.StdEncoding.DecodeString(*e.Body)
}
