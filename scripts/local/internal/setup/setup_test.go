package setup

import (
	"testing"

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

// Somebody changes the secret while the plan is read: that is not undone.
func TestSetup_secretChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*cloudsim.Account){
		"it is another": secretOf("",
			`{"hashKey": "the-hash-key-of-limits", "reports": "0123456789abcdef"}`),
		"it is gone": func(a *cloudsim.Account) { a.Secrets = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, secretOf("", `{"hashKey": "the-hash-key-of-limits"}`))
			var changed []cloudsim.Secret
			o := s.run(t, "one", func(run *setup) {
				run.confirm = func(string) bool {
					s.Cloud.Update(change)
					changed = s.Account().Secrets
					return true
				}
			})
			require.ErrorContains(t, o.err, "changed")
			require.Equal(t, changed, s.Account().Secrets)
			require.Len(t, s.Account().Keys, 1, "the operator's")

			require.NoError(t, s.run(t, "one").err)
			s.complete(t)
		})
	}
}

// What the plan took for a leftover may be a key that another run was about to store.
func TestSetup_leftoverStoredMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t, sender(own))
	o := s.run(t, "one", func(run *setup) {
		run.confirm = func(string) bool {
			s.Cloud.Update(secretOf("", ourSecret))
			return true
		}
	})
	require.ErrorContains(t, o.err, "changed")
	require.NotContains(t, o.writes, "DeleteAccessKey")
	require.NoError(t, s.run(t, "one").err)
	s.complete(t)
}
