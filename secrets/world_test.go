package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/tencent"
)

const (
	name    = "sms-accesskey"
	version = "SSM_Current"
	region  = "ap-guangzhou"
	ttl     = 10 * time.Minute
)

// world is the cache of a function, the cloud it asks, and what surrounds it.
type world struct {
	cloud  *cloudsim.Cloud
	server *cloudsim.Server // nil in a bubble
	cache  *Cache
	env    map[string]string
	log    *journal
}

// overTCP is a world with the connections that the function has.
func overTCP(t *testing.T) *world {
	cloud := cloudsim.New(cloudsim.Config{Account: account()})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	endpoint, err := tencent.ParseEndpoint(server.URL)
	require.NoError(t, err)
	w := newWorld(cloud, tencent.NewTransport(), endpoint)
	w.server = server
	return w
}

// inBubble runs a test where hours pass at once: a world whose clock moves only while everybody in it waits.
func inBubble(t *testing.T, test func(t *testing.T, w *world)) {
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
		test(t, newWorld(cloud, transport, tencent.Endpoint{Scheme: "http", Host: "127.0.0.1"}))
	})
}

func newWorld(cloud *cloudsim.Cloud, transport http.RoundTripper, endpoint tencent.Endpoint) *world {
	w := &world{cloud: cloud, env: role("1"), log: &journal{}}
	w.cache = New(Config{
		Name: name, Version: version, Region: region, Endpoint: endpoint, TTL: ttl,
		Transport: transport,
		Log:       slog.New(slog.NewJSONHandler(w.log, nil)),
		Getenv:    func(name string) string { return w.env[name] },
		Random:    func() float64 { return 0 },
	})
	w.put("minsc", "Bearer boo")
	return w
}

// account has two sets of role credentials, and a secret to be filled by put.
func account() cloudsim.Account {
	var keys []cloudsim.Key
	for _, n := range []string{"1", "2"} {
		r := role(n)
		keys = append(keys, cloudsim.Key{
			SecretID: r["TENCENTCLOUD_SECRETID"], SecretKey: r["TENCENTCLOUD_SECRETKEY"], Token: r["TENCENTCLOUD_SESSIONTOKEN"],
			Allow: []string{"ssm:GetSecretValue"},
		})
	}
	return cloudsim.Account{
		Keys:    keys,
		Secrets: []cloudsim.Secret{{Name: name, Versions: map[string]cloudsim.SecretValue{version: {}}}},
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

// put makes the secret hold a key and the headers that are let in.
func (w *world) put(id string, callers ...string) {
	value, _ := json.Marshal(map[string]any{"accessKeyId": id, "accessKeySecret": "secret of " + id, "authorization": callers})
	w.putValue(cloudsim.SecretValue{String: string(value)})
}

func (w *world) putValue(value cloudsim.SecretValue) {
	w.cloud.Update(func(a *cloudsim.Account) { a.Secrets[0].Versions[version] = value })
}

// breakSSM makes every fetch fail until mendSSM.
func (w *world) breakSSM() {
	w.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"})
}

// hangSSM makes every fetch wait in vain until mendSSM.
func (w *world) hangSSM() {
	w.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.HangUnsent})
}

func (w *world) mendSSM() { w.cloud.Always(cloudsim.GetSecretValue, nil) }

// delayNext makes the next fetch see the secret as it will be after d.
func (w *world) delayNext(d time.Duration) {
	w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.Delay, Delay: d})
}

// slowNext makes the next fetch see the secret as it is, and take d to come back with it.
func (w *world) slowNext(d time.Duration) {
	w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.Slow, Delay: d})
}

func (w *world) key(t *testing.T) *Key {
	t.Helper()
	key, err := w.cache.Key(t.Context())
	require.NoError(t, err)
	return key
}

func (w *world) requireKey(t *testing.T, id string) {
	t.Helper()
	require.Equal(t, id, w.key(t).GetSecretId())
}

func (w *world) requireAllowed(t *testing.T, header string) {
	t.Helper()
	allowed, err := w.cache.Authorized(t.Context(), header)
	require.NoError(t, err)
	require.True(t, allowed, header)
}

func (w *world) requireRefused(t *testing.T, header string) {
	t.Helper()
	allowed, err := w.cache.Authorized(t.Context(), header)
	require.NoError(t, err)
	require.False(t, allowed, header)
}

// failure is why there is no key.
func (w *world) failure(t *testing.T, ctx context.Context) *Error {
	t.Helper()
	key, err := w.cache.Key(ctx)
	require.Nil(t, key)
	var failure *Error
	require.ErrorAs(t, err, &failure)
	return failure
}

func (w *world) requireFetches(t *testing.T, n int, when ...any) {
	t.Helper()
	require.Equal(t, n, w.cloud.Count(cloudsim.GetSecretValue), when...)
}

// freezable returns a function after which the wall clock is ahead by that much more, and no other.
func (w *world) freezable() (thaw func(time.Duration)) {
	var ahead time.Duration
	w.cache.Now = func() time.Time { return time.Now().Add(ahead) }
	return func(d time.Duration) { ahead += d }
}

// pass lets time go by, and whatever is due happen.
func pass(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// within ends a context after d.
func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// stopwatch returns a function that says how long ago it was made.
func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// journal keeps what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// messages returns level and message of each line.
func (j *journal) messages(t *testing.T) []string {
	messages := []string{}
	for line := range strings.Lines(j.String()) {
		var entry struct{ Level, Msg string }
		require.NoError(t, json.Unmarshal([]byte(line), &entry))
		messages = append(messages, entry.Level+" "+entry.Msg)
	}
	return messages
}

// pipes is a network within the process. A clock of a bubble does not move while somebody waits for a socket, but it
// does while somebody waits for a pipe.
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
