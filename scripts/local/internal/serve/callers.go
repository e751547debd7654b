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

// postSend posts a message to the function as one of the callers does, signed, and tells the page
// what became of the answer in that caller.
func (w *workbench) postSend(rw http.ResponseWriter, r *http.Request) {
	var order struct {
		Caller, Proof string
		callersim.Message
	}
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 4<<10)).Decode(&order)
	var caller callersim.Caller
	for _, c := range callersim.Callers() {
		if c.Name == order.Caller {
			caller = c
		}
	}
	if err == nil && caller.Name == "" {
		err = fmt.Errorf("there is no caller %q", order.Caller)
	}
	var request callersim.Request
	if err == nil {
		request, err = caller.Request(order.Message, order.Proof, time.Now())
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
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
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(struct {
		Status int
		Body   string
		Told   callersim.Told
	}{got.status, got.body.String(), caller.Told(callersim.Answer{
		Status: got.status, Header: got.Header(), Body: got.body.Bytes(), Type: order.Type,
	})})
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
