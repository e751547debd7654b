package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

func TestServeCommandLine(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	err = Run(t.Context(),
		[]string{"-addr", taken.Addr().String()}, term.Stdio{Out: io.Discard, Err: io.Discard})
	require.EqualError(t, err, "serve: "+taken.Addr().String()+
		" is in use; stop what listens there, or choose another port with -addr")

	for addr, want := range map[string]bool{
		"127.0.0.1:9000": true, "localhost:0": true, "[::1]:9000": true,
		":9000": false, "10.0.0.1:9000": false, "9000": false, "127.0.0.1:99999": false,
		"127.0.0.1:": false,
	} {
		require.Equal(t, want, loopback(addr), addr)
	}
}

func TestChangedSourcesAreBuiltAnew(t *testing.T) {
	t.Parallel()
	from, err := checkout.Root()
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, checkout.Copy(from, root))
	out, errs := &lines{}, &lines{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	s := server{root: root, addr: "127.0.0.1:0", every: 20 * time.Millisecond,
		journal: newJournal(words.English(), out, errs)}
	go func() { ended <- s.run(ctx) }()
	out.await(t, "Ctrl-C stops")
	url, _, _ := strings.Cut(strings.TrimPrefix(out.String(), "The function is at "), "/ ")

	post := func(number string) string {
		_, body := call(t, "POST", url, strings.Replace(signIn, "8613800138000", number, 1),
			"Authorization: Bearer example-token")
		return body
	}
	change := func(name, old, new string) {
		t.Helper()
		path := filepath.Join(root, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(text), old)
		changed := strings.Replace(string(text), old, new, 1)
		// At once: an empty file in between would count as a change of its own.
		written := filepath.Join(root, "written")
		require.NoError(t, os.WriteFile(written, []byte(changed), 0o644))
		require.NoError(t, os.Rename(written, path))
	}
	anew := func(times int) {
		t.Helper()
		require.True(t, within(built, func() bool {
			return strings.Count(out.String(), "built anew") == times
		}), out)
	}
	const before, after = "手机号码无效，请检查后重试。", "请换一个号码。"
	require.Contains(t, post("1"), before)
	require.Contains(t, post("8613800138001"), "serialNo")

	change("internal/sentence/words.go", before, after+`" + nonsense + "`)
	errs.await(t, "undefined: nonsense")
	require.Contains(t, post("1"), before, "the old one goes on")
	require.Contains(t, stateOf(t, url).Broken, "undefined: nonsense")

	change("internal/sentence/words.go", `" + nonsense + "`, "")
	anew(1)
	require.Contains(t, post("1"), after)

	change("testdata/function.env", "ALLOWED_CALLING_CODES=86,", "ALLOWED_CALLING_CODES=")
	anew(2)
	require.NotContains(t, post("8613800138002"), "serialNo")
	change("testdata/function.env", "ALLOWED_CALLING_CODES=", "ALLOWED_CALLING_CODES=86,")
	anew(3)
	change("testdata/cloud.json", "您的登录验证码为", "验证码：")
	anew(4)
	require.Contains(t, post("8613800138003"), "serialNo")
	var all string
	for _, m := range stateOf(t, url).Messages {
		all += m.Text
	}
	require.Contains(t, all, "【示例】验证码：482913")
	require.Contains(t, all, "【示例】您的登录验证码为482913", "the phone keeps what it had")

	stop()
	require.NoError(t, <-ended)
}

func TestSourcesAreThoseOfTheFunction(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name string) {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
	}
	now := fingerprint(root)
	for _, name := range []string{"a_test.go", "scripts/local/serve.go", ".git/a.go",
		"testdata/events/sign-in.json", "handler/testdata/a.go", "README.md"} {
		write(name)
		require.Equal(t, now, fingerprint(root), name)
	}
	for _, name := range []string{"main.go", "handler/a.go", "internal/b/b.go", "go.mod", "go.sum",
		"testdata/cloud.json", "testdata/function.env"} {
		write(name)
		require.NotEqual(t, now, fingerprint(root), name)
		now = fingerprint(root)
	}
	require.NoError(t, os.Remove(filepath.Join(root, "main.go")))
	require.NotEqual(t, now, fingerprint(root))
}

// The command as a user runs it: what it prints can be pasted, and Ctrl-C ends it and its function.
func TestServeFromStartToCtrlC(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to paste into")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl to paste for")
	}
	temp := t.TempDir()
	binary := filepath.Join(temp, "local")
	built, err := exec.Command("go", "build", "-o", binary,
		"scf-sms/scripts/local").CombinedOutput()
	require.NoError(t, err, string(built))
	files := filepath.Join(temp, "files")
	require.NoError(t, os.Mkdir(files, 0o755))

	out := &lines{}
	command := exec.CommandContext(t.Context(), binary, "serve", "-addr", "127.0.0.1:0")
	command.Env = append(os.Environ(), "TMPDIR="+files)
	command.Stdout, command.Stderr = out, out
	require.NoError(t, command.Start())
	out.await(t, "Ctrl-C stops")
	require.Contains(t, out.String(), "Authorization  Bearer example-token\n")
	require.Regexp(t, `http://host\.docker\.internal:[1-9]\d*/ `, out.String())
	require.Regexp(t, `(?m)^  GOTRUE_HOOK_SEND_SMS_URI=http://127\.0\.0\.1:\d+/$`, out.String())
	require.Contains(t, out.String(), "\n  GOTRUE_EXTERNAL_PHONE_ENABLED=true\n")
	require.Contains(t, out.String(), "  GOTRUE_HOOK_SEND_SMS_SECRETS=v1,whsec_ZXhhb")

	var curl string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "curl ") {
			curl = line
		}
	}
	answer, err := inShell(t, curl).CombinedOutput()
	require.NoError(t, err, string(answer))
	require.Contains(t, string(answer), `"serialNo":`)
	out.await(t, "  200  sent ")

	// A page that is open must not keep it from ending.
	url := "http://" + strings.SplitN(strings.SplitN(curl, "http://", 2)[1], "/", 2)[0]
	stream, err := http.Get(url + ours + "stream")
	require.NoError(t, err)
	defer stream.Body.Close()

	pid := childOf(t, command.Process.Pid)
	require.NoError(t, command.Process.Signal(os.Interrupt))
	require.NoError(t, command.Wait(), out)
	left, err := os.ReadDir(files)
	require.NoError(t, err)
	require.Empty(t, left)
	if pid != "" {
		_, err := os.Stat("/proc/" + pid)
		require.True(t, errors.Is(err, os.ErrNotExist), "the function's process is left")
	}
}

// childOf returns the process that pid has started, or "" where there is no /proc.
func childOf(t *testing.T, pid int) string {
	t.Helper()
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		_, after, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(after); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			return filepath.Base(filepath.Dir(path))
		}
	}
	return ""
}
