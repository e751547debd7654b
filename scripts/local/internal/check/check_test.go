package check

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

// command runs the command line and returns what it printed.
func command(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = Run(t.Context(), args, term.Stdio{Out: &out, Err: &errs})
	if !strings.HasPrefix(errs.String(), "building ") {
		require.Empty(t, errs.String())
	}
	return out.String(), err
}

func TestCheckOfAHealthyAccount(t *testing.T) {
	t.Parallel()
	out, err := command(t, "-simulate")
	require.NoError(t, err)
	time := regexp.MustCompile(`[0-9.]+ ms; each`) // of a round trip
	operatortest.Golden(t, "check-healthy.txt", time.ReplaceAllString(out, "0.1 ms; each"))
	operatortest.NoSecrets(t, out)
}

func TestCheckOfABrokenAccount(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, operatortest.Write(t, ".env", `
SECRET_NAME=scf-sms
SIGN_NAME=【示例】
SDK_APP_ID=1400006667
SECRET_TTL=ten minutes
TEMPLATES='[{"usageType": "SignIn", "templateCode": "1110001"}, `+
		`{"usageType": "Register", "templateCode": "2220002"}, `+
		`{"usageType": "ForgotPassword", "templateCode": "9990003"}, `+
		`{"usageType": "Generic", "templateCode": "1110004", "params": ["{code}", "10"]}]'
`))
	a.Env.Path, a.Deployed.Variables = ".env", map[string]string{
		"SECRET_NAME": "${env:SECRET_NAME}", "SIGN_NAME": "${env:SIGN_NAME}",
		"SDK_APP_ID": "${env:SDK_APP_ID}",
		"SECRET_TTL": "5m", "TEMPLATES": "${env:TEMPLATES}", "SING_NAME": "示例",
	}
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{
			String: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key"}`,
		}
		c.Templates[0].Approved = false
		c.Templates[0].Review = cloudsim.Review{
			Status: cloudsim.StatusRejected,
			Reply:  "模板内容不符合要求，请修改后重新提交审核：验证码类短信必须写明用途",
		}
	})
	for golden, locale := range map[string]string{
		"check-broken.txt": "", "check-broken.zh.txt": "zh_CN.UTF-8",
	} {
		a.Env.Words = words.Of(locale)
		rows := all(t.Context(), a)
		var out bytes.Buffer
		printRows(&out, a, rows)
		operatortest.Golden(t, golden, out.String())
		operatortest.NoSecrets(t, out.String())
		for line := range strings.Lines(out.String()) {
			assert.LessOrEqual(t, term.Cells(strings.TrimSpace(line)), term.PageWidth, line)
		}
	}
}

func TestCheckInChinese(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	a.Env.Words = words.Of("zh_CN.UTF-8")
	var out bytes.Buffer
	printRows(&out, a, all(t.Context(), a))
	time := regexp.MustCompile(`[0-9.]+ ms；每条`) // of a round trip
	operatortest.Golden(t, "check-healthy.zh.txt", time.ReplaceAllString(out.String(), "0.1 ms；每条"))
}

func TestCheckForMachines(t *testing.T) {
	t.Parallel()
	out, err := command(t, "-simulate", "-json")
	require.NoError(t, err)
	var rows []map[string]string
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 43)
	require.Equal(t, map[string]string{
		"check": "settings", "status": "ok", "detail": "complete and well-formed",
	}, rows[0])
	operatortest.NoSecrets(t, out)

	file := operatortest.Write(t, "wrong.env", "SECRET_NAME=scf-sms\n")
	out, err = command(t, "-simulate", "-json", "-env", file)
	require.ErrorIs(t, err, term.ErrNegative)
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Equal(t, "SDK_APP_ID", rows[0]["check"])
	require.Equal(t, "wrong", rows[0]["status"])
	require.Equal(t, "is not set", rows[0]["detail"])
	require.Contains(t, rows[0]["todo"], "wrong.env")
}

func TestCheckWithoutSimulation(t *testing.T) {
	t.Parallel()
	_, envFile := operatortest.RealCloud(t)
	out, err := command(t, "-env", envFile, "-json")
	require.ErrorIs(t, err, term.ErrNegative)
	require.NotContains(t, out, "operator-key")
	require.NotContains(t, out, "AKIDoperator")
	var rows []row
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	for _, r := range rows {
		switch r.Check {
		case "serverless.yml": // the project's own, with other settings
		case "role":
			require.Equal(t, unknown, r.Status, r)
			require.Contains(t, r.Detail, "the function's role scf-sms")
		default:
			require.Equal(t, passed, r.Status, r)
		}
	}
	require.Regexp(t, `^answers in ap-guangzhou \(127\.0\.0\.1:\d+\)$`, find(rows, "SMS").Detail)
}

// What scf skips in silence is told: it sets nothing.
func TestLinesThatAreNoSettings(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, operatortest.Write(t, ".env",
		"export SECRET_NAME=scf-sms\nSIGN_NAME: 示例\n"+
			"\ufeffSDK_APP_ID=1400006666\nTENCENT_SECRET_KEY operator-key\n"))
	a.Env.Path = ".env"
	var lines []row
	for _, r := range settingsRows(a) {
		if strings.HasPrefix(r.Check, "line ") {
			require.Equal(t, failed, r.Status)
			lines = append(lines, row{Check: r.Check, Detail: r.Detail, Todo: r.Todo})
		}
	}
	const nothing = " of .env sets nothing: scf reads NAME=value only"
	require.Equal(t, []row{
		{Check: "line 1", Detail: "line 1" + nothing,
			Todo: "write SECRET_NAME=… there, without export and with ="},
		{Check: "line 2", Detail: "line 2" + nothing,
			Todo: "write SIGN_NAME=… there, without export and with ="},
		{Check: "line 4", Detail: "line 4" + nothing,
			Todo: "write NAME=value there, or # before a comment"},
	}, lines)
	require.Empty(t, find(settingsRows(a), "SIGN_NAME"), "line 2 says it")
	require.Equal(t, "is not set", find(settingsRows(a), "TEMPLATES").Detail)
	require.Empty(t, find(settingsRows(a), "SDK_APP_ID"), "a BOM is a blank to scf")
}

func TestColorsOfRows(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	var out bytes.Buffer
	printRows(&out, a, []row{{group: "g", Check: "c", Status: failed, Detail: "d", Todo: "t"}})
	require.NotContains(t, out.String(), "\x1b", "a buffer is no terminal")
	require.Contains(t, out.String(), "✗ c                   d\n                      → t\n")
}
