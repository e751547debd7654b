package tencent

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"syscall"
	"time"
)

const (
	// maxAnswer bounds the memory an answer can take. Tencent's are below 1 KiB, SSM's below 64 KiB.
	maxAnswer = 1 << 20

	// connectTimeout bounds TCP and TLS together, so that a second attempt still fits into the time budget.
	connectTimeout = 2500 * time.Millisecond

	// maxIdle is the longest time a connection may have been idle and still be used. A connection that the network
	// forgot without a word looks alive; those that do so after less than 20 seconds are not known.
	maxIdle = 15 * time.Second
)

var (
	errRedirect = errors.New("redirect refused")
	errEncoding = errors.New("answer in an encoding nobody asked for")
	errTooLarge = errors.New("answer too large")
	errStale    = errors.New("connection idle for too long")
	errGone     = errors.New("connection closed while idle")
)

// Transport carries the requests of a process to Tencent Cloud over connections that outlive a single call. It is made
// once and shared, also by several goroutines: a client of its own for every key would cost a handshake each.
//
// What it promises beyond [http.Transport]:
//   - An error from RoundTrip tells whether a byte of the request left this process (see [Error.NotSent]).
//   - A request is written only to a connection that was just made, or that is known to be alive: the platform freezes
//     instances between events, and servers close or forget connections meanwhile.
//   - No redirect is followed, no answer is longer than 1 MiB, and the body is read before RoundTrip returns.
//
// Proxy settings of the environment are not used: nobody sets them for a function, and a proxy would see who signs in.
type Transport struct {
	pool http.Transport
	tls  *tls.Config
	now  func() time.Time
}

// NewTransport returns a Transport that trusts the system's root certificates.
func NewTransport() *Transport {
	t := &Transport{
		tls: &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(8)},
		now: time.Now,
	}
	t.pool.DialContext = t.dial
	t.pool.DialTLSContext = t.dialTLS // HTTP/1.1 only: its connections can be asked whether they are alive
	t.pool.IdleConnTimeout = maxIdle
	t.pool.MaxIdleConnsPerHost = 4
	t.pool.MaxResponseHeaderBytes = 64 << 10
	return t
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var used *conn
	var before int64
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		used, _ = info.Conn.(*conn)
		before = used.writes.Load()
	}})
	resp, err := t.pool.RoundTrip(req.WithContext(ctx))
	if err != nil {
		if used == nil || used.writes.Load() == before {
			return nil, &notSentError{err}
		}
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 3 {
		return nil, errRedirect
	}
	// The SDK would unpack it without limit.
	if resp.Header.Get("Content-Encoding") != "" {
		return nil, errEncoding
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	return t.connect(ctx, network, address)
}

func (t *Transport) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c, err := t.connect(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := t.tls.Clone()
	config.ServerName, _, err = net.SplitHostPort(address)
	if err != nil {
		c.Close()
		return nil, err
	}
	secure := tls.Client(c.Conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	c.Conn = secure
	return c, nil
}

func (t *Transport) connect(ctx context.Context, network, address string) (*conn, error) {
	var dialer net.Dialer
	tcp, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	socket, err := tcp.(syscall.Conn).SyscallConn()
	if err != nil {
		tcp.Close()
		return nil, err
	}
	return &conn{Conn: tcp, socket: socket, now: t.now}, nil
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
	for _, known := range []error{errRedirect, errEncoding, errTooLarge, errStale, errGone} {
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
