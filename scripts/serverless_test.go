package scripts_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"scf-sms/internal/settings"
	"scf-sms/internal/template"
)

const (
	serverlessYML = "../serverless.yml"
	envExample    = "../.env.example"
)

// serverless is what these tests look at of serverless.yml.
type serverless struct {
	Component string
	Name      string
	Inputs    struct {
		Type        string
		Runtime     string
		Handler     string
		Region      string
		Role        string
		MemorySize  int `yaml:"memorySize"`
		Timeout     int
		InitTimeout int `yaml:"initTimeout"`
		Src         struct {
			Src     string
			Exclude []string
		}
		Environment struct{ Variables map[string]string }
		Events      []map[string]event
	}
}

type event struct {
	Parameters map[string]any
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(content)
}

func readServerless(t *testing.T) serverless {
	t.Helper()
	var s serverless
	require.NoError(t, yaml.Unmarshal([]byte(read(t, serverlessYML)), &s))
	// The one variable whose value the other tests need, as the example of .env has it.
	require.Equal(t, "${env:TEMPLATES}", s.Inputs.Environment.Variables["TEMPLATES"])
	line := regexp.MustCompile(`(?m)^TEMPLATES='(.*)'$`).FindStringSubmatch(read(t, envExample))
	require.NotNil(t, line)
	s.Inputs.Environment.Variables["TEMPLATES"] = line[1]
	return s
}

func TestTheFunction(t *testing.T) {
	s := readServerless(t)
	assert.Equal(t, "scf", s.Component)
	assert.Equal(t, "scf-sms", s.Name)
	assert.Equal(t, "event", s.Inputs.Type)
	assert.Equal(t, "Go1", s.Inputs.Runtime)
	assert.Equal(t, "main", s.Inputs.Handler, "the binary that package.sh builds")
	assert.Equal(t, 64, s.Inputs.MemorySize)
	assert.Equal(t, 10, s.Inputs.Timeout)
	assert.GreaterOrEqual(t, s.Inputs.InitTimeout, 3, "the least that SCF takes")
	assert.NotEmpty(t, s.Inputs.Region)
	assert.NotEmpty(t, s.Inputs.Role, "without a role the function can't read the secret")
	assert.Equal(t, "./dist", s.Inputs.Src.Src)
	assert.Equal(t, []string{"main.zip"}, s.Inputs.Src.Exclude)
}

func TestTheFunctionAnswersBeforeThePlatform(t *testing.T) {
	s := readServerless(t)
	budget := readSettings(s.Inputs.Environment.Variables).TimeBudget
	assert.Less(t, budget.Seconds(), float64(s.Inputs.Timeout))
}

func TestTheFunctionURL(t *testing.T) {
	s := readServerless(t)
	require.Len(t, s.Inputs.Events, 1)
	require.Contains(t, s.Inputs.Events[0], "http")
	assert.Equal(t, map[string]any{
		"qualifier": "$DEFAULT",
		"authType":  "NONE",
		"netConfig": map[string]any{"enableExtranet": true, "enableIntranet": false},
	}, s.Inputs.Events[0]["http"].Parameters)
}

func TestTheVariables(t *testing.T) {
	variables := readServerless(t).Inputs.Environment.Variables

	t.Run("they are the required settings", func(t *testing.T) {
		assert.ElementsMatch(t, requiredSettings(), slices.Collect(maps.Keys(variables)))
	})

	t.Run("and right", func(t *testing.T) {
		assert.Empty(t, readSettings(variables).Problems)
		templates, err := template.Parse(variables["TEMPLATES"])
		require.NoError(t, err)
		assert.NotEmpty(t, templates)
		assert.NotContains(t, variables["TEMPLATES"], "\n")
	})

	t.Run("SCF takes their names", func(t *testing.T) {
		for name := range variables {
			assert.Regexp(t, `^[A-Za-z][A-Za-z0-9_]{1,63}$`, name)
			assert.NotRegexp(t, `^(SCF_|QCLOUD_|TECENTCLOUD_|TENCENTCLOUD_)`, name)
		}
	})

	t.Run("and their size", func(t *testing.T) {
		size := 0
		for name, value := range variables {
			size += len(name) + len(value)
		}
		assert.Less(t, size, 4096)
	})
}

// Every setting is in serverless.yml and in .env.example: those that are required as they are, the
// others in comments, with values that change nothing.
func TestAllSettingsAreThere(t *testing.T) {
	for file, lines := range map[string]*regexp.Regexp{
		serverlessYML: regexp.MustCompile(`(?m)^ +(# )?([A-Z_]+): (.*)$`),
		envExample:    regexp.MustCompile(`(?m)^(# )?([A-Z_]+)=(.*)$`),
	} {
		t.Run(file, func(t *testing.T) {
			given, optional := map[string]string{}, map[string]string{}
			for _, line := range lines.FindAllStringSubmatch(read(t, file), -1) {
				name, value := line[2], line[3]
				if strings.HasPrefix(name, "TENCENT_") { // what scf deploys with
					continue
				}
				require.NotContains(t, given, name, "is there twice")
				require.NotContains(t, optional, name, "is there twice")
				switch {
				case line[1] == "":
					given[name] = value
				case file == serverlessYML:
					var scalar string
					require.NoError(t, yaml.Unmarshal([]byte(value), &scalar), name)
					optional[name] = scalar
				default:
					optional[name] = value
				}
			}
			assert.ElementsMatch(t, requiredSettings(), slices.Collect(maps.Keys(given)))
			there := slices.AppendSeq(slices.Collect(maps.Keys(given)), maps.Keys(optional))
			assert.ElementsMatch(t, settings.Names(), there)

			variables := readServerless(t).Inputs.Environment.Variables
			byDefault := readSettings(variables)
			maps.Copy(variables, optional)
			assert.Equal(t, byDefault, readSettings(variables),
				"the values in the comments are not the defaults")
		})
	}
}

// scf takes a comment behind a value for part of the value.
func TestTheExampleHasNoCommentsBehindValues(t *testing.T) {
	assert.NotRegexp(t, `(?m)^[^#\n].*#`, read(t, envExample))
}

// readSettings is what the function would make of variables.
func readSettings(variables map[string]string) settings.Settings {
	return settings.Read(func(name string) string { return variables[name] })
}

// requiredSettings are the variables the function misses when there is none.
func requiredSettings() (names []string) {
	for _, problem := range readSettings(nil).Problems {
		if problem.Missing {
			names = append(names, problem.Variable)
		}
	}
	return append(names, "SIGN_NAME") // which the example's mainland templates need
}
