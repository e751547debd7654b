package recipes

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

// What testdata's secret has.
const (
	token          = "Bearer example-token"
	supabaseSecret = "v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDE="
	zitadelKey     = "ExampleZitadelSigningKey000000000001"
)

// function is the function's URL, and what came of what was posted to it.
type function struct {
	url   string
	cloud *cloudsim.Cloud

	mu  sync.Mutex
	log string
}

func newFunction(t *testing.T) *function {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	binary, err := checkout.Build(t.Context(), root)
	require.NoError(t, err)
	sim, err := simulation.Start(binary, filepath.Join(root, "testdata"), cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { sim.Close() })
	instance, err := scfhost.New(sim.Function)
	require.NoError(t, err)
	t.Cleanup(func() { instance.Close() })
	f := &function{cloud: sim.Cloud}
	server := httptest.NewServer(&scfhost.Front{
		Invoke: instance.Invoke,
		OnResult: func(_ *http.Request, _ []byte, result scfhost.Result) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.log = result.Stdout
		},
	})
	t.Cleanup(server.Close)
	f.url = server.URL + "/"
	return f
}

// sent returns the one message that was sent since it was last asked, nil if there is none.
func (f *function) sent(t *testing.T) *cloudsim.Message {
	t.Helper()
	all := f.cloud.Outbox()
	f.cloud.Reset()
	if len(all) == 0 {
		return nil
	}
	require.Len(t, all, 1)
	return &all[0]
}

// logged returns what the function printed last.
func (f *function) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log
}

// post posts a body as an application does, and returns status and body of the answer.
func (f *function) post(t *testing.T, body string, header http.Header) (int, string) {
	t.Helper()
	status, text, err := postTo(t.Context(), f.url, body, header)
	require.NoError(t, err)
	return status, text
}

func postTo(
	ctx context.Context, url, body string, header http.Header,
) (status int, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(all), err
}

func authorized() http.Header { return http.Header{"Authorization": {token}} }

// page is docs/callers.md.
func page(t *testing.T) string {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "callers.md"))
	require.NoError(t, err)
	return string(text)
}

// blocks returns the code of a language in a section of the page.
func blocks(t *testing.T, section, language string) (all []string) {
	t.Helper()
	_, text, found := strings.Cut(page(t), "\n## "+section+"\n")
	require.True(t, found, "docs/callers.md has no section %s", section)
	text, _, _ = strings.Cut(text, "\n## ")
	fence := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	for _, match := range fence.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	require.NotEmpty(t, all, "section %s has no code in %s", section, language)
	return all
}

// command returns a command whose program must be on this machine, in a folder with files, that
// knows the function and its secrets by its environment.
func command(
	t *testing.T, f *function, files map[string]string, name string, args ...string,
) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("there is no %s", name)
	}
	dir := t.TempDir()
	for file, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	c.WaitDelay = time.Minute // once it is killed, or has ended and a busy machine reads on
	// A proxy of whoever runs the tests is none of it.
	c.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*",
		"SMS_URL="+f.url, "SMS_AUTHORIZATION="+token, "SUPABASE_SECRET="+supabaseSecret, "ZITADEL_KEY="+zitadelKey)
	return c
}
