package liveconn

import (
	"bufio"
	"crypto/tls"
	"io"
	"log"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/loopback"
)

// lineServer answers each line with "ok" and hands its connections to the test.
func lineServer(t *testing.T, secure bool) (address string, accepted <-chan net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	if secure {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{shows(leaf)}})
	}
	conns := make(chan net.Conn, 1)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if c, ok := c.(*tls.Conn); ok && c.Handshake() != nil {
					return
				}
				conns <- c
				for lines := bufio.NewScanner(c); lines.Scan(); {
					io.WriteString(c, "ok\n")
				}
			}()
		}
	}()
	return l.Addr().String(), conns
}

// A protocol other than HTTP, such as Redis's, has no goroutine that reads at all times.
func TestConn_Alive_withoutAReader(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		for _, tt := range []struct {
			name   string
			happen func(t *testing.T, c *Conn, server net.Conn)
			passed time.Duration
			want   bool
		}{
			{"new", func(*testing.T, *Conn, net.Conn) {}, 0, true},
			{"used", ask, 0, true},
			{"used long ago", ask, MaxIdle, false},
			{"the clock was set back", ask, -time.Hour, false},
			{"the server closed it", func(t *testing.T, c *Conn, server net.Conn) {
				ask(t, c, server)
				server.Close()
				awaitInput(c)
			}, 0, false},
			{"the server closed it unused", func(_ *testing.T, c *Conn, server net.Conn) {
				server.Close()
				awaitInput(c)
				loopback.Settle() // what awaitInput saw may have been a session ticket
			}, 0, false},
			{"unsolicited bytes", func(t *testing.T, c *Conn, server net.Conn) {
				ask(t, c, server)
				io.WriteString(server, "ok\n")
				awaitInput(c)
			}, 0, false},
			{"unsolicited bytes on a new one", func(_ *testing.T, c *Conn, server net.Conn) {
				io.WriteString(server, "ok\n")
				awaitInput(c)
				loopback.Settle() // as above
			}, 0, false},
			{"unsolicited bytes that TLS has read", func(t *testing.T, c *Conn, server net.Conn) {
				ask(t, c, server)
				io.WriteString(server, "ok\nok\n")
				_, err := io.ReadFull(c, make([]byte, 3))
				require.NoError(t, err)
			}, 0, false},
			{"we closed it", func(_ *testing.T, c *Conn, _ net.Conn) { c.Close() }, 0, false},
		} {
			t.Run(scheme(secure)+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				address, accepted := lineServer(t, secure)
				d := trusting(t, pemOf(rootA))
				dial := d.Dial
				if secure {
					dial = d.DialTLS
				}
				c, err := dial(t.Context(), address)
				require.NoError(t, err)
				defer c.Close()
				tt.happen(t, c, <-accepted)
				require.Equal(t, tt.want, c.Alive(time.Now().Add(tt.passed)))
				if tt.want {
					ask(t, c, nil)
					require.True(t, c.Alive(time.Now()), "asking does no harm")
				}
			})
		}
	}
}

// stalled is a connection whose process stands still after each deadline is set, until that is past.
type stalled struct{ net.Conn }

func (s stalled) SetReadDeadline(time.Time) error { return s.Conn.SetReadDeadline(time.Unix(1, 0)) }

// That a read timed out doesn't mean that there was nothing to read.
func TestConn_Alive_whileTheProcessStandsStill(t *testing.T) {
	t.Parallel()
	address, accepted := lineServer(t, false)
	c, err := NewDialer().Dial(t.Context(), address)
	require.NoError(t, err)
	defer c.Close()
	c.Conn = stalled{c.Conn}
	io.WriteString(<-accepted, "ok\n")
	awaitInput(c)
	require.False(t, c.Alive(time.Now()))
}

// A slow answer is a sign of life as late as it comes.
func TestConn_Alive_countsFromTheLastByteRead(t *testing.T) {
	t.Parallel()
	address, _ := lineServer(t, false)
	d, clock := NewDialer(), time.Now()
	d.now = func() time.Time { return clock }
	c, err := d.Dial(t.Context(), address)
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, "hello\n")
	require.NoError(t, err)
	clock = clock.Add(MaxIdle)
	_, err = io.ReadFull(c, make([]byte, 3))
	require.NoError(t, err)
	require.True(t, c.Alive(clock.Add(MaxIdle-1)))
	require.False(t, c.Alive(clock.Add(MaxIdle)))
}

// What a server writes on a connection before it is used may be session tickets or its farewell.
// The reader knows which once it has read it.
func TestConn_Alive_waitsForTheReader(t *testing.T) {
	t.Parallel()
	address, accepted := lineServer(t, false)
	c, err := NewDialer().Dial(t.Context(), address)
	require.NoError(t, err)
	defer c.Close()
	c.hasReader = true
	c.reading.Store(true) // it has not woken up yet
	require.True(t, c.Alive(time.Now()))
	(<-accepted).Close()
	awaitInput(c)
	require.False(t, c.Alive(time.Now()))
}

// ask sends a line and reads the answer.
func ask(t *testing.T, c *Conn, _ net.Conn) {
	_, err := io.WriteString(c, "hello\n")
	require.NoError(t, err)
	answer := make([]byte, 3)
	_, err = io.ReadFull(c, answer)
	require.NoError(t, err)
	require.Equal(t, "ok\n", string(answer))
}

func TestDiscreet(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	n, err := Discreet(&out).Write([]byte("Unsolicited response"))
	require.NoError(t, err)
	require.Equal(t, len("Unsolicited response"), n, "as io.Writer demands")
	logger := log.New(Discreet(&out), "", 0)
	logger.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v",
		"HTTP/1.1 200 OK +8613800138000", nil)
	logger.Print("listen tcp: address 99999: invalid port")
	require.Equal(t, "listen tcp: address 99999: invalid port\n", out.String())
}
