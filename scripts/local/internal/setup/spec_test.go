package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operatortest"
)

// project is the project's own serverless.yml.
func project(t *testing.T) string {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	require.NoError(t, err)
	return string(text)
}

func set(name string) string { return "the " + name }

func TestReadSpec(t *testing.T) {
	t.Parallel()
	path := operatortest.Write(t, "serverless.yml", project(t))
	s, unset, err := readSpec(path, "", set)
	require.NoError(t, err)
	require.Empty(t, unset)
	require.Equal(t, spec{
		Name: "scf-sms-prod", Description: "Sends verification codes by SMS", Runtime: "Go1",
		Handler: "main", Region: "ap-guangzhou", Role: "scf-sms", MemorySize: 64, Timeout: 10,
		InitTimeout: 10, Public: true,
		Variables: []variable{{"SECRET_NAME", "the SECRET_NAME"}, {"SDK_APP_ID", "the SDK_APP_ID"},
			{"SIGN_NAME", "the SIGN_NAME"}, {"TEMPLATES", "the TEMPLATES"}},
		URL: urlSpec{"$DEFAULT", "NONE", true, false},
	}, s)

	s, unset, err = readSpec(path, "test", func(name string) string {
		return map[string]string{"SDK_APP_ID": "1400006666", "TEMPLATES": `[{"a": "b: c # d"}]`}[name]
	})
	require.NoError(t, err)
	require.Equal(t, "scf-sms-test", s.Name)
	require.Equal(t, []string{"SECRET_NAME", "SIGN_NAME"}, unset)
	require.Equal(t, []variable{{"SDK_APP_ID", "1400006666"},
		{"TEMPLATES", `[{"a": "b: c # d"}]`}}, s.Variables)
}

func TestReadSpec_more(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer(
		"  role: scf-sms", "  role: scf-sms\n  publicAccess: false\n  vpcConfig:\n"+
			"    vpcId: vpc-1\n    subnetId: subnet-1\n  cls: {logsetId: l-1, topicId: t-1}",
		"timeout: 10 #", "timeout: 20 #", "memorySize: 64", "# memorySize: 64",
		"SIGN_NAME: ${env:SIGN_NAME}", "SIGN_NAME:", "# SECRET_TTL: 10m", "SECRET_TTL: 10m",
	).Replace(project(t))
	s, _, err := readSpec(operatortest.Write(t, "serverless.yml", text), "", set)
	require.NoError(t, err)
	require.Equal(t, "vpc-1", s.VPC)
	require.Equal(t, "subnet-1", s.Subnet)
	require.Equal(t, [2]string{"l-1", "t-1"}, [2]string{s.Logset, s.Topic})
	require.False(t, s.Public)
	require.Equal(t, 20, s.Timeout)
	require.Equal(t, 128, s.MemorySize, "SCF's default")
	require.Contains(t, s.Variables, variable{"SECRET_TTL", "10m"})
	require.NotContains(t, s.Variables, variable{"SIGN_NAME", ""})
}

// What isn't known would be left out of the deployment in silence.
func TestReadSpec_refuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, from, to, want string }{
		{"a key that nobody knows", "  role: scf-sms", "  role: scf-sms\n  layers: []",
			"layers is nothing that setup knows"},
		{"another one within", "qualifier: $DEFAULT", "qualifier: $DEFAULT\n          corsConfig: {}",
			"corsConfig is nothing that setup knows"},
		{"another trigger", "    - http:", "    - ckafka:\n        name: t\n    - http:",
			"ckafka is nothing that setup knows"},
		{"another runtime", "runtime: Go1", "runtime: CustomRuntime", "runtime must be Go1"},
		{"another handler", "handler: main", "handler: index.main", "handler must be main"},
		{"a web function", "type: event", "type: web", "type must be event"},
		{"no role", "  role: scf-sms", "  # role: scf-sms", "role is missing"},
		{"a URL that asks for a signature", "authType: NONE", "authType: CAM",
			"the URL must have authType NONE"},
		{"a name that SCF doesn't take", "name: ${name}-${stage}", "name: 1-${stage}",
			`"1-prod" is no name of a function`},
		{"a name made of what isn't there", "name: ${name}-${stage}", "name: ${name}-${other}",
			`"scf-sms-${other}" is no name of a function`},
		{"no YAML", "inputs:", "inputs: [", "serverless.yml: yaml: "},
		{"a number that is none", "timeout: 10", "timeout: soon", "cannot unmarshal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := project(t)
			require.Contains(t, text, tt.from)
			path := operatortest.Write(t, "serverless.yml", strings.Replace(text, tt.from, tt.to, 1))
			_, _, err := readSpec(path, "", set)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// The calls for the function are those of Tencent's own tool for the same serverless.yml: toolkit.json
// is what tencent-component-toolkit 2.27.6 sends (lib/modules/scf/utils.js, entities/scf.js and
// triggers/http.js).
func TestCalls_areThoseOfTencentsTool(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "toolkit.json"))
	require.NoError(t, err)
	var toolkit map[string]map[string]any
	require.NoError(t, json.Unmarshal(text, &toolkit))

	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.edit(t, "memorySize: 64", "memorySize: 128")
	require.NoError(t, s.run(t, "two").err)
	for _, r := range s.Cloud.Requests() {
		theirs, known := toolkit[r.Action]
		if !known {
			continue
		}
		delete(toolkit, r.Action)
		var ours map[string]any
		require.NoError(t, json.Unmarshal([]byte(s.standIn().Replace(string(r.Body))), &ours))
		// The API documents neither of these.
		delete(theirs, "DeployMode")
		delete(theirs, "DiskSize")
		if r.Action == "CreateFunction" {
			delete(theirs, "L5Enable") // which it documents for updates alone
		}
		if code, has := theirs["Code"]; has { // theirs is in COS, ours in the request
			require.Contains(t, ours["Code"], "ZipFile")
			ours["Code"] = code
		}
		require.Equal(t, theirs, ours, r.Action)
	}
	require.Empty(t, toolkit, "all were made")
}
