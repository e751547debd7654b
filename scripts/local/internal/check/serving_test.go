package check

import (
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
)

// What setup -rollback did is shown in red.
func TestServing(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	require.Empty(t, servingRow(t.Context(), a), "the simulation has no serverless.yml")
	a.Deployed.Function = "scf-sms-prod"
	require.Empty(t, servingRow(t.Context(), a), "it isn't deployed")

	serve := func(version string) {
		a.Sim.Cloud.Update(func(c *cloudsim.Account) {
			c.Functions = []cloudsim.Function{{Name: "scf-sms-prod", Default: version,
				Versions: []cloudsim.Snapshot{{Version: "$LATEST"}, {Version: "1"}}}}
		})
	}
	serve("")
	require.Equal(t, right("callers of scf-sms-prod get what was deployed last"),
		servingRow(t.Context(), a))
	serve("1")
	require.Equal(t, wrong("callers of scf-sms-prod get version 1, older than what is deployed",
		`"setup" points them forward again`), servingRow(t.Context(), a))

	a.Sim.Cloud.Script(cloudsim.GetAlias, cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {
		"FunctionVersion": "$LATEST", "RoutingConfig": {"AddtionVersionMatchs": [
		{"Version": "1", "Expression": "a", "Key": "k", "Method": "m"}]}, "RequestId": "r"}}`})
	require.Equal(t, "some callers of scf-sms-prod get version 1",
		servingRow(t.Context(), a).Detail)

	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Keys[len(c.Keys)-1].Allow = []string{"ssm:*"}
	})
	require.Empty(t, servingRow(t.Context(), a), "the key may not look")
}
