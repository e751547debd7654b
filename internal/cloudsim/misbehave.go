package cloudsim

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// padding is the size of a Huge answer's blanks.
const padding = 4 << 20

// serve answers the request as the fault wants.
func (c *Cloud) serve(w http.ResponseWriter, q *call) {
	f, gone := q.fault, q.http.Context().Done()
	if f.Kind == Delay && !pause(gone, f.Delay) {
		c.decide(q)
		sever(w, false)
		return
	}
	var body []byte
	if slices.Contains(sentKinds, f.Kind) {
		body = c.process(q)
	} else {
		c.decide(q)
	}
	switch f.Kind {
	case Behave, Error, Refuse, Delay:
		answer(w, http.StatusOK, "application/json", body)
	case HTTP:
		status := cmp.Or(f.Status, http.StatusBadGateway)
		answer(w, status, "text/html; charset=utf-8", []byte(f.Body))
	case Body:
		answer(w, http.StatusOK, "application/json", []byte(f.Body))
	case Redirect:
		w.Header().Set("Location", cmp.Or(f.Location, "/"))
		w.WriteHeader(cmp.Or(f.Status, http.StatusTemporaryRedirect))
	case ResetEarly, ResetUnsent, ResetSent: // of a number, reset-early is known only now
		sever(w, true)
	case EOFSent:
		sever(w, false)
	case HangUnsent, HangSent:
		<-gone
		sever(w, false)
	case Slow:
		trickle(w, gone, body, f.Delay)
	case Cut: // announces the whole body and writes half of it
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		answer(w, http.StatusOK, "application/json", body[:len(body)/2])
		http.NewResponseController(w).Flush()
		sever(w, false)
	case Huge:
		blanks := bytes.Repeat([]byte{' '}, padding)
		body = slices.Concat(body[:1], blanks, body[1:]) // after the first brace
		answer(w, http.StatusOK, "application/json", body)
	default:
		text := fmt.Sprintf("cloudsim: there is no fault of kind %q", f.Kind)
		answer(w, http.StatusNotImplemented, "text/plain", []byte(text))
	}
}

func answer(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(body) // fails if the client has left, which is its own affair
}

// pause waits for d and reports whether the client is still there.
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

// trickle writes the body byte by byte over d. If d is 0 it writes blanks after the first brace,
// which JSON allows, and never ends.
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

// sever ends the connection without a further byte, with RST or with FIN.
func sever(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not HTTP/1: net/http ends the stream
	}
	closeConn(conn, reset)
}

// closeConn closes a connection, TLS or not. A reset goes to the socket below TLS, which would send
// close_notify first.
func closeConn(conn net.Conn, reset bool) {
	if !reset {
		conn.Close()
		return
	}
	if below, ok := conn.(*tls.Conn); ok {
		conn = below.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // close sends RST
	}
	conn.Close()
}
