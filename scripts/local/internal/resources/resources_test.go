package resources

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/tencent"
)

func value(t *testing.T, text string) Value {
	t.Helper()
	v, err := ParseValue([]byte(text))
	require.NoError(t, err)
	return v
}

// What isn't changed stays as it was written, under the names that it had.
func TestValue(t *testing.T) {
	t.Parallel()
	key := tencent.NewKey("AKIDnew", "<new>&", "")
	for _, tt := range []struct{ name, before, after string }{
		{"our names",
			`{"accessKeyId": "AKIDold", "accessKeySecret": "old", "authorization": ["a", "b"]}`,
			`{"accessKeyId": "AKIDnew", "accessKeySecret": "<new>&", "authorization": ["a", "b"]}`},
		{"Tencent's, in another order", `{"n": 1.50, "SecretKey":"old", "SECRET_ID": "AKIDold"}`,
			`{"n": 1.50, "SecretKey": "<new>&", "SECRET_ID": "AKIDnew"}`},
		{"a temporary key", `{"accessKeyId": "AKIDold", "accessKeySecret": "old", "Token": "t"}`,
			`{"accessKeyId": "AKIDnew", "accessKeySecret": "<new>&", "Token": ""}`},
		{"one field twice", `{"secretId": "a", "accessKeyId": "a", "secretKey": "b", "x": null}`,
			`{"secretId": "AKIDnew", "secretKey": "<new>&", "x": null}`},
		{"nothing", "\ufeff {}", `{"accessKeyId": "AKIDnew", "accessKeySecret": "<new>&"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := value(t, tt.before).WithKey(key)
			require.Equal(t, tt.after, string(got.text()))
			require.Equal(t, "AKIDnew", got.KeyID())
			require.True(t, got.Equal(value(t, tt.after)))
		})
	}
	for _, bad := range []string{"", "null", "[]", `"text"`, "{", `{"a": 1} x`} {
		_, err := ParseValue([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestValue_texts(t *testing.T) {
	t.Parallel()
	v := value(t, `{"Authorization": [" a ", "", "b"], "one": "x", "n": 1, "o": {}}`)
	require.Equal(t, []string{"a", "b"}, v.Texts("authorization"))
	require.Equal(t, []string{"x"}, v.Texts("one"))
	for _, name := range []string{"n", "o", "none"} {
		require.Empty(t, v.Texts(name), name)
	}
}

// No formatting prints what is in a value.
func TestValue_isSecret(t *testing.T) {
	t.Parallel()
	v := value(t, `{"authorization": "very-secret"}`)
	asJSON, _ := json.Marshal([]any{v})
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", v, v, v), string(asJSON)} {
		require.NotContains(t, text, "very-secret")
	}
}

// A document is compared by what it allows, not by how it is spelt.
func TestDocument(t *testing.T) {
	t.Parallel()
	read := func(text string) (d Document) {
		require.NoError(t, json.Unmarshal([]byte(text), &d))
		return d
	}
	const secret = "qcs::ssm:ap-guangzhou:uin/1:secret/creatorUin/2/scf-sms"
	want := Allow("ssm:GetSecretValue", secret)
	for _, tt := range []struct {
		name, document string
		covers, same   bool
	}{
		{"as CAM hands it back", `{"statement":[{"action":["name\/ssm:GetSecretValue"],` +
			`"effect":"allow","resource":["qcs::ssm:ap-guangzhou:uin\/1:secret\/creatorUin\/2\/` +
			`scf-sms"]}],"version":"2.0"}`, true, true},
		{"in one string each", `{"version":"2.0","statement":[{"effect":"allow",` +
			`"action":"ssm:GetSecretValue","resource":"` + secret + `"}]}`, true, true},
		{"all secrets", `{"statement":[{"effect":"allow","action":["ssm:*"],"resource":["*"]}]}`,
			true, false},
		{"another creator", `{"statement":[{"effect":"allow","action":"ssm:GetSecretValue",` +
			`"resource":"qcs::ssm:ap-guangzhou:uin/1:secret/creatorUin/3/scf-sms"}]}`, false, false},
		{"a name that is longer", `{"statement":[{"effect":"allow","action":"ssm:GetSecretValue",` +
			`"resource":"` + secret + `-2"}]}`, false, false},
		{"denied again", `{"statement":[{"effect":"allow","action":"*","resource":"*"},` +
			`{"effect":"deny","action":"ssm:Get*","resource":"*"}]}`, false, false},
		{"for some addresses alone", `{"statement":[{"effect":"allow",` +
			`"action":"ssm:GetSecretValue","resource":"` + secret + `",` +
			`"condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8"]}}}]}`, false, false},
		{"on no condition", `{"statement":[{"effect":"allow","action":"ssm:GetSecretValue",` +
			`"resource":"` + secret + `","condition":[]}]}`, true, true},
		{"nothing", `{}`, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := read(tt.document)
			require.Equal(t, tt.covers, d.Covers(want))
			require.Equal(t, tt.same, d.Same(want))
		})
	}
	require.True(t, Trust(SCFService).Trusts(SCFService))
	require.False(t, Trust("cvm.qcloud.com").Trusts(SCFService))
	require.False(t, want.Trusts(SCFService))
}
