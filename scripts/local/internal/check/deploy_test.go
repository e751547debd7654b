package check

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
)

// missingIn is what is missing in a project with this .env and the project's own serverless.yml.
func missingIn(t *testing.T, env string, shell map[string]string, credentials bool) []string {
	t.Helper()
	lookup := func(name string) (string, bool) { value, ok := shell[name]; return value, ok }
	read, err := operator.ReadEnv(operatortest.Write(t, ".env", env), lookup)
	require.NoError(t, err)
	read.Path = ".env"
	deployed, err := operator.ReadDeployment(
		operatortest.Write(t, "serverless.yml", projectFile(t, "serverless.yml")))
	require.NoError(t, err)
	return missing(&operator.Account{Env: read, Deployed: deployed}, credentials)
}

func projectFile(t *testing.T, name string) string {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

func TestWhatADeploymentLacks(t *testing.T) {
	t.Parallel()
	const all = "TENCENT_SECRET_ID=AKIDsecret\nTENCENT_SECRET_KEY='KEYsecret'\n\n# a name\n" +
		"SECRET_NAME = a\nSDK_APP_ID=\"1\"\r\nTEMPLATES='[]'\nSIGN_NAME=示例\n"
	for name, tt := range map[string]struct {
		env         string
		shell       map[string]string
		credentials bool
		want        []string // what the lines begin with; none: nothing is missing
	}{
		"nothing": {env: all},
		"everything": {env: "",
			want: []string{"TENCENT_SECRET_ID, TENCENT_SECRET_KEY",
				"SECRET_NAME, SDK_APP_ID, SIGN_NAME, TEMPLATES"}},
		"nothing, with all in the shell": {env: "",
			shell: map[string]string{"TENCENT_SECRET_ID": "AKIDsecret",
				"TENCENT_SECRET_KEY": "KEYsecret", "SECRET_NAME": "a", "SDK_APP_ID": "1",
				"SIGN_NAME": "b", "TEMPLATES": "[]"}},
		"what the last line makes empty": {env: all + "SIGN_NAME=\n", want: []string{"SIGN_NAME"}},
		"what has only quotes": {env: all + "SDK_APP_ID=\"\"\n",
			want: []string{"SDK_APP_ID"}},
		"what has only blanks": {env: all + "SDK_APP_ID=\" \"\n",
			want: []string{"SDK_APP_ID"}},
		"what is exported": {env: strings.Replace(all, "SIGN", "export SIGN", 1),
			want: []string{"SIGN_NAME",
				"line 8 of .env sets nothing: scf reads NAME=value only: write SIGN_NAME=…"}},
		"what is written as in YAML": {env: strings.Replace(all, "SECRET_NAME =",
			"SECRET_NAME:", 1),
			want: []string{"SECRET_NAME", "line 5 of .env sets nothing"}},
		"what is a comment": {env: strings.Replace(all, "SIGN", "# SIGN", 1),
			want: []string{"SIGN_NAME"}},
		"what an empty variable of the shell hides": {env: all,
			shell: map[string]string{"SIGN_NAME": ""}, want: []string{"SIGN_NAME"}},
		"nothing, as the shell adds to the file": {env: all + "SIGN_NAME=\n",
			shell: map[string]string{"SIGN_NAME": "a"}},
		"half of the key": {env: all + "TENCENT_SECRET_ID=\n",
			want: []string{"TENCENT_SECRET_ID"}},
		"no key, as scf has its own": {env: all + "TENCENT_SECRET_ID=\n", credentials: true},
		"no key, as a profile is named": {env: all + "TENCENT_SECRET_ID=\n",
			shell: map[string]string{"TENCENT_CREDENTIALS_PROFILE": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := missingIn(t, tt.env, tt.shell, tt.credentials)
			require.Len(t, lines, len(tt.want), lines)
			for i, line := range lines {
				require.True(t, strings.HasPrefix(line, tt.want[i]), line)
				require.NotContains(t, line, "AKIDsecret")
				require.NotContains(t, line, "KEYsecret")
			}
		})
	}
}

func TestTheExamplesTemplatesAreMissing(t *testing.T) {
	t.Parallel()
	example := projectFile(t, ".env.example")
	env, err := operator.ReadEnv(operatortest.Write(t, ".env", example),
		func(name string) (string, bool) { return "x", name != "TEMPLATES" })
	require.NoError(t, err)
	deployed, err := operator.ReadDeployment(
		operatortest.Write(t, "serverless.yml", projectFile(t, "serverless.yml")))
	require.NoError(t, err)
	lines := missing(&operator.Account{Env: env, Deployed: deployed}, false)
	require.Equal(t,
		[]string{"template IDs: TEMPLATES still has those of the example. Put yours into the " +
			"environment or .env"}, lines)
}

func TestArgumentsOfSCF(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]struct {
		stage       string
		credentials bool
	}{
		"":                             {},
		"--stage test --debug":         {"test", false},
		"--stage=test":                 {"test", false},
		"--stage a --stage b":          {"b", false},
		"--stage":                      {},
		"--debug --profile x":          {"", true},
		"--profile=x --stage=test":     {"test", true},
		"--login":                      {"", true},
		"--target --stages x --logins": {},
	} {
		stage, credentials := readSCFArgs(strings.Fields(args))
		require.Equal(t, want.stage, stage, args)
		require.Equal(t, want.credentials, credentials, args)
	}
}

func TestCredentialsThatScfKeeps(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	require.False(t, keepsCredentials(home))
	require.False(t, keepsCredentials(""))
	require.NoError(t, os.MkdirAll(filepath.Join(home, ".serverless-tencent"), 0o755))
	file := filepath.Join(home, ".serverless-tencent", "credentials")
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))
	require.True(t, keepsCredentials(home))
}

func TestCheckDeploy(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	err := Run(t.Context(), []string{"-deploy", "--", "--stage", "no-such-stage", "--login"},
		term.Stdio{Out: &out, Err: &errs})
	require.ErrorIs(t, err, term.ErrNegative, "nothing is set here")
	require.Contains(t, out.String(), "SECRET_NAME, SDK_APP_ID, SIGN_NAME, TEMPLATES: ")
	require.Empty(t, errs.String())
}
