package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/scripts/local/internal/function"
)

// ours begins the paths that are the page's. Everything else is the function's.
const ours = "/_workbench/"

// workbench is the function behind HTTP, and the page to try it. What the page is shown is never
// behind an answer that a caller has seen.
type workbench struct {
	live    *live
	url     string
	journal *journal
	page    http.Handler
	log     io.Writer // for what the function prints

	mu       sync.Mutex
	changed  chan struct{}     // closed and replaced whenever the page has something new to show
	requests []*exchange       // the last ones, newest last
	count    int               // of all requests
	broken   string            // why the sources don't build, or ""
	faults   map[string]string // :: action → name of its standing fault
}

func newWorkbench(l *live, url string, j *journal) *workbench {
	w := &workbench{live: l, url: url, journal: j, log: io.Discard,
		changed: make(chan struct{}), faults: map[string]string{}}
	w.page = guard(w.routes())
	return w
}

// ServeHTTP gives the page its own and the function everything else, to whatever path it goes.
func (w *workbench) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !ownHost(r.Host) {
		http.Error(rw, "serve answers only to this machine's own names", http.StatusForbidden)
		return
	}
	wantsPage := r.Method == http.MethodGet && r.URL.Path == "/" &&
		strings.Contains(r.Header.Get("Accept"), "text/html")
	if wantsPage || strings.HasPrefix(r.URL.Path, ours) {
		w.page.ServeHTTP(rw, r)
		return
	}
	w.invoke(rw, r)
}

// exchange is one request to the function, and its answer.
type exchange struct {
	ID      int // counted from 1
	Time    time.Time
	Status  int   // that the caller got
	MS      int64 // in the function
	Cold    bool
	InitMS  int64
	Event   json.RawMessage
	Answer  json.RawMessage // the function's or, where it failed, the platform's
	Log     json.RawMessage
	Printed []string // besides the log line
	Error   string   // why there is no answer
	Outcome string   // in a word

	line function.LogLine
}

// invoke passes one request through the front to the function.
func (w *workbench) invoke(rw http.ResponseWriter, r *http.Request) {
	e := &exchange{Time: time.Now(), Outcome: function.Silent}
	front := scfhost.Front{
		Invoke: func(ctx context.Context, event []byte) (scfhost.Result, error) {
			defer w.arrivals(ctx)()
			result, err := w.live.invoke(ctx, event)
			if err != nil {
				e.Error = err.Error()
			} else {
				e.read(event, result)
				w.keep(result.Stdout + result.Stderr)
			}
			return result, err
		},
	}
	front.ServeHTTP(&statusWriter{ResponseWriter: rw, before: func(status int) {
		e.Status = status
		w.show(e)
	}}, r)
}

func (e *exchange) read(event []byte, result scfhost.Result) {
	e.Event, e.Answer = event, anyJSON(result.Payload)
	e.MS, e.Cold, e.InitMS = result.Duration.Milliseconds(), result.Cold, result.Init.Milliseconds()
	e.line, e.Log, e.Printed = function.ReadLog(result.Stdout + result.Stderr)
	switch {
	case e.line.Outcome != "":
		e.Outcome = e.line.Outcome
	case result.Failed:
		e.Outcome = function.Failed
	}
}

// keep writes what the function printed into the file of -log.
func (w *workbench) keep(printed string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := io.WriteString(w.log, printed); err != nil {
		w.log = io.Discard
		w.journal.note("serve.unkept", err)
	}
}

// anyJSON returns text that is not JSON as a JSON string.
func anyJSON(payload []byte) json.RawMessage {
	if json.Valid(payload) {
		return payload
	}
	text, _ := json.Marshal(string(payload))
	return text
}

// statusWriter tells the status of an answer before a byte of it is written.
type statusWriter struct {
	http.ResponseWriter
	before func(status int)
}

func (s *statusWriter) WriteHeader(status int) {
	s.before(status)
	s.ResponseWriter.WriteHeader(status)
}

// show makes an exchange the last one.
func (w *workbench) show(e *exchange) {
	w.mu.Lock()
	w.addLocked(e)
	w.changeLocked()
	w.mu.Unlock()
	w.journal.exchange(e)
}

// arrivals lets the phone show an SMS as soon as the cloud has sent it, until the function that it
// returns is called: the answer to the caller may take seconds more, or never come.
func (w *workbench) arrivals(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	cloud := w.live.sim.Cloud
	before := cloud.Count(cloudsim.SendSms)
	go func() {
		if cloud.Await(ctx, cloudsim.SendSms, before+1) == nil {
			w.change()
		}
	}()
	return cancel
}

// reloaded notes whether the changed sources were built.
func (w *workbench) reloaded(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = ""
	if err != nil {
		w.broken = strings.TrimSpace(err.Error())
	}
	w.changeLocked()
}

// change wakes the pages that are open.
func (w *workbench) change() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.changeLocked()
}

// changeLocked is change for a caller that holds w.mu.
func (w *workbench) changeLocked() {
	close(w.changed)
	w.changed = make(chan struct{})
}
