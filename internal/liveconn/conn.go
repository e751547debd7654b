// Package liveconn holds connections that are known to be alive before a request is written to
// them.
//
// A serverless platform freezes an instance between two events, for seconds or hours, and servers
// and networks end connections meanwhile. A client that finds this out by writing a request can't
// tell whether the request arrived, so it can neither repeat it nor give it up. A [Conn] is asked
// first; [Transport] does so for HTTP.
package liveconn

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// MaxIdle is the longest time a connection may have been idle and still count as alive. A
// connection that the network forgot looks alive, and networks are known to forget after 20 seconds
// and more. So a kept connection helps only a request within 15 s of the last one.
const MaxIdle = 15 * time.Second

// Conn is a TCP connection, or TLS over one, that can tell whether it is alive. A [Dialer] makes
// it.
type Conn struct {
	net.Conn
	socket    syscall.RawConn // the TCP socket below
	now       func() time.Time
	patience  time.Duration
	hasReader bool // a goroutine of the owner, such as that of net/http, waits in Read at all times

	writes  atomic.Int64 // writes begun: unchanged means that not one byte was sent
	reading atomic.Bool  // a Read is under way: its caller has used up what came before
	closed  atomic.Bool
	ended   atomic.Bool // a Read or a Write failed

	// last is when the last byte went either way, in ns of Unix time: the wall clock, because the
	// monotonic clock of a frozen machine may stand still.
	last atomic.Int64
}

// Write implements [net.Conn].
func (c *Conn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	c.last.Store(c.now().UnixNano())
	n, err := c.Conn.Write(p)
	if err != nil {
		c.ended.Store(true)
	}
	return n, err
}

// Read implements [net.Conn].
func (c *Conn) Read(p []byte) (int, error) {
	c.reading.Store(true)
	n, err := c.Conn.Read(p)
	c.reading.Store(false)
	if n > 0 {
		c.last.Store(c.now().UnixNano())
	}
	if err != nil {
		c.ended.Store(true)
	}
	return n, err
}

// Close implements [net.Conn].
func (c *Conn) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}

// Alive reports whether a request may be written to c. The caller must have read the last response
// to its end. A connection is not alive if it was idle for [MaxIdle], if the clock was set back, if
// the other side closed or reset it, or if bytes came that nobody asked for: the next request would
// take them for its response. Alive takes 10 ms at most. A connection that isn't alive should be
// closed.
func (c *Conn) Alive(now time.Time) bool {
	idle := now.UnixNano() - c.last.Load()
	if idle < 0 || idle >= int64(MaxIdle) {
		return false
	}
	if c.hasReader {
		return c.readerWaits()
	}
	return c.nothingToRead()
}

const (
	patience = 10 * time.Millisecond // how long Alive waits for TLS session tickets to be read
	interval = patience / 100
)

// readerWaits reports whether the owner's reader has used up all bytes and waits on an empty
// socket.
func (c *Conn) readerWaits() bool {
	// The reader may not be back in Read yet; until it is, unread bytes may be FIN or an
	// unsolicited response. And a server greets a new TLS connection with session tickets. Read
	// can't signal through a channel that these are read: crypto/tls reads them without returning
	// to us.
	for range c.patience / interval {
		reading, empty := c.reading.Load(), openAndEmpty(c.socket)
		switch {
		case c.closed.Load(), reading && !empty && c.writes.Load() > 0:
			return false
		case reading && empty:
			return true
		}
		time.Sleep(interval)
	}
	return false
}

// nothingToRead reports whether neither the socket nor TLS above it holds a byte, by trying to
// read.
func (c *Conn) nothingToRead() bool {
	for range c.patience / interval {
		empty := openAndEmpty(c.socket)
		deadline := time.Unix(1, 0) // past: TLS hands out what it holds, and nothing waits
		if !empty {
			if c.writes.Load() > 0 {
				return false
			}
			// Session tickets: crypto/tls reads and keeps them, unless the process stood still until
			// the deadline. Then they, or whatever it is, are still there.
			deadline = time.Now().Add(interval)
		}
		if c.Conn.SetReadDeadline(deadline) != nil {
			return false
		}
		_, err := c.Conn.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return false
		}
		if empty {
			return c.Conn.SetReadDeadline(time.Time{}) == nil
		}
	}
	return false
}
