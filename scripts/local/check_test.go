package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
)

var writeGolden = flag.Bool("golden", false, "write the golden files in testdata anew")

// golden holds a text against a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *writeGolden {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// simulated is an account in a simulated cloud, with the settings of an env file ("": those of the simulation).
func simulated(t *testing.T, envFile string) *account {
	t.Helper()
	for _, name := range settingNames() {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	a, err := openAccount("check", envFile, true)
	require.NoError(t, err)
	t.Cleanup(a.close)
	return a
}

// write makes a file with the text.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// noSecrets holds an output against everything in the simulation that must not be printed.
func noSecrets(t *testing.T, output string) {
	t.Helper()
	for _, secret := range []string{"AKID", "example-sender-key", "example-operator-key", "example-token", "Bearer e", "role-key"} {
		clean := strings.ReplaceAll(output, "AKID…", "") // as the form of a secret is told
		require.NotContains(t, clean, secret)
	}
}

func find(rows []row, check string) row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.Check == check })
	if i < 0 {
		return row{}
	}
	return rows[i]
}

func TestCheckOfAHealthyAccount(t *testing.T) {
	status, out, errs := local(t, "", "check", "-simulate")
	require.Equal(t, exitOK, status)
	require.Empty(t, errs)
	golden(t, "check-healthy.txt", out)
	noSecrets(t, out)
}

func TestCheckOfABrokenAccount(t *testing.T) {
	a := simulated(t, write(t, ".env", `
SECRET_NAME=scf-sms
SIGN_NAME=【示例】
SDK_APP_ID=1400006667
SECRET_TTL=ten minutes
TEMPLATES='[{"usageType": "SignIn", "templateCode": "1110001"}, {"usageType": "Register", "templateCode": "2220002"}, {"usageType": "ForgotPassword", "templateCode": "9990003"}, {"usageType": "Generic", "templateCode": "1110004", "params": ["{code}", "10"]}]'
`))
	a.env.path, a.deployed.variables = ".env", map[string]string{
		"SECRET_NAME": "${env:SECRET_NAME}", "SIGN_NAME": "${env:SIGN_NAME}", "SDK_APP_ID": "${env:SDK_APP_ID}",
		"SECRET_TTL": "5m", "TEMPLATES": "${env:TEMPLATES}", "SING_NAME": "示例",
	}
	a.sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key"}`}
		c.Templates[0].Approved, c.Templates[0].Review = false, cloudsim.Review{Status: cloudsim.StatusRejected, Reply: "模板内容不符合要求，请修改后重新提交审核：验证码类短信必须写明用途"}
	})
	rows := examine(t.Context(), a)
	var out bytes.Buffer
	printRows(&out, a, rows)
	golden(t, "check-broken.txt", out.String())
	noSecrets(t, out.String())
	for line := range strings.Lines(out.String()) {
		assert.LessOrEqual(t, cells(strings.TrimSpace(line)), pageWidth, line)
	}
}

// Each thing that can be wrong in the account turns its row red, and no other.
func TestWhatCanBeWrong(t *testing.T) {
	secret := func(value string) func(*cloudsim.Account) {
		return func(c *cloudsim.Account) { c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: value} }
	}
	for name, test := range map[string]struct {
		change func(*cloudsim.Account)
		over   func(*account)
		check  string
		detail string // is in it
		todo   string // is in it
		also   int    // other rows that fail with it
	}{
		"no such secret": {
			change: func(c *cloudsim.Account) { c.Secrets = nil },
			check:  "secret", detail: "there is no secret scf-sms in ap-guangzhou", todo: "SECRET_NAME", also: 1},
		"the secret is in another region": {
			over:  func(a *account) { a.settings.SecretRegion = "ap-shanghai" },
			check: "secret", detail: "there is no secret scf-sms in ap-shanghai", todo: "SECRET_REGION", also: 1},
		"the secret is disabled": {
			change: func(c *cloudsim.Account) { c.Secrets[0].State = cloudsim.StateDisabled },
			check:  "secret", detail: "is disabled", todo: "enable it", also: 1},
		"the secret will be deleted": {
			change: func(c *cloudsim.Account) { c.Secrets[0].State = cloudsim.StatePendingDelete },
			check:  "secret", detail: "about to be deleted", todo: "restore it", also: 1},
		"no such version": {
			over:  func(a *account) { a.settings.SecretVersion = "v9" },
			check: "value", detail: "there is no version v9", todo: "SECRET_VERSION"},
		"a name SSM doesn't take": {
			over:  func(a *account) { a.settings.SecretName = "scf/sms" },
			check: "secret", detail: "no such name", todo: "SECRET_NAME", also: 1},
		"the value is not JSON": {
			change: secret("example-sender-key"),
			check:  "value", detail: "not a JSON object", todo: "accessKeySecret"},
		"the value has no token for callers": {
			change: secret(`{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key"}`),
			check:  "value", detail: "no authorization", todo: "authorization"},
		"the AccessKey is disabled": {
			change: func(c *cloudsim.Account) { c.Keys[0].Disabled = true },
			check:  "AccessKey", detail: "SecretIdNotFound", todo: "write another"},
		"the AccessKey's halves don't match": {
			change: secret(`{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "x", "authorization": "y"}`),
			check:  "AccessKey", detail: "SignatureFailure", todo: "accessKeySecret"},
		"the AccessKey may not send": {
			change: func(c *cloudsim.Account) { c.Keys[0].Allow = []string{"sms:Describe"} },
			check:  "AccessKey", detail: "may not sms:SendSms", todo: "allow"},
		"another's application": {
			over:  func(a *account) { a.settings.SDKAppID = "1400000000" },
			check: "application", detail: "no application 1400000000", todo: "SDK_APP_ID"},
		"a disabled application": {
			change: func(c *cloudsim.Account) { c.Apps[0].Disabled = true },
			check:  "application", detail: "is disabled", todo: "enable it"},
		"no such signature": {
			over:  func(a *account) { a.settings.SignName = "别的" },
			check: "signature 别的", detail: "there is none with this text for mainland numbers", todo: "SIGN_NAME"},
		"a signature of the other kind": {
			over:  func(a *account) { a.settings.SignName = "Example" },
			check: "signature Example", detail: "is one for numbers elsewhere only", todo: "SIGN_NAME"},
		"a signature under review": {
			change: func(c *cloudsim.Account) { c.Signs[0].Approved = false },
			check:  "signature 示例", detail: "still being reviewed", todo: "wait"},
		"a signature not in effect": {
			change: func(c *cloudsim.Account) {
				c.Signs[0].Approved, c.Signs[0].Status = false, cloudsim.StatusWaiting
			},
			check: "signature 示例", detail: "not yet in effect", todo: "wait"},
		"a signature that was refused": {
			change: func(c *cloudsim.Account) {
				c.Signs[0].Approved, c.Signs[0].Review = false, cloudsim.Review{Status: cloudsim.StatusRejected, Reply: "资质\n不符"}
			},
			check: "signature 示例", detail: "was not approved (资质 不符)", todo: "correct it"},
		"no such template": {
			change: func(c *cloudsim.Account) { c.Templates[0].ID = "42" },
			check:  "template 1110001", detail: "SignIn: this account has no such template", todo: "TEMPLATES"},
		"a template of the other kind": {
			change: func(c *cloudsim.Account) { c.Templates[0].International = true },
			check:  "template 1110001", detail: `is one for numbers elsewhere, but stands under "china"`, todo: `"overseas"`},
		"a template under review": {
			change: func(c *cloudsim.Account) { c.Templates[1].Approved = false },
			check:  "template 1110011", detail: "SignIn (en): still being reviewed", todo: "wait"},
		"a template that was refused": {
			change: func(c *cloudsim.Account) {
				c.Templates[1].Approved, c.Templates[1].Status = false, cloudsim.StatusRejected
			},
			check: "template 1110011", detail: "was not approved", todo: "correct it"},
		"a template with more variables": {
			change: func(c *cloudsim.Account) { c.Templates[0].Text = "{1}，{2}分钟内有效，{1}" },
			check:  "template 1110001", detail: "has 2 variables, but params has 1", todo: "2 values"},
		"a template without variables": {
			change: func(c *cloudsim.Account) { c.Templates[0].Text = "您好" },
			check:  "template 1110001", detail: "has 0 variables", todo: "use a template with"},
		"a template by another name": {
			over:  func(a *account) { a.settings.Templates[0].ID = "SMS_1" },
			check: "template SMS_1", detail: "is no TemplateId", todo: "TEMPLATES"},
		"a region without SMS": {
			over:  func(a *account) { a.settings.SMSRegion = "ap-singapore" },
			check: "SMS", detail: "there is no SMS in ap-singapore", todo: "SMS_REGION"},
		"a region that isn't": {
			over:  func(a *account) { a.settings.SecretRegion = "guangzhou" },
			check: "SSM", detail: "there is no SSM in guangzhou", todo: "SECRET_REGION"},
		"SMS is away": {
			over:  func(a *account) { a.settings.SMSEndpoint.Host = "127.0.0.1:1" },
			check: "SMS", detail: "gives no answer: no connection", todo: "SMS_ENDPOINT"},
		"SSM is away": {
			over:  func(a *account) { a.settings.SSMEndpoint.Host = "127.0.0.1:1" },
			check: "SSM", detail: "gives no answer: no connection", todo: "SSM_ENDPOINT"},
		"the operator's key is unknown": {
			over:  func(a *account) { a.key = common.NewCredential("AKIDnobody", "x") },
			check: "your key", detail: "SecretIdNotFound", todo: "TENCENT_TOKEN"},
		"the operator's key is mistyped": {
			over:  func(a *account) { a.key = common.NewCredential("AKIDexampleOperator", "x") },
			check: "your key", detail: "SignatureFailure", todo: "TENCENT_SECRET_KEY"},
		"the operator's token is over": {
			over:  func(a *account) { a.key = common.NewTokenCredential("AKIDexampleRole", "example-role-key", "old") },
			check: "your key", detail: "TokenFailure", todo: "temporary"},
		"the operator has no key": {
			over:  func(a *account) { a.key, a.keyError = a.env.key() },
			check: "your key", detail: "TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set", todo: "set them"},
		"the clock is an hour behind": {
			over:  func(a *account) { a.date.now = func() time.Time { return time.Now().Add(-time.Hour) } },
			check: "clock", detail: "1h0m0s behind Tencent Cloud's", todo: "NTP"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"} {
				t.Setenv(variable, "")
			}
			a := simulated(t, "")
			if test.change != nil {
				a.sim.Cloud.Update(test.change)
			}
			if test.over != nil {
				test.over(a)
			}
			rows := examine(t.Context(), a)
			r := find(rows, test.check)
			assert.Equal(t, failed, r.Status, r.Detail)
			assert.Contains(t, r.Detail, test.detail)
			assert.Contains(t, r.Todo, test.todo)
			assert.Equal(t, 1+test.also, tally(rows)[failed], rows)
			for _, r := range rows {
				assert.True(t, r.Status != failed || r.Todo != "", "nothing to do about %s", r.Check)
			}
			text, err := json.Marshal(rows)
			require.NoError(t, err)
			noSecrets(t, string(text))
			assert.Empty(t, a.sim.Cloud.Outbox(), "a check sends nothing")
		})
	}
}

// What the operator's account or key may not look at is no fault of the function's.
func TestWhatCantBeChecked(t *testing.T) {
	operator := func(change func(*cloudsim.Key)) func(*cloudsim.Account) {
		return func(c *cloudsim.Account) { change(&c.Keys[len(c.Keys)-1]) }
	}
	for name, test := range map[string]struct {
		change func(*cloudsim.Account)
		fault  func(*cloudsim.Cloud)
		check  string
		detail string
	}{
		"a sub-account's key": {
			change: operator(func(k *cloudsim.Key) { k.SubAccount = true }),
			check:  "template 1110001", detail: "key of a sub-account"},
		"an account of an individual: signatures": {
			change: func(c *cloudsim.Account) { c.Individual = true },
			check:  "signature 示例", detail: "enterprise"},
		"an account of an individual: templates": {
			change: func(c *cloudsim.Account) { c.Individual = true },
			check:  "template 1110001", detail: "enterprise"},
		"a key that may not describe the secret": {
			change: operator(func(k *cloudsim.Key) { k.Allow = []string{"sms:*", "ssm:GetSecretValue"} }),
			check:  "secret", detail: "may not ssm:DescribeSecret"},
		"a key that may not read the secret": {
			change: operator(func(k *cloudsim.Key) { k.Allow = []string{"sms:*", "ssm:DescribeSecret"} }),
			check:  "value", detail: "may not ssm:GetSecretValue"},
		"a key that may not list signatures": {
			change: operator(func(k *cloudsim.Key) { k.Allow = []string{"ssm:*", "sms:DescribeSmsTemplateList"} }),
			check:  "signature Example", detail: "may not sms:DescribeSmsSignList"},
		"a key that may not list templates": {
			change: operator(func(k *cloudsim.Key) { k.Allow = []string{"ssm:*", "sms:DescribeSmsSignList"} }),
			check:  "template 2220001", detail: "may not sms:DescribeSmsTemplateList"},
		"a key that may not pull reports": {
			change: operator(func(k *cloudsim.Key) { k.Allow = []string{"ssm:*"} }),
			check:  "application", detail: "may not sms:PullSmsSendStatusByPhoneNumber"},
		"a list of signatures by id only": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSmsSignList, &cloudsim.Fault{Kind: cloudsim.Error, Code: "MissingParameter"})
			},
			check: "signature 示例", detail: "by id only"},
		"an empty answer": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSmsSignList, &cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
			},
			check: "signature 示例", detail: "no answer: it was empty"},
		"a service that is too busy": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSecret, &cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
			},
			check: "secret", detail: "RequestLimitExceeded"},
		"an address that is not allowed": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation.RequestIpNotInWhitelist"})
			},
			check: "AccessKey", detail: "this address"},
	} {
		t.Run(name, func(t *testing.T) {
			a := simulated(t, "")
			if test.change != nil {
				a.sim.Cloud.Update(test.change)
			}
			if test.fault != nil {
				test.fault(a.sim.Cloud)
			}
			rows := examine(t.Context(), a)
			r := find(rows, test.check)
			assert.Equal(t, unknown, r.Status, r.Detail)
			assert.Contains(t, r.Detail, test.detail)
			assert.Zero(t, tally(rows)[failed], rows)
		})
	}
}

// The clock is wrong for Tencent Cloud even where its answers carry no date that shows it.
func TestSignaturesAreTooOld(t *testing.T) {
	a := simulated(t, "")
	for _, action := range []string{cloudsim.DescribeSecret, cloudsim.GetSecretValue, cloudsim.DescribeSmsSignList, cloudsim.DescribeSmsTemplateList, cloudsim.PullSmsSendStatusByPhoneNumber} {
		a.sim.Cloud.Always(action, &cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.SignatureExpire"})
	}
	rows := examine(t.Context(), a)
	assert.Equal(t, failed, find(rows, "clock").Status)
	assert.Equal(t, 1, tally(rows)[failed])
	assert.Equal(t, "not known: the clock is wrong", find(rows, "secret").Detail)
}

func TestAClockThatIsALittleOff(t *testing.T) {
	a := simulated(t, "")
	a.date.now = func() time.Time { return time.Now().Add(2 * time.Minute) }
	r := find(examine(t.Context(), a), "clock")
	assert.Equal(t, unknown, r.Status)
	assert.Regexp(t, `^(2m0s|1m59s|2m1s) ahead of Tencent Cloud's$`, r.Detail)
}

// A template that isn't there may make the whole list fail; then each is asked for on its own.
func TestTemplatesOneByOne(t *testing.T) {
	a := simulated(t, "")
	fault := cloudsim.Fault{Kind: cloudsim.Error, Code: "FailedOperation.MissingTemplateList"}
	a.sim.Cloud.Script(cloudsim.DescribeSmsTemplateList, fault, cloudsim.Fault{}, fault)
	rows := examine(t.Context(), a)
	assert.Equal(t, 1, tally(rows)[failed])
	assert.Contains(t, find(rows, "template 1110011").Detail, "no such template") // the second one asked for
}

func TestSignaturesOnManyPages(t *testing.T) {
	a := simulated(t, "")
	a.sim.Cloud.Update(func(c *cloudsim.Account) {
		others := make([]cloudsim.Sign, 250)
		for i := range others {
			others[i] = cloudsim.Sign{Name: "其他", Approved: true}
		}
		// One of the same text that was refused must not hide the approved one.
		refused := cloudsim.Sign{Name: "示例", Review: cloudsim.Review{Status: cloudsim.StatusRejected}}
		c.Signs = append(append([]cloudsim.Sign{refused}, others...), c.Signs...)
	})
	assert.Equal(t, passed, find(examine(t.Context(), a), "signature 示例").Status)
	assert.Equal(t, 4, a.sim.Cloud.Count(cloudsim.DescribeSmsSignList))
}

func TestATemplateForEverywhere(t *testing.T) {
	a := simulated(t, "")
	a.sim.Cloud.Update(func(c *cloudsim.Account) { c.Templates[0].International, c.Templates[0].Everywhere = true, true })
	assert.Equal(t, passed, find(examine(t.Context(), a), "template 1110001").Status)
}

// The whole check ends when its time is up, whatever hangs.
func TestCheckIsBounded(t *testing.T) {
	a := simulated(t, "")
	hang := cloudsim.Fault{Kind: cloudsim.HangUnsent}
	a.sim.Cloud.Always(cloudsim.DescribeSecret, &hang)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		a.sim.Cloud.Await(ctx, cloudsim.DescribeSecret, 1)
		cancel()
	}()
	rows := examine(ctx, a)
	assert.Equal(t, unknown, find(rows, "secret").Status)
	assert.Contains(t, find(rows, "secret").Detail, "no answer")
}

func TestCheckForMachines(t *testing.T) {
	status, out, errs := local(t, "", "check", "-simulate", "-json")
	require.Equal(t, exitOK, status)
	require.Empty(t, errs)
	var rows []map[string]string
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Len(t, rows, 24)
	require.Equal(t, map[string]string{"check": "settings", "status": "ok", "detail": "complete and well-formed"}, rows[0])
	noSecrets(t, out)

	file := write(t, "wrong.env", "SECRET_NAME=scf-sms\n")
	status, out, errs = local(t, "", "check", "-simulate", "-json", "-env", file)
	require.Equal(t, exitNegative, status)
	require.Empty(t, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	require.Equal(t, "SDK_APP_ID", rows[0]["check"])
	require.Equal(t, "wrong", rows[0]["status"])
	require.Equal(t, "is not set", rows[0]["detail"])
	require.Contains(t, rows[0]["todo"], "wrong.env")
}

// realCloud is a cloud that check and send take for the real one, and an env file with a key for it.
func realCloud(t *testing.T) (cloud *cloudsim.Cloud, envFile string) {
	t.Helper()
	for _, name := range append(settingNames(), "TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY") {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	account, err := cloudsim.LoadAccount("../../testdata/cloud.json")
	require.NoError(t, err)
	account.Keys = append(account.Keys, cloudsim.Key{SecretID: "AKIDoperator", SecretKey: "operator-key", Allow: []string{"*"}})
	cloud = cloudsim.New(cloudsim.Config{Account: account})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	text, err := os.ReadFile("testdata/complete.env")
	require.NoError(t, err)
	return cloud, write(t, ".env", string(text)+"SSM_ENDPOINT="+server.URL+"\nSMS_ENDPOINT="+server.URL+"\n")
}

func TestCheckWithoutSimulation(t *testing.T) {
	_, envFile := realCloud(t)
	status, out, errs := local(t, "", "check", "-env", envFile, "-json")
	require.Equal(t, exitNegative, status)
	require.Empty(t, errs)
	require.NotContains(t, out, "operator-key")
	require.NotContains(t, out, "AKIDoperator")
	var rows []row
	require.NoError(t, json.Unmarshal([]byte(out), &rows))
	for _, r := range rows {
		if r.Check == "serverless.yml" {
			continue // the project's own, with other settings
		}
		require.Equal(t, passed, r.Status, r)
	}
	require.Regexp(t, `^answers in ap-guangzhou \(127\.0\.0\.1:\d+\)$`, find(rows, "SMS").Detail)
}

func TestColorsOfRows(t *testing.T) {
	a := simulated(t, "")
	var out bytes.Buffer
	printRows(&out, a, []row{{group: "g", Check: "c", Status: failed, Detail: "d", Todo: "t"}})
	require.NotContains(t, out.String(), "\x1b", "a buffer is no terminal")
	require.Contains(t, out.String(), "✗ c                   d\n                      → t\n")
}

func TestWrapping(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"unbreakable", 5, []string{"unbreakable"}},
		{"您的验证码为{1}，请勿泄露", 12, []string{"您的验证码", "为{1}，请勿", "泄露"}},
	} {
		require.Equal(t, test.want, wrap(test.text, test.width))
	}
	require.Equal(t, "您的…", shorten("您的验证码", 6))
	require.Equal(t, "您的验", shorten("您的验", 6))
}

func TestDateOfAnAnswer(t *testing.T) {
	a := simulated(t, "")
	_, known := a.date.skew()
	require.False(t, known)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.sim.Server.URL, strings.NewReader("{}"))
	require.NoError(t, err)
	_, err = a.date.RoundTrip(request)
	require.NoError(t, err)
	ahead, known := a.date.skew()
	require.True(t, known)
	require.Less(t, ahead.Abs(), 5*time.Second)
}

func TestCheckCommandLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		status int
		stdout string // begins so
		stderr string // is so
	}{
		{"help", []string{"check", "-h"}, exitOK, "Usage: go run ./scripts/local check", ""},
		{"an unknown flag", []string{"check", "-x"}, exitUsage, "", "local: check: flag provided but not defined: -x\n"},
		{"an argument", []string{"check", "now"}, exitUsage, "", "local: check: takes no arguments, only flags: now\n"},
		{"a file that isn't there", []string{"check", "-env", "no.env"}, exitUsage, "", "local: check: open no.env: no such file or directory\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := local(t, "", test.args...)
			require.Equal(t, test.status, status)
			require.Equal(t, test.stderr, stderr)
			require.True(t, strings.HasPrefix(stdout, test.stdout), stdout)
		})
	}
}
