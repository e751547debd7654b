package dependability

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/app"
	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/testlog"
)

var (
	sequences = flag.Int("sequences", 0,
		"how many random `sequences` TestAtMostOneSMS runs; 0 is the usual number")
	seed     = flag.Uint64("seed", 1, "what they are drawn from")
	sequence = flag.Int("sequence", -1,
		"run only the sequence of this `number`, and say what happens in it")
)

// root is the folder of the project, temp one that is removed after the tests.
var root, temp string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if root, err = checkout.Root(); err != nil {
		panic(err)
	}
	if temp, err = os.MkdirTemp("", "scf-sms-dependability-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(temp)
	// The parallel tests wait most of the time: for timeouts, or until a process is frozen.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	return m.Run()
}

// build compiles the function once, when the first test needs it.
var build = sync.OnceValues(func() (string, error) {
	return checkout.Build(context.Background(), root)
})

// simulate starts a cloud with the account of testdata, in which numbers have no limits. Its
// Function has no binary.
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

// startCloud is simulate for the length of a test. If the cloud speaks TLS, the function's
// environment names its certificate.
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

// local is the function in this process, wired as main does it. The cache's clock can be moved.
type local struct {
	*app.Function
	transport *liveconn.Transport
	log       testlog.Log
	ahead     atomic.Int64 // how far the function's clock is ahead, in ns
}

func newLocal(s settings.Settings) *local {
	l := &local{transport: liveconn.NewTransport()}
	l.Function = app.New(s, app.Options{
		Log:       &l.log,
		Transport: l.transport,
		Getenv:    func(string) string { return "" }, // the role comes with the invocation
		Now:       func() time.Time { return time.Now().Add(time.Duration(l.ahead.Load())) },
	})
	return l
}

// pass moves the cache's clock.
func (l *local) pass(d time.Duration) { l.ahead.Add(int64(d)) }

// readSettings returns the settings of a function with these environment variables.
func readSettings(env map[string]string) (settings.Settings, error) {
	s := settings.Read(func(name string) string { return env[name] })
	if len(s.Problems) > 0 {
		return s, fmt.Errorf("testdata/function.env: %v", s.Problems)
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

// sequenceCount is how many sequences TestAtMostOneSMS runs.
func sequenceCount() int {
	switch {
	case *sequences > 0:
		return *sequences
	case testing.Short():
		return 200
	}
	return usualSequences
}

// fewer is n, or with -short a tenth of it.
func fewer(n int) int {
	if testing.Short() {
		return (n + 9) / 10
	}
	return n
}

// alone is the command that runs one sequence.
func alone(n int) string {
	short := ""
	if testing.Short() { // it draws other sequences
		short = " -short"
	}
	return fmt.Sprintf("  go test ./internal/dependability -run 'TestAtMostOneSMS$' -count 1 -v%s "+
		"-seed %d -sequence %d", short, *seed, n)
}

// goodToken is the callers' token in testdata/cloud.json.
const goodToken = "Bearer example-token"

// signIn is the event of a user who signs in.
func signIn(token, to, code string) []byte {
	body, _ := json.Marshal(map[string]any{
		"to": to, "type": "SignIn", "payload": map[string]string{"code": code},
	})
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

// mainlandNumber is a number of Mainland China, with the calling code.
func mainlandNumber(rng *rand.Rand) string {
	return fmt.Sprintf("86139%08d", rng.IntN(100_000_000))
}

// answer is what the platform takes from the function.
type answer struct {
	IsBase64Encoded *bool             `json:"isBase64Encoded"`
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
}

// parseAnswer reads an answer and checks what holds for every answer, whatever its status.
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
	wantType, id := "text/plain; charset=utf-8", "("+requestID[:8]+")"
	if a.StatusCode < 300 {
		wantType, id = "application/json", strconv.Quote(requestID)
	}
	if !strings.Contains(a.Body, id) {
		return a, fmt.Errorf("the body doesn't name the request %s: %s", requestID, payload)
	}
	if a.Headers["content-type"] != wantType {
		return a, fmt.Errorf("content-type is not %s: %s", wantType, payload)
	}
	if (a.Headers["www-authenticate"] != "") != (a.StatusCode == http.StatusUnauthorized) {
		return a, fmt.Errorf("www-authenticate goes with 401, and only with it: %s", payload)
	}
	later := slices.Contains([]int{429, 503}, a.StatusCode)
	if (a.Headers["retry-after"] != "") != later {
		return a, fmt.Errorf("retry-after goes with 429 and 503, and only with them: %s", payload)
	}
	return a, nil
}

// eventually waits for a condition that nothing announces.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !met(); {
		if time.Now().After(deadline) {
			require.FailNow(t, "it never happened: "+what)
		}
		time.Sleep(time.Millisecond)
	}
}

// quiet is the log of servers that a test gives reason to complain.
var quiet = log.New(io.Discard, "", 0)

// close closes the connections that no request is using.
func (l *local) close() {
	l.transport.CloseIdleConnections()
	if l.Limits != nil {
		l.Limits.CloseIdleConnections()
	}
}

// startLocal is newLocal for the length of a test, in front of a simulation.
func startLocal(t *testing.T, sim *simulation.Simulation) *local {
	t.Helper()
	s, err := readSettings(sim.Function.Env)
	require.NoError(t, err)
	s.TimeBudget = 8 * time.Second // the default: enough for a busy machine
	function := newLocal(s)
	t.Cleanup(function.close)
	return function
}
