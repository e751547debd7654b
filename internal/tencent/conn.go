package tencent

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// link is a connection that carries one request after another, and can be asked whether it is still alive.
type link struct {
	*http.ClientConn
	conn *conn
	used bool // it has carried a request
}

// conn is what a link's bytes pass through.
type conn struct {
	net.Conn                 // TCP, or TLS over it
	socket   syscall.RawConn // the TCP socket below
	now      func() time.Time

	writes  atomic.Int64 // writes begun: unchanged means that not one byte was sent
	reading atomic.Bool  // a Read is under way: whoever reads has no byte left of what came before
	last    atomic.Int64 // time of the last byte in either direction, by the wall clock, in ns: a frozen machine's monotonic clock may stand still
}

func (c *conn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	c.last.Store(c.now().UnixNano())
	return c.Conn.Write(p)
}

func (c *conn) Read(p []byte) (int, error) {
	c.reading.Store(true)
	n, err := c.Conn.Read(p)
	c.reading.Store(false)
	if n > 0 {
		c.last.Store(c.now().UnixNano())
	}
	return n, err
}

// alive reports whether a request may be written to an idle link.
func (l *link) alive(now time.Time) bool {
	idle := now.UnixNano() - l.conn.last.Load()
	if idle < 0 || idle >= int64(maxIdle) {
		return false
	}
	// What came with the last answer or behind it is still to be read while net/http doesn't wait for more: it may be the
	// connection's end, or the answer to a request that nobody made and the next one would get. And a server greets a new
	// TLS connection with session tickets, which net/http is about to read. Either takes no more than a moment.
	for range 100 {
		reading, quiet := l.conn.reading.Load(), quiet(l.conn.socket)
		if l.Err() != nil || reading && !quiet && l.used {
			return false
		}
		if reading && quiet {
			return true
		}
		time.Sleep(100 * time.Microsecond)
	}
	return false
}

// open makes a new link.
func (t *Transport) open(ctx context.Context, e Endpoint) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	l := &link{}
	// http.Transport makes single connections too, and this way each knows the socket below it.
	maker := http.Transport{
		MaxResponseHeaderBytes: 64 << 10,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return l.dial(ctx, t, network, address)
		},
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return l.dialTLS(ctx, t, network, address)
		},
	}
	var err error
	if l.ClientConn, err = maker.NewClientConn(ctx, e.Scheme, e.address()); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *link) dial(ctx context.Context, t *Transport, network, address string) (net.Conn, error) {
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
	l.conn = &conn{Conn: tcp, socket: socket, now: t.now}
	l.conn.last.Store(t.now().UnixNano())
	return l.conn, nil
}

func (l *link) dialTLS(ctx context.Context, t *Transport, network, address string) (net.Conn, error) {
	tcp, err := l.dial(ctx, t, network, address)
	if err != nil {
		return nil, err
	}
	config := t.tls.Clone()
	if config.RootCAs == nil {
		config.RootCAs = t.roots()
	}
	config.ServerName, _, _ = net.SplitHostPort(address)
	secure := tls.Client(l.conn.Conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		tcp.Close()
		return nil, err
	}
	l.conn.Conn = secure
	return l.conn, nil
}
