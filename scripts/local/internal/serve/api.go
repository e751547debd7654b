package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"scf-sms/internal/cloudsim"
)

// routes are what the page asks for.
func (w *workbench) routes() http.Handler {
	mux := http.NewServeMux()
	pageRoutes(mux)
	mux.HandleFunc("GET "+ours+"state", w.getState)
	mux.HandleFunc("GET "+ours+"stream", w.getStream)
	mux.HandleFunc("POST "+ours+"fault", post(w, func(body struct{ Action, Name string }) error {
		return w.setFault(body.Action, body.Name)
	}))
	mux.HandleFunc("POST "+ours+"limits", post(w, func(body limits) error {
		w.setLimits(body)
		return nil
	}))
	mux.HandleFunc("POST "+ours+"rotate-key", post(w, func(struct{}) error {
		return w.rotateKey()
	}))
	mux.HandleFunc("POST "+ours+"rotate-token", post(w, func(struct{}) error {
		return w.rotateToken()
	}))
	mux.HandleFunc("POST "+ours+"restart", post(w, func(struct{}) error {
		w.live.restart()
		w.journal.note("instance ended: the next request is a cold start")
		return nil
	}))
	mux.HandleFunc("POST "+ours+"clear", post(w, func(struct{}) error {
		w.live.sim.Cloud.Reset()
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
	Authorization string            `json:"authorization"`
	KeyID         string            `json:"keyId"`
	Warm          bool              `json:"warm"`
	Broken        string            `json:"broken"`
	Problems      []string          `json:"problems"`
	Templates     []entry           `json:"templates"`
	Faults        []fault           `json:"faults"`
	Chosen        map[string]string `json:"chosen"` // :: action → name of its fault
	Limits        limits            `json:"limits"`
	Messages      []sms             `json:"messages"` // newest last
	Last          *exchange         `json:"last"`
}

// entry is one of TEMPLATES.
type entry struct {
	ID          string `json:"id"`
	UsageType   string `json:"usageType"`
	Destination string `json:"destination"`
	Locale      string `json:"locale"`
	Text        string `json:"text"`
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
	s := state{URL: w.url, Broken: w.broken, Last: w.last, Chosen: maps.Clone(w.faults)}
	w.mu.Unlock()

	if secret := w.secret(); secret != nil {
		s.KeyID = secret.Key.GetSecretId()
	}
	s.Authorization = w.authorization()
	s.Limits = w.limits()
	s.Warm = w.live.warm()
	for _, p := range w.live.settings.Load().Problems {
		s.Problems = append(s.Problems, p.String())
	}
	s.Templates = w.templates()
	s.Faults = faults()
	s.Messages = []sms{}
	outbox := w.live.sim.Cloud.Outbox()
	for _, m := range outbox[max(0, len(outbox)-phoneHolds):] {
		s.Messages = append(s.Messages, sms{
			m.SerialNo, m.PhoneNumber, m.Text, m.TemplateID, m.KeyID, m.Time, m.Answered,
		})
	}
	return s, changed
}

// templates are the entries of TEMPLATES, with the texts that the cloud has for them.
func (w *workbench) templates() []entry {
	texts := map[string]string{}
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		for _, t := range a.Templates {
			texts[t.ID] = t.Text
		}
	})
	list := []entry{}
	for _, t := range w.live.settings.Load().Templates {
		destination := "china"
		if t.Overseas {
			destination = "overseas"
		}
		list = append(list, entry{t.ID, t.UsageType, destination, t.Locale, texts[t.ID]})
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
