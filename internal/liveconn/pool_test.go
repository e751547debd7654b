package liveconn

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOpen_makesTheConnectionOfTheNextRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		opened int64
		happen func(transport *Transport, s *countingServer, clock *time.Time)
	}{
		{"at once", 1, func(*Transport, *countingServer, *time.Time) {}},
		{"opened twice", 1, func(transport *Transport, s *countingServer, _ *time.Time) {
			s.open(transport)
		}},
		{"after it is there", 1, func(transport *Transport, s *countingServer, _ *time.Time) {
			await(transport, s)
		}},
		{"opened again later", 1, func(transport *Transport, s *countingServer, _ *time.Time) {
			await(transport, s)
			s.open(transport)
			await(transport, s)
		}},
		{"15 seconds later", 2, func(transport *Transport, s *countingServer, clock *time.Time) {
			await(transport, s)
			*clock = clock.Add(15 * time.Second)
		}},
		{"the server closed it", 2, func(transport *Transport, s *countingServer, _ *time.Time) {
			await(transport, s)
			s.closeUnused(transport)
		}},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(scheme(secure)+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, secure, ok)
				transport, clock := transportFor(s), time.Now()
				transport.Dialer.now = func() time.Time { return clock }

				s.open(transport)
				tt.happen(transport, s, &clock)
				require.Zero(t, s.requests.Load(), "opening sends no request")
				_, err := post(t, transport, s.URL)
				require.NoError(t, err)
				require.Equal(t, tt.opened, s.opened.Load(), "connections")
				require.EqualValues(t, 1, s.requests.Load())
			})
		}
	}
}

func TestOpen_thatFailsDoesNoHarm(t *testing.T) {
	t.Parallel()
	s := newServer(t, true, ok)
	transport := NewTransport() // doesn't trust the server
	s.open(transport)
	await(transport, s)
	transport.Dialer.roots = s.roots
	_, err := post(t, transport, s.URL)
	require.NoError(t, err)
}

func TestOpen_requestWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never shakes hands
	require.NoError(t, err)
	defer silent.Close()
	transport := NewTransport()
	transport.Open("https", silent.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = postWithin(t, ctx, transport, "https://"+silent.Addr().String())
	cause, notSent := NotSent(err)
	require.True(t, notSent)
	require.Equal(t, context.Canceled, cause)
}

func TestOpen_requestDoesNotWaitForAStuckConnection(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		passed time.Duration // by the wall clock, while Open's own timeout stands still
	}{
		{"on a bad network", time.Minute - time.Millisecond},
		{"frozen meanwhile", time.Hour},
		{"frozen meanwhile, and the clock set back", -time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, true, ok)
			// The first connection is accepted and ignored; the second leads to the server.
			deaf, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			t.Cleanup(func() { deaf.Close() })
			accepted := make(chan net.Conn, 1)
			go func() {
				first, err := deaf.Accept()
				if err != nil {
					return
				}
				accepted <- first
				s.Config.Serve(tls.NewListener(deaf, s.TLS))
			}()
			transport := transportFor(s)
			var passed atomic.Int64
			began := time.Now()
			transport.Dialer.now = func() time.Time {
				return began.Add(time.Duration(passed.Load()))
			}
			address := deaf.Addr().String()
			transport.Open("https", address)
			stuck := underway(transport, originOf("https", address))
			defer (<-accepted).Close()

			passed.Store(int64(tt.passed))
			_, err = post(t, transport, "https://"+address)
			require.NoError(t, err)
			select {
			case <-stuck.done:
				require.Fail(t, "the request waited for the end of the stuck connection")
			default:
			}
		})
	}
}

func TestOpening_waitsASecondInAll(t *testing.T) {
	t.Parallel()
	for _, age := range []time.Duration{0, 400 * time.Millisecond, time.Second - 1} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			o := &opening{began.Add(-age), openPatience, make(chan struct{})}
			require.False(t, o.wait(t.Context(), began))
			require.Equal(t, time.Second-age, time.Since(began))
		})
	}
}

func TestOpening_waitsNoLongerThanTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		o := &opening{began, openPatience, make(chan struct{})}
		require.True(t, o.wait(ctx, began))
		require.Equal(t, 300*time.Millisecond, time.Since(began))
	})
}

func TestReuse_takesTheFreshestAndClosesTheDead(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, ok)
	transport, clock := transportFor(s), time.Now()
	transport.Dialer.now = func() time.Time { return clock }
	var conns []*pooledConn
	for range 3 {
		p, err := transport.connect(t.Context(), s.origin())
		require.NoError(t, err)
		transport.put(s.origin(), p)
		conns = append(conns, p)
	}
	require.Same(t, conns[2], transport.reuse(s.origin()))
	clock = clock.Add(MaxIdle)
	require.Nil(t, transport.reuse(s.origin()))
	require.True(t, conns[0].conn.closed.Load())
	require.True(t, conns[1].conn.closed.Load())
}

func TestCloseIdleConnections(t *testing.T) {
	t.Parallel()
	var together sync.WaitGroup
	together.Add(10)
	s := newServer(t, false, func(http.ResponseWriter, *http.Request) {
		together.Done()
		together.Wait()
	})
	transport := transportFor(s)
	var senders sync.WaitGroup
	for range 10 {
		senders.Go(func() {
			_, err := post(t, transport, s.URL)
			require.NoError(t, err)
		})
	}
	senders.Wait()
	require.Len(t, transport.idle[s.origin()], maxIdleConns, "only a few are kept")
	for _, p := range transport.idle[s.origin()] {
		// net/http may have closed it, see keep.
		require.NotContains(t, fmt.Sprint(p.Err()), "ClientConn closed", "a connection that is kept")
	}
	transport.CloseIdleConnections()
	require.Empty(t, transport.idle)
}

func TestCloseIdleConnections_waitsForOpen(t *testing.T) {
	t.Parallel()
	s := newServer(t, true, ok)
	transport := transportFor(s)
	s.open(transport)
	transport.CloseIdleConnections()
	require.Empty(t, transport.opening)
	require.Empty(t, transport.idle)
	require.EqualValues(t, 1, s.opened.Load())
}

func TestPool_keepsTheFreshConnection(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, ok)
	transport, clock := transportFor(s), time.Now()
	transport.Dialer.now = func() time.Time { return clock }
	for i := range 10 {
		clock = clock.Add(time.Hour)
		s.open(transport)
		await(transport, s)
		_, err := post(t, transport, s.URL)
		require.NoError(t, err)
		require.EqualValues(t, i+1, s.opened.Load(), "one connection an hour")
	}
}

func TestOriginOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scheme, host, address string
	}{
		{"https", "example.com", "example.com:443"},
		{"http", "example.com", "example.com:80"},
		{"https", "example.com:8443", "example.com:8443"},
		{"http", "[::1]", "[::1]:80"},
		{"http", "[::1]:9001", "[::1]:9001"},
	} {
		require.Equal(t, origin{tt.scheme, tt.address}, originOf(tt.scheme, tt.host))
	}
}

// await waits until the connection that is being opened is there, or has failed.
func await(transport *Transport, s *countingServer) {
	if o := underway(transport, s.origin()); o != nil {
		<-o.done
	}
}

func underway(transport *Transport, to origin) *opening {
	transport.mu.Lock()
	defer transport.mu.Unlock()
	return transport.opening[to]
}
