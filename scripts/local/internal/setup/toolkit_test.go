package setup

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// toolkit is testdata/toolkit.json: what tencent-component-toolkit 2.27.6, Tencent's own tool, sends
// for a serverless.yml. It was recorded from the tool's create, updateCode and updateConfigure
// (lib/modules/scf/entities/scf.js), and create and update (lib/modules/triggers/http.js), without a
// network.
type toolkit struct {
	Calls map[string]map[string]any // :: action → parameters, for the project's serverless.yml
	Cases []struct {
		Name      string
		Edits     []string                  // of the serverless.yml: from, to, from, to, …
		Otherwise map[string]map[string]any // what is otherwise in the calls; nil: it isn't there
	}
}

// The calls for the function are those of Tencent's own tool for the same serverless.yml.
func TestCalls_areThoseOfTencentsTool(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "toolkit.json"))
	require.NoError(t, err)
	var tool toolkit
	require.NoError(t, json.Unmarshal(text, &tool))
	require.Len(t, tool.Calls, 5)
	for _, tt := range tool.Cases {
		t.Run(tt.Name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil)
			s.edit(t, tt.Edits...)
			require.NoError(t, s.run(t, "one").err)
			s.Cloud.Update(func(a *cloudsim.Account) { // so that all is changed again
				f := &a.Functions[0]
				f.Versions[0].Config.Description = "by hand"
				f.Triggers[0].Disabled = true
			})
			require.NoError(t, s.run(t, "two").err)
			ours := map[string]map[string]any{}
			for _, r := range s.Cloud.Requests() {
				if _, known := tool.Calls[r.Action]; known {
					var params map[string]any
					body := s.standIn().Replace(string(r.Body))
					require.NoError(t, json.Unmarshal([]byte(body), &params))
					ours[r.Action] = params
				}
			}
			for action, calls := range tool.Calls {
				theirs := maps.Clone(calls)
				for field, value := range tt.Otherwise[action] {
					theirs[field] = value
					if value == nil {
						delete(theirs, field)
					}
				}
				require.Contains(t, ours, action)
				knownDifferences(t, action, theirs, ours[action])
				require.Equal(t, theirs, ours[action], action)
			}
		})
	}
}

// knownDifferences takes out of two calls what is otherwise on purpose.
func knownDifferences(t *testing.T, action string, theirs, ours map[string]any) {
	t.Helper()
	// The API documents neither of these.
	delete(theirs, "DeployMode")
	delete(theirs, "DiskSize")
	if action == cloudsim.CreateFunction {
		delete(theirs, "L5Enable") // which it documents for updates alone
	}
	if theirs["Description"] == nil && ours["Description"] == "" {
		delete(ours, "Description") // what the file doesn't say, no function keeps
	}
	if code, has := theirs["Code"]; has { // theirs is in COS, ours in the request
		require.Contains(t, ours["Code"], "ZipFile")
		ours["Code"] = code
	}
	if action == cloudsim.UpdateTrigger { // by the name that ListTriggers tells
		require.Equal(t, "LISTED", theirs["TriggerName"])
		require.Regexp(t, `^u\d{9}$`, ours["TriggerName"])
		delete(theirs, "TriggerName")
		delete(ours, "TriggerName")
	}
}
