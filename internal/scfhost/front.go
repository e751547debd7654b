package scfhost

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Front is a function's URL.
//
// It turns a result with an integer statusCode into an answer with this status, its headers
// (several values of one are joined) and its body. Another result becomes a 200 with the JSON as
// its body.
//
// If the function failed, the platform answers with its envelope. With which status is not
// documented. Here it is the envelope's statusCode, as with any other answer; that is likely, but
// not proven. A result that no rule covers, such as one that isn't JSON, is a 502 of our own, so
// that it is noticed.
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
	var result Result
	event, err := Event(r, body)
	if err == nil {
		result, err = f.Invoke(context.WithoutCancel(r.Context()), event)
	}
	if err != nil {
		words := "InternalError: " + err.Error()
		f := &failure{status: http.StatusInternalServerError, words: words}
		writeJSON(w, f.status, f.envelope(""))
		return
	}
	if f.OnResult != nil {
		f.OnResult(r, event, result)
	}
	write(w, result)
}

func write(w http.ResponseWriter, result Result) {
	a, err := parseAnswer(result.Payload)
	switch {
	case result.Failed:
		writeJSON(w, result.Status, result.Payload)
	case err == errNoStatusCode:
		writeJSON(w, http.StatusOK, result.Payload)
	case err != nil:
		text := "SCF's answer to this result of the function isn't known: " + err.Error()
		http.Error(w, text, http.StatusBadGateway)
	default:
		a.write(w)
	}
}

// answer is a function's result in the form of an HTTP answer.
type answer struct {
	status  int
	headers map[string]headerValue
	body    []byte
}

// headerValue is a string; several values of one header are joined.
type headerValue string

func (v *headerValue) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, (*string)(v)) == nil {
		return nil
	}
	var list []string
	err := json.Unmarshal(data, &list)
	*v = headerValue(strings.Join(list, ", "))
	return err
}

var errNoStatusCode = errors.New("no integer statusCode")

func parseAnswer(payload []byte) (a answer, err error) {
	if !json.Valid(payload) {
		return a, errors.New("not JSON")
	}
	// A struct would match names in any case.
	var fields map[string]json.RawMessage
	var status *int
	json.Unmarshal(payload, &fields)
	if json.Unmarshal(fields["statusCode"], &status) != nil || status == nil {
		return a, errNoStatusCode
	}
	if a.status = *status; a.status < 200 || a.status > 599 {
		return a, errors.New("statusCode is not one of an answer")
	}
	var body string
	var encoded bool
	for name, into := range map[string]any{
		"headers": &a.headers, "body": &body, "isBase64Encoded": &encoded,
	} {
		if raw, ok := fields[name]; ok && json.Unmarshal(raw, into) != nil {
			return a, errors.New(name + " is of another type")
		}
	}
	a.body = []byte(body)
	if encoded {
		a.body, err = base64.StdEncoding.DecodeString(body)
	}
	return a, err
}

func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"] = nil // net/http would guess one
	for name, text := range a.headers {
		switch strings.ToLower(name) {
		case "connection", "content-length", "transfer-encoding":
			// They belong to the connection, which the function doesn't own.
		default:
			h.Set(name, string(text))
		}
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
