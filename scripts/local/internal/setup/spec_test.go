package setup

import (
	"os"
	"path/filepath"
	"strconv"
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
			"line N: layers is nothing that setup knows"},
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
			"line N: ${other} is nothing that setup knows"},
		{"a placeholder of another kind", "description: Sends", "description: ${file:x.yml} Sends",
			"line N: ${file:x.yml} is nothing that setup knows"},
		{"a placeholder without an end", "description: Sends", "description: ${name Sends",
			"line N: ${name Sends verification codes by SMS is nothing that setup knows"},
		{"no YAML", "inputs:", "inputs: [", "serverless.yml: yaml: "},
		{"a number that is none", "timeout: 10", "timeout: soon", `line N: "soon" can't be read as int`},
		{"a number that is a text", "timeout: 10", `timeout: "10"`, `"10" can't be read as int`},
		{"a list for one value", "memorySize: 64", "memorySize: [64]", "can't be read as int"},
		{"a key twice", "  role: scf-sms", "  role: scf-sms\n  role: other", `"role" already defined`},
		{"a variable that is a list", "TEMPLATES: ${env:TEMPLATES}", "TEMPLATES: [{usageType: x}]",
			"the variable TEMPLATES must be a text"},
		{"a variable that is a map", `# LIMITS: ""`, "LIMITS: {observe: true} #",
			"the variable LIMITS must be a text"},
		{"variables in a list", "    variables:", "    variables: [a, b]\n    others:",
			"others is nothing that setup knows"},
		{"a memory that there isn't", "memorySize: 64", "memorySize: 100", "memorySize must be 64"},
		{"a timeout that is too long", "timeout: 10", "timeout: 901", "timeout must be from 1"},
		{"a variable of SCF's", "# LOG_LEVEL", "SCF_LOG: x #", "SCF_LOG must not begin"},
		{"more variables than there is room for", "SIGN_NAME: ${env:SIGN_NAME}",
			"SIGN_NAME: " + strings.Repeat("x", 4096), "may have 4096"},
		{"half of a VPC", "  role: scf-sms", "  role: scf-sms\n  vpcConfig: {vpcId: vpc-1}",
			"vpcConfig needs both"},
		{"half of a log topic", "  role: scf-sms", "  role: scf-sms\n  cls: {logsetId: l-1}",
			"cls needs both"},
		{"a second document", "component: scf", "component: scf\n---\ncomponent: scf",
			"must be one YAML document"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := project(t)
			require.Contains(t, text, tt.from)
			text = strings.Replace(text, tt.from, tt.to, 1)
			path := operatortest.Write(t, "serverless.yml", text)
			lines := strings.Count(text[:strings.Index(text, tt.to)+len(tt.to)], "\n") + 1
			tt.want = strings.Replace(tt.want, "N:", strconv.Itoa(lines)+":", 1)
			_, _, err := readSpec(path, "", set)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
