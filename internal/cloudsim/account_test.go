package cloudsim

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func load(t *testing.T, text string) (Account, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "account.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return LoadAccount(path)
}

func TestLoadAccount(t *testing.T) {
	t.Parallel()
	account, err := load(t, `{
		"keys": [
			{"secretId": "AKIDrole", "secretKey": "s", "token": "t",
			"allow": ["ssm:GetSecretValue"]},
			{"secretId": "AKIDold", "secretKey": "s", "disabled": true}
		],
		"secrets": [{"name": "k", "region": "ap-shanghai", "state": "Disabled",
			"versions": {"SSM_Current": {"string": "{}"}, "v1": {"binary": "AAE="}}}],
		"apps": [{"sdkAppId": "1400006666", "disabled": true}],
		"signs": [{"name": "腾讯云", "approved": true, "international": true}],
		"templates": [{"id": "1", "text": "{1}", "type": "notification", "international": true,
		"approved": true}],
		"senderIds": ["ACME"],
		"limits": {"thirtySeconds": -1, "perHour": 5, "perDay": 2},
		"numbers": {"+8613800138000": {"kind": "hang-sent"}, "+12025550123": {"kind": "slow",
		"delay": "1.5s"}}
	}`)
	require.NoError(t, err)
	assert.Equal(t, Account{
		Keys: []Key{
			{SecretID: "AKIDrole", SecretKey: "s", Token: "t",
				Allow: []string{"ssm:GetSecretValue"}},
			{SecretID: "AKIDold", SecretKey: "s", Disabled: true},
		},
		Secrets: []Secret{{Name: "k", Region: "ap-shanghai", State: StateDisabled,
			Versions: map[string]SecretValue{"SSM_Current": {String: "{}"},
				"v1": {Binary: []byte{0, 1}}}}},
		Apps:  []App{{SDKAppID: "1400006666", Disabled: true}},
		Signs: []Sign{{Name: "腾讯云", International: true, Approved: true}},
		Templates: []Template{{ID: "1", Text: "{1}", Type: Notification, International: true,
			Approved: true}},
		SenderIDs: []string{"ACME"},
		Limits:    Limits{ThirtySeconds: -1, PerHour: 5, PerDay: 2},
		Numbers: map[string]Fault{"+8613800138000": {Kind: HangSent},
			"+12025550123": {Kind: Slow, Delay: 1500 * time.Millisecond}},
	}, account)
}

func TestLoadAccount_refuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"nothing", ``, "EOF"},
		{"two values", `{} {}`, "something follows"},
		{"an unknown field", `{"key": []}`, `unknown field "key"`},
		{"an unknown field of a fault", `{"numbers": {"+12025550123": {"kin": "error"}}}`,
			`unknown field "kin"`},
		{"an unknown kind", `{"numbers": {"+12025550123": {"kind": "errror"}}}`,
			`no fault of kind "errror"`},
		{"a status that is not final", `{"numbers": {"+12025550123": {"kind": "http",
			"status": 100}}}`, "100 is no final HTTP status"},
		{"a delay without a unit", `{"numbers": {"+12025550123": {"kind": "delay", "delay": "2"}}}`,
			"missing unit"},
		{"a number not in E.164", `{"numbers": {"13800138000": {}}}`, `"13800138000" is not +`},
		{"a rate of no action", `{"rates": {"SendSMS": 1}}`, `"SendSMS" is no action`},
		{"a secret in an unknown state", `{"secrets": [{"name": "a", "state": "Gone",
			"versions": {}}]}`, `state "Gone"`},
		{"a template of unknown type", `{"templates": [{"id": "1", "text": "x", "type": "otp"}]}`,
			`type "otp"`},
		{"the second of two faults", `{"secrets": [{"state": "Gone"}], "numbers": {"1": {}}}`,
			`"1" is not +`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, tt.text)
			assert.ErrorContains(t, err, tt.want)
			assert.ErrorContains(t, err, "account.json")
		})
	}
	_, err := LoadAccount(filepath.Join(t.TempDir(), "none.json"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
