package probe

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

// english are the words of the tests.
func english() words.Words { return words.From(func(string) string { return "" }) }

// held is a secret with a token.
func held(t *testing.T, token string) *secrets.Secret {
	t.Helper()
	secret, err := secrets.Parse([]byte(
		`{"accessKeyId": "AKIDx", "accessKeySecret": "x", "authorization": "` + token + `"}`))
	require.NoError(t, err)
	return secret
}

// told is what a result says, in one line.
func told(r Result) string {
	var parts []string
	for _, f := range r.Findings {
		parts = append(parts, f.Check+" "+string(f.Status))
	}
	return strings.Join(parts, ", ")
}

// The function itself, in states that an account may be in.
func TestAsk_function(t *testing.T) {
	t.Parallel()
	secret := func(change func(*cloudsim.Secret)) func(*operator.Account) {
		return func(a *operator.Account) {
			a.Sim.Cloud.Update(func(c *cloudsim.Account) { change(&c.Secrets[0]) })
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*operator.Account)
		token  string // "": there is no secret here
		want   string
	}{
		{"all is well", nil, "Bearer example-token",
			"url ok, settings ok, role ok, token ok"},
		{"another token", nil, "Bearer other",
			"url ok, settings ok, role ok, token wrong"},
		{"nobody has the token here", nil, "",
			"url ok, settings ok, role ok, token unknown"},
		{"the settings have a fault", func(a *operator.Account) { a.Over["TIME_BUDGET"] = "soon" },
			"Bearer example-token", "url ok, settings wrong"},
		{"the role may not read the secret", func(a *operator.Account) {
			a.Sim.Cloud.Update(func(c *cloudsim.Account) {
				for i := range c.Keys {
					if c.Keys[i].Token != "" {
						c.Keys[i].Allow = nil
					}
				}
			})
		}, "Bearer example-token", "url ok, settings ok, role wrong"},
		{"the same, and nobody has the token here",
			secret(func(s *cloudsim.Secret) { s.State = cloudsim.StateDisabled }),
			"", "url ok, settings ok, role wrong"},
		{"another secret is read", func(a *operator.Account) { a.Over["SECRET_NAME"] = "other" },
			"Bearer example-token", "url ok, settings ok, role wrong"},
		{"SSM is away", func(a *operator.Account) {
			a.Sim.Cloud.Always(cloudsim.GetSecretValue,
				&cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"})
		}, "Bearer example-token", "url ok, settings ok, role unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			if tt.change != nil {
				tt.change(a)
			}
			served, err := Serve(t.Context(), a, os.Stderr)
			require.NoError(t, err)
			defer served.Close()
			target := Target{URL: served.URL}
			if tt.token != "" {
				target.Secret = held(t, tt.token)
			}
			result := Ask(t.Context(), english(), target)
			require.Equal(t, tt.want, told(result))
			require.Equal(t, strings.Count(tt.want, " ok") == 4, result.OK)
			if result.OK {
				require.Equal(t, "local", result.Version)
			}
			require.Zero(t, a.Sim.Cloud.Count(cloudsim.SendSms))
			text, err := json.Marshal(result)
			require.NoError(t, err)
			operatortest.NoSecrets(t, string(text))
		})
	}
}

// Where the secret has no authorization, the message is signed as that of a caller which it has.
func TestAsk_signed(t *testing.T) {
	t.Parallel()
	const key = `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", `
	for field, values := range map[string][2]string{
		"supabase": {"v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDE=",
			"v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDI="},
		"zitadel": {"ExampleZitadelSigningKey000000000001",
			"ExampleZitadelSigningKey000000000002"},
	} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			value := func(n int) string { return key + `"` + field + `": "` + values[n] + `"}` }
			a := operatortest.Simulated(t, "")
			write := func(text string) {
				a.Sim.Cloud.Update(func(c *cloudsim.Account) {
					c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: text}
				})
			}
			write(value(0))
			served, err := Serve(t.Context(), a, os.Stderr)
			require.NoError(t, err)
			defer served.Close()
			secret, err := secrets.Parse([]byte(value(0)))
			require.NoError(t, err)
			target := Target{URL: served.URL, Secret: secret}
			result := Ask(t.Context(), english(), target)
			require.Equal(t, "url ok, settings ok, role ok, token ok", told(result))
			require.Equal(t, "local", result.Version)

			target.Secret, err = secrets.Parse([]byte(value(1)))
			require.NoError(t, err)
			require.Equal(t, "url ok, settings ok, role ok, token wrong",
				told(Ask(t.Context(), english(), target)))
			require.Zero(t, a.Sim.Cloud.Count(cloudsim.SendSms))

			write("{}") // and a new instance, which has read nothing yet
			again, err := Serve(t.Context(), a, os.Stderr)
			require.NoError(t, err)
			defer again.Close()
			require.Equal(t, "url ok, settings ok, role wrong",
				told(Ask(t.Context(), english(), Target{URL: again.URL, Secret: secret})))
		})
	}
}

// What else may be behind a URL.
func TestAsk_others(t *testing.T) {
	t.Parallel()
	const (
		form = "application/problem+json"
		get  = `{"code": "method_not_allowed"}`
	)
	answer := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			if r.Method == http.MethodPost || status != http.StatusOK {
				w.WriteHeader(status)
			}
			w.Write([]byte(body))
		}
	}
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		detail  string // of the last finding
		early   bool
	}{
		{"a page", answer(200, "text/html", "<html>"),
			"answers 200, which is not this function's answer to a GET", false},
		{"another program's 405", answer(405, "text/plain", "no"),
			"answers 405, which is not this function's answer to a GET", true},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		}, "answers 302, and sends callers on to elsewhere.example: a function doesn't", false},
		{"CAM", answer(401, "application/json", `{"message": "Unauthorized"}`),
			"answers 401 before the function is asked", true},
		{"no function", answer(404, "application/json", `{}`),
			"answers 404: there is no function behind this URL", true},
		{"one that timed out", answer(433, "application/json", `{"errorCode": -1}`),
			"answers 433, which is SCF's answer and not the function's", true},
		{"one that accepts what can't be sent", func(w http.ResponseWriter, r *http.Request) {
			status, body := http.StatusMethodNotAllowed, get
			if r.Method == http.MethodPost {
				status, body = http.StatusOK, `{"requestId": "r"}`
			}
			answer(status, form, body)(w, r)
		}, "not known: the function answers 200", true},
		{"a hung connection", func(w http.ResponseWriter, _ *http.Request) {
			panic(http.ErrAbortHandler)
		}, "no answer: connection closed", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			result := Ask(t.Context(), english(), Target{URL: server.URL, Secret: held(t, "t")})
			require.False(t, result.OK)
			last := result.Findings[len(result.Findings)-1]
			require.Equal(t, tt.detail, last.Detail)
			require.NotEmpty(t, last.Todo)
			require.Equal(t, tt.early, result.Early)
		})
	}
}

// The token is sent to the URL's host alone, and only once a GET has shown what is there.
func TestAsk_keepsTheToken(t *testing.T) {
	t.Parallel()
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+r.Header.Get("Authorization"))
	}))
	defer server.Close()
	Ask(t.Context(), english(), Target{URL: server.URL, Secret: held(t, "Bearer secret")})
	require.Equal(t, []string{"GET"}, seen)
}

func TestReadURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://1250000000-abc.ap-guangzhou.tencentscf.com":      "",
		"https://1250000000-abc.ap-guangzhou.TencentSCF.com/path": "",
		"http://127.0.0.1:9000":                                   "",
		"http://localhost:9000":                                   "",
		"https://sms.example.com":                                 "sms.example.com",
		"https://xtencentscf.com":                                 "xtencentscf.com",
		"http://1.ap-guangzhou.tencentscf.com":                    "error",
		"https://user:word@1.ap-guangzhou.tencentscf.com":         "error",
		"1.ap-guangzhou.tencentscf.com":                           "error",
		"https:///":                                               "error",
	} {
		strange, err := readURL(url)
		if err != nil {
			strange = "error"
		}
		require.Equal(t, want, strange, url)
	}
}

func TestRun_simulated(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	require.NoError(t, Run(t.Context(), []string{"-simulate"}, stdio))
	operatortest.Golden(t, "simulated.txt", out.String())

	out.Reset()
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-json"}, stdio))
	var result Result
	require.NoError(t, json.Unmarshal(out.Bytes(), &result))
	require.True(t, result.OK)
	operatortest.NoSecrets(t, out.String()+errs.String())
}

func TestPrint_chinese(t *testing.T) {
	t.Parallel()
	w := words.From(func(string) string { return "zh_CN.UTF-8" })
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	var out bytes.Buffer
	Print(&out, w, Ask(t.Context(), w, Target{URL: server.URL}))
	operatortest.Golden(t, "not-found.zh.txt", out.String())
}
