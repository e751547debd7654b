package serve

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/template"
	"scf-sms/secrets"
)

// routes are what the page asks for.
func (w *workbench) routes() http.Handler {
	mux := http.NewServeMux()
	pageRoutes(mux)
	mux.HandleFunc("GET "+ours+"stream", w.getStream)
	mux.HandleFunc("GET "+ours+"request/{id}", w.getRequest)
	mux.HandleFunc("POST "+ours+"fault", post(w, func(body struct{ Action, Name string }) error {
		return w.setFault(body.Action, body.Name)
	}))
	mux.HandleFunc("POST "+ours+"limits", post(w, w.setLimits))
	mux.HandleFunc("POST "+ours+"guard", post(w, func(body struct{ On bool }) error {
		return w.setGuard(body.On)
	}))
	for name, press := range map[string]func() error{
		"rotate-key": w.rotateKey, "rotate-token": w.rotateToken,
		"restart": w.restart, "clear": w.clear,
	} {
		mux.HandleFunc("POST "+ours+name, post(w, func(struct{}) error { return press() }))
	}
	mux.HandleFunc("POST "+ours+"send", w.postSend)
	mux.HandleFunc("POST "+ours+"sign", w.postSign)
	return mux
}

func (w *workbench) restart() error {
	w.live.restart()
	w.journal.note("serve.restarted")
	return nil
}

func (w *workbench) clear() error {
	w.live.sim.Cloud.Reset()
	w.live.sim.Redis.Clear()
	w.journal.note("serve.cleared")
	return nil
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

// state is everything the page shows. The page's script knows the fields by their names here.
type state struct {
	URL           string
	Authorization string
	Callers       []callerState
	KeyID         string
	Warm          bool
	Broken        string
	Problems      []string
	Templates     []entry
	Faults        []fault
	Chosen        map[string]string // :: action → name of its fault
	Limits        tencentLimits
	Guard         bool               // the function has limits of its own
	Messages      []cloudsim.Message // newest last
	Requests      []brief            // newest first
	view
}

// entry is one of TEMPLATES, with the text that the cloud has for it.
type entry struct {
	template.Template
	Text string
}

// phoneHolds is how many messages the page shows.
const phoneHolds = 30

// state returns what there is to show now, and a channel that is closed when that has changed.
func (w *workbench) state() (state, <-chan struct{}) {
	// First the channel, then the rest: a change in between is shown twice rather than not at all.
	w.mu.Lock()
	changed := w.changed
	s := state{URL: w.url, Broken: w.broken, Chosen: maps.Clone(w.faults)}
	s.Requests = w.briefsLocked()
	last := w.lastLocked()
	w.mu.Unlock()

	if secret := w.secret(); secret != nil {
		s.KeyID = secret.Key.GetSecretId()
		s.Authorization = first(secret, string(secrets.Authorization))
	}
	s.Callers = w.callers()
	s.Limits = w.limits()
	s.Warm = w.live.warm()
	s.Faults = faults()
	outbox := w.live.sim.Cloud.Outbox()
	s.Messages = append([]cloudsim.Message{}, outbox[max(0, len(outbox)-phoneHolds):]...)
	settings := w.live.settings.Load()
	s.Guard = settings.Redis.Address != ""
	s.view = w.view(last)
	for _, p := range settings.Problems {
		s.Problems = append(s.Problems, p.String())
	}
	texts := map[string]string{}
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		for _, t := range a.Templates {
			texts[t.ID] = t.Text
		}
	})
	for _, t := range settings.Templates {
		s.Templates = append(s.Templates, entry{t, texts[t.ID]})
	}
	return s, changed
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
