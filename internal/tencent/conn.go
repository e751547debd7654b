package tencent

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// conn is a connection that looks before it speaks. net/http takes a connection from its pool and writes to it; whether
// the other side closed it while this process was frozen, net/http finds out afterwards, when it can no longer tell
// whether the request arrived. A conn finds out before the first byte, and net/http then takes another connection
// (errors with nothing written are the one case in which it sends a POST again by itself).
type conn struct {
	net.Conn                 // TCP, or TLS over it
	socket   syscall.RawConn // the TCP socket below
	now      func() time.Time

	writes atomic.Int64 // writes begun: unchanged means that not one byte was sent
	idle   atomic.Bool  // an answer was read and no request written since
	used   atomic.Int64 // time of the last byte in either direction, by the wall clock, in ns: a frozen machine's monotonic clock may stand still
}

func (c *conn) Write(p []byte) (int, error) {
	if c.idle.Swap(false) {
		if err := c.alive(); err != nil {
			return 0, err
		}
	}
	c.writes.Add(1)
	c.used.Store(c.now().UnixNano())
	return c.Conn.Write(p)
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.used.Store(c.now().UnixNano())
		c.idle.Store(true)
	}
	return n, err
}

// alive returns nil if a request may be written to c.
func (c *conn) alive() error {
	idle := c.now().UnixNano() - c.used.Load()
	if idle < 0 || idle >= int64(maxIdle) {
		return errStale
	}
	if !quiet(c.socket) {
		return errGone
	}
	return nil
}
