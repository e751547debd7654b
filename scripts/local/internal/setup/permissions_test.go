package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
)

// The policy in docs/deploy.md is enough, and without any part of it setup says what is missing,
// and goes on when it is there.
func TestSetup_permissions(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "deploy.md"))
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)## The policy that setup needs.*?```json\n(.*?)```").
		FindSubmatch(text)
	require.NotNil(t, block)
	var policy struct{ Statement []struct{ Action []string } }
	require.NoError(t, json.Unmarshal(block[1], &policy))
	actions := policy.Statement[0].Action
	i := slices.Index(actions, "scf:*")
	require.GreaterOrEqual(t, i, 0)
	actions = slices.Replace(actions, i, i+1, "scf:GetFunction", "scf:CreateFunction",
		"scf:ListTriggers", "scf:CreateTrigger", "scf:PublishVersion", "scf:ListVersionByFunction",
		"scf:GetAlias", "scf:UpdateFunctionCode")

	admin := func(actions []string) cloudsim.Policy {
		document, err := json.Marshal(map[string]any{"version": "2.0", "statement": []any{
			map[string]any{"effect": "allow", "action": actions, "resource": []string{"*"}}}})
		require.NoError(t, err)
		return cloudsim.Policy{ID: 70, Name: "admin", Document: string(document)}
	}
	as := func(actions []string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "admin", Uin: 100000000070,
				Policies: []cloudsim.Attachment{{PolicyID: 70}}}}
			a.Policies = []cloudsim.Policy{admin(actions)}
			a.Keys = []cloudsim.Key{{SecretID: "AKIDoperator", SecretKey: "operator-key",
				Uin: 100000000070}}
		}
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, as(actions))
		o := s.run(t, "one")
		require.NoError(t, o.err, o.out+o.errs)
		require.NotContains(t, o.out, "!", "SMS can be looked at, too")
		s.roleReads(t) // its policy has the admin's uin: who created the secret
		require.Empty(t, s.run(t, "one").writes)
	})
	// Where nothing is there to be changed, these are not needed.
	unused := []string{"cam:UpdateAccessKey", "cam:DeleteAccessKey", "cam:UpdatePolicy",
		"cam:UpdateAssumeRolePolicy", "cam:PassRole", "ssm:UpdateSecret", "ssm:GetSecretValue",
		"cam:ListAccessKeys", "cam:ListAttachedUserPolicies", "cam:GetPolicy",
		"cam:ListAttachedRolePolicies", "scf:ListVersionByFunction", "scf:GetAlias",
		"scf:UpdateFunctionCode"}
	for _, action := range actions {
		t.Run("without "+action, func(t *testing.T) {
			t.Parallel()
			rest := slices.DeleteFunc(slices.Clone(actions), func(a string) bool {
				return a == action
			})
			s := newSite(t, as(rest))
			o := s.run(t, "one")
			sms := strings.HasPrefix(action, "sms:")
			switch {
			case slices.Contains(unused, action):
			case sms:
				require.NoError(t, o.err)
				require.Contains(t, flat(o.out), "your key may not "+action)
			default:
				require.Error(t, o.err)
				require.Contains(t, flat(o.out)+o.err.Error(), "your key may not "+action)
			}
			s.Cloud.Update(func(a *cloudsim.Account) {
				for i := range a.Policies {
					if a.Policies[i].ID == 70 {
						a.Policies[i] = admin(actions)
					}
				}
			})
			require.NoError(t, s.run(t, "one").err)
			s.roleReads(t)
			require.Empty(t, s.run(t, "one").writes)
		})
	}
}
