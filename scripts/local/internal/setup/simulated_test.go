package setup

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// The whole way, with the function itself behind its URL.
func TestRun_simulated(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-yes"}, stdio), errs.String())
	text := regexp.MustCompile(`http://127\.0\.0\.1:\d+/u\d+`).ReplaceAllString(out.String(), "URL")
	operatortest.Golden(t, "simulated.txt", text)
	operatortest.NoSecrets(t, out.String()+errs.String())
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, "http://") {
			require.LessOrEqual(t, term.Cells(strings.TrimRight(line, "\n")), term.PageWidth, line)
		}
	}

	out.Reset()
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-yes", "-show-authorization"}, stdio))
	require.Regexp(t, `Authorization Header  Bearer [\w-]{43}\n`, out.String())
}

func TestRun_inChinese(t *testing.T) {
	t.Setenv("LANG", "zh_CN.UTF-8")
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-yes"}, stdio), errs.String())
	require.NotRegexp(t, `(?m)^\S [a-z]`, out.String(), "a row has an English name")
	require.Contains(t, errs.String(), "正在等待用户 scf-sms-sender 生效 …\n")
	require.Contains(t, errs.String(), "正在等待密钥生效 …\n")
	for _, command := range []string{"send -to +86… -type SignIn", "setup -rollback"} {
		require.Contains(t, out.String(), "\n  go run ./scripts/local "+command+"\n")
	}
}

// A newcomer answers the same questions as on a real account, and nothing is written.
func TestChooseSimulated(t *testing.T) {
	t.Parallel()
	file := operatortest.Write(t, ".env", "X=1\n")
	o := options{Options: operator.Options{EnvFile: file, Simulate: true}}
	a := operatortest.Simulated(t, file)
	end, err := simulate(a)
	require.NoError(t, err)
	defer end()
	var out bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(strings.Repeat("\n", 10)), Out: &out}
	require.NoError(t, chooseSimulated(t.Context(), a, o, stdio, words.English()))
	require.Contains(t, out.String(), "The simulation keeps them to itself.\n")
	s, err := newSetup(a, o, stdio, words.English())
	require.NoError(t, err, "all that serverless.yml needs was asked for")
	require.Equal(t, "示例", s.Settings.SMS.SignName)
	require.Equal(t, "1400006666", s.Settings.SMS.AppID)
	require.Len(t, s.Settings.Templates, 8)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "X=1\n", string(text))
}

// What is shown to be typed next carries the flags that name the settings.
func TestTell(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &setup{words: words.English(), out: &out, paint: term.Painter(&out), keyAsked: true,
		flags: " -stage test", callers: &held{value: resources.NewValue()}}
	s.function.urls = []resources.Trigger{{}}
	s.tell(false)
	require.Contains(t, out.String(), "  go run ./scripts/local setup -rollback -stage test\n")
	require.Contains(t, out.String(), "Your key was kept nowhere. check and send need one, too")
}

// A line of .env that sets nothing is named where what it means is missing.
func TestRun_linesThatSetNothing(t *testing.T) {
	t.Parallel()
	exported := strings.NewReplacer("SDK_APP_ID=", "export SDK_APP_ID=")
	for _, tt := range []struct {
		name, env, says string
		flags           []string
	}{
		{"the key", "export TENCENT_SECRET_ID=AKIDx\n", "write TENCENT_SECRET_ID=… there", nil},
		{"a setting", exported.Replace(operatortest.CompleteEnv), "write SDK_APP_ID=… there", nil},
		{"a setting of a simulation", exported.Replace(operatortest.CompleteEnv),
			"write SDK_APP_ID=… there", []string{"-simulate"}},
		{"templates on two lines", "TENCENT_SECRET_ID=AKIDx\nTENCENT_SECRET_KEY=x\nSECRET_NAME=s\n" +
			"SDK_APP_ID=1\nSIGN_NAME=s\nTEMPLATES=[\n{}]\n", "line 7 of", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &out}
			file := operatortest.Write(t, ".env", tt.env)
			err := Run(t.Context(), append([]string{"-plan", "-env", file}, tt.flags...), stdio)
			require.ErrorContains(t, err, tt.says)
			require.NotContains(t, err.Error(), "AKIDx")
		})
	}
}
