package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// workbench is the function behind HTTP, and the page to try it. What the page is shown is never behind an answer that a
// caller has seen.
type workbench struct {
	function *liveFunction
	url      string
	shape    scfhost.Shape
	journal  *journal
	page     http.Handler
	api      http.Handler

	mu       sync.Mutex
	changed  chan struct{}     // closed and replaced whenever the page has something new to show
	last     *exchange         // nil before the first request
	requests int               // to the function
	broken   string            // why the sources don't build, or ""
	faults   map[string]string // :: action → name of its standing fault
}

func newWorkbench(f *liveFunction, url string, shape scfhost.Shape, j *journal) *workbench {
	w := &workbench{function: f, url: url, shape: shape, journal: j, changed: make(chan struct{}), faults: map[string]string{}}
	w.page = guard(pageHandler())
	w.api = guard(w.routes())
	return w
}

// ServeHTTP gives the page its own and the function everything else, to whatever path it goes.
func (w *workbench) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, apiPrefix):
		w.api.ServeHTTP(rw, r)
	case r.Method == http.MethodGet && r.URL.Path == "/" && strings.Contains(r.Header.Get("Accept"), "text/html"):
		w.page.ServeHTTP(rw, r)
	default:
		w.invoke(rw, r)
	}
}

// exchange is one request to the function, and what came of it.
type exchange struct {
	Number  int             `json:"number"` // counts up from 1
	Time    time.Time       `json:"time"`
	Status  int             `json:"status"` // that the caller got
	MS      int64           `json:"ms"`     // in the function
	Cold    bool            `json:"cold"`
	InitMS  int64           `json:"initMs"`
	Event   json.RawMessage `json:"event"`
	Answer  json.RawMessage `json:"answer"` // the function's or, where it failed, the platform's
	LogLine json.RawMessage `json:"log"`
	Printed []string        `json:"printed"` // besides the log line
	Error   string          `json:"error"`   // why there is no answer
	Outcome string          `json:"outcome"`
	Code    string          `json:"tencentCode"`
	Hint    string          `json:"hint"`
	Choice  *choice         `json:"choice"` // nil if no template was chosen

	Log    logLine `json:"-"`
	failed bool    // the platform answered
}

// word is the outcome in a word.
func (e *exchange) word() string {
	switch {
	case e.Log.Outcome != "":
		return e.Log.Outcome
	case e.failed:
		return "the function failed"
	default:
		return "no outcome logged"
	}
}

// invoke passes one request through the front to the function.
func (w *workbench) invoke(rw http.ResponseWriter, r *http.Request) {
	e := &exchange{Time: time.Now()}
	front := scfhost.Front{
		Shape: w.shape,
		Invoke: func(ctx context.Context, event []byte) (scfhost.Result, error) {
			defer w.arrivals(ctx)()
			result, err := w.function.invoke(ctx, event)
			if err != nil {
				e.Error = err.Error()
			}
			return result, err
		},
		OnResult: func(_ *http.Request, event []byte, result scfhost.Result) {
			e.read(event, result)
			e.Choice = explain(w.function.settings.Load().Templates, e.Log, event)
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
	e.failed = result.Failed
	e.Log, e.LogLine, e.Printed = parseLog(result.Stdout)
	for line := range strings.Lines(result.Stderr) {
		e.Printed = append(e.Printed, strings.TrimSuffix(line, "\n"))
	}
	e.Outcome, e.Code, e.Hint = e.word(), e.Log.TencentCode, e.Log.Hint
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
	w.requests++
	e.Number = w.requests
	w.last = e
	w.changeLocked()
	w.mu.Unlock()
	w.journal.exchange(e)
}

// arrivals lets the phone show an SMS as soon as the cloud has sent it, until the function that it returns is called:
// the answer to the caller may take seconds more, or never come.
func (w *workbench) arrivals(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	cloud := w.function.sim.Cloud
	before := cloud.Count(cloudsim.SendSms)
	go func() {
		if cloud.Await(ctx, cloudsim.SendSms, before+1) == nil {
			w.change()
		}
	}()
	return cancel
}

// reloaded notes what came of a change in the sources.
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

func (w *workbench) changeLocked() {
	close(w.changed)
	w.changed = make(chan struct{})
}
