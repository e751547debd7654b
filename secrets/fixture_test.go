package secrets

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/tencent"
	"scf-sms/internal/testlog"
)

const (
	name    = "sms-accesskey"
	version = "SSM_Current"
	region  = "ap-guangzhou"
	ttl     = 10 * time.Minute
)

// fixture is a function's cache, the cloud that it asks, and its environment. At first the secret
// holds the key minsc and the token "Bearer boo".
type fixture struct {
	cloud  *cloudsim.Cloud
	server *cloudsim.Server // nil in a bubble
	cache  *Cache
	env    map[string]string
	log    *logbook
}

// overTCP returns a fixture with the connections that the function has.
func overTCP(t *testing.T) *fixture {
	cloud := cloudsim.New(cloudsim.Config{Account: account()})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	endpoint, err := tencent.ParseEndpoint(server.URL)
	require.NoError(t, err)
	f := newFixture(cloud, liveconn.NewTransport(), endpoint)
	f.server = server
	f.cache.Budget = time.Minute // the machine may be busy
	return f
}

// inBubble runs a test whose clock moves only while all of its goroutines wait: hours pass at once.
// It runs in parallel with other tests.
func inBubble(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := cloudsim.New(cloudsim.Config{Account: account()})
		pipes := &pipes{made: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: cloud}
		go server.Serve(pipes)
		transport := &http.Transport{DialContext: pipes.dial}
		t.Cleanup(func() {
			server.Close()
			transport.CloseIdleConnections()
		})
		endpoint := tencent.Endpoint{Scheme: "http", Host: "127.0.0.1"}
		test(t, newFixture(cloud, transport, endpoint))
	})
}

func newFixture(
	cloud *cloudsim.Cloud, transport http.RoundTripper, endpoint tencent.Endpoint,
) *fixture {
	f := &fixture{cloud: cloud, env: role("1"), log: &logbook{}}
	f.cache = New(Config{
		Name: name, Version: version, Region: region, Endpoint: endpoint, TTL: ttl,
		Transport: transport,
		Log:       slog.New(slog.NewJSONHandler(f.log, nil)),
		Getenv:    func(name string) string { return f.env[name] },
		Random:    func() float64 { return 0 },
	})
	f.put("minsc", "Bearer boo")
	return f
}

// account has two sets of role credentials, and a secret to be filled by put.
func account() cloudsim.Account {
	var keys []cloudsim.Key
	for _, n := range []string{"1", "2"} {
		r := role(n)
		keys = append(keys, cloudsim.Key{
			SecretID:  r["TENCENTCLOUD_SECRETID"],
			SecretKey: r["TENCENTCLOUD_SECRETKEY"],
			Token:     r["TENCENTCLOUD_SESSIONTOKEN"],
			Allow:     []string{"ssm:GetSecretValue"},
		})
	}
	versions := map[string]cloudsim.SecretValue{version: {}}
	return cloudsim.Account{
		Keys:    keys,
		Secrets: []cloudsim.Secret{{Name: name, Versions: versions}},
	}
}

// role is what the platform puts into the environment.
func role(n string) map[string]string {
	return map[string]string{
		"TENCENTCLOUD_SECRETID":     "AKIDrole" + n,
		"TENCENTCLOUD_SECRETKEY":    "keyOfRole" + n,
		"TENCENTCLOUD_SESSIONTOKEN": "sessionOfRole" + n,
	}
}

// invocation is the context of an invocation with an environment of its own.
func invocation(ctx context.Context, environment map[string]string) context.Context {
	return functioncontext.NewContext(ctx, &functioncontext.FunctionContext{
		RequestID: "r-1", Environment: environment,
	})
}

// sends is the proof of a caller who sends this Authorization header.
func sends(header string) Proof {
	return Proof{Authorization, func(values []string) bool {
		return slices.Contains(values, header)
	}}
}

// put makes the secret hold a key and the headers that are let in.
func (f *fixture) put(id string, callers ...string) {
	value, _ := json.Marshal(map[string]any{
		"accessKeyId": id, "accessKeySecret": "secret of " + id, "authorization": callers,
	})
	f.putValue(cloudsim.SecretValue{String: string(value)})
}

func (f *fixture) putValue(value cloudsim.SecretValue) {
	f.cloud.Update(func(a *cloudsim.Account) { a.Secrets[0].Versions[version] = value })
}

// breakSSM makes every fetch fail until mendSSM.
func (f *fixture) breakSSM() {
	f.cloud.Always(cloudsim.GetSecretValue,
		&cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"})
}

// hangSSM leaves every fetch without an answer until mendSSM.
func (f *fixture) hangSSM() {
	f.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.HangUnsent})
}

func (f *fixture) mendSSM() { f.cloud.Always(cloudsim.GetSecretValue, nil) }

// script sets the faults of the next fetches.
func (f *fixture) script(faults ...cloudsim.Fault) {
	f.cloud.Script(cloudsim.GetSecretValue, faults...)
}

// delayNext makes the next fetch read the secret only after d.
func (f *fixture) delayNext(d time.Duration) {
	f.script(cloudsim.Fault{Kind: cloudsim.Delay, Delay: d})
}

// slowNext makes the next fetch read the secret at once and answer after d.
func (f *fixture) slowNext(d time.Duration) {
	f.script(cloudsim.Fault{Kind: cloudsim.Slow, Delay: d})
}

func (f *fixture) key(t *testing.T) *Key {
	t.Helper()
	key, err := f.cache.Key(t.Context())
	require.NoError(t, err)
	return key
}

func (f *fixture) requireKey(t *testing.T, id string) {
	t.Helper()
	require.Equal(t, id, f.key(t).GetSecretId())
}

func (f *fixture) requireAllowed(t *testing.T, header string) {
	t.Helper()
	f.requireAuthorized(t, true, sends(header))
}

func (f *fixture) requireRefused(t *testing.T, header string) {
	t.Helper()
	f.requireAuthorized(t, false, sends(header))
}

func (f *fixture) requireAuthorized(t *testing.T, want bool, p Proof) {
	t.Helper()
	allowed, err := f.cache.Authorized(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, want, allowed)
}

// failure returns why there is no key.
func (f *fixture) failure(t *testing.T, ctx context.Context) *Error {
	t.Helper()
	key, err := f.cache.Key(ctx)
	require.Nil(t, key)
	var failure *Error
	require.ErrorAs(t, err, &failure)
	return failure
}

// fetchError returns why a single request brought no secret.
func (f *fixture) fetchError(t *testing.T) error {
	t.Helper()
	role, err := f.cache.role(t.Context())
	require.NoError(t, err)
	s, err := Fetch(t.Context(), f.cache.Config, role)
	require.Nil(t, s)
	return err
}

func (f *fixture) requireFetches(t *testing.T, n int, when ...any) {
	t.Helper()
	require.Equal(t, n, f.cloud.Count(cloudsim.GetSecretValue), when...)
}

// freezable returns a function that sets the wall clock ahead by d. No other clock moves: timeouts
// run by the monotonic clock, which may stand still while a machine is frozen.
func (f *fixture) freezable() (thaw func(d time.Duration)) {
	var ahead atomic.Int64
	f.cache.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	return func(d time.Duration) { ahead.Add(int64(d)) }
}

// pass lets time go by, and whatever is due happen.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// within returns the context of an invocation that leaves SSM d of its time.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d+min(d, sendTime))
	t.Cleanup(cancel)
	return ctx
}

// stopwatch returns a function that returns the time since stopwatch was called.
func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// logbook keeps what was logged.
type logbook struct{ testlog.Log }

// messages returns level and message of each line.
func (l *logbook) messages(t *testing.T) []string {
	messages := []string{}
	for line := range strings.Lines(l.String()) {
		var entry struct{ Level, Msg string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry))
		messages = append(messages, entry.Level+" "+entry.Msg)
	}
	return messages
}

// pipes is a network within the process. A bubble's clock moves while a goroutine waits for a pipe,
// but not while one waits for a socket.
type pipes struct {
	made   chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.made <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
