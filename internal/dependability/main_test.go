package dependability

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/handler"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

var (
	sequences = flag.Int("sequences", usualSequences, "how many random sequences TestAtMostOneSMS runs")
	seed      = flag.Uint64("seed", 1, "what they are drawn from")
	sequence  = flag.Int("sequence", -1, "run only the sequence of this number, and say what happens in it")
)

// root is the folder of the project, temp one that is removed after the tests.
var root, temp string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if root, err = simulation.Root(); err != nil {
		panic(err)
	}
	if temp, err = os.MkdirTemp("", "scf-sms-dependability-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(temp)
	// The tests that run in parallel wait most of the time: for timeouts, or for a process to be frozen.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	return m.Run()
}

// build compiles the function once, on first need.
var build = sync.OnceValues(func() (string, error) {
	return simulation.Build(context.Background(), root, temp)
})

// simulate starts a cloud with the account of testdata, in which numbers have no limits. Its Function is not built.
func simulate(options cloudsim.Options) (*simulation.Simulation, error) {
	sim, err := simulation.Start("", filepath.Join(root, "testdata"), options)
	if err != nil {
		return nil, err
	}
	sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits = cloudsim.Limits{ThirtySeconds: -1, PerHour: -1, PerDay: -1}
		a.Numbers = nil
	})
	return sim, nil
}

// startCloud is simulate for the length of a test. Where the cloud speaks TLS, the function is told whom to trust.
func startCloud(t *testing.T, options cloudsim.Options) *simulation.Simulation {
	t.Helper()
	sim, err := simulate(options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sim.Close()) })
	if options.TLS {
		file := filepath.Join(t.TempDir(), "ca.pem")
		require.NoError(t, os.WriteFile(file, sim.Server.CertPEM(), 0o600))
		sim.Function.Env["SSL_CERT_FILE"] = file
	}
	return sim
}

// startFunction starts the real binary for the length of a test.
func startFunction(t *testing.T, f scfhost.Function) *scfhost.Instance {
	t.Helper()
	var err error
	f.Binary, err = build()
	require.NoError(t, err)
	instance, err := scfhost.New(f)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, instance.Close()) })
	return instance
}

// local is the function in this process: what main makes of its settings, with a clock that can be moved.
type local struct {
	*handler.Handler
	cache     *secrets.Cache
	transport *tencent.Transport
	log       logbook
	ahead     atomic.Int64 // how far the cache's clock is ahead, in ns
}

func newLocal(s settings.Settings) *local {
	l := &local{transport: tencent.NewTransport()}
	logger := slog.New(slog.NewJSONHandler(&l.log, nil))
	l.cache = secrets.New(secrets.Config{
		Name: s.SecretName, Version: s.SecretVersion, Region: s.SecretRegion, Endpoint: s.SSMEndpoint, TTL: s.SecretTTL,
		Transport: l.transport,
		Log:       logger,
		OnFetch:   func() { l.transport.Open(s.SMSEndpoint) },
		Getenv:    func(string) string { return "" }, // the role comes with the invocation
		Now:       func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	l.Handler = handler.New(handler.Config{
		Problems: s.Problems,
		SDKAppID: s.SDKAppID, SignName: s.SignName, SignNameOverseas: s.SignNameOverseas, SenderID: s.SenderID,
		Templates: s.Templates, AllowedCallingCodes: s.AllowedCallingCodes, BareChina: s.BareChina,
		TimeBudget: s.TimeBudget,
		Region:     s.SMSRegion, Endpoint: s.SMSEndpoint,
		Transport: l.transport,
		Secrets:   l.cache,
		Log:       logger,
	})
	return l
}

// pass lets time pass for the cache.
func (l *local) pass(d time.Duration) { l.ahead.Add(int64(d)) }

// readSettings returns the settings of a function with these environment variables.
func readSettings(env map[string]string) (settings.Settings, error) {
	s := settings.Read(func(name string) string { return env[name] })
	if len(s.Problems) > 0 {
		return s, fmt.Errorf("testdata/function.env: %s", strings.Join(s.Problems, "; "))
	}
	return s, nil
}

// invocation is the context the platform gives an invocation.
func invocation(requestID string, role scfhost.Role) context.Context {
	return functioncontext.NewContext(context.Background(), &functioncontext.FunctionContext{
		RequestID: requestID,
		Environment: map[string]string{
			"TENCENTCLOUD_SECRETID":     role.SecretID,
			"TENCENTCLOUD_SECRETKEY":    role.SecretKey,
			"TENCENTCLOUD_SESSIONTOKEN": role.SessionToken,
		},
	})
}

// goodToken is the callers' token in testdata/cloud.json.
const goodToken = "Bearer example-token"

// signIn is the event of a user who signs in.
func signIn(token, to, code string) []byte {
	body, _ := json.Marshal(map[string]any{"to": to, "type": "SignIn", "payload": map[string]string{"code": code}})
	headers := map[string]string{"content-type": "application/json"}
	if token != "" {
		headers["authorization"] = token
	}
	return event(headers, string(body))
}

// event is a POST as the platform delivers it.
func event(headers map[string]string, body string) []byte {
	text, _ := json.Marshal(map[string]any{"httpMethod": "POST", "headers": headers, "body": body})
	return text
}

// somebody is a mainland number.
func somebody(rng *rand.Rand) string { return fmt.Sprintf("86139%08d", rng.IntN(100_000_000)) }

// answer is what the platform takes from the function.
type answer struct {
	IsBase64Encoded *bool             `json:"isBase64Encoded"`
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
}

// parseAnswer reads an answer and checks that it is well-formed: what holds for every answer, whatever its status.
func parseAnswer(payload []byte, requestID string) (answer, error) {
	var a answer
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil || decoder.More() {
		return a, fmt.Errorf("answer %q: %v", payload, err)
	}
	if a.IsBase64Encoded == nil || *a.IsBase64Encoded {
		return a, fmt.Errorf("isBase64Encoded is not false: %s", payload)
	}
	if a.Headers["cache-control"] != "no-store" {
		return a, fmt.Errorf("no cache-control: no-store: %s", payload)
	}
	if !strings.Contains(a.Body, requestID) {
		return a, fmt.Errorf("the body doesn't name the request %s: %s", requestID, payload)
	}
	wantType := "text/plain; charset=utf-8"
	if a.StatusCode == http.StatusOK {
		wantType = "application/json"
	}
	if a.Headers["content-type"] != wantType {
		return a, fmt.Errorf("content-type is not %s: %s", wantType, payload)
	}
	if (a.Headers["www-authenticate"] != "") != (a.StatusCode == http.StatusUnauthorized) {
		return a, fmt.Errorf("www-authenticate goes with 401, and only with it: %s", payload)
	}
	if (a.Headers["retry-after"] != "") != (a.StatusCode == http.StatusTooManyRequests || a.StatusCode == http.StatusServiceUnavailable) {
		return a, fmt.Errorf("retry-after goes with 429 and 503, and only with them: %s", payload)
	}
	return a, nil
}

// logbook keeps what is written to it.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// count returns how many lines hold all the texts.
func (l *logbook) count(texts ...string) int {
	n := 0
	for line := range strings.Lines(l.String()) {
		found := true
		for _, text := range texts {
			found = found && strings.Contains(line, text)
		}
		if found {
			n++
		}
	}
	return n
}

// eventually waits for a condition that nothing announces.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !met(); {
		if time.Now().After(deadline) {
			require.FailNow(t, "it never happened: "+what)
		}
		time.Sleep(time.Millisecond)
	}
}

// quiet is for servers whose complaints are intended.
var quiet = log.New(io.Discard, "", 0)

// startLocal is newLocal for the length of a test, in front of a simulation.
func startLocal(t *testing.T, sim *simulation.Simulation) *local {
	t.Helper()
	s, err := readSettings(sim.Function.Env)
	require.NoError(t, err)
	s.TimeBudget = 8 * time.Second // the default: a busy machine must not matter
	function := newLocal(s)
	t.Cleanup(function.transport.CloseIdleConnections)
	return function
}
