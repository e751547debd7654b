package main

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testdataFiles are an env file and a serverless.yml that say the same.
func testdataFiles(t *testing.T) (environment, deployment) {
	t.Helper()
	env, err := loadEnvironment("testdata/complete.env", true, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	d, err := readDeployment("testdata/serverless.yml")
	require.NoError(t, err)
	return env, d
}

func TestADeploymentLikeTheEnvironment(t *testing.T) {
	env, d := testdataFiles(t)
	assert.Equal(t, []row{{group: groupSettings, Check: "serverless.yml", Status: passed, Detail: "deploys these settings"}}, d.compare(env))
	assert.Equal(t, "ap-guangzhou", d.region)
	assert.Equal(t, 10*time.Second, d.timeout)
}

func TestADeploymentUnlikeTheEnvironment(t *testing.T) {
	const equal = "make them equal: serverless.yml is what is deployed"
	for name, test := range map[string]struct {
		change func(environment, deployment)
		want   []row
	}{
		"a setting that only the environment has": {
			func(env environment, _ deployment) { env.file["BARE_NUMBERS"] = "china" },
			[]row{{Status: failed, Detail: `BARE_NUMBERS is not set, here it is "china"`, Todo: equal}}},
		"a setting that only serverless.yml has": {
			func(_ environment, d deployment) { d.variables["SMS_REGION"] = "ap-nanjing" },
			[]row{{Status: failed, Detail: `SMS_REGION is "ap-nanjing", here it is "ap-guangzhou"`, Todo: equal}}},
		"a default that is written out": {
			func(env environment, _ deployment) { env.file["SECRET_TTL"] = "10m" }, nil},
		"the same time in other words": {
			func(env environment, d deployment) {
				env.file["SECRET_TTL"], d.variables["SECRET_TTL"] = "90s", "1m30s"
			}, nil},
		"another template": {
			func(_ environment, d deployment) {
				d.variables["TEMPLATES"] = `[{"usageType": "SignIn", "templateCode": "1110009"}, {"usageType": "Register", "templateCode": "1110002"}, {"usageType": "ForgotPassword", "templateCode": "1110003", "params": ["{code}", "5"]}, {"usageType": "Generic", "templateCode": "1110004", "locale": "zh"}]`
			},
			[]row{{Status: failed, Todo: equal, Detail: "has other TEMPLATES than here: ForgotPassword, china has other params; Generic (zh), china is 1110004, here it is missing; and 3 more"}}},
		"templates that can't be read": {
			func(_ environment, d deployment) { d.variables["TEMPLATES"] = "[" },
			[]row{{Status: failed, Detail: "has other TEMPLATES than here", Todo: equal}}},
		"a variable that nobody set": {
			func(_ environment, d deployment) { d.variables["SENDER_ID"] = "${env:SENDER}" },
			[]row{{Status: failed, Detail: "takes SENDER_ID from ${env:SENDER}, which is not set", Todo: "set it in testdata/complete.env"}}},
		"a required one that nobody set, which the settings say": {
			func(env environment, _ deployment) { delete(env.file, "SIGN_NAME") },
			[]row{{Status: unknown, Detail: "not compared: settings are missing here"}}},
		"a misspelt name": {
			func(_ environment, d deployment) { d.variables["SING_NAME"] = "示例" },
			[]row{{Status: unknown, Detail: "SING_NAME is no setting of the function", Todo: "look for a misspelt name; .env.example has them all"}}},
	} {
		t.Run(name, func(t *testing.T) {
			env, d := testdataFiles(t)
			test.change(env, d)
			want := []row{{Status: passed, Detail: "deploys these settings"}}
			if test.want != nil {
				want = test.want
			}
			for i := range want {
				want[i].group, want[i].Check = groupSettings, "serverless.yml"
			}
			assert.Equal(t, want, d.compare(env))
		})
	}
}

// The project's own files are an example to start from: filled in, they agree.
func TestTheProjectsOwnFilesAgree(t *testing.T) {
	env, err := loadEnvironment("../../.env.example", true, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	assert.Empty(t, env.commented)
	env.file["SECRET_NAME"], env.file["SDK_APP_ID"], env.file["SIGN_NAME"] = "scf-sms", "1400006666", "示例"
	d, err := readDeployment("../../serverless.yml")
	require.NoError(t, err)
	rows := d.compare(env)
	require.Len(t, rows, 1)
	assert.Equal(t, "deploys these settings", rows[0].Detail)
}

func TestReadingServerlessYAML(t *testing.T) {
	d, err := readDeployment("testdata/none.yml")
	require.NoError(t, err)
	require.Nil(t, d.variables)

	path := write(t, "serverless.yml", "inputs:\n\t- x")
	_, err = readDeployment(path)
	require.ErrorContains(t, err, "serverless.yml: yaml: line 2")
	_, err = readDeployment(os.TempDir())
	require.Error(t, err)
}
