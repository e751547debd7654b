package tencent

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// site is a server that knows its connections.
type site struct {
	*httptest.Server
	opened, requests atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]http.ConnState
}

func newSite(t *testing.T, secure bool, handle http.HandlerFunc) *site {
	s := &site{conns: map[net.Conn]http.ConnState{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handle(w, r)
	}))
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

// closeIdle ends the idle connections, with FIN or with RST. On loopback the client's socket knows at once.
func (s *site) closeIdle(reset bool) {
	for done := false; !done; {
		s.mu.Lock()
		for c, state := range s.conns {
			if state != http.StateIdle {
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
			done = true
		}
		s.mu.Unlock()
	}
}

func transportFor(s *site) *Transport {
	t := NewTransport()
	if s.Certificate() != nil {
		t.tls.RootCAs = x509.NewCertPool()
		t.tls.RootCAs.AddCert(s.Certificate())
	}
	return t
}

func post(t *testing.T, transport *Transport, url string) (string, error) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
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

func TestConnectionIsUsedAgainOnlyWhileItIsKnownToBeAlive(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, test := range []struct {
			name   string
			happen func(s *site, clock *time.Time)
			opened int64
		}{
			{"nothing happened", func(*site, *time.Time) {}, 1},
			{"14 seconds passed", func(_ *site, clock *time.Time) { *clock = clock.Add(14 * time.Second) }, 1},
			{"15 seconds passed, in which the network may have forgotten it", func(_ *site, clock *time.Time) { *clock = clock.Add(15 * time.Second) }, 2},
			{"the machine's clock was set back", func(_ *site, clock *time.Time) { *clock = clock.Add(-time.Second) }, 2},
			{"the server closed it", func(s *site, _ *time.Time) { s.closeIdle(false) }, 2},
			{"the server reset it", func(s *site, _ *time.Time) { s.closeIdle(true) }, 2},
		} {
			name := "http"
			if secure {
				name = "https"
			}
			t.Run(name+": "+test.name, func(t *testing.T) {
				s := newSite(t, secure, ok)
				transport := transportFor(s)
				clock := time.Now()
				transport.now = func() time.Time { return clock }
				for range 20 {
					_, err := post(t, transport, s.URL)
					require.NoError(t, err)
				}
				require.EqualValues(t, 1, s.opened.Load(), "before it happens, one connection carries all requests")

				test.happen(s, &clock)
				answer, err := post(t, transport, s.URL)
				require.NoError(t, err)
				require.Equal(t, "fine", answer)
				require.Equal(t, test.opened, s.opened.Load(), "connections")
				require.EqualValues(t, 21, s.requests.Load(), "requests that arrived")
			})
		}
	}
}

// The end of a connection and the next request meet: whatever comes first, the request arrives once.
func TestRequestThatMeetsTheEndOfItsConnectionArrivesOnce(t *testing.T) {
	for _, reset := range []bool{false, true} {
		s := newSite(t, false, ok)
		transport := transportFor(s)
		for i := range 300 {
			_, err := post(t, transport, s.URL)
			require.NoError(t, err)
			s.closeIdle(reset)
			_, err = post(t, transport, s.URL)
			var unsent *notSentError
			if errors.As(err, &unsent) { // net/http noticed between taking the connection and using it
				_, err = post(t, transport, s.URL)
			}
			require.NoError(t, err)
			require.EqualValues(t, 2*(i+1), s.requests.Load())
		}
	}
}

func TestErrorTellsWhetherTheRequestLeft(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	closed.Close()

	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does net/http watch for the client going away
		<-r.Context().Done()
	}
	hijack := func(reset bool, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			c, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(c, text)
			if reset {
				c.(*net.TCPConn).SetLinger(0)
			}
			c.Close()
		}
	}
	soon := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		context.AfterFunc(ctx, cancel)
		return ctx
	}
	now := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx
	}
	long := strings.Repeat("x", maxAnswer+1)
	for _, test := range []struct {
		name    string
		handle  http.HandlerFunc
		url     string // instead of the server's
		until   func(context.Context) context.Context
		notSent bool
		reason  string
	}{
		{name: "nobody listens", url: "http://" + closed.Addr().String(), notSent: true, reason: "no connection: connection refused"},
		{name: "TLS to a server that speaks none", handle: ok, url: "https", notSent: true, reason: "no connection: network error"},
		{name: "no time left", handle: ok, until: now, notSent: true, reason: "no connection: cancelled"},
		{name: "no answer in time", handle: hang, until: soon, reason: "timed out"},
		{name: "reset", handle: hijack(true, ""), reason: "connection reset"},
		{name: "closed", handle: hijack(false, ""), reason: "connection closed"},
		{name: "closed within the headers", handle: hijack(false, "HTTP/1.1 200 OK\r\nContent-"), reason: "network error"},
		{name: "closed within the body", handle: hijack(false, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), reason: "connection closed"},
		{name: "no HTTP", handle: hijack(false, "220 ready\r\n"), reason: "network error"},
		{name: "redirect to the same host", handle: http.RedirectHandler("/", http.StatusTemporaryRedirect).ServeHTTP, reason: "redirect refused"},
		{name: "another protocol, which would have no end", handle: func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			c, _, _ := w.(http.Hijacker).Hijack()
			t.Cleanup(func() { c.Close() })
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		}, reason: "another protocol refused"},
		{name: "answer over 1 MiB", handle: func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, long) }, reason: "answer too large"},
		{name: "answer over 1 MiB once unpacked", handle: zipped(long), reason: "answer too large"},
		{name: "answer packed in a way nobody asked for", handle: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "deflate")
			io.WriteString(w, "x")
		}, reason: "answer in an encoding nobody asked for"},
		{name: "null, on which the SDK panics", handle: func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "null") }, reason: "unreadable answer"},
		{name: "HTML", handle: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html>")
		}, reason: "unreadable answer"},
		{name: "event stream", handle: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, "{}")
		}, reason: "unreadable answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			url := test.url
			if test.handle != nil {
				s := newSite(t, false, test.handle)
				url = strings.Replace(s.URL, "http", max(test.url, "http"), 1)
				defer func() { require.LessOrEqual(t, s.requests.Load(), int64(1), "requests that arrived") }()
			}
			ctx := t.Context()
			if test.until != nil {
				ctx = test.until(ctx)
			}
			failure := sendSMS(t, ctx, NewTransport(), url)
			require.NotNil(t, failure)
			require.Equal(t, test.notSent, failure.NotSent)
			require.Equal(t, test.reason, failure.Reason)
			require.Empty(t, failure.Code)
			require.Equal(t, "tencent cloud: "+test.reason, failure.Error())
		})
	}
}

func zipped(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, text)
		z.Close()
	}
}

func TestTencentsOwnErrorKeepsItsCode(t *testing.T) {
	s := newSite(t, false, zipped(`{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"for your eyes"},"RequestId":"r-1"}}`))
	failure := sendSMS(t, t.Context(), NewTransport(), s.URL)
	require.Equal(t, &Error{Code: "AuthFailure.SecretIdNotFound", RequestID: "r-1", Reason: "refused"}, failure)
	require.Equal(t, "tencent cloud: AuthFailure.SecretIdNotFound", failure.Error())
}

func TestUntrustedCertificateMeansNotSent(t *testing.T) {
	s := newSite(t, true, ok)
	failure := sendSMS(t, t.Context(), NewTransport(), s.URL)
	require.Equal(t, &Error{NotSent: true, Reason: "no connection: certificate not trusted"}, failure)
	require.Zero(t, s.requests.Load())
}

// sendSMS makes a call through the SDK as the function does.
func sendSMS(t *testing.T, ctx context.Context, transport *Transport, url string) *Error {
	endpoint, err := ParseEndpoint(url)
	require.NoError(t, err)
	client, err := sms.NewClient(common.NewCredential("id", "key"), "ap-guangzhou", Profile(endpoint))
	require.NoError(t, err)
	client.WithHttpTransport(transport)
	return Do(func() error {
		_, err := client.SendSmsWithContext(ctx, sms.NewSendSmsRequest())
		return err
	})
}

func TestTheSDKDoesNothingOfItsOwn(t *testing.T) {
	p := Profile(Endpoint{"https", "sms.tencentcloudapi.com"})
	require.True(t, p.DisableRegionBreaker, "which would send the request to another host")
	require.False(t, p.UnsafeRetryOnConnectionFailure, "which would send it again")
	require.Zero(t, p.NetworkFailureMaxRetries)
	require.Zero(t, p.RateLimitExceededMaxRetries)
	require.False(t, p.Debug, "which would print it")
	require.Equal(t, "TC3-HMAC-SHA256", p.SignMethod)
	require.False(t, p.UnsignedPayload)
}

func TestParseEndpoint(t *testing.T) {
	for _, test := range []struct {
		setting string
		want    Endpoint
		problem string
	}{
		{"sms.tencentcloudapi.com", Endpoint{"https", "sms.tencentcloudapi.com"}, ""},
		{"sms.tencentcloudapi.com:8443", Endpoint{"https", "sms.tencentcloudapi.com:8443"}, ""},
		{"https://sms.ap-guangzhou.tencentcloudapi.com/", Endpoint{"https", "sms.ap-guangzhou.tencentcloudapi.com"}, ""},
		{"http://127.0.0.1:9001", Endpoint{"http", "127.0.0.1:9001"}, ""},
		{"http://127.8.8.8", Endpoint{"http", "127.8.8.8"}, ""},
		{"http://[::1]:9001", Endpoint{"http", "[::1]:9001"}, ""},
		{"http://localhost:9001", Endpoint{"http", "localhost:9001"}, ""},
		{"http://sms.tencentcloudapi.com", Endpoint{}, "must be https, unless it is a loopback address"},
		{"http://127.0.0.1.example.com", Endpoint{}, "must be https, unless it is a loopback address"},
		{"ftp://sms.tencentcloudapi.com", Endpoint{}, "must be https"},
		{"https://key@sms.tencentcloudapi.com", Endpoint{}, "must have no user, path, query or fragment"},
		{"sms.tencentcloudapi.com/v3", Endpoint{}, "must have no user, path, query or fragment"},
		{"https://sms.tencentcloudapi.com?x", Endpoint{}, "must have no user, path, query or fragment"},
		{"https://", Endpoint{}, "must be host[:port] or a URL"},
		{":443", Endpoint{}, "must be host[:port] or a URL"},
		{"a b", Endpoint{}, "must be host[:port] or a URL"},
		{"host:port", Endpoint{}, "must be host[:port] or a URL"},
		{"sms.tencentcloudapi.com:", Endpoint{}, "must have a port between 1 and 65535, or none"},
		{"sms.tencentcloudapi.com:0", Endpoint{}, "must have a port between 1 and 65535, or none"},
		{"sms.tencentcloudapi.com:65536", Endpoint{}, "must have a port between 1 and 65535, or none"},
	} {
		got, err := ParseEndpoint(test.setting)
		require.Equal(t, test.want, got, test.setting)
		if test.problem == "" {
			require.NoError(t, err, test.setting)
		} else {
			require.EqualError(t, err, test.problem, test.setting)
		}
	}
}

func TestOpenMakesTheConnectionOfTheNextRequest(t *testing.T) {
	for _, test := range []struct {
		name   string
		happen func(t *testing.T, transport *Transport, s *site, e Endpoint, clock *time.Time)
		opened int64
	}{
		{"at once", func(*testing.T, *Transport, *site, Endpoint, *time.Time) {}, 1},
		{"opened twice", func(_ *testing.T, transport *Transport, _ *site, e Endpoint, _ *time.Time) { transport.Open(e) }, 1},
		{"after it is there", func(_ *testing.T, transport *Transport, _ *site, e Endpoint, _ *time.Time) { ready(transport, e) }, 1},
		{"opened again when it is there", func(_ *testing.T, transport *Transport, _ *site, e Endpoint, _ *time.Time) {
			ready(transport, e)
			transport.Open(e)
			ready(transport, e)
		}, 1},
		{"after 15 seconds it is made anew", func(_ *testing.T, transport *Transport, _ *site, e Endpoint, clock *time.Time) {
			ready(transport, e)
			*clock = clock.Add(15 * time.Second)
		}, 2},
		{"after the server closed it, it is made anew", func(t *testing.T, transport *Transport, s *site, e Endpoint, _ *time.Time) {
			ready(transport, e)
			s.closeUnused()
		}, 2},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				s := newSite(t, secure, ok)
				transport := transportFor(s)
				clock := time.Now()
				transport.now = func() time.Time { return clock }
				e, err := ParseEndpoint(s.URL)
				require.NoError(t, err)

				transport.Open(e)
				test.happen(t, transport, s, e, &clock)
				require.Zero(t, s.requests.Load(), "opening sends no request")
				_, err = post(t, transport, s.URL)
				require.NoError(t, err)
				require.Equal(t, test.opened, s.opened.Load(), "connections")
				require.EqualValues(t, 1, s.requests.Load())
			})
		}
	}
}

func TestOpenThatFailsHarmsNobody(t *testing.T) {
	s := newSite(t, true, ok)
	e, err := ParseEndpoint(s.URL)
	require.NoError(t, err)
	transport := NewTransport() // doesn't trust the site
	transport.Open(e)
	ready(transport, e)
	transport.tls.RootCAs = transportFor(s).tls.RootCAs
	_, err = post(t, transport, s.URL)
	require.NoError(t, err)
}

func TestRequestDoesNotWaitForOpenLongerThanItMay(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never shakes hands
	require.NoError(t, err)
	defer silent.Close()
	e := Endpoint{"https", silent.Addr().String()}
	transport := NewTransport()
	transport.Open(e)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failure := sendSMS(t, ctx, transport, "https://"+e.Host)
	require.Equal(t, &Error{NotSent: true, Reason: "no connection: cancelled"}, failure)
}

func TestRequestDoesNotWaitForAConnectionThatIsStuck(t *testing.T) {
	for _, test := range []struct {
		name   string
		passed time.Duration // by the wall clock, while Open's own timeout stands still
	}{
		{"on a bad network", openPatience - time.Millisecond},
		{"frozen on its way", time.Hour},
		{"frozen on its way, and the clock set back", -time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, true, ok)
			// The first connection is accepted and never hears a word; the second leads to the site.
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
			transport.now = func() time.Time { return began.Add(time.Duration(passed.Load())) }
			e, err := ParseEndpoint("https://" + deaf.Addr().String())
			require.NoError(t, err)
			transport.Open(e)
			stuck := underway(transport, e)
			defer (<-accepted).Close()

			passed.Store(int64(test.passed))
			_, err = post(t, transport, "https://"+e.Host)
			require.NoError(t, err)
			select {
			case <-stuck.done:
				require.Fail(t, "the request waited for the end of what was stuck")
			default:
			}
		})
	}
}

// What comes behind an answer is nobody's: the next request would take it for its own.
func TestAnswerThatNobodyAskedForIsNotTheNextOnes(t *testing.T) {
	log.SetOutput(io.Discard) // where net/http tells of it
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
	for _, secure := range []bool{false, true} {
		s := newSite(t, secure, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			c, _, _ := w.(http.Hijacker).Hijack()
			t.Cleanup(func() { c.Close() })
			io.WriteString(c, answer+"fine"+answer+"evil")
		})
		transport := transportFor(s)
		for range 300 {
			got, err := post(t, transport, s.URL)
			var notSent *notSentError
			if errors.As(err, &notSent) { // noticed a moment later, before a byte was written
				continue
			}
			require.NoError(t, err)
			require.Equal(t, "fine", got)
		}
	}
}

// A connection that has to be made anew after a pause costs one round trip less, and no certificate.
func TestSessionIsResumed(t *testing.T) {
	var resumed []bool
	s := newSite(t, true, func(w http.ResponseWriter, r *http.Request) { resumed = append(resumed, r.TLS.DidResume) })
	transport := transportFor(s)
	for range 3 {
		_, err := post(t, transport, s.URL)
		require.NoError(t, err)
		s.closeIdle(false)
	}
	require.Equal(t, []bool{false, true, true}, resumed)
}

func TestOldTLSIsRefused(t *testing.T) {
	s := newSite(t, false, ok)
	old := httptest.NewUnstartedServer(s.Config.Handler)
	old.Config.ErrorLog = s.Config.ErrorLog
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	defer old.Close()
	failure := sendSMS(t, t.Context(), transportFor(&site{Server: old}), old.URL)
	require.True(t, failure.NotSent)
	require.Zero(t, s.requests.Load())
}

func TestTwoAttemptsToConnectFitIntoTheDefaultTimeBudget(t *testing.T) {
	const budget, ssm = 8 * time.Second, 2 * time.Second
	require.Less(t, 2*connectTimeout+ssm, budget)
}

func TestOnlyAFewIdleConnectionsAreKept(t *testing.T) {
	var together sync.WaitGroup
	together.Add(10)
	s := newSite(t, false, func(w http.ResponseWriter, r *http.Request) {
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
	e, _ := ParseEndpoint(s.URL)
	require.Len(t, transport.idle[e.origin()], maxIdleLinks)
	transport.CloseIdleConnections()
	require.Empty(t, transport.idle)
}

func TestNoConnectionIsLeftBehindByOneThatWasBeingOpened(t *testing.T) {
	s := newSite(t, true, ok)
	transport := transportFor(s)
	e, err := ParseEndpoint(s.URL)
	require.NoError(t, err)
	transport.Open(e)
	transport.CloseIdleConnections()
	require.Empty(t, transport.opening)
	require.Empty(t, transport.idle)
	require.EqualValues(t, 1, s.opened.Load())
}

// ready waits until the connection that is being opened is there, or has failed.
func ready(transport *Transport, e Endpoint) {
	if o := underway(transport, e); o != nil {
		<-o.done
	}
}

func underway(transport *Transport, e Endpoint) *opening {
	transport.mu.Lock()
	defer transport.mu.Unlock()
	return transport.opening[e.origin()]
}

// closeUnused closes the connections that have not carried a request.
func (s *site) closeUnused() {
	for done := false; !done; {
		s.mu.Lock()
		for c, state := range s.conns {
			if state != http.StateNew && state != http.StateActive {
				continue
			}
			c.Close()
			done = true
		}
		s.mu.Unlock()
	}
}

func TestFreshConnectionIsKeptInPlaceOfTheOldest(t *testing.T) {
	s := newSite(t, false, ok)
	transport := transportFor(s)
	clock := time.Now()
	transport.now = func() time.Time { return clock }
	e, err := ParseEndpoint(s.URL)
	require.NoError(t, err)
	for i := range 10 {
		clock = clock.Add(time.Hour)
		transport.Open(e)
		ready(transport, e)
		_, err := post(t, transport, s.URL)
		require.NoError(t, err)
		require.EqualValues(t, i+1, s.opened.Load(), "one connection an hour")
	}
}

func TestRequestWithoutTimeIsNotWritten(t *testing.T) {
	s := newSite(t, false, ok)
	transport := transportFor(s)
	_, err := post(t, transport, s.URL)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failure := sendSMS(t, ctx, transport, s.URL)
	require.True(t, failure.NotSent)
	require.EqualValues(t, 1, s.requests.Load())
}

func TestWhatAServerSendsUnaskedIsNotLogged(t *testing.T) {
	var out strings.Builder
	logger := log.New(Discreet(&out), "", 0)
	logger.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", "HTTP/1.1 200 OK +8613800138000", nil)
	logger.Print("listen tcp: address 99999: invalid port")
	require.Equal(t, "listen tcp: address 99999: invalid port\n", out.String())
}
