package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
)

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
	a := simulated(t, "")
	const number = "+8613800138000"
	a.sim.Cloud.Update(func(c *cloudsim.Account) { c.Reports = map[string]cloudsim.Report{number: {Delay: -1}} })
	d.sender = &sender{
		account: a,
		order:   order{to: number, usage: "SignIn", code: "482913", locale: "zh-CN"},
		binary:  binary,
		out:     &d.out,
		paint:   func(_, text string) string { return text },
		wait: func(context.Context, time.Duration) bool {
			if d.polls++; d.polls == 3 {
				a.sim.Cloud.Update(func(c *cloudsim.Account) {
					report := c.Reports[number]
					report.Delay = time.Nanosecond
					c.Reports[number] = report
				})
			}
			return true
		},
	}
	return d
}

// shownWithout returns what was shown, without what differs each time.
func (d *desk) shown() string {
	text := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`).ReplaceAllString(d.out.String(), "(id)")
	text = regexp.MustCompile(`\d+ ms, of which \d+ in SSM and \d+ in SMS`).ReplaceAllString(text, "(times)")
	return regexp.MustCompile(`after \d s`).ReplaceAllString(text, "after (n) s")
}

func TestSend(t *testing.T) {
	root, err := simulation.Root()
	require.NoError(t, err)
	binary, err := simulation.Build(t.Context(), root, t.TempDir())
	require.NoError(t, err)

	t.Run("accepted, and the phone has it", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.True(t, report.Accepted)
		require.Equal(t, delivered, report.Delivery.Status)
		require.Equal(t, 3, d.polls)
		golden(t, "send-accepted.txt", d.shown())
		noSecrets(t, d.out.String())
		require.NotContains(t, d.out.String(), "13800138000")
		outbox := d.sim.Cloud.Outbox()
		require.Len(t, outbox, 1)
		require.Equal(t, "【示例】您的登录验证码为482913，请勿泄露给他人。", outbox[0].Text)
		require.Equal(t, outbox[0].SerialNo, report.SerialNo)
	})
	t.Run("accepted, but the phone doesn't get it", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Reports[d.to] = cloudsim.Report{Failed: true, Delay: -1, Description: "MK:0012"}
		})
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, errNegative)
		require.True(t, report.Accepted)
		require.Equal(t, &delivery{Status: notDelivered, Description: "MK:0012"}, report.Delivery)
		require.Contains(t, d.out.String(), "✗ the phone didn't get it (MK:0012)")
	})
	t.Run("accepted, and no report for a minute", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.wait = func(context.Context, time.Duration) bool { d.polls++; return true }
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, noReport, report.Delivery.Status)
		require.Equal(t, int(pollTime/pollInterval), d.polls)
		require.Contains(t, d.out.String(), "? no delivery report: look at https://console.cloud.tencent.com/smsv2 later")
	})
	t.Run("the wait is interrupted", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.wait = func(context.Context, time.Duration) bool { return false }
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, "interrupted", report.Delivery.Description)
	})
	t.Run("the send is interrupted", func(t *testing.T) {
		d := newDesk(t, binary)
		d.sim.Cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.HangSent})
		ctx, interrupt := context.WithCancel(t.Context())
		go func() {
			d.sim.Cloud.Await(t.Context(), cloudsim.SendSms, 1)
			interrupt()
		}()
		_, err := d.run(ctx)
		require.EqualError(t, err, "send: interrupted, so nobody knows whether it was sent: look at https://console.cloud.tencent.com/smsv2")
	})
	t.Run("seconds are counted on a terminal only", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		var screen bytes.Buffer
		d.progress = &screen
		_, err := d.run(t.Context())
		require.NoError(t, err)
		require.Contains(t, screen.String(), "waiting for the delivery report … 4 s")
		require.True(t, strings.HasSuffix(screen.String(), "\r\x1b[K"), "the line is gone in the end")
		require.NotContains(t, d.out.String(), "waiting")
	})
	t.Run("the key may not ask for reports", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.sim.Cloud.Update(func(c *cloudsim.Account) { c.Keys[len(c.Keys)-1].Allow = []string{"ssm:GetSecretValue"} })
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, d.polls, "asking again is of no use")
		require.Equal(t, "your key may not sms:PullSmsSendStatusByPhoneNumber", report.Delivery.Description)
	})
	t.Run("reports that can't be had at once are asked for again", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.sim.Cloud.Script(cloudsim.PullSmsSendStatusByPhoneNumber, cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}, cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.Equal(t, delivered, report.Delivery.Status)
	})
	t.Run("an answer that was lost is found again in the reports", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.sim.Cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.ResetSent})
		report, err := d.run(t.Context())
		require.NoError(t, err)
		require.False(t, report.Accepted)
		require.Equal(t, 504, report.Status)
		require.Equal(t, delivered, report.Delivery.Status)
		require.Contains(t, d.out.String(), "? nobody knows whether it was sent: 504 outcome_unknown")
	})
	t.Run("refused", func(t *testing.T) {
		d := newDesk(t, binary)
		d.watch = true
		d.sim.Cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "FailedOperation.InsufficientBalanceInSmsPackage"})
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, errNegative)
		require.Equal(t, "provider_refused", report.Outcome)
		require.Nil(t, report.Delivery, "there is nothing to wait for")
		golden(t, "send-refused.txt", d.shown())
		noSecrets(t, d.out.String())
	})
	t.Run("refused in the rehearsal", func(t *testing.T) {
		d := newDesk(t, binary)
		d.to = "+8610"
		d.confirm = func(context.Context) bool { t.Error("asked about what can't be sent"); return true }
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, errNegative)
		require.Equal(t, "invalid_phone_number", report.Outcome)
		require.Contains(t, d.out.String(), "this was a rehearsal: Tencent Cloud has not been asked")
		require.Empty(t, d.sim.Cloud.Requests())
	})
	t.Run("declined", func(t *testing.T) {
		d := newDesk(t, binary)
		d.confirm = func(context.Context) bool { return false }
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, errNegative)
		require.Equal(t, sendReport{Outcome: "declined"}, report)
		require.Contains(t, d.out.String(), "+86····00, in mainland China")
		require.Contains(t, d.out.String(), "Nothing was sent.")
		require.Empty(t, d.sim.Cloud.Requests())
	})
	t.Run("abroad, in French, with a sender id", func(t *testing.T) {
		d := newDesk(t, binary)
		d.to, d.usage, d.locale = "+33612345678", "BindMfa", "fr-CA"
		d.over["SENDER_ID"] = "ACME"
		d.sim.Cloud.Update(func(c *cloudsim.Account) { c.SenderIDs = []string{"ACME"} })
		_, err := d.run(t.Context())
		require.NoError(t, err)
		for _, line := range []string{"+33····78, outside mainland China", "BindMfa (fr-CA)", "2220014 with 482913, 10", "signature     Example", "sender id     ACME"} {
			require.Contains(t, d.out.String(), line)
		}
	})
	t.Run("the secret can't be read", func(t *testing.T) {
		d := newDesk(t, binary)
		d.sim.Cloud.Update(func(c *cloudsim.Account) { c.Secrets[0].State = cloudsim.StateDisabled })
		_, err := d.run(t.Context())
		require.EqualError(t, err, `send: the secret scf-sms can't be read: ResourceUnavailable.ResourceDisabled; "check" says more`)
	})
	t.Run("the secret has no token", func(t *testing.T) {
		d := newDesk(t, binary)
		d.sim.Cloud.Update(func(c *cloudsim.Account) { c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: "{}"} })
		_, err := d.run(t.Context())
		require.EqualError(t, err, `send: the secret scf-sms has no authorization; "check" says more`)
	})
	t.Run("an answer without a secret", func(t *testing.T) {
		d := newDesk(t, binary)
		d.sim.Cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"})
		_, err := d.run(t.Context())
		require.EqualError(t, err, `send: the secret scf-sms can't be read: the answer was empty; "check" says more`)
	})
	t.Run("the function doesn't start", func(t *testing.T) {
		d := newDesk(t, "/bin/false")
		report, err := d.run(t.Context())
		require.ErrorIs(t, err, errNegative)
		require.Equal(t, "the function failed", report.Outcome)
	})
	t.Run("an operator's key that isn't the account's", func(t *testing.T) {
		d := newDesk(t, binary)
		d.key = common.NewCredential("AKIDnobody", "nothing")
		_, err := d.run(t.Context())
		require.ErrorContains(t, err, "AuthFailure.SecretIdNotFound")
	})
}

func TestSendForMachines(t *testing.T) {
	status, out, errs := local(t, "", "send", "-simulate", "-to", "+8613800138000", "-json", "-code", "012345")
	require.Equal(t, exitOK, status, errs)
	require.Empty(t, errs)
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, true, report["accepted"])
	require.Equal(t, "sent", report["outcome"])
	require.NotContains(t, report, "delivery")
	noSecrets(t, out)

	status, out, _ = local(t, "", "send", "-simulate", "-to", "+8613800000502", "-json")
	require.Equal(t, exitNegative, status)
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, "FailedOperation.InsufficientBalanceInSmsPackage", report["tencentCode"])
}

func TestSendWithoutSimulation(t *testing.T) {
	cloud, envFile := realCloud(t)
	status, out, errs := local(t, "", "send", "-env", envFile, "-to", "+8613800138000", "-type", "SignIn", "-yes")
	require.Equal(t, exitOK, status, errs)
	require.Contains(t, out, "by            Tencent Cloud\n")
	require.Contains(t, out, "✓ accepted by Tencent")
	require.NotContains(t, out, "operator")
	noSecrets(t, out)
	require.Len(t, cloud.Outbox(), 1)
	for _, request := range cloud.Requests() {
		want := "AKIDoperator" // the role's part is the operator's
		if request.Action == cloudsim.SendSms {
			want = "AKIDexampleSender"
		}
		require.Equal(t, want, request.SecretID, request.Action)
	}
}

func TestConfirming(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, " y ": true, "n\n": false, "\n": false, "": false, "yellow\n": false} {
		require.Equal(t, want, confirm(t.Context(), strings.NewReader(answer), io.Discard), "%q", answer)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, writer := io.Pipe()
	defer writer.Close()
	require.False(t, confirm(ctx, silent, io.Discard), "Ctrl-C is a no")
}

func TestRandomCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		code := randomCode()
		require.Regexp(t, `^\d{6}$`, code)
		seen[code] = true
	}
	require.Greater(t, len(seen), 10)
}

func TestTokensOfCallers(t *testing.T) {
	for secret, want := range map[string]string{
		`{"authorization": " Bearer a "}`:           "Bearer a",
		`{"Author_Ization": ["", "Bearer a", "b"]}`: "Bearer a",
		"\ufeff" + `{"AUTHORIZATION": "Bearer a"}`:  "Bearer a",
		`{"authorization": 5}`:                      "",
		`{"authorization": []}`:                     "",
		`{}`:                                        "",
		`Bearer a`:                                  "",
	} {
		require.Equal(t, want, callersToken([]byte(secret)), secret)
	}
}

func TestTerminals(t *testing.T) {
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, terminal(null))
	require.False(t, terminal(&bytes.Buffer{}))
	file, err := os.Open("testdata/serverless.yml")
	require.NoError(t, err)
	defer file.Close()
	require.False(t, terminal(file))
}

func TestPausing(t *testing.T) {
	require.True(t, pause(t.Context(), 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, pause(ctx, time.Hour))
}

func TestSendCommandLine(t *testing.T) {
	for _, name := range append(settingNames(), "TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY") {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	complete, err := os.ReadFile("testdata/complete.env")
	require.NoError(t, err)
	keyless := write(t, "keyless.env", strings.ReplaceAll(string(complete), "TENCENT_SECRET_", "NO_"))
	wrong := write(t, "wrong.env", string(complete)+"SECRET_TTL=soon\n")
	for _, test := range []struct {
		name   string
		args   []string
		status int
		stdout string // begins so
		stderr string // matches
	}{
		{"help", []string{"-h"}, exitOK, "Usage: go run ./scripts/local send", `^$`},
		{"no number", nil, exitUsage, "", `^local: send: say where to: -to \+8613800138000\n$`},
		{"an unknown flag", []string{"-x"}, exitUsage, "", `^local: send: flag provided but not defined: -x\n$`},
		{"an argument", []string{"-to", "+1", "x"}, exitUsage, "", `^local: send: takes no arguments, only flags: x\n$`},
		{"a code that is none", []string{"-to", "+1", "-code", "12ab"}, exitUsage, "", `^local: send: -code must be 1 to 6 digits: 12ab\n$`},
		{"nobody to ask", []string{"-to", "+1", "-env", "testdata/complete.env"}, exitUsage, "", `^local: send: standard input is no terminal to ask at; say -yes to send without being asked\n$`},
		{"machines can't be asked", []string{"-to", "+1", "-json"}, exitUsage, "", `^local: send: -json can't ask; say -yes`},
		{"a file that isn't there", []string{"-to", "+1", "-yes", "-env", "no.env"}, exitUsage, "", `^local: send: open no.env: no such file or directory\n$`},
		{"settings that can't be used", []string{"-to", "+1", "-yes", "-env", wrong}, exitUsage, "", `^local: send: the settings of .*wrong.env and the environment can't be used: SECRET_TTL: must be a time such as "10m" or "8s"\n$`},
		{"no key", []string{"-to", "+1", "-yes", "-env", keyless}, exitUsage, "", `^local: send: TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set\n$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := local(t, "", append([]string{"send"}, test.args...)...)
			assert.Equal(t, test.status, status)
			assert.Regexp(t, test.stderr, stderr)
			assert.True(t, strings.HasPrefix(stdout, test.stdout), stdout)
		})
	}
}
