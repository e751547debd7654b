package setup

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
)

func credential(k cloudsim.Key) common.CredentialIface {
	return common.NewTokenCredential(k.SecretID, k.SecretKey, k.Token)
}

// all are the actions that an empty account needs, in their order.
var all = []string{"AddUser", "CreatePolicy", "AttachUserPolicy", "CreateAccessKey", "CreateSecret",
	"CreateRole", "CreatePolicy", "AttachRolePolicy", "CreateRole", "AttachRolePolicy",
	"CreateFunction", "CreateTrigger", "PublishVersion"}

func TestSetup_empty(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	first := s.run(t, "one")
	require.NoError(t, first.err, first.out)
	require.Equal(t, all, first.writes)
	s.complete(t)

	second := s.run(t, "one")
	require.NoError(t, second.err, second.out)
	require.Empty(t, second.writes, "a second run changes nothing")
}

func TestSetup_lags(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) {
		const d = 12 * time.Second
		a.Lags = cloudsim.Lags{User: d, Policy: d, Role: d, Attachment: d, Key: d, Function: d,
			URL: d}
	})
	first := s.run(t, "one")
	require.NoError(t, first.err, first.out)
	s.complete(t)
	require.Empty(t, s.run(t, "one").writes)
}

// Whatever ends a run, after whatever call, the next one goes on.
func TestSetup_interrupted(t *testing.T) {
	t.Parallel()
	whole := newSite(t, nil)
	whole.EndAfter(0, false)
	require.NoError(t, whole.run(t, "one").err)
	calls := whole.Requests()
	require.Greater(t, calls, 30)
	step := 1
	if testing.Short() {
		step = 5
	}
	for n := 1; n < calls; n += step {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d, lost %t", n, lost), func(t *testing.T) {
				t.Parallel()
				s := newSite(t, nil)
				s.EndAfter(n, lost)
				s.run(t, "one")
				s.EndAfter(0, false)
				second := s.run(t, "one")
				require.NoError(t, second.err, second.out+second.errs)
				s.complete(t)
				require.Empty(t, s.run(t, "one").writes)
			})
		}
	}
}

// One answer is lost, or one request; all others arrive. What can be known is known at once.
func TestSetup_lostAnswers(t *testing.T) {
	t.Parallel()
	for _, action := range all {
		for _, kind := range []cloudsim.Kind{cloudsim.EOFSent, cloudsim.ResetUnsent} {
			t.Run(action+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				s := newSite(t, nil)
				s.Cloud.Script(action, cloudsim.Fault{Kind: kind})
				first := s.run(t, "one")
				if first.err != nil {
					second := s.run(t, "one")
					require.NoError(t, second.err, second.out+second.errs)
				}
				s.complete(t)
				require.Empty(t, s.run(t, "one").writes)
			})
		}
	}
}

// An account isn't always empty, and not always the operator's alone.
func TestSetup_states(t *testing.T) {
	t.Parallel()
	secret := func(state, value string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			a.Secrets = []cloudsim.Secret{{Name: "scf-sms", State: state,
				Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: value}}}}
		}
	}
	const send = `{"version":"2.0","statement":[{"effect":"allow","action":"sms:SendSms",` +
		`"resource":"*"}]}`
	const everything = `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`
	for _, tt := range []struct {
		name   string
		change func(*cloudsim.Account)
		blocks string // in the output; "": nothing is in the way
		shows  string
	}{
		{"Secrets Manager is closed", func(a *cloudsim.Account) { a.Closed = []string{"ssm"} },
			"Secrets Manager is not switched on", ""},
		{"SCF is closed", func(a *cloudsim.Account) { a.Closed = []string{"scf"} },
			"FailedOperation.UnOpenedService", ""},
		{"the key isn't known", func(a *cloudsim.Account) { a.Keys = nil },
			"your key isn't accepted", ""},
		{"another's user", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060}}
		}, "there is a user scf-sms-sender that setup didn't make", ""},
		{"another's policy for sending", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			a.Policies = []cloudsim.Policy{{ID: 60, Name: "scf-sms-sender", Document: everything}}
		}, "there is a policy scf-sms-sender that setup didn't make", ""},
		{"our own policy, changed", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			a.Policies = []cloudsim.Policy{{ID: 60, Name: "scf-sms-sender",
				Description: "scf-sms: ours", Document: everything}}
		}, "", "the policy scf-sms-sender, from"},
		{"a policy that fits", func(a *cloudsim.Account) {
			a.Policies = []cloudsim.Policy{{ID: 60, Name: "scf-sms-sender", Document: send}}
		}, "", ""},
		{"another's policy for reading", func(a *cloudsim.Account) {
			a.Policies = []cloudsim.Policy{{ID: 60, Name: "scf-sms", Document: send}}
		}, "there is a policy scf-sms that setup didn't make", ""},
		{"another's role", func(a *cloudsim.Account) {
			a.Roles = []cloudsim.Role{{ID: "1", Name: "scf-sms", Trust: `{"version":"2.0",` +
				`"statement":[{"effect":"allow","action":"sts:AssumeRole","principal":` +
				`{"service":"cvm.qcloud.com"}}]}`}}
		}, "there is a role scf-sms that setup didn't make", ""},
		{"our own role, changed", func(a *cloudsim.Account) {
			a.Roles = []cloudsim.Role{{ID: "1", Name: "scf-sms", Description: "scf-sms: ours",
				Trust: `{"version":"2.0","statement":[{"effect":"allow","action":` +
					`"sts:AssumeRole","principal":{"service":"cvm.qcloud.com"}}]}`}}
		}, "", "who may take on scf-sms, from"},
		{"a role without a policy", func(a *cloudsim.Account) {
			a.Roles = []cloudsim.Role{{ID: "1", Name: "scf-sms", Trust: `{"version":"2.0",` +
				`"statement":[{"effect":"allow","action":["name/sts:AssumeRole"],"principal":` +
				`{"service":["scf.qcloud.com","cvm.qcloud.com"]}}]}`}}
		}, "", "✓ role"},
		{"SCF's role without its policy", func(a *cloudsim.Account) {
			a.Roles = []cloudsim.Role{{ID: "1", Name: "SCF_QcsRole", Trust: "{}"}}
		}, "", "+ SCF's role"},
		{"a secret that is disabled", secret(cloudsim.StateDisabled, "{}"),
			"scf-sms is in the state Disabled", ""},
		{"a secret that is about to be deleted", secret(cloudsim.StatePendingDelete, "{}"),
			"scf-sms is in the state PendingDelete", ""},
		{"a secret that is no JSON", secret("", "plain"), "its value is not a JSON object", ""},
		{"a secret without anything", secret("", `{"hashKey": "the-hash-key-of-limits"}`), "",
			"scf-sms: a new key and a new callers' token; the rest stays"},
		{"a secret without a key", secret("",
			`{"authorization": "Bearer abcdefghijklmnopqrst", "hashKey": "the-hash-key-of-limits"}`),
			"", "scf-sms: a new key; the rest stays"},
		{"a secret whose key nobody knows", secret("", `{"accessKeyId": "AKIDgone-for-good",`+
			` "accessKeySecret": "gone-for-good-too", "authorization": "Bearer abcdefghijklmnopqrst",`+
			` "hashKey": "the-hash-key-of-limits"}`), "", "SMS doesn't accept the key in scf-sms"},
		{"our own key, whose policy somebody took away", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDsenders-own",
				SecretKey: "senders-own-key", Uin: 100000000060, Description: "scf-sms:2026"})
			secret("", `{"accessKeyId": "AKIDsenders-own", "accessKeySecret": "senders-own-key",`+
				` "authorization": "Bearer abcdefghijklmnopqrst",`+
				` "hashKey": "the-hash-key-of-limits"}`)(a)
		}, "", "scf-sms holds a key that SMS doesn't accept yet"},
		{"our own key, which somebody disabled", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDsenders-own", Disabled: true,
				SecretKey: "senders-own-key", Uin: 100000000060, Description: "scf-sms:2026"})
			secret("", `{"accessKeyId": "AKIDsenders-own", "accessKeySecret": "senders-own-key",`+
				` "authorization": "Bearer abcdefghijklmnopqrst"}`)(a)
		}, "the key in scf-sms is disabled", ""},
		{"a key that an interrupted run left", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDleftover", SecretKey: "leftover-key",
				Uin: 100000000060, Description: "scf-sms:2026"})
		}, "", "that an interrupted run left"},
		{"two keys of somebody else's", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: 100000000060, Remark: "scf-sms:"}}
			for _, id := range []string{"AKIDstranger-1", "AKIDstranger-2"} {
				a.Keys = append(a.Keys,
					cloudsim.Key{SecretID: id, SecretKey: id + "-key", Uin: 100000000060})
			}
		}, "scf-sms-sender has two keys", ""},
		{"a function of another kind", func(a *cloudsim.Account) {
			a.Functions = []cloudsim.Function{{Name: "scf-sms-prod", Versions: []cloudsim.Snapshot{
				{Version: "$LATEST", Config: cloudsim.FunctionConfig{Runtime: "Python3.6"}}}}}
		}, "there is a function scf-sms-prod of another kind: Python3.6", ""},
		{"a function that could not be created", func(a *cloudsim.Account) {
			a.Functions = []cloudsim.Function{{Name: "scf-sms-prod", Failed: "no code",
				Versions: []cloudsim.Snapshot{{Version: "$LATEST"}}}}
		}, "", "could not be created (no code): delete it, and create it anew"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, tt.change)
			first := s.run(t, "one")
			if tt.blocks != "" {
				require.Error(t, first.err)
				require.Contains(t, flat(first.out), tt.blocks)
				require.Empty(t, first.writes, "nothing is changed")
				return
			}
			require.NoError(t, first.err, first.out+first.errs)
			require.Contains(t, flat(first.out), tt.shows)
			s.complete(t)
			require.Empty(t, s.run(t, "one").writes)
		})
	}
}

// KMS refuses: the key that was made is deleted again.
func TestSetup_keyWithoutSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) { a.KMSRefuses = true })
	first := s.run(t, "one")
	require.ErrorContains(t, first.err, "FailedOperation.AccessKmsError")
	require.Len(t, s.Account().Keys, 1, "the operator's")
	s.Cloud.Update(func(a *cloudsim.Account) { a.KMSRefuses = false })
	require.NoError(t, s.run(t, "one").err)
	s.complete(t)
}

// A function that can't be created is told with SCF's reason, and made anew by the next run.
func TestSetup_createFails(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) { a.CreateFails = true })
	require.ErrorContains(t, s.run(t, "one").err, "CreateFailed (the code could not be loaded)")
	s.Cloud.Update(func(a *cloudsim.Account) { a.CreateFails = false })
	require.NoError(t, s.run(t, "one").err)
	s.complete(t)
}

func TestSetup_declined(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	o := s.run(t, "one", func(s *setup) { s.confirm = func(string) bool { return false } })
	require.Error(t, o.err)
	require.Empty(t, o.writes)
	o = s.run(t, "one", func(s *setup) { s.only = true })
	require.NoError(t, o.err)
	require.Empty(t, o.writes)
	operatortest.Golden(t, "plan.txt", o.out)
}
