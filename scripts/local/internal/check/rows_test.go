package check

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

func find(rows []row, check string) row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.Check == check })
	if i < 0 {
		return row{}
	}
	return rows[i]
}

// findWorst is find where a check has several rows.
func findWorst(rows []row, check string) row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.Check == check && r.Status == failed })
	if i < 0 {
		return find(rows, check)
	}
	return rows[i]
}

func TestWhatCanBeWrong(t *testing.T) {
	t.Parallel()
	secret := func(value string) func(*cloudsim.Account) {
		return func(c *cloudsim.Account) {
			c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: value}
		}
	}
	const sender = `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", `
	for name, tt := range map[string]struct {
		change func(*cloudsim.Account)
		over   func(*operator.Account)
		check  string
		detail string // is in it
		todo   string // is in it
	}{
		"no such secret": {
			change: func(c *cloudsim.Account) { c.Secrets = nil },
			check:  "secret", detail: "there is no secret scf-sms in ap-guangzhou",
			todo: "SECRET_NAME"},
		"the secret is in another region": {
			over:  func(a *operator.Account) { a.Settings.Secret.Region = "ap-shanghai" },
			check: "secret", detail: "there is no secret scf-sms in ap-shanghai",
			todo: "SECRET_REGION"},
		"the secret is disabled": {
			change: func(c *cloudsim.Account) { c.Secrets[0].State = cloudsim.StateDisabled },
			check:  "secret", detail: "is disabled", todo: "enable it"},
		"the secret will be deleted": {
			change: func(c *cloudsim.Account) { c.Secrets[0].State = cloudsim.StatePendingDelete },
			check:  "secret", detail: "about to be deleted", todo: "restore it"},
		"no such version": {
			over:  func(a *operator.Account) { a.Settings.Secret.Version = "v9" },
			check: "value", detail: "there is no version v9", todo: "SECRET_VERSION"},
		"a name SSM doesn't take": {
			over:  func(a *operator.Account) { a.Settings.Secret.Name = "scf/sms" },
			check: "secret", detail: "SSM refuses scf/sms: InvalidParameterValue",
			todo: "SECRET_NAME"},
		"the value is not JSON": {
			change: secret("example-sender-key"),
			check:  "value", detail: "not a JSON object", todo: "accessKeySecret"},
		"the value has no token for callers": {
			change: secret(
				`{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key"}`),
			check: "value", detail: "no authorization", todo: "authorization"},
		"the callers' own secret isn't there": {
			over:  func(a *operator.Account) { a.Settings.Secret.Callers = "callers" },
			check: "secret", detail: "there is no secret callers in ap-guangzhou",
			todo: "CALLERS_SECRET_NAME"},
		"the callers' own secret has no token": {
			change: func(c *cloudsim.Account) {
				c.Secrets = append(c.Secrets, cloudsim.Secret{Name: "callers",
					Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: "{}"}}})
			},
			over:  func(a *operator.Account) { a.Settings.Secret.Callers = "callers" },
			check: "value", detail: "callers can't be used: its value has no authorization",
			todo: `must be {"authorization": "Bearer …"}`},
		"a token that is a placeholder": {
			change: secret(`{"accessKeyId": "AKIDexampleSender", ` +
				`"accessKeySecret": "example-sender-key", ` +
				`"authorization": ["Bearer 3m5hX0pQ2bW8kR6vN1cJ", "Bearer <your-long-token-here>"]}`),
			check: "token", detail: "token 2 of 2 is a placeholder", todo: "openssl rand"},
		"a token that is short": {
			change: secret(`{"accessKeyId": "AKIDexampleSender", ` +
				`"accessKeySecret": "example-sender-key", "authorization": "Bearer 3m5hX0pQ2bW8kR6vN1c"}`),
			check: "token", detail: "token 1 of 1 has fewer than 20 characters", todo: "openssl rand"},
		"a Supabase secret without its beginning": {
			change: secret(sender +
				`"supabase": "whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDE="}`),
			check: "value", detail: "its supabase is not v1,whsec_ and the base64",
			todo: "its value must be"},
		"a ZITADEL key with a blank": {
			change: secret(sender + `"zitadel": "ExampleZitadel SigningKey00000000001"}`),
			check:  "value", detail: "its zitadel has a blank in it", todo: "its value must be"},
		"the role may not read the secret": {
			change: func(c *cloudsim.Account) { c.Keys[1].Allow = nil },
			check:  "role", detail: "refused: UnauthorizedOperation",
			todo: "ssm:GetSecretValue"},
		"an AccessKey that is none": {
			change: secret(`{"accessKeyId": "1400006666", "accessKeySecret": "x", ` +
				`"authorization": "Bearer 3m5hX0pQ2bW8kR6vN1cJ"}`),
			check: "AccessKey", detail: "accessKeyId is none: those are AKID…",
			todo: "put the new one"},
		"a package that is used up": {
			change: func(c *cloudsim.Account) {
				c.Packages = []cloudsim.Package{{Amount: 5, Used: 5},
					{Amount: 9, Expires: time.Now().Add(-time.Hour)}}
			},
			check: "package", detail: "is used up", todo: "buy a package"},
		"a usage type in another case": {
			over:  func(a *operator.Account) { a.Settings.Templates[5].UsageType = "BindMFA" },
			check: "usage types", detail: `"BindMFA" is never used: did you mean BindMfa?`,
			todo: "TEMPLATES"},
		"a usage type with a blank": {
			over:  func(a *operator.Account) { a.Settings.Templates[1].UsageType = "SignIn " },
			check: "usage types", detail: `"SignIn " is never used: did you mean SignIn?`,
			todo: "TEMPLATES"},
		"two templates for one use": {
			over:  func(a *operator.Account) { a.Settings.Templates[2].Locale = "" },
			check: "usage types", detail: "SignIn, china: 1110011 is never used, as 1110001 comes first",
			todo: "take one of them out"},
		"the AccessKey is disabled": {
			change: func(c *cloudsim.Account) { c.Keys[0].Disabled = true },
			check:  "AccessKey", detail: "SecretIdNotFound", todo: "put the new one"},
		"the AccessKey's halves don't match": {
			change: secret(
				`{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "x", ` +
					`"authorization": "Bearer 3m5hX0pQ2bW8kR6vN1cJ"}`),
			check: "AccessKey", detail: "SignatureFailure", todo: "accessKeySecret"},
		"the AccessKey may not send": {
			change: func(c *cloudsim.Account) { c.Keys[0].Allow = []string{"sms:Describe"} },
			check:  "AccessKey", detail: "may not send: UnauthorizedOperation",
			todo: "grant it sms:SendSms"},
		"another's application": {
			over:  func(a *operator.Account) { a.Settings.SMS.AppID = "1400000000" },
			check: "application", detail: "no application 1400000000", todo: "SDK_APP_ID"},
		"a disabled application": {
			change: func(c *cloudsim.Account) { c.Apps[0].Disabled = true },
			check:  "application", detail: "is disabled", todo: "enable it"},
		"no such signature": {
			over:  func(a *operator.Account) { a.Settings.SMS.SignName = "别的" },
			check: "signature 别的", detail: "there is none with this text for mainland numbers",
			todo: "SIGN_NAME"},
		"a signature of the other kind": {
			over:  func(a *operator.Account) { a.Settings.SMS.SignName = "Example" },
			check: "signature Example", detail: "is one for numbers elsewhere only",
			todo: "SIGN_NAME"},
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
				c.Signs[0].Approved, c.Signs[0].Review = false,
					cloudsim.Review{Status: cloudsim.StatusRejected, Reply: "资质\n不符"}
			},
			check: "signature 示例", detail: "was not approved (资质 不符)", todo: "correct it"},
		"no such template": {
			change: func(c *cloudsim.Account) { c.Templates[0].ID = "42" },
			check:  "template 1110001", detail: "SignIn: this account has no such template",
			todo: "TEMPLATES"},
		"a template of the other kind": {
			change: func(c *cloudsim.Account) { c.Templates[0].International = true },
			check:  "template 1110001",
			detail: `is one for numbers elsewhere, but stands under "china"`, todo: `"overseas"`},
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
			check:  "template 1110001", detail: "has 2 variables, but params has 1",
			todo: "2 values"},
		"a template without variables": {
			change: func(c *cloudsim.Account) { c.Templates[0].Text = "您好" },
			check:  "template 1110001", detail: "has 0 variables", todo: "use a template with"},
		"a template by another name": {
			over:  func(a *operator.Account) { a.Settings.Templates[0].ID = "SMS_1" },
			check: "template SMS_1", detail: "is no TemplateId", todo: "TEMPLATES"},
		"a region without SMS": {
			over:  func(a *operator.Account) { a.Settings.SMS.Region = "ap-singapore" },
			check: "SMS", detail: "there is no SMS in ap-singapore", todo: "SMS_REGION"},
		"a region that isn't": {
			over:  func(a *operator.Account) { a.Settings.Secret.Region = "guangzhou" },
			check: "SSM", detail: "there is no SSM in guangzhou", todo: "SECRET_REGION"},
		"SMS is away": {
			over:  func(a *operator.Account) { a.Settings.SMS.Endpoint.Host = "127.0.0.1:1" },
			check: "SMS", detail: "gives no answer: no connection", todo: "SMS_ENDPOINT"},
		"SSM is away": {
			over:  func(a *operator.Account) { a.Settings.Secret.Endpoint.Host = "127.0.0.1:1" },
			check: "SSM", detail: "gives no answer: no connection", todo: "SSM_ENDPOINT"},
		"the operator's key is unknown": {
			over:  func(a *operator.Account) { a.Key = common.NewCredential("AKIDnobody", "x") },
			check: "your key", detail: "SecretIdNotFound", todo: "TENCENT_TOKEN"},
		"the operator's key is mistyped": {
			over: func(a *operator.Account) {
				a.Key = common.NewCredential("AKIDexampleOperator",
					"x")
			},
			check: "your key", detail: "SignatureFailure", todo: "TENCENT_SECRET_KEY"},
		"the operator's token is over": {
			over: func(a *operator.Account) {
				a.Key = common.NewTokenCredential("AKIDexampleRole", "example-role-key", "old")
			},
			check: "your key", detail: "TokenFailure", todo: "temporary"},
		"the operator has no key": {
			over: func(a *operator.Account) {
				a.Key, a.KeyError = nil, errors.New(
					"TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set")
			},
			check: "your key", detail: "TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set",
			todo: "set them"},
		"the clock is an hour behind": { // to the second only where the machine is fast
			over: func(a *operator.Account) {
				a.Clock.Now = func() time.Time { return time.Now().Add(-time.Hour) }
			},
			check: "clock", detail: "s behind Tencent Cloud's", todo: "NTP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			a.Settings.Redis = limits.Server{} // limits_test.go has what is wrong there
			if tt.change != nil {
				a.Sim.Cloud.Update(tt.change)
			}
			if tt.over != nil {
				tt.over(a)
			}
			rows := all(t.Context(), a)
			r := findWorst(rows, tt.check)
			assert.Equal(t, failed, r.Status, r.Detail)
			assert.Contains(t, r.Detail, tt.detail)
			assert.Contains(t, r.Todo, tt.todo)
			assert.Equal(t, 1, tally(rows)[failed], rows)
			for _, r := range rows {
				assert.True(t, r.Status != failed || r.Todo != "",
					"nothing to do about %s", r.Check)
			}
			text, err := json.Marshal(rows)
			require.NoError(t, err)
			operatortest.NoSecrets(t, string(text))
			assert.Empty(t, a.Sim.Cloud.Outbox(), "a check sends nothing")
		})
	}
}

func TestWhatCantBeChecked(t *testing.T) {
	t.Parallel()
	byKey := func(change func(*cloudsim.Key)) func(*cloudsim.Account) {
		return func(c *cloudsim.Account) { change(&c.Keys[len(c.Keys)-1]) }
	}
	for name, tt := range map[string]struct {
		change func(*cloudsim.Account)
		fault  func(*cloudsim.Cloud)
		over   func(*operator.Account)
		check  string
		detail string
	}{
		"a sub-account's key": {
			change: byKey(func(k *cloudsim.Key) { k.SubAccount = true }),
			check:  "templates", detail: "key of a sub-account"},
		"an account of an individual: signatures": {
			change: func(c *cloudsim.Account) { c.Individual = true },
			check:  "signatures", detail: "enterprise"},
		"an account of an individual: templates": {
			change: func(c *cloudsim.Account) { c.Individual = true },
			check:  "templates", detail: "enterprise"},
		"a key that may not describe the secret": {
			change: byKey(func(k *cloudsim.Key) {
				k.Allow = []string{"sms:*",
					"ssm:GetSecretValue"}
			}),
			check: "secret", detail: "may not ssm:DescribeSecret"},
		"a key that may not read the secret": {
			change: byKey(func(k *cloudsim.Key) {
				k.Allow = []string{"sms:*",
					"ssm:DescribeSecret"}
			}),
			check: "value", detail: "may not ssm:GetSecretValue"},
		"a key that may not list signatures": {
			change: byKey(func(k *cloudsim.Key) {
				k.Allow = []string{"ssm:*",
					"sms:DescribeSmsTemplateList"}
			}),
			check: "signatures", detail: "may not sms:DescribeSmsSignList"},
		"a key that may not list templates": {
			change: byKey(func(k *cloudsim.Key) {
				k.Allow = []string{"ssm:*",
					"sms:DescribeSmsSignList"}
			}),
			check: "templates", detail: "may not sms:DescribeSmsTemplateList"},
		"a sender id": {
			over:  func(a *operator.Account) { a.Settings.SMS.SenderID = "ACME" },
			check: "sender id", detail: "no API says whether ACME is yours"},
		"a key that may not see packages": {
			change: byKey(func(k *cloudsim.Key) {
				k.Allow = []string{"ssm:*", "sms:PullSmsSendStatusByPhoneNumber"}
			}),
			check: "package", detail: "may not sms:SmsPackagesStatistics"},
		"a key that may not pull reports": {
			change: byKey(func(k *cloudsim.Key) { k.Allow = []string{"ssm:*"} }),
			check:  "application", detail: "may not sms:PullSmsSendStatusByPhoneNumber"},
		"a list of signatures by id only": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSmsSignList,
					&cloudsim.Fault{Kind: cloudsim.Error, Code: "MissingParameter"})
			},
			check: "signatures", detail: "by id only"},
		"an empty answer": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSmsSignList,
					&cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
			},
			check: "signatures", detail: "no answer: unreadable answer"},
		"a service that is too busy": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.DescribeSecret,
					&cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
			},
			check: "secret", detail: "RequestLimitExceeded"},
		"an address that is not allowed": {
			fault: func(c *cloudsim.Cloud) {
				c.Always(cloudsim.SendSms,
					&cloudsim.Fault{Kind: cloudsim.Error,
						Code: "UnauthorizedOperation.RequestIpNotInWhitelist"})
			},
			check: "AccessKey", detail: "this address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			if tt.change != nil {
				a.Sim.Cloud.Update(tt.change)
			}
			if tt.fault != nil {
				tt.fault(a.Sim.Cloud)
			}
			if tt.over != nil {
				tt.over(a)
			}
			rows := all(t.Context(), a)
			r := find(rows, tt.check)
			assert.Equal(t, unknown, r.Status, r.Detail)
			assert.Contains(t, r.Detail, tt.detail)
			assert.Zero(t, tally(rows)[failed], rows)
		})
	}
}
