package handler

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// What the tests send. No five digits in a row of these are in anything else an answer or the log can hold.
const (
	toMainland  = "8613681974253"
	toAmerica   = "16502539187"
	theCode     = "048261"
	theToken    = "Bearer caller-token-kvx"
	theRequest  = "invocation-7c1e" // id of the invocation
	somebodysIP = "203.0.113.77"    // in every event and message, and never of interest
)

// private is never in an answer or the log, whatever happens; neither are the digits of an event (see examine).
var private = []string{somebodysIP, "caller-token", "AKID", "secret-key", "session-token", "SendStatusSet", `"payload"`, `\"payload\"`}

const testTemplates = `[
	{"usageType": "SignIn",         "templateCode": {"china": "1110001", "overseas": "2220001"}},
	{"usageType": "Register",       "templateCode": "1110002"},
	{"usageType": "ForgotPassword", "templateCode": "1110003"},
	{"usageType": "Generic",        "templateCode": "1110004", "params": ["{code}", "10"]},
	{"usageType": "Generic",        "templateCode": {"overseas": "2220004"}, "locale": "fr"}
]`

// function is a Handler with its log.
type function struct {
	*Handler
	log *logbook
}

// newFunction fills in what c leaves open.
func newFunction(t testing.TB, c Config) *function {
	log := &logbook{}
	templates, err := ParseTemplates(testTemplates)
	require.NoError(t, err)
	if c.Templates == nil {
		c.Templates = templates
	}
	if c.TimeBudget == 0 {
		c.TimeBudget = time.Minute // so that a busy machine changes nothing where a test isn't about time
	}
	if c.Endpoint.Host == "" {
		c.Endpoint = tencent.Endpoint{Scheme: "https", Host: "sms.tencentcloudapi.com"}
	}
	c.SDKAppID, c.SignName, c.Region = "1400006666", "示例", "ap-guangzhou"
	c.Log = log.logger()
	return &function{New(c), log}
}

// invoke hands an event to the function and examines what came of it.
func (f *function) invoke(t testing.TB, event []byte) answer {
	t.Helper()
	return f.invokeIn(t, invocation(t.Context(), theRequest), event)
}

func (f *function) invokeIn(t testing.TB, ctx context.Context, event []byte) answer {
	t.Helper()
	raw, err := f.Invoke(ctx, event)
	require.NoError(t, err)
	return examine(t, event, raw, f.log.take())
}

// invocation is the context that the platform gives an invocation.
func invocation(ctx context.Context, id string) context.Context {
	return functioncontext.NewContext(ctx, &functioncontext.FunctionContext{RequestID: id})
}

// stage is a function in front of a simulated cloud.
type stage struct {
	*function
	cloud  *cloudsim.Cloud
	server *cloudsim.Server // nil in a bubble
	cache  *secrets.Cache
}

// newStage is a stage with real connections.
func newStage(t *testing.T, changes ...func(*Config)) *stage {
	cloud := newCloud()
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	s := assemble(t, cloud, tencent.NewTransport(), server.URL, changes)
	s.server = server
	return s
}

// newStageInBubble is a stage for testing/synctest, where waiting takes no time and networks can't be used.
func newStageInBubble(t *testing.T, changes ...func(*Config)) *stage {
	cloud := newCloud()
	return assemble(t, cloud, carried(cloud), "https://tencentcloudapi.com", changes)
}

func assemble(t *testing.T, cloud *cloudsim.Cloud, transport http.RoundTripper, url string, changes []func(*Config)) *stage {
	endpoint, err := tencent.ParseEndpoint(url)
	require.NoError(t, err)
	role := map[string]string{"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "role-secret-key", "TENCENTCLOUD_SESSIONTOKEN": "role-session-token"}
	log := &logbook{}
	cache := secrets.New(secrets.Config{
		Name: "sms-accesskey", Version: "SSM_Current", Region: "ap-guangzhou", Endpoint: endpoint, TTL: 10 * time.Minute,
		Transport: transport, Log: log.logger(), Getenv: func(name string) string { return role[name] },
	})
	config := Config{Endpoint: endpoint, Transport: transport, Secrets: cache}
	for _, change := range changes {
		change(&config)
	}
	f := newFunction(t, config)
	f.log, f.Handler.Log = log, log.logger() // one log for all, as in the function
	return &stage{function: f, cloud: cloud, cache: cache}
}

// fetched makes the cache hold the secret, as it does in an instance that isn't new.
func (s *stage) fetched(t *testing.T) *stage {
	_, err := s.cache.Key(t.Context())
	require.NoError(t, err)
	return s
}

func newCloud() *cloudsim.Cloud {
	return cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{
			{SecretID: "AKIDone", SecretKey: "one-secret-key", Allow: []string{"sms:SendSms"}},
			{SecretID: "AKIDtwo", SecretKey: "two-secret-key", Allow: []string{"sms:SendSms"}},
			{SecretID: "AKIDrole", SecretKey: "role-secret-key", Token: "role-session-token", Allow: []string{"ssm:GetSecretValue"}},
		},
		Secrets:   []cloudsim.Secret{{Name: "sms-accesskey", Versions: secretWith("one")}},
		Apps:      []cloudsim.App{{SDKAppID: "1400006666"}},
		Signs:     []cloudsim.Sign{{Name: "示例", Approved: true}, {Name: "Example", International: true, Approved: true}},
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
func secretWith(key string) map[string]cloudsim.SecretValue {
	value := toJSON(fields{"accessKeyId": "AKID" + key, "accessKeySecret": key + "-secret-key", "authorization": theToken})
	return map[string]cloudsim.SecretValue{"SSM_Current": {String: value}}
}

// rotate puts another key into the secret, and disables the old one.
func (s *stage) rotate() {
	s.cloud.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions = secretWith("two")
		a.Keys[0].Disabled = true
	})
}

// transportFunc is a RoundTripper.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// carried hands requests to a handler without a network.
func carried(h http.Handler) transportFunc {
	return func(req *http.Request) (*http.Response, error) {
		r := req.Clone(req.Context())
		r.Host = req.URL.Host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	}
}

// answering is a Tencent Cloud that always gives the same answer.
func answering(status int, body string) transportFunc {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

const accepted = `{"Response":{"SendStatusSet":[{"SerialNo":"serial-a","Code":"Ok"}],"RequestId":"request-a"}}`

// fakeSecrets lets in who sends theToken, and holds the first of its keys until that is rejected.
type fakeSecrets struct{ keys []*secrets.Key }

func (s *fakeSecrets) Authorized(_ context.Context, header string) (bool, error) {
	return header == theToken, nil
}
func (s *fakeSecrets) Key(context.Context) (*secrets.Key, error) { return s.keys[0], nil }
func (s *fakeSecrets) Reject(k *secrets.Key) {
	if k == s.keys[0] && len(s.keys) > 1 {
		s.keys = s.keys[1:]
	}
}

// newKeys returns the account's two keys: only a secret that was fetched has any.
func newKeys(t testing.TB) (one, two *secrets.Key) {
	get := func(key string) *secrets.Key {
		answer := toJSON(fields{"Response": fields{"SecretString": secretWith(key)["SSM_Current"].String, "RequestId": "r"}})
		cache := secrets.New(secrets.Config{TTL: time.Hour, Transport: answering(200, answer), Log: (&logbook{}).logger(), Getenv: func(string) string { return "role" }})
		k, err := cache.Key(context.Background())
		require.NoError(t, err)
		return k
	}
	return get("one"), get("two")
}

// fields are parts of an event or a message. Merged into a proper one they replace its parts; what is absent goes.
type fields map[string]any

type removed struct{}

var absent = removed{}

func merge(base fields, changes ...fields) fields {
	result := maps.Clone(base)
	for _, change := range changes {
		for name, value := range change {
			before, isFields := result[name].(fields)
			within, both := value.(fields)
			switch {
			case value == absent:
				delete(result, name)
			case isFields && both:
				result[name] = merge(before, within)
			default:
				result[name] = value
			}
		}
	}
	return result
}

// eventWith is the event of a function URL that asks for an SMS, with changes.
func eventWith(changes ...fields) []byte {
	return []byte(toJSON(merge(fields{
		"httpMethod":  "POST",
		"path":        "/",
		"queryString": fields{"a": "1"},
		"headers":     fields{"accept": "*/*", "authorization": theToken, "content-type": "application/json", "x-scf-remote-addr": somebodysIP},
		"body":        bodyWith(),
	}, changes...)))
}

// bodyWith is a message of Logto's, with changes.
func bodyWith(changes ...fields) string {
	return toJSON(merge(fields{"to": toMainland, "type": "SignIn", "payload": fields{"code": theCode}, "ip": somebodysIP}, changes...))
}

// smsTo is the event that asks for an SMS to a number.
func smsTo(to string) []byte { return eventWith(fields{"body": bodyWith(fields{"to": to})}) }

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// answer is what the caller and the log are told.
type answer struct {
	response
	line map[string]any // the invocation's line in the log
}

func (a answer) outcome() string { return a.line["outcome"].(string) }

// logged returns a field of the log line: a text, a number written as one, or "" if it isn't there.
func (a answer) logged(field string) string {
	switch value := a.line[field].(type) {
	case string:
		return value
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return ""
	}
}

// statuses is the contract's table.
var statuses = map[string]int{
	"sent":                    200,
	"bad_request":             400,
	"invalid_phone_number":    400,
	"unauthorized":            401,
	"destination_not_allowed": 403,
	"method_not_allowed":      405,
	"body_too_large":          413,
	"undeliverable":           422,
	"too_many_requests":       429,
	"misconfigured":           500,
	"provider_refused":        502,
	"provider_unavailable":    503,
	"outcome_unknown":         504,
}

// examine holds an answer and the log of its invocation against what is true of every one, and returns them read.
func examine(t testing.TB, event, raw []byte, log string) answer {
	t.Helper()
	a := answer{response: readResponse(t, raw), line: readLine(t, log)}

	require.Equal(t, statuses[a.outcome()], a.StatusCode, "the contract's status for %s", a.outcome())
	require.EqualValues(t, a.StatusCode, a.line["status"])
	require.Equal(t, a.line["requestId"], requestIDOf(t, a))
	level := map[int]string{2: "INFO", 4: "WARN", 5: "ERROR"}[a.StatusCode/100]
	require.Equal(t, level, a.line["level"])
	if a.outcome() == "misconfigured" || a.outcome() == "provider_refused" {
		require.NotEmpty(t, a.line["hint"], "the operator is told what to do")
	}

	text := string(raw) + log
	for _, secret := range private {
		require.NotContains(t, text, secret)
	}
	noDigit := func(r rune) bool { return r < '0' || r > '9' }
	for _, digits := range strings.FieldsFunc(readable(event), noDigit) {
		for i := range len(digits) - 4 {
			require.NotContains(t, text, digits[i:i+5], "five digits in a row of the event")
		}
	}
	return a
}

// readable is an event with the body in it, if it was in base64.
func readable(event []byte) string {
	var e struct{ Body string }
	json.Unmarshal(event, &e)
	body, _ := base64.StdEncoding.DecodeString(e.Body)
	return string(event) + string(body)
}

// readResponse reads an answer that must be an integrated response as the contract has it, to the letter.
func readResponse(t testing.TB, raw []byte) response {
	t.Helper()
	require.ElementsMatch(t, []string{"isBase64Encoded", "statusCode", "headers", "body"}, keys(t, raw))
	var r response
	require.NoError(t, json.Unmarshal(raw, &r))
	require.False(t, r.IsBase64Encoded)
	require.Contains(t, slices.Collect(maps.Values(statuses)), r.StatusCode)

	want := map[string]string{"cache-control": "no-store", "content-type": r.Headers["content-type"]}
	switch r.StatusCode {
	case 401:
		want["www-authenticate"] = "Bearer"
	case 405:
		want["allow"] = "POST"
	case 429, 503:
		want["retry-after"] = r.Headers["retry-after"]
		seconds, err := strconv.Atoi(r.Headers["retry-after"])
		require.NoError(t, err)
		require.True(t, 1 <= seconds && seconds <= 86400, "retry-after: %d", seconds)
	}
	require.Equal(t, want, r.Headers)
	return r
}

// requestIDOf returns the request id of an answer whose body must have one of the contract's three forms.
func requestIDOf(t testing.TB, a answer) string {
	t.Helper()
	switch a.Headers["content-type"] {
	case "application/json":
		require.Equal(t, 200, a.StatusCode)
		require.ElementsMatch(t, []string{"requestId", "serialNo"}, keys(t, []byte(a.Body)))
		var body sent
		require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
		return body.RequestID
	case "application/problem+json":
		require.ElementsMatch(t, []string{"type", "title", "status", "code", "requestId"}, keys(t, []byte(a.Body)))
		var body problem
		require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
		want := problem{"about:blank", http.StatusText(a.StatusCode), a.StatusCode, a.outcome(), body.RequestID}
		require.Equal(t, want, body)
		return body.RequestID
	default:
		require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
		require.NotEqual(t, 200, a.StatusCode)
		sentence, id, found := strings.Cut(strings.TrimSuffix(a.Body, ")"), " (")
		require.True(t, found && strings.HasSuffix(a.Body, ")"), a.Body)
		require.NotEmpty(t, sentence)
		return id
	}
}

func keys(t testing.TB, object []byte) []string {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal(object, &all), "%s", object)
	return slices.Collect(maps.Keys(all))
}

// readLine returns the one line that an invocation writes. The cache of the secret may have others.
func readLine(t testing.TB, log string) map[string]any {
	t.Helper()
	var found map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &line), text)
		if line["msg"] == "invocation" {
			require.Nil(t, found, "a second line: %s", text)
			found = line
		}
	}
	require.NotNil(t, found)
	return found
}

// logbook collects what is logged. It leaves out the time, whose digits are anybody's.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// take returns what was logged since it was last asked.
func (l *logbook) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}

func (l *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}
