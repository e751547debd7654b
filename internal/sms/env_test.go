package sms_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

const passcode = "048261"

// toMainland is a message to a number of +86, toAmerica one to another.
var (
	toMainland = sms.Message{To: "+8613681974253", TemplateID: "1110001", Params: []string{passcode}, Session: "invocation-7c1e"}
	toAmerica  = sms.Message{To: "+16502539187", Overseas: true, TemplateID: "2220001", Params: []string{passcode}, Session: "invocation-7c1e"}
)

// The account's keys: rejecting the first makes keys hand out the second.
var (
	keyOne = tencent.NewKey("AKIDone", "one-secret-key", "")
	keyTwo = tencent.NewKey("AKIDtwo", "two-secret-key", "")
)

// env is a Sender in front of a simulated cloud.
type env struct {
	*sms.Sender
	cloud  *cloudsim.Cloud
	server *cloudsim.Server // nil in a bubble
	keys   *keys
}

// newEnv is an env with real connections.
func newEnv(t *testing.T) *env {
	cloud := newCloud()
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	e := newSender(t, cloud, server.URL, newTransport(t))
	e.server = server
	return e
}

// newEnvInBubble is an env for testing/synctest, where waiting takes no time and networks can't be
// used.
func newEnvInBubble(t *testing.T) *env {
	cloud := newCloud()
	return newSender(t, cloud, "https://tencentcloudapi.com", carriedTo(cloud))
}

func newTransport(t *testing.T) http.RoundTripper {
	transport := liveconn.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func newSender(t *testing.T, cloud *cloudsim.Cloud, url string, transport http.RoundTripper) *env {
	endpoint, err := tencent.ParseEndpoint(url)
	require.NoError(t, err)
	k := &keys{held: []*tencent.Key{keyOne, keyTwo}}
	return &env{
		Sender: &sms.Sender{
			AppID: "1400006666", SignName: "示例", Region: "ap-guangzhou",
			Endpoint: endpoint, Transport: transport, Keys: k, Now: halfPastTen,
			Random: func() float64 { return 0.75 }, // waits of a second
		},
		cloud: cloud,
		keys:  k,
	}
}

func newCloud() *cloudsim.Cloud {
	maySend := []string{"sms:SendSms"}
	return cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{
			{SecretID: "AKIDone", SecretKey: "one-secret-key", Allow: maySend},
			{SecretID: "AKIDtwo", SecretKey: "two-secret-key", Allow: maySend},
		},
		Apps: []cloudsim.App{{SDKAppID: "1400006666"}},
		Signs: []cloudsim.Sign{
			{Name: "示例", Approved: true},
			{Name: "Example", International: true, Approved: true},
		},
		SenderIDs: []string{"EXAMPLE"},
		Templates: []cloudsim.Template{
			{ID: "1110001", Text: "{1}", Approved: true},
			{ID: "1110004", Text: "{1} {2}", Approved: true},
			{ID: "2220001", Text: "{1}", International: true, Approved: true},
		},
		Limits: cloudsim.Limits{ThirtySeconds: -1, PerDay: -1},
	}})
}

// halfPastTen is 22:30 in China, the time of ../tencent/testdata/codes.txt.
func halfPastTen() time.Time { return time.Date(2026, 3, 1, 14, 30, 0, 0, time.UTC) }

// send sends with a deadline that a busy machine doesn't reach.
func (e *env) send(t *testing.T, m sms.Message) sms.Result {
	return e.sendWithin(t, time.Minute, m)
}

func (e *env) sendWithin(t *testing.T, d time.Duration, m sms.Message) sms.Result {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	return e.Send(ctx, m)
}

// signers returns the ids of the keys that signed the SendSms requests.
func (e *env) signers() (ids []string) {
	for _, r := range e.cloud.Requests() {
		ids = append(ids, r.SecretID)
	}
	return ids
}

// keys hands out the first of the keys that are held, until that one is rejected.
type keys struct {
	mu       sync.Mutex
	held     []*tencent.Key
	then     error // where none is held
	delay    time.Duration
	asked    int
	rejected []*tencent.Key
}

func (k *keys) Key(context.Context) (*tencent.Key, error) {
	time.Sleep(k.delay)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	if len(k.held) == 0 {
		return nil, k.then
	}
	return k.held[0], nil
}

func (k *keys) Reject(key *tencent.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rejected = append(k.rejected, key)
	if len(k.held) > 0 && key == k.held[0] && (len(k.held) > 1 || k.then != nil) {
		k.held = k.held[1:]
	}
}

// transportFunc is an http.RoundTripper.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// carriedTo hands requests to a handler without a network.
func carriedTo(h http.Handler) http.RoundTripper {
	return transportFunc(func(req *http.Request) (*http.Response, error) {
		r := req.Clone(req.Context())
		r.Host = req.URL.Host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	})
}
