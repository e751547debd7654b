package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"scf-sms/internal/cloudsim"
)

// apiPrefix begins the paths that are the page's. Everything else is the function's.
const apiPrefix = "/_workbench/"

// routes are what the page asks for.
func (w *workbench) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiPrefix+"state", w.getState)
	mux.HandleFunc("GET "+apiPrefix+"stream", w.getStream)
	mux.HandleFunc("POST "+apiPrefix+"fault", post(w, func(body struct{ Action, Name string }) error {
		return w.setFault(body.Action, body.Name)
	}))
	mux.HandleFunc("POST "+apiPrefix+"limits", post(w, func(body limits) error {
		w.setLimits(body)
		return nil
	}))
	mux.HandleFunc("POST "+apiPrefix+"rotate-key", post(w, func(struct{}) error { return w.rotateKey() }))
	mux.HandleFunc("POST "+apiPrefix+"rotate-token", post(w, func(struct{}) error { return w.rotateToken() }))
	mux.HandleFunc("POST "+apiPrefix+"restart", post(w, func(struct{}) error {
		w.function.restart()
		w.journal.note("instance ended: the next request is a cold start")
		return nil
	}))
	mux.HandleFunc("POST "+apiPrefix+"clear", post(w, func(struct{}) error {
		w.function.sim.Cloud.Reset()
		w.journal.note("phone emptied, limits counted anew")
		return nil
	}))
	return mux
}

// post reads a body of JSON, does what it asks for, and wakes the pages.
func post[T any](w *workbench, do func(T) error) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		var body T
		err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 4<<10)).Decode(&body)
		if err == nil {
			err = do(body)
		}
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		w.change()
		rw.WriteHeader(http.StatusNoContent)
	}
}

// state is everything the page shows.
type state struct {
	URL           string            `json:"url"`
	Shape         string            `json:"shape"`
	Authorization string            `json:"authorization"`
	KeyID         string            `json:"keyId"`
	Warm          bool              `json:"warm"`
	Broken        string            `json:"broken"`
	Problems      []string          `json:"problems"`
	Templates     []templateState   `json:"templates"`
	Faults        []faultState      `json:"faults"`
	Chosen        map[string]string `json:"chosen"` // :: action → name of its fault
	Limits        limits            `json:"limits"`
	Messages      []sms             `json:"messages"` // newest last
	Last          *exchange         `json:"last"`
}

type templateState struct {
	ID          string `json:"id"`
	Usage       string `json:"usage"`
	Destination string `json:"destination"`
	Locale      string `json:"locale"`
	Text        string `json:"text"`
}

type faultState struct {
	Action string `json:"action"`
	Name   string `json:"name"`
	Code   string `json:"code"`
}

// sms is a message as the phone shows it.
type sms struct {
	SerialNo string    `json:"serialNo"`
	To       string    `json:"to"`
	Text     string    `json:"text"`
	Template string    `json:"template"`
	KeyID    string    `json:"keyId"`
	Time     time.Time `json:"time"`
	Answered bool      `json:"answered"` // false: whoever sent it was not told
}

// phoneHolds is how many messages the page shows.
const phoneHolds = 30

// state returns what there is to show now, and a channel that is closed when that has changed.
func (w *workbench) state() (state, <-chan struct{}) {
	// First the channel, then the rest: a change in between is shown twice rather than not at all.
	w.mu.Lock()
	changed := w.changed
	s := state{URL: w.url, Shape: w.shape.String(), Broken: w.broken, Last: w.last, Chosen: map[string]string{}}
	for action, name := range w.faults {
		s.Chosen[action] = name
	}
	w.mu.Unlock()

	secret := w.secret()
	s.KeyID = secret.AccessKeyID
	s.Authorization = w.authorization()
	s.Limits = w.limits()
	s.Warm = w.function.warm()
	s.Problems = w.function.settings.Load().Problems
	s.Templates = w.templates()
	for _, f := range faults() {
		s.Faults = append(s.Faults, faultState{f.action, f.name, f.code()})
	}
	s.Messages = []sms{}
	outbox := w.function.sim.Cloud.Outbox()
	for _, m := range outbox[max(0, len(outbox)-phoneHolds):] {
		s.Messages = append(s.Messages, sms{m.SerialNo, m.PhoneNumber, m.Text, m.TemplateID, m.KeyID, m.Time, m.Answered})
	}
	return s, changed
}

// templates are the entries of TEMPLATES, with the texts that the cloud has for them.
func (w *workbench) templates() []templateState {
	texts := map[string]string{}
	w.function.sim.Cloud.Update(func(a *cloudsim.Account) {
		for _, t := range a.Templates {
			texts[t.ID] = t.Text
		}
	})
	list := []templateState{}
	for _, t := range w.function.settings.Load().Templates {
		destination := "china"
		if t.Overseas {
			destination = "overseas"
		}
		list = append(list, templateState{t.ID, t.Usage, destination, t.Locale, texts[t.ID]})
	}
	return list
}

func (w *workbench) getState(rw http.ResponseWriter, _ *http.Request) {
	s, _ := w.state()
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(s)
}

// getStream sends the state now and whenever it changes, as server-sent events.
func (w *workbench) getStream(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(rw)
	for {
		s, changed := w.state()
		text, _ := json.Marshal(s)
		if _, err := fmt.Fprintf(rw, "data: %s\n\n", text); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
