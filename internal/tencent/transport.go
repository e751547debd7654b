package tencent

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	// maxAnswer bounds the memory an answer can take. Tencent's are below 1 KiB, SSM's below 64 KiB.
	maxAnswer = 1 << 20

	// connectTimeout bounds TCP and TLS together, so that a second attempt still fits into the time budget.
	connectTimeout = 2500 * time.Millisecond

	// openPatience is how long a request waits for the connection that Open is making before it makes its own: a first
	// packet that is lost is sent again only after a second.
	openPatience = time.Second

	// maxIdleLinks bounds the connections kept for one origin. An instance handles one event at a time and needs one.
	maxIdleLinks = 4

	// maxIdle is the longest time a connection may have been idle and still be used. One that the network forgot without
	// a word looks alive, and networks are known to forget after 20 seconds and more.
	maxIdle = 15 * time.Second
)

var (
	errRedirect = errors.New("redirect refused")
	errSwitch   = errors.New("another protocol refused")
	errEncoding = errors.New("answer in an encoding nobody asked for")
	errTooLarge = errors.New("answer too large")
)

// Transport carries the requests of a process to Tencent Cloud over connections that outlive a single call. It is made
// once and shared, also by several goroutines: a client of its own for every key would cost a handshake each.
//
// What it promises beyond [http.Transport]:
//   - An error from RoundTrip tells whether a byte of the request left this process (see [Error.NotSent]).
//   - A request is written only to a connection that was just made, or that is known to be alive: the platform freezes
//     instances between events, and servers close or forget connections meanwhile. http.Transport finds out afterwards,
//     when nobody can tell any more whether the request arrived.
//   - No redirect is followed, no answer is longer than 1 MiB, and the body is read before RoundTrip returns.
//   - A connection can be opened before there is a request for it.
//
// It speaks HTTP/1.1. Proxy settings of the environment are not used: nobody sets them for a function, and a proxy would
// see who signs in.
type Transport struct {
	tls   *tls.Config
	roots func() *x509.CertPool // whom tls trusts, unless it says itself; read at the first handshake
	now   func() time.Time

	mu      sync.Mutex          // guards what follows
	idle    map[string][]*link  // :: origin → connections without a request, the last used at the end
	opening map[string]*opening // :: origin → the connection that Open is making
}

// opening is a connection that is being made before there is a request for it.
type opening struct {
	began time.Time
	done  chan struct{} // closed when the connection is idle, or has failed
}

// NewTransport returns a Transport that trusts the system's root certificates.
func NewTransport() *Transport {
	return &Transport{
		// A connection made anew after a pause costs less when its session is resumed.
		tls:     &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(8)},
		roots:   sync.OnceValue(readRoots),
		now:     time.Now,
		idle:    map[string][]*link{},
		opening: map[string]*opening{},
	}
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	origin := Endpoint{req.URL.Scheme, req.URL.Host}
	l, err := t.take(req.Context(), origin)
	if err != nil {
		if req.Body != nil {
			req.Body.Close() // as http.RoundTripper demands
		}
		return nil, &notSentError{err}
	}
	before := l.conn.writes.Load()
	resp, err := l.RoundTrip(req)
	if err == nil {
		err = readAll(resp)
	}
	if err != nil {
		l.Close()
		if l.conn.writes.Load() == before {
			return nil, &notSentError{err}
		}
		return nil, err
	}
	l.used = true
	t.put(origin, l)
	return resp, nil
}

// Open opens a connection to e without sending a request over it, and returns at once. A request that comes later finds it
// ready, or waits for it up to a second; if that is not enough, or opening fails, the request opens its own.
func (t *Transport) Open(e Endpoint) {
	origin := e.origin()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.opening[origin] != nil {
		return
	}
	o := &opening{began: t.now(), done: make(chan struct{})}
	t.opening[origin] = o
	go func() {
		// Taking the connection that is there, if it is alive, and putting it back is opening it too.
		l, err := t.reuse(origin), error(nil)
		if l == nil {
			l, err = t.open(context.Background(), e)
		}
		if err == nil {
			t.put(e, l)
		}
		t.mu.Lock()
		delete(t.opening, origin)
		t.mu.Unlock()
		close(o.done)
	}()
}

// CloseIdleConnections closes the connections that carry no request. It waits for those that are being opened, so that
// none is left behind.
func (t *Transport) CloseIdleConnections() {
	for {
		o := t.closeIdle()
		if o == nil {
			return
		}
		<-o.done
	}
}

// closeIdle closes the idle connections, and returns one that is being opened, if there is any.
func (t *Transport) closeIdle() *opening {
	t.mu.Lock()
	defer t.mu.Unlock()
	for origin, links := range t.idle {
		for _, l := range links {
			l.Close()
		}
		delete(t.idle, origin)
	}
	for _, o := range t.opening {
		return o
	}
	return nil
}

// take returns a connection that a request may be written to.
func (t *Transport) take(ctx context.Context, e Endpoint) (*link, error) {
	origin := e.origin()
	for {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Looked at before the idle ones: Open makes its connection an idle one first, and is done then.
		t.mu.Lock()
		o := t.opening[origin]
		t.mu.Unlock()
		if l := t.reuse(origin); l != nil {
			return l, nil
		}
		if o == nil || !o.wait(ctx, t.now()) {
			return t.open(ctx, e)
		}
	}
}

// wait waits for the connection and reports whether it came to an end, this way or that, or ctx did. It has no patience
// with one that was begun before the process was frozen: that one's timeout may have stood still.
func (o *opening) wait(ctx context.Context, now time.Time) bool {
	age := now.Round(0).Sub(o.began.Round(0)) // by the wall clock
	if age < 0 || age >= openPatience {
		return false
	}
	timer := time.NewTimer(openPatience - age)
	defer timer.Stop()
	select {
	case <-o.done:
	case <-ctx.Done():
	case <-timer.C:
		return false
	}
	return true
}

// reuse takes the idle connection that was used last, and closes those it finds dead. It returns nil if none is alive.
func (t *Transport) reuse(origin string) *link {
	for {
		t.mu.Lock()
		links := t.idle[origin]
		if len(links) == 0 {
			t.mu.Unlock()
			return nil
		}
		l := links[len(links)-1]
		t.idle[origin] = links[:len(links)-1]
		t.mu.Unlock()
		if l.alive(t.now()) {
			return l
		}
		l.Close()
	}
}

// put keeps a connection for the next request.
func (t *Transport) put(e Endpoint, l *link) {
	origin := e.origin()
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.Err() != nil {
		l.Close()
		return
	}
	links := t.idle[origin]
	if len(links) >= maxIdleLinks { // the oldest is the likeliest to be dead
		links[0].Close()
		links = links[1:]
	}
	t.idle[origin] = append(links, l)
}

// readAll puts the whole body into the answer, or says why it can't be used.
func readAll(resp *http.Response) error {
	defer resp.Body.Close()
	switch {
	case resp.StatusCode/100 == 3:
		return errRedirect
	case resp.StatusCode == http.StatusSwitchingProtocols: // its body is the connection itself, and knows no deadline
		return errSwitch
	}
	// The SDK would unpack it without limit.
	if resp.Header.Get("Content-Encoding") != "" {
		return errEncoding
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return err
	}
	if len(body) > maxAnswer {
		return errTooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// notSentError is the error of a request of which no byte was written.
type notSentError struct{ cause error }

func (e *notSentError) Error() string { return "not sent: " + e.cause.Error() }
func (e *notSentError) Unwrap() error { return e.cause }

// reason names a network error in words that hold no address, no header and no body.
func reason(err error) string {
	var dns *net.DNSError
	var unverified *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	for _, known := range []error{errRedirect, errSwitch, errEncoding, errTooLarge} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	switch {
	case errors.As(err, &dns):
		return "name not resolved"
	case errors.As(err, &unverified):
		return "certificate not trusted"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	default:
		return "network error"
	}
}
