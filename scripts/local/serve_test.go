package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/handler"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

// soon is how long a test waits for what must happen.
const soon = 60 * time.Second

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

// await waits until text has been printed.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	if !within(soon, func() bool { return strings.Contains(l.String(), text) }) {
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

func newBench(t *testing.T, shape scfhost.Shape) *bench {
	t.Helper()
	root, err := simulation.Root()
	require.NoError(t, err)
	f, err := startFunction(t.Context(), root, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(f.close)
	printed := &lines{}
	w := newWorkbench(f, "http://127.0.0.1/", shape, newJournal(printed, printed))
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections) // streams don't end by themselves
	return &bench{w, server, server.URL, printed}
}

// call sends a request and returns the status and the body of the answer.
func call(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	status, _, text := exchangeWith(t, method, url, body, headers...)
	return status, text
}

func exchangeWith(t *testing.T, method, url, body string, headers ...string) (int, http.Header, string) {
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
	return call(t, "POST", b.url+"/", body, "Authorization: Bearer example-token", "Content-Type: application/json")
}

// do posts to the page's API.
func (b *bench) do(t *testing.T, name, body string) {
	t.Helper()
	status, text := call(t, "POST", b.url+apiPrefix+name, body, "Content-Type: application/json")
	require.Equal(t, http.StatusNoContent, status, text)
}

func (b *bench) state(t *testing.T) state {
	t.Helper()
	status, text := call(t, "GET", b.url+apiPrefix+"state", "")
	require.Equal(t, http.StatusOK, status)
	var s state
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	return s
}

func TestRequestsGoToTheFunction(t *testing.T) {
	b := newBench(t, scfhost.FunctionURL)

	status, body := b.post(t, signIn)
	require.Equal(t, http.StatusOK, status, body)
	require.Regexp(t, `(?m)^\d\d:\d\d:\d\d  200  sent +\+86····00  1110001 +\d+ ms  cold, started in \d+ ms$`, b.printed.String())
	s := b.state(t)
	require.True(t, s.Warm)
	require.Len(t, s.Messages, 1)
	require.Equal(t, "【示例】您的登录验证码为482913，请勿泄露给他人。", s.Messages[0].Text)
	require.Equal(t, "sent", s.Last.Outcome)
	require.Contains(t, string(s.Last.Event), `"httpMethod":"POST"`)
	require.NotContains(t, string(s.Last.Event), "requestContext")
	require.Contains(t, string(s.Last.Answer), `"statusCode":200`)
	require.Contains(t, string(s.Last.LogLine), `"msg":"invocation"`)
	require.Equal(t, &choice{ID: "1110001", Destination: "china", Asked: "SignIn", Usage: "SignIn", Wanted: []string{"zh-CN"}}, s.Last.Choice)

	t.Run("whatever their path", func(t *testing.T) {
		status, _ := call(t, "POST", b.url+"/sms/v1?x=1", "{", "Authorization: Bearer example-token")
		require.Equal(t, http.StatusBadRequest, status)
	})
	t.Run("and their method, unless a browser wants the page", func(t *testing.T) {
		status, headers, _ := exchangeWith(t, "GET", b.url+"/", "")
		require.Equal(t, http.StatusMethodNotAllowed, status)
		require.Equal(t, "POST", headers.Get("Allow"))
		status, headers, text := exchangeWith(t, "GET", b.url+"/", "", "Accept: text/html,*/*")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, page, text)
		require.Equal(t, "text/html; charset=utf-8", headers.Get("Content-Type"))
	})
	t.Run("also of callers that know this machine by another name", func(t *testing.T) {
		status, _ := call(t, "POST", b.url+"/", "{}", "Host: host.docker.internal:9000")
		require.Equal(t, http.StatusUnauthorized, status)
	})
	t.Run("and what the operator should look at is printed", func(t *testing.T) {
		b.post(t, strings.Replace(signIn, "8613800138000", "8613800000506", 1))
		require.Contains(t, b.printed.String(), "502  provider_refused        +86····06  1110001 ")
		require.Contains(t, b.printed.String(), "\n          FailedOperation.TemplateParamSetNotMatchApprovedTemplate: check params")
	})
	for _, secret := range []string{"482913", "13800138000", "example-sender-key"} {
		require.NotContains(t, b.printed.String(), secret)
	}
}

func TestRequestsAsAPIGateway(t *testing.T) {
	b := newBench(t, scfhost.APIGateway)
	status, body := b.post(t, signIn)
	require.Equal(t, http.StatusOK, status, body)
	require.Contains(t, string(b.state(t).Last.Event), `"requestContext":{"httpMethod":"POST"`)
}

func TestSwitchesOfThePage(t *testing.T) {
	b := newBench(t, scfhost.FunctionURL)
	english := strings.Replace(signIn, "zh-CN", "en", 1)

	t.Run("a fault of SMS", func(t *testing.T) {
		b.do(t, "fault", `{"action":"SendSms","name":"blacklist"}`)
		require.Equal(t, "blacklist", b.state(t).Chosen["SendSms"])
		status, body := b.post(t, english)
		require.Equal(t, 422, status)
		require.Contains(t, body, "This phone number cannot receive verification codes.")
		b.do(t, "fault", `{"action":"SendSms","name":""}`)
		status, _ = b.post(t, english)
		require.Equal(t, 200, status)
	})
	t.Run("an SMS is shown before its caller has an answer", func(t *testing.T) {
		b.do(t, "clear", `{}`)
		b.do(t, "fault", `{"action":"SendSms","name":"silent"}`)
		answered := make(chan int, 1)
		go func() {
			r, _ := http.NewRequest("POST", b.url+"/", strings.NewReader(english))
			r.Header.Set("Authorization", "Bearer example-token")
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				answered <- 0
				return
			}
			answer.Body.Close()
			answered <- answer.StatusCode
		}()
		require.True(t, within(soon, func() bool {
			s, changed := b.workbench.state()
			if len(s.Messages) == 1 {
				require.False(t, s.Messages[0].Answered)
				return true
			}
			<-changed // told of the arrival, not of the answer
			return false
		}))
		require.Empty(t, answered)
		require.Equal(t, 504, <-answered)
		b.do(t, "fault", `{"action":"SendSms","name":""}`)
	})
	t.Run("a fault of SSM, which shows when the instance is new", func(t *testing.T) {
		b.do(t, "fault", `{"action":"GetSecretValue","name":"notFound"}`)
		b.do(t, "restart", `{}`)
		require.False(t, b.state(t).Warm)
		status, _ := b.post(t, english)
		require.Equal(t, 500, status)
		s := b.state(t)
		require.True(t, s.Last.Cold)
		require.Equal(t, "ResourceNotFound", s.Last.Code)
		require.Nil(t, s.Last.Choice)
		b.do(t, "fault", `{"action":"GetSecretValue","name":""}`)
		b.do(t, "restart", `{}`)
	})
	t.Run("the limits on one number", func(t *testing.T) {
		b.do(t, "clear", `{}`)
		statuses := func() (list []int) {
			for range 2 {
				status, _ := b.post(t, signIn)
				list = append(list, status)
			}
			return list
		}
		require.Equal(t, []int{200, 429}, statuses())
		b.do(t, "limits", `{"thirtySeconds":false,"perDay":true}`)
		require.Equal(t, limits{false, true}, b.state(t).Limits)
		require.Equal(t, []int{200, 200}, statuses())
		b.do(t, "limits", `{"thirtySeconds":true,"perDay":false}`)
		require.Equal(t, []int{429, 429}, statuses())
		b.do(t, "clear", `{}`)
		require.Empty(t, b.state(t).Messages)
		require.Equal(t, []int{200, 429}, statuses())
		b.do(t, "clear", `{}`)
	})
	t.Run("the AccessKey is rotated, and the next message goes out with the new one", func(t *testing.T) {
		before := b.state(t).KeyID
		b.do(t, "rotate-key", `{}`)
		now := b.state(t).KeyID
		require.NotEqual(t, before, now)
		b.do(t, "clear", `{}`)
		status, body := b.post(t, signIn)
		require.Equal(t, 200, status, body)
		require.Equal(t, now, b.state(t).Messages[0].KeyID)
		b.do(t, "clear", `{}`)
	})
	t.Run("the callers' token is rotated, and either is taken", func(t *testing.T) {
		b.do(t, "rotate-token", `{}`)
		fresh := b.state(t).Authorization
		require.NotEqual(t, "Bearer example-token", fresh)
		b.do(t, "restart", `{}`) // or the function would look into the secret again after some seconds only
		status, body := call(t, "POST", b.url+"/", signIn, "Authorization: "+fresh)
		require.Equal(t, 200, status, body)
		status, _ = b.post(t, english)
		require.Equal(t, 200, status)
	})
	t.Run("what there is none of is refused", func(t *testing.T) {
		for path, body := range map[string]string{
			"fault":  `{"action":"SendSms","name":"flood"}`,
			"limits": `nonsense`,
		} {
			status, _ := call(t, "POST", b.url+apiPrefix+path, body, "Content-Type: application/json")
			require.Equal(t, http.StatusBadRequest, status, path)
		}
		status, _ := call(t, "POST", b.url+apiPrefix+"fault", `{"action":"Everything","name":""}`, "Content-Type: application/json")
		require.Equal(t, http.StatusBadRequest, status)
		status, _ = call(t, "GET", b.url+apiPrefix+"nothing", "")
		require.Equal(t, http.StatusNotFound, status)
	})
}

// Every fault that the page offers gives an answer that says something, and none costs the instance.
func TestEveryFaultIsAnswered(t *testing.T) {
	b := newBench(t, scfhost.FunctionURL)
	for _, f := range faults() {
		t.Run(f.action+" "+f.name, func(t *testing.T) {
			b.do(t, "restart", `{}`)
			b.do(t, "fault", `{"action":"`+f.action+`","name":"`+f.name+`"}`)
			status, body := b.post(t, signIn)
			require.GreaterOrEqual(t, status, 400, body)
			require.NotContains(t, body, "errorCode", "the platform answered")
			b.do(t, "fault", `{"action":"`+f.action+`","name":""}`)
		})
	}
}

func TestWebSitesAreKeptOut(t *testing.T) {
	b := newBench(t, scfhost.FunctionURL)
	for _, test := range []struct {
		name    string
		method  string
		path    string
		headers []string
		status  int
	}{
		{"the page itself may post", "POST", "restart", []string{"Content-Type: application/json", "Sec-Fetch-Site: same-origin"}, 204},
		{"so may a program", "POST", "restart", []string{"Content-Type: application/json"}, 204},
		{"another site may not", "POST", "restart", []string{"Content-Type: application/json", "Sec-Fetch-Site: cross-site"}, 403},
		{"nor another port of this machine", "POST", "restart", []string{"Content-Type: application/json", "Sec-Fetch-Site: same-site"}, 403},
		{"nor a site in an old browser", "POST", "restart", []string{"Content-Type: application/json", "Origin: https://example.com"}, 403},
		{"nor a form", "POST", "restart", []string{"Content-Type: text/plain"}, 415},
		{"nor a name that was pointed here", "POST", "restart", []string{"Content-Type: application/json", "Host: example.com"}, 403},
		{"which may not read either", "GET", "state", []string{"Host: example.com:9000"}, 403},
		{"localhost is this machine", "GET", "state", []string{"Host: localhost:9000"}, 200},
		{"so is IPv6's", "GET", "state", []string{"Host: [::1]"}, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, _ := call(t, test.method, b.url+apiPrefix+test.path, "{}", test.headers...)
			require.Equal(t, test.status, status)
		})
	}
	t.Run("nor get the page under a name that was pointed here", func(t *testing.T) {
		status, _ := call(t, "GET", b.url+"/", "", "Accept: text/html", "Host: example.com")
		require.Equal(t, http.StatusForbidden, status)
	})
	t.Run("and nothing but the page's own script runs in it", func(t *testing.T) {
		_, headers, text := exchangeWith(t, "GET", b.url+"/", "", "Accept: text/html")
		policy := headers.Get("Content-Security-Policy")
		require.Regexp(t, `^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; connect-src 'self'; `, policy)
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, "no-store", headers.Get("Cache-Control"))
		require.NotRegexp(t, `(src|href)="?https?:|@import|url\(|style="|onclick`, text)
	})
}

func TestWhyATemplateWasChosen(t *testing.T) {
	templates := handler.Templates{
		{Usage: "SignIn", ID: "1"},
		{Usage: "SignIn", ID: "1", Locale: "en"},
		{Usage: "SignIn", ID: "9", Overseas: true},
		{Usage: "Generic", ID: "9", Overseas: true, Locale: "zh-Hant"},
		{Usage: "Generic", ID: "9"},
	}
	for _, test := range []struct {
		name string
		line logLine
		body string
		want *choice
	}{
		{"none was", logLine{CallingCode: 86}, `{"type":"SignIn"}`, nil},
		{"for its type", logLine{Template: "1", CallingCode: 86}, `{"type":"SignIn","payload":{}}`,
			&choice{ID: "1", Destination: "china", Asked: "SignIn", Usage: "SignIn", Wanted: []string{}}},
		{"for a wider language", logLine{Template: "1", CallingCode: 86}, `{"type":"SignIn","payload":{"locale":"EN-GB"}}`,
			&choice{ID: "1", Destination: "china", Asked: "SignIn", Usage: "SignIn", Wanted: []string{"EN-GB"}, Locale: "en"}},
		{"not for a language that only begins alike", logLine{Template: "1", CallingCode: 86}, `{"type":"SignIn","payload":{"locale":"enx"}}`,
			&choice{ID: "1", Destination: "china", Asked: "SignIn", Usage: "SignIn", Wanted: []string{"enx"}}},
		{"Generic's, for one of many languages", logLine{Template: "9", CallingCode: 852}, `{"type":"BindMfa","payload":{"uiLocales":"fr zh-Hant-HK"}}`,
			&choice{ID: "9", Destination: "overseas", Asked: "BindMfa", Usage: "Generic", Wanted: []string{"fr", "zh-Hant-HK"}, Locale: "zh-Hant"}},
		{"one that is no longer there", logLine{Template: "7", CallingCode: 86}, `{"type":"SignIn"}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			event, err := json.Marshal(map[string]any{"body": test.body})
			require.NoError(t, err)
			require.Equal(t, test.want, explain(templates, test.line, event))
		})
	}
}

// checkout copies what the function is built from.
func checkout(t *testing.T) string {
	t.Helper()
	root, err := simulation.Root()
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "main.go", "handler", "secrets", "internal", "testdata/cloud.json", "testdata/function.env"} {
		from, to := filepath.Join(root, name), filepath.Join(dir, name)
		info, err := os.Stat(from)
		require.NoError(t, err)
		if info.IsDir() {
			require.NoError(t, os.CopyFS(to, os.DirFS(from)))
			continue
		}
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
		require.NoError(t, os.WriteFile(to, text, 0o644))
	}
	return dir
}

func TestChangedSourcesAreBuiltAnew(t *testing.T) {
	root, temp := checkout(t), t.TempDir()
	t.Setenv("TMPDIR", temp)
	out, errs := &lines{}, &lines{}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	s := server{root: root, addr: "127.0.0.1:0", every: 20 * time.Millisecond, journal: newJournal(out, errs)}
	go func() { ended <- s.run(ctx) }()
	out.await(t, "Ctrl-C stops")
	url, _, _ := strings.Cut(strings.TrimPrefix(out.String(), "The function is at "), " ")

	post := func(number string) string {
		_, body := call(t, "POST", url, strings.Replace(signIn, "8613800138000", number, 1), "Authorization: Bearer example-token")
		return body
	}
	change := func(name, old, new string) {
		t.Helper()
		path := filepath.Join(root, name)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(text), old)
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644))
	}
	const before, after = "手机号码无效，请检查后重试。", "请换一个号码。"
	require.Contains(t, post("1"), before)
	require.Contains(t, post("8613800138001"), "serialNo")

	change("handler/sentence.go", before, after+`" + nonsense + "`)
	errs.await(t, "undefined: nonsense")
	require.Contains(t, post("1"), before, "the old one goes on")
	_, text := call(t, "GET", url+apiPrefix[1:]+"state", "")
	require.Contains(t, text, "undefined: nonsense")

	change("handler/sentence.go", `" + nonsense + "`, "")
	out.await(t, "built anew")
	require.Contains(t, post("1"), after)

	change("testdata/function.env", "ALLOWED_CALLING_CODES=86,", "ALLOWED_CALLING_CODES=")
	require.True(t, within(soon, func() bool { return strings.Count(out.String(), "built anew") == 2 }))
	require.NotContains(t, post("8613800138002"), "serialNo")
	change("testdata/function.env", "ALLOWED_CALLING_CODES=", "ALLOWED_CALLING_CODES=86,")
	change("testdata/cloud.json", "您的登录验证码为", "验证码：")
	require.True(t, within(soon, func() bool {
		post("8613800138003")
		_, text := call(t, "GET", url+apiPrefix[1:]+"state", "")
		return strings.Contains(text, "【示例】验证码：482913") && strings.Contains(text, "【示例】您的登录验证码为482913")
	}), "the phone keeps what it had")

	stop()
	require.NoError(t, <-ended)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestSourcesAreThoseOfTheFunction(t *testing.T) {
	root := t.TempDir()
	write := func(name string) {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o644))
	}
	now := fingerprint(root)
	for _, name := range []string{"a_test.go", "scripts/local/serve.go", ".git/a.go", "testdata/events/sign-in.json", "handler/testdata/a.go", "README.md"} {
		write(name)
		require.Equal(t, now, fingerprint(root), name)
	}
	for _, name := range []string{"main.go", "handler/a.go", "internal/b/b.go", "go.mod", "go.sum", "testdata/cloud.json", "testdata/function.env"} {
		write(name)
		require.NotEqual(t, now, fingerprint(root), name)
		now = fingerprint(root)
	}
	require.NoError(t, os.Remove(filepath.Join(root, "main.go")))
	require.NotEqual(t, now, fingerprint(root))
}

func TestServeCommandLine(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, test := range []struct {
		name   string
		args   []string
		status int
		stderr string
	}{
		{"help", []string{"-h"}, exitOK, ""},
		{"an unknown flag", []string{"-x"}, exitUsage, "local: serve: flag provided but not defined: -x\n"},
		{"an argument", []string{"now"}, exitUsage, "local: serve: unexpected argument \"now\"\n"},
		{"all addresses", []string{"-addr", ":9000"}, exitUsage, "local: serve: -addr :9000: must be HOST:PORT with a host of this machine only, such as 127.0.0.1:9000\n"},
		{"another machine's", []string{"-addr", "10.0.0.1:9000"}, exitUsage, "local: serve: -addr 10.0.0.1:9000: must be HOST:PORT with a host of this machine only, such as 127.0.0.1:9000\n"},
		{"a port alone", []string{"-addr", "9000"}, exitUsage, "local: serve: -addr 9000: must be HOST:PORT with a host of this machine only, such as 127.0.0.1:9000\n"},
		{"a port in use", []string{"-addr", taken.Addr().String()}, exitNegative, "local: serve: " + taken.Addr().String() + " is in use; stop what listens there, or choose another port with -addr\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := local(t, "", append([]string{"serve"}, test.args...)...)
			require.Equal(t, test.status, status)
			require.Equal(t, test.stderr, stderr)
			if test.status == exitOK {
				require.Contains(t, stdout, "Usage: go run ./scripts/local serve")
				require.Contains(t, stdout, apiPrefix)
			}
		})
	}
}

// The command as a user runs it: what it prints can be pasted, and Ctrl-C ends it and its function.
func TestServeFromStartToCtrlC(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to paste into")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl to paste for")
	}
	temp := t.TempDir()
	binary := filepath.Join(temp, "local")
	built, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
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

	var curl string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "curl ") {
			curl = line
		}
	}
	answer, err := exec.Command("sh", "-c", curl).CombinedOutput()
	require.NoError(t, err, string(answer))
	require.Contains(t, string(answer), `"serialNo":`)
	out.await(t, "  200  sent ")

	// A page that is open must not keep it from ending.
	url := "http://" + strings.SplitN(strings.SplitN(curl, "http://", 2)[1], "/", 2)[0]
	stream, err := http.Get(url + apiPrefix + "stream")
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
