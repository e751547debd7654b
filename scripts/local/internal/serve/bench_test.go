package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/internal/limits"
	"scf-sms/scripts/local/internal/words"

	"github.com/stretchr/testify/require"
)

// soon is how long a test waits for what must happen, built how long where something is compiled
// first. Only what hangs comes to an end by them, however busy the machine is.
const (
	soon  = 2 * time.Minute
	built = 10 * time.Minute
)

const signIn = `{"to":"8613800138000","type":"SignIn","payload":{"code":"482913","locale":"zh-CN"}}`

// lines collects what serve prints, from several goroutines.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits until text has been printed, perhaps after a build.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	if !within(built, func() bool { return strings.Contains(l.String(), text) }) {
		t.Fatalf("%q is not in:\n%s", text, l)
	}
}

// within reports whether something comes true in time.
func within(limit time.Duration, is func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); !is(); <-tick.C {
		if time.Since(began) > limit {
			return false
		}
	}
	return true
}

// bench is a workbench behind HTTP.
type bench struct {
	*workbench
	server  *httptest.Server
	url     string
	printed *lines
}

// newBench is one whose function has no limits of its own: a test sends to one number what a person
// sends in hours.
func newBench(t *testing.T) *bench {
	t.Helper()
	b := newGuardedBench(t)
	require.NoError(t, b.live.guard(false))
	return b
}

func newGuardedBench(t *testing.T) *bench {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	l, err := start(t.Context(), root, io.Discard)
	require.NoError(t, err)
	t.Cleanup(l.close)
	l.sim.Function.Timeout = time.Minute // on a busy machine, too, the function answers before
	require.NoError(t, l.guard(true))
	printed := &lines{}
	server := httptest.NewUnstartedServer(nil)
	w := newWorkbench(l, "http://"+server.Listener.Addr().String()+"/", newJournal(words.English(), printed, printed))
	server.Config.Handler = w
	server.Start()
	t.Cleanup(server.Close)
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { w.follow(ctx) })
	t.Cleanup(following.Wait)
	t.Cleanup(stop)
	t.Cleanup(server.CloseClientConnections) // streams don't end by themselves
	return &bench{w, server, server.URL, printed}
}

// stop ends what the page talks to. The port is closed first, or the page would come back by it.
func (b *bench) stop() {
	b.server.Listener.Close()
	b.server.CloseClientConnections()
}

// tries is how often what is to be counted begins anew.
const tries = 20

// counted posts messages one after another, the first to an empty phone, and returns the status of
// the last.
func (b *bench) counted(t *testing.T, bodies ...string) (status int) {
	t.Helper()
	var steps []func()
	for _, body := range bodies {
		steps = append(steps, func() { status, _ = b.post(t, body) })
	}
	b.inTime(t, steps...)
	return status
}

// inTime empties the phone and takes steps, of which each sends a message. It does so anew where
// the machine was too busy for what has its time. That is the 250 ms in which Redis has to answer,
// or the message is not counted, or is counted yet; and the half minute of the shortest limit.
func (b *bench) inTime(t *testing.T, steps ...func()) {
	t.Helper()
	const shortest = 25 * time.Second
	took := func() bool {
		began := time.Now()
		for _, step := range steps {
			step()
			l := b.line(t)
			missed := l.Limits != "" || strings.Contains(l.Hint, limits.HintUnsettled)
			if missed || time.Since(began) > shortest {
				return false
			}
		}
		return true
	}
	for range tries {
		b.do(t, "clear", `{}`)
		if took() {
			return
		}
		b.do(t, "restart", `{}`) // the instance lets Redis alone for a while
	}
	t.Fatal("Redis is away for good")
}

// inShell is a command line as somebody pastes it. A proxy of whoever runs the tests is none of it.
func inShell(t *testing.T, line string) *exec.Cmd {
	command := exec.CommandContext(t.Context(), "sh", "-c", line)
	command.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*")
	return command
}

// call sends a request and returns the status and the body of the answer.
func call(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	status, _, text := exchangeWith(t, method, url, body, headers...)
	return status, text
}

func exchangeWith(
	t *testing.T, method, url, body string, headers ...string,
) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(text)
}

// post posts a message to the function, with the token of testdata.
func (b *bench) post(t *testing.T, body string) (int, string) {
	t.Helper()
	return call(t, "POST", b.url+"/", body, "Authorization: Bearer example-token",
		"Content-Type: application/json")
}

// do posts to the page's API.
func (b *bench) do(t *testing.T, name, body string) {
	t.Helper()
	status, text := call(t, "POST", b.url+ours+name, body, "Content-Type: application/json")
	require.Equal(t, http.StatusNoContent, status, text)
}

func (b *bench) state(t *testing.T) state {
	t.Helper()
	return stateOf(t, b.url)
}

// stateOf is what a page that is opened at a URL is shown first.
func stateOf(t *testing.T, url string) (s state) {
	t.Helper()
	answer, err := http.Get(url + ours + "stream")
	require.NoError(t, err)
	defer answer.Body.Close()
	line, err := bufio.NewReader(answer.Body).ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(bytes.TrimPrefix(line, []byte("data: ")), &s))
	return s
}
