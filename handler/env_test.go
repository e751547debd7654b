package handler_test

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/app"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
	"scf-sms/internal/testlog"
)

const templates = `[
	{"usageType": "SignIn",         "templateCode": {"china": "1110001", "overseas": "2220001"}},
	{"usageType": "Register",       "templateCode": "1110002"},
	{"usageType": "ForgotPassword", "templateCode": "1110003"},
	{"usageType": "Generic",        "templateCode": "1110004", "params": ["{code}", "10"]},
	{"usageType": "Generic",        "templateCode": {"overseas": "2220004"}, "locale": "fr"}
]`

// setup is what a function is made of. Tests change parts of it.
type setup struct {
	settings.Settings
	app.Options
}

// env is a function with its log, and the cloud in front of which it runs.
type env struct {
	*app.Function
	log    *testlog.Log
	cloud  *cloudsim.Cloud  // nil where answers are canned
	server *cloudsim.Server // nil without a network
}

// newEnv is a function in front of a simulated cloud, with real connections.
func newEnv(t *testing.T, changes ...func(*setup)) *env {
	cloud := newCloud()
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	transport := liveconn.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	e := wire(t, server.URL, transport, changes)
	e.cloud, e.server = cloud, server
	return e
}

// newEnvInBubble is a function for testing/synctest, where waiting takes no time and networks can't
// be used.
func newEnvInBubble(t *testing.T, changes ...func(*setup)) *env {
	cloud := newCloud()
	e := wire(t, "https://tencentcloudapi.com", carriedTo(cloud), changes)
	e.cloud = cloud
	return e
}

// inBubble runs a subtest in a bubble, in parallel with others.
func inBubble(t *testing.T, name string, test func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

// newCanned is a function whose SSM has the secret and whose SMS is send.
func newCanned(t testing.TB, send transportFunc, changes ...func(*setup)) *env {
	secret := answering(200, toJSON(fields{"Response": fields{"SecretString": secretWith("one")}}))
	return wire(t, "https://tencentcloudapi.com", transportFunc(func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("X-TC-Action") == cloudsim.GetSecretValue {
			return secret(req)
		}
		return send(req)
	}), changes)
}

// newAccepting is a function whose SMS accepts everything. It counts the requests.
func newAccepting(t testing.TB, changes ...func(*setup)) (e *env, requests *int) {
	requests = new(int)
	accept := answering(200, acceptance)
	return newCanned(t, transportFunc(func(req *http.Request) (*http.Response, error) {
		*requests++
		return accept(req)
	}), changes...), requests
}

const acceptance = `{"Response":{"SendStatusSet":[{"SerialNo":"serial-a","Code":"Ok"}],"RequestId":"request-a"}}`

func wire(t testing.TB, url string, transport http.RoundTripper, changes []func(*setup)) *env {
	endpoint, err := tencent.ParseEndpoint(url)
	require.NoError(t, err)
	role := map[string]string{
		"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "role-secret-key",
		"TENCENTCLOUD_SESSIONTOKEN": "role-session-token",
	}
	log := &testlog.Log{}
	s := setup{
		Settings: settings.Settings{
			Secret: settings.Secret{
				Name: "sms-accesskey", Version: "SSM_Current", Region: "ap-guangzhou",
				TTL: 10 * time.Minute, Endpoint: endpoint,
			},
			SMS: settings.SMS{
				AppID: "1400006666", SignName: "示例", Region: "ap-guangzhou", Endpoint: endpoint,
			},
			Templates:  parseTemplates(t, templates),
			TimeBudget: time.Minute, // a busy machine changes nothing where a test isn't about time
			LogLevel:   slog.LevelDebug,
		},
		Options: app.Options{
			Version: "build-a", Log: log, Transport: transport,
			Getenv: func(name string) string { return role[name] },
		},
	}
	for _, change := range changes {
		change(&s)
	}
	return &env{Function: app.New(s.Settings, s.Options), log: log}
}

func parseTemplates(t testing.TB, setting string) template.Templates {
	all, err := template.Parse(setting)
	require.NoError(t, err)
	return all
}

// fetched makes the function hold the secret, as it does in an instance that isn't new.
func (e *env) fetched(t *testing.T) *env {
	_, err := e.Secrets.Key(t.Context())
	require.NoError(t, err)
	return e
}

func newCloud() *cloudsim.Cloud {
	maySend := []string{"sms:SendSms"}
	return cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{
			{SecretID: "AKIDone", SecretKey: "one-secret-key", Allow: maySend},
			{SecretID: "AKIDtwo", SecretKey: "two-secret-key", Allow: maySend},
			{SecretID: "AKIDrole", SecretKey: "role-secret-key", Token: "role-session-token",
				Allow: []string{"ssm:GetSecretValue"}},
		},
		Secrets: []cloudsim.Secret{{Name: "sms-accesskey", Versions: versionsWith("one")}},
		Apps:    []cloudsim.App{{SDKAppID: "1400006666"}},
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

// secretWith is the value of the secret with one of the account's keys.
func secretWith(key string) string {
	return toJSON(fields{
		"accessKeyId": "AKID" + key, "accessKeySecret": key + "-secret-key", "authorization": token,
		"supabase": []string{otherHookSecret, hookSecret}, "zitadel": []string{"other" + signingKey, signingKey},
		"reports": reportsKey,
	})
}

func versionsWith(key string) map[string]cloudsim.SecretValue {
	return map[string]cloudsim.SecretValue{"SSM_Current": {String: secretWith(key)}}
}

// rotate puts another key into the secret, and disables the old one.
func (e *env) rotate() {
	e.cloud.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions = versionsWith("two")
		a.Keys[0].Disabled = true
	})
}

// eleven is 23:00 in China: an hour is left of the day.
func eleven() time.Time { return time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC) }

// invoke hands an event to the function, and examines the answer and the log.
func (e *env) invoke(t testing.TB, event []byte) answer {
	t.Helper()
	return e.invokeIn(t, invocation(t.Context(), requestID), event)
}

func (e *env) invokeIn(t testing.TB, ctx context.Context, event []byte) answer {
	t.Helper()
	return invoke(t, ctx, e, e.log, event)
}

// invocation is the context that the platform gives an invocation.
func invocation(ctx context.Context, id string) context.Context {
	return functioncontext.NewContext(ctx, &functioncontext.FunctionContext{RequestID: id})
}

// transportFunc is an http.RoundTripper.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// carriedTo hands requests to a handler without a network.
func carriedTo(h http.Handler) transportFunc {
	return func(req *http.Request) (_ *http.Response, err error) {
		r := req.Clone(req.Context())
		r.Host = req.URL.Host
		w := httptest.NewRecorder()
		defer func() {
			if recover() == http.ErrAbortHandler { // the cloud ends the connection
				err = cmp.Or(req.Context().Err(), io.EOF)
			}
		}()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	}
}

// answering is a Tencent Cloud that always gives the same answer.
func answering(status int, body string) transportFunc {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status),
			Header: http.Header{"Content-Type": {"application/json"}},
			Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// hanging is a Tencent Cloud that answers nothing until the request's time is over.
func hanging(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}
