package cloudsim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Kind says what a request meets.
type Kind string

// The kinds of faults. Those called unsent change nothing in the cloud; those
// called sent are processed first, so that an accepted message is in the outbox
// although its sender never learns it.
//
// "Read" means read by the handler. The headers always are by the time it runs,
// and so may be a small body; for a connection that ends before anything is read
// see [Server.BreakTLS].
const (
	Behave      Kind = ""             // no fault
	Error       Kind = "error"        // an outer error with Code; unsent, and nothing of the request is checked
	Refuse      Kind = "refuse"       // SendSms: every number is refused with Code, if the request is otherwise in order; else like Error
	HTTP        Kind = "http"         // an HTTP answer with Status (default 502) and Body, as from a proxy; unsent
	Body        Kind = "body"         // HTTP 200 with just this Body; unsent
	Redirect    Kind = "redirect"     // Status (default 307) with Location; unsent
	ResetEarly  Kind = "reset-early"  // RST before the body is read; unsent
	ResetUnsent Kind = "reset-unsent" // RST once the request is read; unsent
	ResetSent   Kind = "reset-sent"   // RST instead of an answer; sent
	EOFSent     Kind = "eof-sent"     // FIN instead of an answer; sent
	HangUnsent  Kind = "hang-unsent"  // no answer until the client leaves or the server closes; unsent
	HangSent    Kind = "hang-sent"    // the same; sent
	Slow        Kind = "slow"         // the answer comes byte by byte over Delay, or without end if that is 0; sent
	Cut         Kind = "cut"          // half of the answer, then FIN; sent
	Huge        Kind = "huge"         // the answer with 4 MiB of blanks inside; sent
	Delay       Kind = "delay"        // behaves after Delay; unsent if the client has left by then
)

// padding is the size of a Huge answer's blanks.
const padding = 4 << 20

func (k Kind) known() bool {
	return slices.Contains([]Kind{Behave, Error, Refuse, HTTP, Body, Redirect, ResetEarly, ResetUnsent, ResetSent,
		EOFSent, HangUnsent, HangSent, Slow, Cut, Huge, Delay}, k)
}

// Fault is a Kind with its particulars. The zero Fault behaves.
type Fault struct {
	Kind     Kind          `json:"kind,omitempty"`
	Code     string        `json:"code,omitempty"`    // default InternalError
	Message  string        `json:"message,omitempty"` // default: what goes with Code
	Status   int           `json:"status,omitempty"`
	Body     string        `json:"body,omitempty"`
	Location string        `json:"location,omitempty"`
	Delay    time.Duration `json:"-"` // in JSON "delay", a text like "2s"; network time, not Config.Now

	due bool // scripted or standing, not a number's own
}

// jsonFault is a Fault with its delay as a text.
type jsonFault struct {
	plainFault
	Delay string `json:"delay,omitempty"`
}

type plainFault Fault

// MarshalJSON writes the delay as a text.
func (f Fault) MarshalJSON() ([]byte, error) {
	j := jsonFault{plainFault: plainFault(f)}
	if f.Delay != 0 {
		j.Delay = f.Delay.String()
	}
	return json.Marshal(j)
}

// UnmarshalJSON refuses fields and kinds it doesn't know.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var j jsonFault
	if err := strictJSON(data, &j); err != nil {
		return err
	}
	if !j.Kind.known() {
		return fmt.Errorf("there is no fault of kind %q", j.Kind)
	}
	if j.Status != 0 && (j.Status < 200 || j.Status > 599) {
		return fmt.Errorf("%d is no final HTTP status", j.Status)
	}
	*f = Fault(j.plainFault)
	if j.Delay == "" {
		return nil
	}
	delay, err := time.ParseDuration(j.Delay)
	f.Delay = delay
	return err
}

func (f Fault) apiError() *apiError {
	code := cmp.Or(f.Code, "InternalError")
	return &apiError{code, cmp.Or(f.Message, messageOf(code))}
}

// answers reports whether a processed request gets a whole answer.
func (f Fault) answers() bool {
	return slices.Contains([]Kind{Behave, Delay, Huge}, f.Kind) || f.Kind == Slow && f.Delay > 0
}

// Script makes the next requests of the action meet the faults, one each, after
// those scripted before. The zero Fault means: behave. A scripted fault comes
// before a standing one and before those of [Account.Numbers].
func (c *Cloud) Script(action string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range faults {
		f.due = true
		c.scripted[action] = append(c.scripted[action], f)
	}
}

// Always makes every request of the action meet the fault until it is called
// with nil. Reset doesn't end it.
func (c *Cloud) Always(action string, fault *Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if fault == nil {
		delete(c.standing, action)
		return
	}
	f := *fault
	f.due = true
	c.standing[action] = f
}

// magic returns the fault that a number of the request asks for. A request the
// gateway would refuse is nobody's, and asks for nothing. Refusals concern one
// number, not the request; sending looks after them.
func (c *Cloud) magic(q *call) Fault {
	if q.action != SendSms {
		return Fault{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.gatewayLocked(q); err != nil {
		return Fault{}
	}
	p, err := parseSend(q.body)
	if err != nil {
		return Fault{}
	}
	for _, number := range p["PhoneNumberSet"] {
		e164, _ := parseNumber(number)
		if f := c.account.Numbers[e164]; f.Kind != Behave && f.Kind != Refuse {
			return f
		}
	}
	return Fault{}
}

// meet answers the request as the fault wants.
func (c *Cloud) meet(w http.ResponseWriter, q *call, f Fault) {
	gone := q.http.Context().Done()
	switch f.Kind {
	case Behave, Error, Refuse:
		answer(w, http.StatusOK, "application/json", c.process(q, f))

	case HTTP:
		c.settle(q, "")
		answer(w, cmp.Or(f.Status, http.StatusBadGateway), "text/html; charset=utf-8", []byte(f.Body))
	case Body:
		c.settle(q, "")
		answer(w, http.StatusOK, "application/json", []byte(f.Body))
	case Redirect:
		c.settle(q, "")
		w.Header().Set("Location", cmp.Or(f.Location, "/"))
		w.WriteHeader(cmp.Or(f.Status, http.StatusTemporaryRedirect))

	case ResetEarly, ResetUnsent: // a number's reset-early is known only now
		c.settle(q, "")
		sever(w, true)
	case ResetSent:
		c.process(q, f)
		sever(w, true)
	case EOFSent:
		c.process(q, f)
		sever(w, false)

	case HangUnsent:
		c.settle(q, "")
		<-gone
		sever(w, false)
	case HangSent:
		c.process(q, f)
		<-gone
		sever(w, false)
	case Delay:
		if !pause(gone, f.Delay) {
			c.settle(q, "")
			sever(w, false)
			return
		}
		answer(w, http.StatusOK, "application/json", c.process(q, f))

	case Slow:
		trickle(w, gone, c.process(q, f), f.Delay)
	case Cut:
		cut(w, c.process(q, f))
	case Huge:
		body := c.process(q, f)
		blanks := bytes.Repeat([]byte{' '}, padding)
		answer(w, http.StatusOK, "application/json", slices.Concat(body[:1], blanks, body[1:])) // after the first brace

	default:
		c.settle(q, "")
		answer(w, http.StatusNotImplemented, "text/plain", []byte("cloudsim: there is no fault of kind "+strconv.Quote(string(f.Kind))))
	}
}

func answer(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(body) // a client that left is no concern of the server
}

// pause waits and reports whether the client is still there.
func pause(gone <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-gone:
		return false
	}
}

// trickle writes the body byte by byte over d. If d is 0 it never comes to the
// end: blanks are allowed after the first brace of a JSON text.
func trickle(w http.ResponseWriter, gone <-chan struct{}, body []byte, d time.Duration) {
	w.Header().Set("Content-Type", "application/json")
	flush := http.NewResponseController(w).Flush
	gap := d / time.Duration(len(body))
	next := func(i int) []byte { return body[i : i+1] }
	if d == 0 {
		gap = 10 * time.Millisecond
		next = func(i int) []byte { return []byte{"{ "[min(i, 1)]} }
	}
	for i := 0; d == 0 || i < len(body); i++ {
		w.Write(next(i))
		if flush() != nil || !pause(gone, gap) {
			sever(w, false)
			return
		}
	}
}

// cut promises the whole body, writes half of it, and ends the connection.
func cut(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body[:len(body)/2])
	http.NewResponseController(w).Flush()
	sever(w, false)
}

// sever ends the connection without a further byte, with RST or with FIN.
func sever(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // no HTTP/1 connection to take: net/http ends the stream
	}
	closeConn(conn, reset)
}

// closeConn closes a connection, TLS or not. TLS would say goodbye first, so a
// reset goes to the socket below it.
func closeConn(conn net.Conn, reset bool) {
	if !reset {
		conn.Close()
		return
	}
	for {
		below, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = below.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // close sends RST
	}
	conn.Close()
}
