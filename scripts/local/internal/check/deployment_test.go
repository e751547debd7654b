package check

import (
	"os"
	"path/filepath"
	"testing"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// alike is an env file, with more lines at its end, and a serverless.yml that says the same but for
// these lines.
func alike(t *testing.T, more string) *operator.Account {
	t.Helper()
	env, err := operator.ReadEnv(
		operatortest.Write(t, ".env", operatortest.CompleteEnv+more), emptyShell)
	require.NoError(t, err)
	env.Path = ".env"
	d, err := operator.ReadDeployment(
		operatortest.Write(t, "serverless.yml", operatortest.ServerlessYML))
	require.NoError(t, err)
	return &operator.Account{Env: env, Deployed: d}
}

func emptyShell(string) (string, bool) { return "", false }

func TestADeploymentUnlikeTheEnvironment(t *testing.T) {
	t.Parallel()
	const equal = "make them equal: serverless.yml is what is deployed"
	for name, tt := range map[string]struct {
		more   string // in .env
		change func(variables map[string]string)
		want   []row
	}{
		"a setting that only the environment has": {
			"BARE_NUMBERS=china\n", nil,
			[]row{{Status: failed, Detail: `BARE_NUMBERS is not set, here it is "china"`,
				Todo: equal}}},
		"a setting that only serverless.yml has": {
			"", func(v map[string]string) { v["SMS_REGION"] = "ap-nanjing" },
			[]row{{Status: failed, Detail: `SMS_REGION is "ap-nanjing", here it is "ap-guangzhou"`,
				Todo: equal}}},
		"a default that is written out": {
			"SECRET_TTL=10m\n", nil, nil},
		"the same time in other words": {
			"SECRET_TTL=90s\n", func(v map[string]string) { v["SECRET_TTL"] = "1m30s" }, nil},
		"another template": {
			"", func(v map[string]string) {
				v["TEMPLATES"] = `[{"usageType": "SignIn", "templateCode": "1110009"},
					{"usageType": "Register", "templateCode": "1110002"},
					{"usageType": "ForgotPassword", "templateCode": "1110003",
						"params": ["{code}", "5"]},
					{"usageType": "Generic", "templateCode": "1110004", "locale": "zh"}]`
			},
			[]row{{Status: failed, Todo: equal,
				Detail: "has other TEMPLATES than here: ForgotPassword, china has other params; " +
					"Generic (zh), china is 1110004, here it is missing; and 3 more"}}},
		"templates that can't be read": {
			"", func(v map[string]string) { v["TEMPLATES"] = "[" },
			[]row{{Status: failed, Detail: "has other TEMPLATES than here", Todo: equal}}},
		"a variable that nobody set": {
			"", func(v map[string]string) { v["SENDER_ID"] = "${env:SENDER}" },
			[]row{{Status: failed, Detail: "takes SENDER_ID from ${env:SENDER}, which is not set",
				Todo: "set it in .env"}}},
		"a required one that nobody set, which the settings say": {
			"SIGN_NAME=\n", nil,
			[]row{}},
		"a misspelt name": {
			"", func(v map[string]string) { v["SING_NAME"] = "示例" },
			[]row{{Status: failed,
				Detail: "SING_NAME is no setting of the function: did you mean SIGN_NAME?",
				Todo:   "correct it in serverless.yml"}}},
		"a name of something else": {
			"", func(v map[string]string) { v["COMPANY"] = "示例" },
			[]row{{Status: warned, Detail: "COMPANY is no setting of the function",
				Todo: ".env.example has them all"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alike(t, tt.more)
			if tt.change != nil {
				tt.change(a.Deployed.Variables)
			}
			want := []row{{Status: passed, Detail: "deploys these settings"}}
			if tt.want != nil {
				want = tt.want
			}
			for i := range want {
				want[i].group, want[i].Check = groupSettings, "serverless.yml"
			}
			assert.ElementsMatch(t, want, deploymentRows(a))
		})
	}
}

// The project's own files are an example to start from: filled in, they agree.
func TestTheProjectsOwnFilesAgree(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	example, err := os.ReadFile(filepath.Join(root, ".env.example"))
	require.NoError(t, err)
	env, err := operator.ReadEnv(operatortest.Write(t, ".env",
		string(example)+"SECRET_NAME=scf-sms\nSDK_APP_ID=1400006666\nSIGN_NAME=示例\n"), emptyShell)
	require.NoError(t, err)
	require.Empty(t, env.Commented)
	require.Empty(t, env.Unread)
	d, err := operator.ReadDeployment(filepath.Join(root, "serverless.yml"))
	require.NoError(t, err)
	rows := deploymentRows(&operator.Account{Env: env, Deployed: d})
	require.Len(t, rows, 1)
	require.Equal(t, "deploys these settings", rows[0].Detail)
}
