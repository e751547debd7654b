package liveconn

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// maxAnswer bounds the memory an answer can take. The APIs used here answer with less than 64 KiB.
const maxAnswer = 1 << 20

// Transport carries HTTP requests over connections that outlive a single call. It is made once and
// shared, also by several goroutines: a transport for every client would cost a handshake each.
//
// What it promises beyond [http.Transport]:
//   - An error from RoundTrip tells whether a byte of the request left this process ([NotSent]),
//     and whether the whole answer came ([Ended]).
//   - A request is written only to a connection that was just made, or that is known to be alive.
//     http.Transport finds out afterwards, when nobody can tell whether the request arrived.
//   - No redirect is followed, no answer is longer than 1 MiB, and the body is read before
//     RoundTrip returns.
//   - A connection can be opened before there is a request for it.
//
// It speaks HTTP/1.1. It ignores proxy settings in the environment: nobody sets them for a
// function, and a proxy would see who signs in. net/http writes bytes that a server sends unasked
// to package log; [Discreet] drops them.
type Transport struct {
	// Dialer makes the connections. Clients of other protocols may share it, and with it the root
	// certificates and TLS sessions.
	Dialer *Dialer

	openPatience time.Duration // a constant but in tests

	mu      sync.Mutex               // guards what follows
	idle    map[origin][]*pooledConn // without a request, the last used at the end
	opening map[origin]*opening      // the connection that Open is making
}

// origin is what one connection leads to.
type origin struct {
	scheme  string // "http" or "https"
	address string // host:port
}

// originOf completes host[:port] with the scheme's port.
func originOf(scheme, host string) origin {
	u := url.URL{Host: host}
	port := u.Port()
	switch {
	case port != "":
	case scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return origin{scheme, net.JoinHostPort(u.Hostname(), port)}
}

// pooledConn is a connection that carries one request after another.
type pooledConn struct {
	*http.ClientConn
	conn *Conn
}

// NewTransport returns a Transport that trusts the system's root certificates.
func NewTransport() *Transport {
	return &Transport{
		Dialer:       NewDialer(),
		openPatience: openPatience,
		idle:         map[origin][]*pooledConn{},
		opening:      map[origin]*opening{},
	}
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	to := originOf(req.URL.Scheme, req.URL.Host)
	p, err := t.take(req.Context(), to)
	if err != nil {
		if req.Body != nil {
			req.Body.Close() // as http.RoundTripper demands
		}
		return nil, &notSentError{err}
	}
	before := p.conn.writes.Load()
	resp, err := p.RoundTrip(req)
	if err == nil {
		err = readAll(resp)
	}
	if err != nil {
		// net/http takes an answer that was cut within a header for a malformed one. One that came
		// and can't be used may have ended the connection, too: the server closed it behind that.
		ended := p.conn.ended.Load() && !unusable(err)
		p.Close()
		switch {
		case p.conn.writes.Load() == before:
			return nil, &notSentError{err}
		case ended:
			return nil, &endedError{err}
		}
		return nil, err
	}
	t.put(to, p)
	return resp, nil
}

// readAll reads the whole body, or says why the answer can't be used.
func readAll(resp *http.Response) error {
	defer resp.Body.Close()
	switch {
	case resp.StatusCode/100 == 3:
		return errRedirect
	case resp.StatusCode == http.StatusSwitchingProtocols:
		return errSwitch // its body is the connection itself, which knows no deadline
	case resp.Header.Get("Content-Encoding") != "":
		return errEncoding // a caller such as Tencent's SDK would unpack it without limit
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

// connect makes a new connection.
func (t *Transport) connect(ctx context.Context, to origin) (*pooledConn, error) {
	p := &pooledConn{}
	track := func(c *Conn, err error) (net.Conn, error) {
		if err != nil {
			return nil, err
		}
		c.hasReader = true
		p.conn = c
		return c, nil
	}
	// http.Transport makes single connections too, and this way we know the one it uses.
	single := http.Transport{
		MaxResponseHeaderBytes: 64 << 10,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return track(t.Dialer.Dial(ctx, address))
		},
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return track(t.Dialer.DialTLS(ctx, address))
		},
	}
	var err error
	if p.ClientConn, err = single.NewClientConn(ctx, to.scheme, to.address); err != nil {
		return nil, err
	}
	return p, nil
}
