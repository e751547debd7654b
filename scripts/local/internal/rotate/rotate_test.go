package rotate

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

const (
	value = `{"accessKeyId": "AKIDsender", "SECRET_KEY": "the-sender-secret",` +
		` "authorization": "Bearer the-callers-token", "hashKey": "the-hash-key-of-limits", "n": [1.0]}`
	senderUin = 100000000050
)

// world is an account after a deployment.
func world(t *testing.T, change func(*cloudsim.Account)) *operatortest.World {
	t.Helper()
	account := cloudsim.Account{
		Keys: []cloudsim.Key{
			{SecretID: "AKIDsender", SecretKey: "the-sender-secret", Allow: []string{"sms:SendSms"}},
			{SecretID: "AKIDoperator", SecretKey: "operator-key", Allow: []string{"*"}},
		},
		Secrets: []cloudsim.Secret{{Name: "scf-sms",
			Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: value}}}},
		Apps: []cloudsim.App{{SDKAppID: "1400006666"}},
		Lags: cloudsim.Lags{Key: 5 * time.Second},
	}
	account.AddSender("scf-sms-sender")
	if change != nil {
		change(&account)
	}
	return operatortest.NewWorld(t, account, operatortest.CompleteEnv)
}

// outcome is what a run said.
type outcome struct {
	out, errs string
	err       error
}

// run rotates, and answers questions with yes.
func run(t *testing.T, w *operatortest.World, do func(r *rotation) error) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	r := &rotation{Cloud: resources.Cloud{Account: w.Open(t)},
		words: words.From(func(string) string { return "" }), out: &out, errs: &errs,
		paint: term.Painter(&out), user: "scf-sms-sender",
		confirm: func(string) bool { return true }}
	err := do(r)
	return outcome{out.String(), errs.String(), err}
}

func rotateKey(t *testing.T, w *operatortest.World, finish bool) outcome {
	t.Helper()
	o := run(t, w, func(r *rotation) error { return r.key(t.Context(), finish) })
	text := o.out + o.errs
	if o.err != nil {
		text += o.err.Error()
	}
	w.HoldsNoSecret(t, text)
	return o
}

// secret is the value of the secret in the account.
func secret(t *testing.T, w *operatortest.World) resources.Value {
	t.Helper()
	v, err := resources.ParseValue([]byte(w.Account().Secrets[0].Versions["SSM_Current"].String))
	require.NoError(t, err)
	return v
}

// keys are the sender's keys in words: which of them is in the secret, which is active.
func keys(t *testing.T, w *operatortest.World) string {
	t.Helper()
	held := secret(t, w).KeyID()
	var all []string
	for _, k := range w.Account().Keys {
		if k.Uin != senderUin {
			continue
		}
		word := "active"
		if k.Disabled {
			word = "disabled"
		}
		if k.SecretID == held {
			word += " in the secret"
		}
		all = append(all, word)
	}
	return strings.Join(all, ", ")
}

// works reports whether the key in the secret may send.
func works(t *testing.T, w *operatortest.World) bool {
	t.Helper()
	v := secret(t, w)
	a := w.Open(t)
	key := common.NewCredential(v.KeyID(), v.Texts("accessKeySecret")[0])
	verdict, _ := resources.Cloud{Account: a}.TryKey(t.Context(), key)
	return verdict == resources.Accepted
}

func TestKey(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	o := rotateKey(t, w, false)
	require.NoError(t, o.err)
	require.Equal(t, "disabled, active in the secret", keys(t, w))
	require.True(t, works(t, w))
	// All else in the value is as it was, under the names that it had.
	id, key := secret(t, w).KeyID(), secret(t, w).Texts("accessKeySecret")[0]
	text := w.Account().Secrets[0].Versions["SSM_Current"].String
	require.Equal(t, value, strings.NewReplacer(id, "AKIDsender", key, "the-sender-secret").
		Replace(text))
	operatortest.Golden(t, "key.txt", o.out+o.errs)

	o = rotateKey(t, w, true)
	require.NoError(t, o.err)
	require.Equal(t, "active in the secret", keys(t, w))
	o = rotateKey(t, w, true)
	require.NoError(t, o.err)
	require.Contains(t, o.out, "no second key")
}

func TestKey_again(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	for range 3 {
		require.NoError(t, rotateKey(t, w, false).err)
		require.Equal(t, "disabled, active in the secret", keys(t, w))
		require.True(t, works(t, w))
	}
}

// Ctrl-C while the new key is tried: it is deleted again.
func TestKey_cancelled(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	pauses := 0
	w.OnPause = func() {
		if pauses++; pauses == 3 {
			cancel()
		}
	}
	o := run(t, w, func(r *rotation) error { return r.key(ctx, false) })
	require.ErrorIs(t, o.err, context.Canceled)
	require.Contains(t, o.errs, "the new key was deleted again")
	require.Equal(t, "active in the secret", keys(t, w))
}

func TestKey_refuses(t *testing.T) {
	t.Parallel()
	allow := func(operations ...string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) { a.Keys[1].Allow = operations }
	}
	all := []string{"ssm:GetSecretValue", "ssm:UpdateSecret", "cam:GetUser", "cam:ListAccessKeys",
		"cam:CreateAccessKey", "cam:UpdateAccessKey", "cam:DeleteAccessKey"}
	without := func(operation string) func(*cloudsim.Account) {
		var rest []string
		for _, other := range all {
			if other != operation {
				rest = append(rest, other)
			}
		}
		return allow(rest...)
	}
	stranger := func(created time.Time, description string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDstranger", SecretKey: "stranger-key",
				Uin: senderUin, Created: created, Description: description})
		}
	}
	now := time.Now()
	for _, tt := range []struct {
		name   string
		change func(*cloudsim.Account)
		want   string // in the error; "": there is none
		keys   string
	}{
		{"all permissions that help names", allow(all...), "", "disabled, active in the secret"},
		{"without " + all[0], without(all[0]), "your key may not ssm:GetSecretValue",
			"active in the secret"},
		{"without " + all[1], without(all[1]), "your key may not ssm:UpdateSecret",
			"active in the secret"},
		{"without " + all[2], without(all[2]), "your key may not cam:GetUser",
			"active in the secret"},
		{"without " + all[3], without(all[3]), "your key may not cam:ListAccessKeys",
			"active in the secret"},
		{"without " + all[4], without(all[4]), "your key may not cam:CreateAccessKey",
			"active in the secret"},
		{"without " + all[5], without(all[5]), "your key may not cam:UpdateAccessKey",
			"active, active in the secret"},
		{"the user may not send", func(a *cloudsim.Account) { a.Users[0].Policies = nil },
			"Tencent doesn't accept the key for sending: UnauthorizedOperation",
			"active in the secret"},
		{"there is no such user", func(a *cloudsim.Account) { a.Users[0].Name = "other" },
			"there is no user scf-sms-sender", "active in the secret"},
		{"the key is another user's", func(a *cloudsim.Account) { a.Keys[0].Uin = 0 },
			"the key in scf-sms is none of the user scf-sms-sender", ""},
		{"the secret isn't there", func(a *cloudsim.Account) { a.Secrets[0].Name = "other" },
			"there is no secret scf-sms", "active in the secret"},
		{"the secret holds no key", func(a *cloudsim.Account) {
			a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: "{}"}
		}, "scf-sms holds no key: setup makes one", "active"},
		{"somebody went back to the key before", func(a *cloudsim.Account) {
			a.Keys[0].Disabled = true
			a.Keys[0].Description = "scf-sms:ap-guangzhou/scf-sms:2026:after:AKIDstranger"
			stranger(now, "")(a)
		}, "active in CAM's console", "disabled in the secret, active"},
		{"a stranger's key", stranger(now, ""), "has a second key",
			"active in the secret, active"},
		{"an older stranger's key", stranger(time.Time{}, ""), "has a second key",
			"active in the secret, active"},
		{"an older stranger's key, where setup made the one in the secret",
			func(a *cloudsim.Account) {
				a.Keys[0].Description, a.Keys[0].Created = "scf-sms:ap-guangzhou/scf-sms:2026", now
				stranger(now.Add(-time.Hour), "")(a)
			}, "has a second key", "active in the secret, active"},
		{"another secret's key", stranger(now, "scf-sms:ap-beijing/scf-sms:2026"),
			"has a second key", "active in the secret, active"},
		{"a stranger's key that is disabled", func(a *cloudsim.Account) {
			stranger(now, "")(a)
			a.Keys[2].Disabled = true
		}, "has a second key", "active in the secret, disabled"},
		{"a key that a crash left", stranger(now, "scf-sms:ap-guangzhou/scf-sms:2026"), "",
			"disabled, active in the secret"},
		{"a key that a crash left half deleted", func(a *cloudsim.Account) {
			stranger(now, "scf-sms:ap-guangzhou/scf-sms:2026")(a)
			a.Keys[2].Disabled = true
		}, "", "disabled, active in the secret"},
		{"KMS is in arrears", func(a *cloudsim.Account) { a.KMSRefuses = true },
			"FailedOperation.AccessKmsError", "active in the secret"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world(t, tt.change)
			o := rotateKey(t, w, false)
			if tt.want == "" {
				require.NoError(t, o.err)
			} else {
				require.ErrorContains(t, o.err, tt.want)
			}
			require.Equal(t, tt.keys, keys(t, w))
		})
	}
}

// Where Secrets Manager rotates the key, nobody else may.
func TestKey_managed(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	o := run(t, w, func(r *rotation) error {
		r.Settings.Secret.Callers = "callers"
		return r.key(t.Context(), false)
	})
	require.ErrorContains(t, o.err, "Secrets Manager's to rotate")
	require.Zero(t, w.Requests())
}

func TestToken(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	token := func(finish bool) outcome {
		return run(t, w, func(r *rotation) error { return r.token(t.Context(), finish) })
	}
	o := token(true)
	require.NoError(t, o.err)
	require.Contains(t, o.out, "one token")

	o = token(false)
	require.NoError(t, o.err)
	tokens := secret(t, w).Texts(authorization)
	require.Len(t, tokens, 2)
	require.Equal(t, "Bearer the-callers-token", tokens[0])
	require.Regexp(t, `^Bearer [\w-]{43}$`, tokens[1])
	require.Contains(t, o.out, "\n"+tokens[1]+"\n", "for Logto")
	require.NotContains(t, o.out, tokens[0])
	operatortest.Golden(t, "token.txt", strings.ReplaceAll(o.out, tokens[1], "Bearer …"))

	o = token(false)
	require.NoError(t, o.err)
	require.Equal(t, tokens, secret(t, w).Texts(authorization), "no third one")
	require.Contains(t, o.out, tokens[1])

	o = token(true)
	require.NoError(t, o.err)
	require.Equal(t, tokens[1:], secret(t, w).Texts(authorization))
	require.Contains(t, o.out, "10m more")
	w.HoldsNoSecret(t, o.out)
	require.Regexp(t, regexp.MustCompile(`"authorization": "Bearer [\w-]+", "hashKey"`),
		w.Account().Secrets[0].Versions["SSM_Current"].String)
}

// Nobody said yes, so nothing changes and nothing is shown.
func TestDeclined(t *testing.T) {
	t.Parallel()
	w := world(t, nil)
	for _, do := range []func(r *rotation) error{
		func(r *rotation) error { return r.key(t.Context(), false) },
		func(r *rotation) error { return r.token(t.Context(), false) },
	} {
		o := run(t, w, func(r *rotation) error {
			r.confirm = func(string) bool { return false }
			return do(r)
		})
		require.ErrorIs(t, o.err, term.ErrNegative)
	}
	require.Equal(t, value, w.Account().Secrets[0].Versions["SSM_Current"].String)
	require.Equal(t, "active in the secret", keys(t, w))
}

func TestRun_simulated(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	require.NoError(t, Run(t.Context(), []string{"token", "-simulate", "-yes"}, stdio))
	shown := regexp.MustCompile(`\nBearer [\w-]{43}\n`)
	require.Regexp(t, shown, out.String())
	operatortest.NoSecrets(t, shown.ReplaceAllString(out.String(), ""))
}

// A line of .env that sets nothing is named where what it means is missing.
func TestRun_linesThatSetNothing(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"export TENCENT_SECRET_ID=AKIDx\n",
		strings.Replace(operatortest.CompleteEnv, "SDK_APP_ID=", "export SDK_APP_ID=", 1)} {
		stdio := term.Stdio{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}
		file := operatortest.Write(t, ".env", env)
		err := Run(t.Context(), []string{"key", "-yes", "-env", file}, stdio)
		require.ErrorContains(t, err, "there, without export")
	}
}

// Between the plan and the answer another run may have stored the key that this one would delete.
func TestKey_changedMeanwhile(t *testing.T) {
	t.Parallel()
	const ours = "scf-sms:ap-guangzhou/scf-sms:2026"
	for name, key := range map[string]cloudsim.Key{
		"a leftover":            {Description: ours},
		"a leftover, disabled":  {Description: ours, Disabled: true},
		"the one that replaced": {Description: "x"},
	} {
		for _, finish := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				key := key
				key.SecretID, key.SecretKey, key.Uin = "AKIDother", "other-key", senderUin
				key.Created = time.Now()
				w := world(t, func(a *cloudsim.Account) {
					a.Keys = append(a.Keys, key)
					if key.Description != ours {
						a.Keys[0].Description = ours + ":after:AKIDother"
					}
				})
				var before []cloudsim.Key
				o := run(t, w, func(r *rotation) error {
					r.confirm = func(string) bool {
						w.Cloud.Update(func(a *cloudsim.Account) {
							v := strings.NewReplacer("AKIDsender", "AKIDother",
								"the-sender-secret", "other-key").Replace(value)
							a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: v}
						})
						before = w.Account().Keys
						return true
					}
					return r.key(t.Context(), finish)
				})
				require.ErrorContains(t, o.err, "changed by somebody else")
				require.Equal(t, before, w.Account().Keys)
			})
		}
	}
}
