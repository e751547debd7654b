package scfhost

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Front is a function's URL.
//
// It turns a result with an integer statusCode into an answer with this status, its headers (several
// values of one are joined) and its body. Another result becomes a 200 with the JSON as its body.
//
// If the function failed, the platform answers with its envelope. With which status is not documented.
// Here it is the envelope's statusCode, as with any other answer; that is likely, but not proven. A
// result that no rule covers, such as one that isn't JSON, is a 502 of our own, so that it is noticed.
//
// A client that hangs up doesn't stop the function.
type Front struct {
	// Invoke runs the function; Instance.Invoke is one.
	Invoke func(ctx context.Context, event []byte) (Result, error)

	// OnResult, if not nil, is called after each invocation, before the answer is written.
	OnResult func(r *http.Request, event []byte, result Result)
}

func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		writeJSON(w, errEventTooLarge.status, errEventTooLarge.envelope(""))
		return
	}
	if err != nil {
		http.Error(w, "the request's body can't be read", http.StatusBadRequest)
		return
	}
	event, err := Event(r, body)
	if err != nil {
		writeInternalError(w, err)
		return
	}
	result, err := f.Invoke(context.WithoutCancel(r.Context()), event)
	if err != nil {
		writeInternalError(w, err)
		return
	}
	if f.OnResult != nil {
		f.OnResult(r, event, result)
	}
	write(w, result)
}

func write(w http.ResponseWriter, result Result) {
	if result.Failed {
		writeJSON(w, result.Status, result.Payload)
		return
	}
	a, err := parseAnswer(result.Payload)
	if err == nil {
		a.write(w)
		return
	}
	if errors.Is(err, errNoStatusCode) {
		writeJSON(w, http.StatusOK, result.Payload)
		return
	}
	text := "SCF's answer to this result of the function isn't known: " + err.Error()
	http.Error(w, text, http.StatusBadGateway)
}

// answer is a function's result in the form of an HTTP answer.
type answer struct {
	status  int
	headers map[string]string
	body    []byte
}

var errNoStatusCode = errors.New("no integer statusCode")

func parseAnswer(payload []byte) (answer, error) {
	if !json.Valid(payload) {
		return answer{}, errors.New("not JSON")
	}
	// A struct would match names in any case.
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil {
		return answer{}, errNoStatusCode
	}
	var a answer
	raw := fields["statusCode"]
	if raw == nil || string(raw) == "null" || json.Unmarshal(raw, &a.status) != nil {
		return answer{}, errNoStatusCode
	}
	if a.status < 200 || a.status > 599 {
		return answer{}, errors.New("statusCode is not one of an answer")
	}
	var (
		headers map[string]any
		body    string
		encoded bool
	)
	if raw, ok := fields["headers"]; ok && json.Unmarshal(raw, &headers) != nil {
		return answer{}, errors.New("headers is not an object")
	}
	if raw, ok := fields["body"]; ok && json.Unmarshal(raw, &body) != nil {
		return answer{}, errors.New("body is not a string")
	}
	if raw, ok := fields["isBase64Encoded"]; ok && json.Unmarshal(raw, &encoded) != nil {
		return answer{}, errors.New("isBase64Encoded is not a bool")
	}
	a.headers = make(map[string]string, len(headers))
	for name, value := range headers {
		text, ok := headerValue(value)
		if !ok {
			return answer{}, fmt.Errorf("header %s is neither a string nor a list of strings", name)
		}
		a.headers[name] = text
	}
	a.body = []byte(body)
	if encoded {
		var err error
		if a.body, err = base64.StdEncoding.DecodeString(body); err != nil {
			return answer{}, errors.New("body is not base64")
		}
	}
	return a, nil
}

func headerValue(value any) (string, bool) {
	if text, ok := value.(string); ok {
		return text, true
	}
	list, ok := value.([]any)
	if !ok {
		return "", false
	}
	texts := make([]string, 0, len(list))
	for _, item := range list {
		text, ok := item.(string)
		if !ok {
			return "", false
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", "), true
}

func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"] = nil // net/http would guess one
	for name, text := range a.headers {
		switch strings.ToLower(name) {
		case "connection", "content-length", "transfer-encoding":
			// They belong to the connection, which the function doesn't own.
		default:
			h.Set(name, text)
		}
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func writeInternalError(w http.ResponseWriter, err error) {
	f := &failure{status: http.StatusInternalServerError, words: "InternalError: " + err.Error()}
	writeJSON(w, f.status, f.envelope(""))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
