package send

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

// command runs the command line and returns what it printed.
func command(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = Run(t.Context(), args, term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs})
	return out.String(), err
}

// desk is a sender in front of a simulated cloud, and what it showed.
type desk struct {
	*sender
	out   bytes.Buffer
	polls int
}

// newDesk makes a sender of a sign-in message whose reports come at the third time of asking.
func newDesk(t *testing.T, binary string) *desk {
	t.Helper()
	d := &desk{}
	a := operatortest.Simulated(t, "")
	const number = "+8613800138000"
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Reports = map[string]cloudsim.Report{number: {Delay: -1}}
	})
	d.sender = &sender{
		Account: a,
		order:   order{to: number, usageType: "SignIn", code: "482913", locale: "zh-CN"},
		binary:  binary,
		out:     &d.out,
		paint:   func(_, text string) string { return text },
	}
	a.Pause = func(context.Context, time.Duration) error {
		if d.polls++; d.polls == 3 {
			a.Sim.Cloud.Update(func(c *cloudsim.Account) {
				report := c.Reports[number]
				report.Delay = time.Nanosecond
				c.Reports[number] = report
			})
		}
		return nil
	}
	return d
}

// shownWithout returns what was shown, without what differs each time.
func (d *desk) shown() string {
	text := d.out.String()
	for pattern, fixed := range map[string]string{
		`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`: "(id)",
		`\d+ ms, of which \d+ in SSM and \d+ in SMS`:                    "(times)",
		`\d+ ms，其中凭据（SSM）\d+ ms，短信 \d+ ms`:                              "(times)",
		`用时 \d 秒`:         "用时 (n) 秒",
		`\([0-9a-f]{8}\)`: "((id))",
		`after \d s`:      "after (n) s",
	} {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, fixed)
	}
	return text
}

func TestSend(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	binary, err := checkout.Build(t.Context(), root)
	require.NoError(t, err)

	t.Run("accepted, and the phone has it", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.True(t, report.Accepted)
		require.Equal(t, delivered, report.Delivery.Status)
		require.Equal(t, 3, d.polls)
		operatortest.Golden(t, "send-accepted.txt", d.shown())
		operatortest.NoSecrets(t, d.out.String())
		require.NotContains(t, d.out.String(), "13800138000")
		outbox := d.Sim.Cloud.Outbox()
		require.Len(t, outbox, 1)
		require.Equal(t, "【示例】您的登录验证码为482913，请勿泄露给他人。", outbox[0].Text)
		require.Equal(t, outbox[0].SerialNo, report.SerialNo)
	})
	t.Run("accepted, in Chinese", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch, d.Env.Words = true, words.Of("zh_CN.UTF-8")
		_, err := d.run(t.Context())
		require.NoError(t, err)
		operatortest.Golden(t, "send-accepted.zh.txt", d.shown())
	})
	t.Run("accepted, but the phone doesn't get it", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Reports[d.to] = cloudsim.Report{Failed: true, Delay: -1, Description: "MK:0012"}
		})
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.True(t, report.Accepted)
		require.Equal(t, &delivery{Status: notDelivered, Description: "MK:0012"}, report.Delivery)
		require.Contains(t, d.out.String(), "✗ the phone didn't get it (MK:0012)")
	})
	t.Run("accepted, and no report for a minute", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Pause = func(context.Context, time.Duration) error { d.polls++; return nil }
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, noReport, report.Delivery.Status)
		require.Equal(t, int(pollTime/pollInterval), d.polls)
		require.Contains(t, d.out.String(),
			"? no delivery report: look at https://console.cloud.tencent.com/smsv2 later")
	})
	t.Run("the wait is interrupted", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Pause = func(context.Context, time.Duration) error { return context.Canceled }
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, "interrupted", report.Delivery.Description)
	})
	t.Run("the send is interrupted", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Sim.Cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.HangSent})
		ctx, interrupt := context.WithCancel(t.Context())
		go func() {
			d.Sim.Cloud.Await(t.Context(), cloudsim.SendSms, 1)
			interrupt()
		}()
		_, err := d.run(ctx)
		require.EqualError(t, err,
			"send: interrupted, so nobody knows whether it was sent: look at "+operator.Console)
	})
	t.Run("seconds are counted on a terminal only", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		var screen bytes.Buffer
		d.progress = &screen
		_, err := d.run(t.Context())
		require.NoError(t, err)
		require.Contains(t, screen.String(), "waiting for the delivery report … 4 s")
		require.True(t, strings.HasSuffix(screen.String(), "\r\x1b[K"),
			"the line is gone in the end")
		require.NotContains(t, d.out.String(), "waiting")
	})
	t.Run("the key may not ask for reports", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Keys[len(c.Keys)-1].Allow = []string{"ssm:GetSecretValue"}
		})
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, d.polls, "asking again is of no use")
		require.Equal(t,
			"your key may not sms:PullSmsSendStatusByPhoneNumber", report.Delivery.Description)
	})
	t.Run("reports that can't be had at once are asked for again", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Sim.Cloud.Script(cloudsim.PullSmsSendStatusByPhoneNumber,
			cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"},
			cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, delivered, report.Delivery.Status)
	})
	t.Run("an answer that was lost is found again in the reports", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Sim.Cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.ResetSent})
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.False(t, report.Accepted)
		require.Equal(t, 202, report.Status)
		require.Equal(t, delivered, report.Delivery.Status)
		require.Contains(t, d.out.String(),
			"? nobody knows whether it was sent: 202 outcome_unknown")
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.watch = true
		d.Sim.Cloud.Script(cloudsim.SendSms,
			cloudsim.Fault{Kind: cloudsim.Refuse,
				Code: "FailedOperation.InsufficientBalanceInSmsPackage"})
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.Equal(t, "provider_refused", report.Outcome)
		require.Nil(t, report.Delivery, "there is nothing to wait for")
		operatortest.Golden(t, "send-refused.txt", d.shown())
		operatortest.NoSecrets(t, d.out.String())
	})
	t.Run("refused in the rehearsal", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.to = "+8610"
		d.confirm = func(context.Context) bool {
			t.Error(
				"asked about what can't be sent")
			return true
		}
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.Equal(t, "invalid_phone_number", report.Outcome)
		require.Contains(t, d.out.String(),
			"this was a rehearsal: Tencent Cloud has not been asked")
		require.Empty(t, d.Sim.Cloud.Requests())
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.confirm = func(context.Context) bool { return false }
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.Equal(t, result{Outcome: "declined"}, report)
		require.Contains(t, d.out.String(), "+86····00, in mainland China")
		require.Contains(t, d.out.String(), "Nothing was sent.")
		require.Empty(t, d.Sim.Cloud.Requests())
	})
	t.Run("abroad, in French, with a sender id", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.to, d.usageType, d.locale = "+33612345678", "BindMfa", "fr-CA"
		d.Over["SENDER_ID"] = "ACME"
		d.Sim.Cloud.Update(func(c *cloudsim.Account) { c.SenderIDs = []string{"ACME"} })
		_, err := d.run(t.Context())
		require.NoError(t, err)
		for _, line := range []string{"+33····78, outside mainland China", "BindMfa (fr-CA)",
			"2220014 with 482913, 10", "signature     Example", "sender id     ACME"} {
			require.Contains(t, d.out.String(), line)
		}
	})
	t.Run("with a secret of the callers' own", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Over["CALLERS_SECRET_NAME"], d.Settings.Secret.Callers = "callers", "callers"
		d.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Secrets = append(c.Secrets, cloudsim.Secret{Name: "callers",
				Versions: map[string]cloudsim.SecretValue{
					"SSM_Current": {String: `{"authorization": "Bearer callers"}`}}})
		})
		_, err := d.run(t.Context())
		require.NoError(t, err)
		require.Len(t, d.Sim.Cloud.Outbox(), 1)
	})
	t.Run("with a secret that lets only Supabase and ZITADEL in", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		const zitadel = `"zitadel": "ExampleZitadelSigningKey000000000001"`
		hold := func(proofs string) {
			d.Sim.Cloud.Update(func(c *cloudsim.Account) {
				value := `{"accessKeyId": "AKIDexampleSender", ` +
					`"accessKeySecret": "example-sender-key", ` + proofs + `}`
				c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: value}
			})
		}
		hold(`"supabase": "v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMDE=", ` + zitadel)
		_, err := d.run(t.Context())
		require.NoError(t, err)
		require.Len(t, d.Sim.Cloud.Outbox(), 1)

		d.Sim.Cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: cloudsim.Refuse,
			Code: "FailedOperation.PhoneNumberInBlacklist"})
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.False(t, report.Accepted)
		require.Equal(t, 422, report.Status)

		hold(zitadel)
		_, err = d.run(t.Context())
		require.EqualError(t, err, "send: the secret has no authorization, and "+
			"zitadel can't tell the type SignIn, only MfaVerification, ForgotPassword, "+
			"BindNewIdentifier")
	})
	t.Run("the secret can't be read", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Secrets[0].State = cloudsim.StateDisabled
		})
		_, err := d.run(t.Context())
		require.EqualError(t, err,
			`send: the secret scf-sms can't be read: ResourceUnavailable.ResourceDisabled; `+
				`"check" says more`)
	})
	t.Run("the secret has no token", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: "{}"}
		})
		_, err := d.run(t.Context())
		require.EqualError(t, err,
			`send: the secret scf-sms can't be read: its value has no accessKeyId `+
				`and no accessKeySecret and no authorization, supabase or zitadel; "check" says more`)
	})
	t.Run("an answer without a secret", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Sim.Cloud.Always(cloudsim.GetSecretValue,
			&cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
		_, err := d.run(t.Context())
		require.EqualError(t, err,
			`send: the secret scf-sms can't be read: empty answer; "check" says more`)
	})
	t.Run("the function doesn't start", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, "/bin/false")
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, term.ErrNegative)
		require.Equal(t, "the function failed", report.Outcome)
	})
	t.Run("an operator's key that isn't the account's", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, binary)
		d.Key = common.NewCredential("AKIDnobody", "nothing")
		_, err := d.run(t.Context())
		require.ErrorContains(t, err, "AuthFailure.SecretIdNotFound")
	})
}

func TestSendForMachines(t *testing.T) {
	t.Parallel()
	out, err := command(t, "-simulate", "-to", "+8613800138000", "-json", "-code", "012345")
	require.NoError(t, err)
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, true, report["accepted"])
	require.Equal(t, "sent", report["outcome"])
	require.NotContains(t, report, "delivery")
	operatortest.NoSecrets(t, out)

	out, err = command(t, "-simulate", "-to", "+8613800000502", "-json")
	require.ErrorIs(t, err, term.ErrNegative)
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, "FailedOperation.InsufficientBalanceInSmsPackage", report["tencentCode"])
}

func TestSendWithoutSimulation(t *testing.T) {
	t.Parallel()
	cloud, envFile := operatortest.RealCloud(t)
	out, err := command(t, "-env", envFile, "-to", "+8613800138000", "-type", "SignIn", "-yes")
	require.NoError(t, err)
	require.Contains(t, out, "by            Tencent Cloud\n")
	require.Contains(t, out, "✓ accepted by Tencent")
	require.NotContains(t, out, "operator")
	operatortest.NoSecrets(t, out)
	require.Len(t, cloud.Outbox(), 1)
	for _, request := range cloud.Requests() {
		want := "AKIDoperator" // the role's part is the operator's
		if request.Action == cloudsim.SendSms {
			want = "AKIDexampleSender"
		}
		require.Equal(t, want, request.SecretID, request.Action)
	}
}

// Seldom is this machine where the Redis is.
func TestSendAsksNoRedis(t *testing.T) {
	t.Parallel()
	cloud, envFile := operatortest.RealCloud(t)
	text, err := os.ReadFile(envFile)
	require.NoError(t, err)
	envFile = operatortest.Write(t, ".env",
		string(text)+"REDIS_URL=redis://127.0.0.1:1\nLIMITS={\"away\": \"closed\"}\n")
	out, err := command(t, "-env", envFile, "-to", "+8613800138000", "-type", "SignIn", "-yes")
	require.NoError(t, err)
	require.Contains(t, out, "✓ accepted by Tencent")
	require.Len(t, cloud.Outbox(), 1)
}

func TestRandomCodes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 20 {
		code := randomCode()
		require.Regexp(t, `^\d{6}$`, code)
		seen[code] = true
	}
	require.Greater(t, len(seen), 10)
}

func TestSendCommandLine(t *testing.T) {
	t.Parallel()
	complete := operatortest.Write(t, "complete.env", operatortest.CompleteEnv)
	keyless := operatortest.Write(t, "keyless.env",
		strings.ReplaceAll(operatortest.CompleteEnv, "TENCENT_SECRET_", "NO_"))
	wrong := operatortest.Write(t,
		"wrong.env", operatortest.CompleteEnv+"SECRET_TTL=soon\nexport X=1\n")
	for _, tt := range []struct {
		name  string
		args  []string
		error string // matches
	}{
		{"settings that can't be used", []string{"-to", "+1", "-yes", "-env", wrong},
			`^send: the settings of .*wrong.env and the environment can't be used: SECRET_TTL: ` +
				`must be a time such as "10m" or "8s"; ` +
				`line 10 of .*wrong.env sets nothing: scf reads NAME=value only$`},
		{"no key", []string{"-to", "+1", "-yes", "-env", keyless},
			`^send: TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set$`},
		{"a usage type that there isn't", []string{"-to", "+1", "-env", complete, "-type", "signin"},
			`^send: there is no usage type signin: SignIn\?$`},
		{"nobody to ask", []string{"-to", "+1", "-env", complete},
			`^send: standard input is no terminal to ask at; ` +
				`say -yes to send without being asked$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stdout, err := command(t, tt.args...)
			mistake, _ := errors.AsType[term.UsageError](err)
			require.Regexp(t, tt.error, mistake.Text)
			require.Empty(t, stdout)
		})
	}
}
