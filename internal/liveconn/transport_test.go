package liveconn

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// countingServer is a server that knows its connections.
type countingServer struct {
	*httptest.Server
	opened, requests atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]http.ConnState
}

func newServer(t *testing.T, secure bool, handle http.HandlerFunc) *countingServer {
	s := &countingServer{conns: map[net.Conn]http.ConnState{}}
	count := func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handle(w, r)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(count))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if state == http.StateNew {
			s.opened.Add(1)
		}
		s.conns[c] = state
	}
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// closeIdle ends the idle connections, with FIN or with RST.
func (s *countingServer) closeIdle(t *Transport, reset bool) {
	s.closeConns(t, reset, http.StateIdle)
}

// closeUnused ends the connections that have not carried a request.
func (s *countingServer) closeUnused(t *Transport) {
	s.closeConns(t, false, http.StateNew, http.StateActive)
}

// closeConns closes the connections in one of the states, and waits until there is one, and until
// the client's sockets know of it: on a busy machine even loopback takes a moment.
func (s *countingServer) closeConns(t *Transport, reset bool, states ...http.ConnState) {
	for done := false; !done; runtime.Gosched() {
		s.mu.Lock()
		for c, state := range s.conns {
			if !slices.Contains(states, state) {
				continue
			}
			raw := c
			if secure, ok := c.(*tls.Conn); ok {
				raw = secure.NetConn()
			}
			if reset {
				raw.(*net.TCPConn).SetLinger(0)
			}
			raw.Close()
			delete(s.conns, c)
			done = true
		}
		s.mu.Unlock()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.idle[s.origin()] {
		awaitInput(p.conn)
	}
}

// awaitInput waits until a connection has ended, or has something to read.
func awaitInput(c *Conn) {
	for openAndEmpty(c.socket) {
		runtime.Gosched()
	}
}

// roots is a bundle of the server's own certificate.
func (s *countingServer) roots() bundle {
	b, _ := readBundle([]byte(pemOf(&issued{Certificate: s.Certificate()})))
	return b
}

// transportFor is a Transport that trusts the server, and that waits where a busy machine makes it
// wait.
func transportFor(s *countingServer) *Transport {
	t := NewTransport()
	t.Dialer.patience, t.openPatience = time.Minute, time.Minute
	if s.Certificate() != nil {
		t.Dialer.roots = s.roots
	}
	return t
}

// open opens a connection to the server ahead of a request.
func (s *countingServer) open(t *Transport) { t.Open(s.origin().scheme, s.origin().address) }

func (s *countingServer) origin() origin {
	scheme, host, _ := strings.Cut(s.URL, "://")
	return originOf(scheme, host)
}

func post(t *testing.T, transport *Transport, url string) (string, error) {
	return postWithin(t, t.Context(), transport, url)
}

func postWithin(
	t *testing.T, ctx context.Context, transport *Transport, url string,
) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	require.NoError(t, err)
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), nil
}

func ok(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "fine") }

func TestTransport_reusesOnlyLiveConnections(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		for _, tt := range []struct {
			name   string
			happen func(transport *Transport, s *countingServer, clock *time.Time)
			opened int64 // after it happened
		}{
			{"nothing happened", func(*Transport, *countingServer, *time.Time) {}, 0},
			{"14 seconds passed", pass(14 * time.Second), 0},
			{"15 seconds passed, and the network may have forgotten it", pass(15 * time.Second), 1},
			{"the machine's clock was set back", pass(-time.Second), 1},
			{"the server closed it", closeIdle(false), 1},
			{"the server reset it", closeIdle(true), 1},
		} {
			t.Run(scheme(secure)+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, secure, ok)
				transport, clock := transportFor(s), time.Now()
				transport.Dialer.now = func() time.Time { return clock }
				for range 20 {
					keep(t, transport, s)
					opened := s.opened.Load()
					_, err := post(t, transport, s.URL)
					require.NoError(t, err)
					require.Equal(t, opened, s.opened.Load(), "the connection carries the next one")
				}
				keep(t, transport, s)
				opened, requests := s.opened.Load(), s.requests.Load()

				tt.happen(transport, s, &clock)
				answer, err := post(t, transport, s.URL)
				require.NoError(t, err)
				require.Equal(t, "fine", answer)
				require.Equal(t, tt.opened, s.opened.Load()-opened, "connections")
				require.EqualValues(t, 1, s.requests.Load()-requests, "requests that arrived")
			})
		}
	}
}

// keep posts until a connection is kept for the next request. net/http drops one, also after a whole
// response, if it doesn't know within 50 ms that the request was written.
func keep(t *testing.T, transport *Transport, s *countingServer) {
	t.Helper()
	for began := (time.Time{}); ; {
		if p := transport.reuse(s.origin()); p != nil {
			transport.put(s.origin(), p)
			return
		}
		require.Greater(t, time.Since(began), 50*time.Millisecond, "the connection is kept")
		began = time.Now()
		_, err := post(t, transport, s.URL)
		require.NoError(t, err)
	}
}

func scheme(secure bool) string {
	if secure {
		return "https"
	}
	return "http"
}

func pass(d time.Duration) func(*Transport, *countingServer, *time.Time) {
	return func(_ *Transport, _ *countingServer, clock *time.Time) { *clock = clock.Add(d) }
}

func closeIdle(reset bool) func(*Transport, *countingServer, *time.Time) {
	return func(t *Transport, s *countingServer, _ *time.Time) { s.closeIdle(t, reset) }
}

// A connection ends while the next request is on its way. The request arrives once in any case.
func TestTransport_requestMeetsEndOfConnection(t *testing.T) {
	t.Parallel()
	for _, reset := range []bool{false, true} {
		s := newServer(t, false, ok)
		transport := transportFor(s)
		for range 300 {
			keep(t, transport, s)
			requests := s.requests.Load()
			s.closeIdle(transport, reset)
			_, err := post(t, transport, s.URL)
			if _, notSent := NotSent(err); notSent { // net/http noticed the end first
				_, err = post(t, transport, s.URL)
			}
			require.NoError(t, err)
			require.EqualValues(t, 1, s.requests.Load()-requests)
		}
	}
}

func TestTransport_errorTellsWhetherTheRequestLeft(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does net/http watch for the client going away
		<-r.Context().Done()
	}
	raw := func(reset bool, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			c := hijack(w, r)
			io.WriteString(c, text)
			if reset {
				c.(*net.TCPConn).SetLinger(0)
			}
			c.Close()
		}
	}
	write := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
	}
	header := func(size int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", size))
		}
	}
	encoded := func(encoding string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			z := gzip.NewWriter(w)
			io.WriteString(z, strings.Repeat("x", maxAnswer+1))
			z.Close()
		}
	}
	upgrade := func(w http.ResponseWriter, r *http.Request) {
		c := hijack(w, r)
		t.Cleanup(func() { c.Close() })
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n"+
			"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	}
	const head = "HTTP/1.1 200 OK\r\nContent-"
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, tt := range []struct {
		name    string
		handle  http.HandlerFunc
		url     string // instead of the server's
		noTime  bool   // is left
		late    bool   // the time ends when the request is there
		notSent bool
		ended   bool // before the whole answer was there
		reason  string
	}{
		{name: "nobody listens", url: "http://127.0.0.1:1", notSent: true,
			reason: "connection refused"},
		{name: "TLS to a server that speaks none", handle: ok, url: "https", notSent: true,
			reason: "network error"},
		{name: "no time left", handle: ok, noTime: true, notSent: true, reason: "timed out"},
		{name: "no answer in time", handle: hang, late: true, ended: true,
			reason: "timed out"},
		{name: "reset", handle: raw(true, ""), ended: true, reason: "connection reset"},
		{name: "closed", handle: raw(false, ""), ended: true, reason: "connection closed"},
		{name: "closed within the first line", handle: raw(false, "HTTP/1"), ended: true,
			reason: "network error"},
		{name: "closed within the headers", handle: raw(false, head), ended: true,
			reason: "network error"},
		{name: "closed within the body", handle: raw(false, head+"Length: 9\r\n\r\n{"), ended: true,
			reason: "connection closed"},
		{name: "closed within a chunk", handle: raw(false, chunked+"9\r\n{"), ended: true,
			reason: "connection closed"},
		{name: "closed before the last chunk", handle: raw(false, chunked+"1\r\n{\r\n"), ended: true,
			reason: "connection closed"},
		{name: "a chunk that can't be read", handle: raw(false, chunked+"x\r\n{\r\n"),
			reason: "network error"},
		{name: "headers over 64 KiB", handle: raw(false, head+strings.Repeat("x", 1<<17)),
			reason: "network error"},
		{name: "no HTTP", handle: raw(false, "220 ready\r\n"), reason: "network error"},
		{name: "redirect to the same host",
			handle: http.RedirectHandler("/", http.StatusTemporaryRedirect).ServeHTTP,
			reason: "redirect refused"},
		{name: "another protocol, which would have no end", handle: upgrade,
			reason: "another protocol refused"},
		{name: "headers over 64 KiB", handle: header(64 << 10), reason: "network error"},
		{name: "answer over 1 MiB", handle: write(strings.Repeat("x", maxAnswer+1)),
			reason: "answer too large"},
		{name: "answer over 1 MiB once unpacked", handle: encoded("gzip"),
			reason: "answer too large"},
		{name: "answer packed in a way nobody asked for", handle: encoded("deflate"),
			reason: "answer in an encoding nobody asked for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			if tt.noTime {
				var cancel func()
				ctx, cancel = context.WithTimeout(ctx, -1)
				defer cancel()
			}
			url := tt.url
			if tt.handle != nil {
				s := newServer(t, false, func(w http.ResponseWriter, r *http.Request) {
					if tt.late {
						end(context.DeadlineExceeded)
					}
					tt.handle(w, r)
				})
				url = strings.Replace(s.URL, "http", max(tt.url, "http"), 1)
				defer func() { require.LessOrEqual(t, s.requests.Load(), int64(1)) }()
			}
			_, err := postWithin(t, ctx, NewTransport(), url)
			require.Error(t, err)
			cause, notSent := NotSent(err)
			require.Equal(t, tt.notSent, notSent)
			if notSent {
				require.Equal(t, tt.reason, Reason(cause))
			} else {
				require.Equal(t, tt.ended, Ended(err))
			}
			require.Equal(t, tt.reason, Reason(err))
		})
	}
}

// A server may close the connection with its answer. Whether that is seen before the answer is
// looked at must not matter: it is tried often.
func TestTransport_wholeAnswerBeforeTheEnd(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Encoding: "
	const packed = "\x1f\x8b\b\x00\x00\x00\x00\x00\x00\xff"
	for name, text := range map[string]string{
		"a redirect":            "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
		"not modified":          "HTTP/1.1 304 Not Modified\r\n\r\n",
		"an encoding":           head + "br\r\nContent-Length: 0\r\n\r\n",
		"not packed":            head + "gzip\r\nContent-Length: 12\r\n\r\n{\"a\": 12345}",
		"packed and broken":     head + "gzip\r\nContent-Length: 13\r\n\r\n" + packed + "\xff\xff\xff",
		"packed, another's sum": head + "gzip\r\nContent-Length: 20\r\n\r\n" + packed + "\x03\x00rotterot",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, false, func(w http.ResponseWriter, r *http.Request) {
				c := hijack(w, r)
				io.WriteString(c, text)
				c.Close()
			})
			for range 50 {
				_, err := post(t, NewTransport(), s.URL)
				require.Error(t, err)
				require.False(t, Ended(err), "%v", err)
			}
		})
	}
}

func TestTransport_takesAnswersWithinTheBounds(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 63<<10))
		io.WriteString(w, strings.Repeat("x", maxAnswer))
	})
	answer, err := post(t, transportFor(s), s.URL)
	require.NoError(t, err)
	require.Len(t, answer, maxAnswer)
}

// closing is a body that tells whether it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestTransport_leavesNothingOpenAfterAnError(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, http.RedirectHandler("/", http.StatusFound).ServeHTTP)
	transport := transportFor(s)
	_, err := post(t, transport, s.URL)
	require.ErrorIs(t, err, errRedirect)
	s.closeConns(transport, false, http.StateClosed) // waits for it

	body := &closing{Reader: strings.NewReader("{}")}
	req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:1", body)
	require.NoError(t, err)
	_, err = NewTransport().RoundTrip(req)
	_, notSent := NotSent(err)
	require.True(t, notSent)
	require.True(t, body.closed, "as http.RoundTripper demands")
}

// The system gives up on a connection by itself, too.
func TestReason_timeoutOfTheSystem(t *testing.T) {
	t.Parallel()
	require.Equal(t, "timed out", Reason(&net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}))
}

// What breaks the encryption ends the connection: what came of the request is not known.
func TestTransport_brokenTLSEndsTheConnection(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{
		"no TLS":              "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"a record's bad MAC":  "\x17\x03\x03\x00\x20" + strings.Repeat("x", 32),
		"half of a record":    "\x17\x03\x03\x00\x20xx",
		"an alert in the raw": "\x15\x03\x03\x00\x02\x02\x28",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, true, func(w http.ResponseWriter, r *http.Request) {
				c := hijack(w, r).(*tls.Conn).NetConn()
				io.WriteString(c, sent)
				c.Close()
			})
			_, err := post(t, transportFor(s), s.URL)
			require.Error(t, err)
			_, notSent := NotSent(err)
			require.False(t, notSent)
			require.True(t, Ended(err), "%v", err)
		})
	}
}

// hijack reads the request and hands over its connection.
func hijack(w http.ResponseWriter, r *http.Request) net.Conn {
	io.Copy(io.Discard, r.Body)
	c, _, _ := w.(http.Hijacker).Hijack()
	return c
}

func TestTransport_requestWithoutTimeIsNotWritten(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, ok)
	transport := transportFor(s)
	_, err := post(t, transport, s.URL)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = postWithin(t, ctx, transport, s.URL)
	cause, notSent := NotSent(err)
	require.True(t, notSent)
	require.Equal(t, context.Canceled, cause)
	require.Equal(t, "cancelled", Reason(err))
	require.EqualValues(t, 1, s.requests.Load())
}

// Bytes of an earlier request don't count as bytes of this one.
func TestTransport_requestThatFailsOnAKeptConnection(t *testing.T) {
	t.Parallel()
	s := newServer(t, false, ok)
	transport := transportFor(s)
	keep(t, transport, s)
	opened, requests := s.opened.Load(), s.requests.Load()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, nil)
	require.NoError(t, err)
	req.URL.Opaque = "/\x01" // net/http notices when it begins to write
	_, err = transport.RoundTrip(req)
	_, notSent := NotSent(err)
	require.True(t, notSent, err)
	require.Equal(t, opened, s.opened.Load())
	require.Equal(t, requests, s.requests.Load())
}

// The next request would take an unsolicited answer for its own. Not parallel: net/http reports it
// to package log.
func TestTransport_unsolicitedAnswer(t *testing.T) {
	log.SetOutput(io.Discard)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
	for _, secure := range []bool{false, true} {
		s := newServer(t, secure, func(w http.ResponseWriter, r *http.Request) {
			c := hijack(w, r)
			t.Cleanup(func() { c.Close() })
			io.WriteString(c, answer+"fine"+answer+"evil")
		})
		transport := transportFor(s)
		for range 300 {
			got, err := post(t, transport, s.URL)
			if _, notSent := NotSent(err); notSent { // noticed before a byte was written
				continue
			}
			require.NoError(t, err)
			require.Equal(t, "fine", got)
		}
	}
}

func TestTransport_resumesTLSSession(t *testing.T) {
	t.Parallel()
	var resumed []bool
	s := newServer(t, true, func(_ http.ResponseWriter, r *http.Request) {
		resumed = append(resumed, r.TLS.DidResume)
	})
	transport := transportFor(s)
	for range 3 {
		keep(t, transport, s)
		s.closeIdle(transport, false)
	}
	require.False(t, resumed[0])
	require.NotContains(t, resumed[1:], false)
}

func TestTransport_refusesOldTLSAndUntrustedCertificates(t *testing.T) {
	t.Parallel()
	s := newServer(t, true, ok)
	old := httptest.NewUnstartedServer(s.Config.Handler)
	old.Config.ErrorLog = s.Config.ErrorLog
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	defer old.Close()
	_, err := post(t, transportFor(&countingServer{Server: old}), old.URL)
	_, notSent := NotSent(err)
	require.True(t, notSent)

	_, err = post(t, NewTransport(), s.URL)
	_, notSent = NotSent(err)
	require.True(t, notSent)
	require.Equal(t, "certificate not trusted", Reason(err))
	require.Zero(t, s.requests.Load())
}

func TestTransport_twoAttemptsToConnectFitIntoTheTimeBudget(t *testing.T) {
	t.Parallel()
	const budget, ssm = 8 * time.Second, 2 * time.Second
	require.Less(t, 2*connectTimeout+ssm, budget)
}
