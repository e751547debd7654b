package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"scf-sms/internal/callersim"
	"scf-sms/secrets"
)

// callerState is what the page knows of a caller.
type callerState struct {
	Name  string
	Types []string // that it can tell; nil: any
	Proof string   // the first value of its field in the secret, "" if there is none
}

// callers are those that the page can send as.
func (w *workbench) callers() (all []callerState) {
	secret := w.secret()
	for _, c := range callersim.Callers() {
		all = append(all, callerState{c.Name, c.Types, first(secret, c.Field)})
	}
	return all
}

// first returns the first value of a field of the secret, "" if there is none.
func first(secret *secrets.Secret, field string) string {
	if secret != nil {
		for _, value := range secret.Values(secrets.Field(field)) {
			return value
		}
	}
	return ""
}

// order is what the page's form asks for.
type order struct {
	Caller, Proof string
	callersim.Message
}

// readOrder reads an order and makes the request with which its caller would fulfil it, signed for
// now. It answers by itself if it reports false.
func readOrder(rw http.ResponseWriter, r *http.Request) (
	o order, caller callersim.Caller, request callersim.Request, ok bool,
) {
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 4<<10)).Decode(&o)
	for _, c := range callersim.Callers() {
		if c.Name == o.Caller {
			caller = c
		}
	}
	if err == nil && caller.Name == "" {
		err = fmt.Errorf("there is no caller %q", o.Caller)
	}
	if err == nil {
		request, err = caller.Request(o.Message, o.Proof, time.Now())
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return o, caller, request, false
	}
	return o, caller, request, true
}

// postSign tells the page the request that postSend would post, so that it can be posted by hand.
func (w *workbench) postSign(rw http.ResponseWriter, r *http.Request) {
	_, _, request, ok := readOrder(rw, r)
	if !ok {
		return
	}
	headers := map[string]string{}
	for name := range request.Header {
		headers[name] = request.Header.Get(name)
	}
	writeJSON(rw, struct {
		Headers map[string]string
		Body    string
	}{headers, string(request.Body)})
}

// postSend posts a message to the function as one of the callers does, signed, and tells the page
// what became of the answer in that caller.
func (w *workbench) postSend(rw http.ResponseWriter, r *http.Request) {
	o, caller, request, ok := readOrder(rw, r)
	if !ok {
		return
	}
	posted, err := http.NewRequestWithContext(
		r.Context(), http.MethodPost, w.url, bytes.NewReader(request.Body))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	posted.Header, posted.RemoteAddr = request.Header, r.RemoteAddr
	var got recorder
	w.invoke(&got, posted)
	writeJSON(rw, struct {
		Status int
		Body   string
		Told   callersim.Told
	}{got.status, got.body.String(), caller.Told(callersim.Answer{
		Status: got.status, Header: got.Header(), Body: got.body.Bytes(), Type: o.Type,
	})})
}

func writeJSON(rw http.ResponseWriter, value any) {
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(value)
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
