package serve

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// requestsKept is how many requests the page can show again.
const requestsKept = 30

// brief is a request in the page's list of the last ones.
type brief struct {
	ID      int
	Time    time.Time
	Status  int    // that the caller got
	Logged  int    // that the function logged; 0 if it logged none. Supabase is told refusals by a 200
	Outcome string // in a word
	Caller  string // "" if none brought a proof
	Number  string // as far as the log tells it
	Count   int    // how many messages a call of the cloud reports on
	MS      int64
}

// view is one request as the page shows it.
type view struct {
	Last       *exchange // nil: there was none
	CountersOf string    // its number; "": it had none
	Counters   []counter // as they are now
}

func (w *workbench) view(e *exchange) (v view) {
	if e != nil {
		v.Last = e
		v.CountersOf, v.Counters = w.counters(e.Event)
	}
	return v
}

// addLocked keeps a request, and forgets one if there are too many.
func (w *workbench) addLocked(e *exchange) {
	w.count++
	e.ID = w.count
	w.requests = append(w.requests, e)
	w.requests = slices.Clone(w.requests[max(0, len(w.requests)-requestsKept):])
}

// lastLocked returns the last request of a caller, nil before the first. A report of the cloud's
// doesn't take its place.
func (w *workbench) lastLocked() *exchange {
	for _, e := range slices.Backward(w.requests) {
		if e.line.Caller != "reports" {
			return e
		}
	}
	return nil
}

// briefsLocked lists the requests, newest first.
func (w *workbench) briefsLocked() []brief {
	list := []brief{}
	for _, e := range slices.Backward(w.requests) {
		list = append(list, brief{e.ID, e.Time, e.Status, e.line.Status, e.Outcome, e.line.Caller,
			e.line.Masked(), e.line.Count, e.MS})
	}
	return list
}

// getRequest tells one of the requests that are kept.
func (w *workbench) getRequest(rw http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	w.mu.Lock()
	i := slices.IndexFunc(w.requests, func(e *exchange) bool { return e.ID == id })
	var found *exchange
	if i >= 0 {
		found = w.requests[i]
	}
	w.mu.Unlock()
	if found == nil {
		http.Error(rw, "this request is not kept any more", http.StatusNotFound)
		return
	}
	writeJSON(rw, w.view(found))
}
