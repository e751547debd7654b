package check

import (
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
)

// Where both secrets are broken, each has a row that says how.
func TestBothSecretsAreBroken(t *testing.T) {
	t.Parallel()
	const (
		noKey    = "SSM_Current can't be used: its value has no accessKeySecret"
		noSender = "callers can't be used: its value has no authorization, " +
			"supabase or zitadel"
		notJSON = "callers can't be used: its value is not a JSON object"
	)
	for name, tt := range map[string]struct {
		key, callers string // key "": there is no such secret
		want         []string
	}{
		"both lack something": {`{"SecretId": "AKIDjaheira"}`, `{}`, []string{noKey, noSender}},
		"one isn't there":     {"", "x", []string{notJSON}}, // the other has a row as a secret
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			a.Settings.Secret.Callers = "callers"
			a.Sim.Cloud.Update(func(c *cloudsim.Account) {
				own := map[string]cloudsim.SecretValue{"SSM_Current": {String: tt.callers}}
				c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: tt.key}
				c.Secrets = append(c.Secrets, cloudsim.Secret{Name: "callers", Versions: own})
				if tt.key == "" {
					c.Secrets = c.Secrets[1:]
				}
			})
			var found []string
			for _, r := range all(t.Context(), a) {
				if r.Check == "value" {
					require.Equal(t, failed, r.Status)
					found = append(found, r.Detail)
				}
			}
			require.Equal(t, tt.want, found)
		})
	}
}
