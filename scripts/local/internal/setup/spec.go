package setup

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
)

// spec is the function as serverless.yml describes it, with every ${…} replaced.
type spec struct {
	Name        string // of the function
	Description string
	Runtime     string
	Handler     string
	Region      string
	Role        string
	MemorySize  int
	Timeout     int
	InitTimeout int
	Public      bool // it has a way into the internet
	VPC, Subnet string
	Logset      string // of CLS, where the log goes to a topic of one's own
	Topic       string
	Variables   []variable // in the order of the file
	URL         urlSpec
	Timer       *resources.Timer // nil: the file names none
}

type variable struct{ Key, Value string }

// file is what serverless.yml may say. What is not here is not known, and an error: it would be
// left out of the deployment in silence.
type file struct {
	Component string `yaml:"component"`
	Name      string `yaml:"name"`
	Stage     string `yaml:"stage"`
	Org       string `yaml:"org"`
	App       string `yaml:"app"`
	Inputs    struct {
		Name        string    `yaml:"name"`
		Description string    `yaml:"description"`
		Namespace   string    `yaml:"namespace"`
		Type        string    `yaml:"type"`
		Runtime     string    `yaml:"runtime"`
		Handler     string    `yaml:"handler"`
		Src         yaml.Node `yaml:"src"` // this program packs the function itself
		Region      string    `yaml:"region"`
		Role        string    `yaml:"role"`
		MemorySize  int       `yaml:"memorySize"`
		Timeout     int       `yaml:"timeout"`
		InitTimeout int       `yaml:"initTimeout"`
		Public      *bool     `yaml:"publicAccess"`
		VPC         struct {
			ID     string `yaml:"vpcId"`
			Subnet string `yaml:"subnetId"`
		} `yaml:"vpcConfig"`
		CLS struct {
			Logset string `yaml:"logsetId"`
			Topic  string `yaml:"topicId"`
		} `yaml:"cls"`
		Environment struct {
			Variables yaml.Node `yaml:"variables"`
		} `yaml:"environment"`
		Events []event `yaml:"events"`
	} `yaml:"inputs"`
}

// readSpec reads a serverless.yml as scf reads it for a stage ("": that of the file). The error
// names everything that is wrong. Variables of .env that are not set are in unset.
func readSpec(path, stage string, getenv func(string) string) (s spec, unset []string, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return s, nil, err
	}
	var root yaml.Node
	whole := yaml.NewDecoder(bytes.NewReader(text))
	if err := whole.Decode(&root); err != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", err)
	}
	if whole.Decode(&yaml.Node{}) != io.EOF {
		return s, nil, errors.New("serverless.yml: must be one YAML document")
	}
	var raw struct{ Name, Stage, Org, App string }
	if err := root.Decode(&raw); err != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", err)
	}
	if stage == "" {
		stage = raw.Stage
	}
	if stage == "" {
		stage = "dev"
	}
	own := map[string]string{"name": raw.Name, "stage": stage, "org": raw.Org, "app": raw.App}
	e := expander{own: own, getenv: getenv}
	e.expand(&root)
	if e.odd != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", errors.Join(e.odd...))
	}
	expanded, err := yaml.Marshal(&root)
	if err != nil {
		return s, nil, err
	}
	var f file
	decoder := yaml.NewDecoder(strings.NewReader(string(expanded)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", explain(err, &root))
	}
	s, err = f.spec()
	return s, e.unset, err
}

// spec checks what the file says, and fills in the defaults of Tencent's own tool,
// tencent-component-toolkit.
func (f *file) spec() (spec, error) {
	in := &f.Inputs
	s := spec{
		Name: in.Name, Description: in.Description, Runtime: in.Runtime, Handler: in.Handler,
		Region: cmp.Or(in.Region, "ap-guangzhou"), Role: in.Role,
		MemorySize: cmp.Or(in.MemorySize, 128), Timeout: cmp.Or(in.Timeout, 3),
		InitTimeout: in.InitTimeout, Public: in.Public == nil || *in.Public,
		VPC: in.VPC.ID, Subnet: in.VPC.Subnet, Logset: in.CLS.Logset, Topic: in.CLS.Topic,
	}
	var problems []error
	wrong := func(format string, values ...any) {
		problems = append(problems, fmt.Errorf("serverless.yml: "+format, values...))
	}
	is := func(what, value, want string) {
		if value != want {
			wrong("%s must be %s for setup", what, want)
		}
	}
	is("component", f.Component, "scf")
	is("type", cmp.Or(in.Type, "event"), "event")
	is("runtime", in.Runtime, "Go1")
	is("handler", in.Handler, "main")
	is("namespace", cmp.Or(in.Namespace, "default"), "default")
	if strings.Contains(s.Name, "${") || !functionName.MatchString(s.Name) {
		wrong("%q is no name of a function", s.Name)
	}
	if s.Role == "" {
		wrong("role is missing: without one the function can't read its secret")
	}
	if (s.VPC == "") != (s.Subnet == "") {
		wrong("vpcConfig needs both vpcId and subnetId")
	}
	if (s.Logset == "") != (s.Topic == "") {
		wrong("cls needs both logsetId and topicId")
	}
	variables := in.Environment.Variables
	if variables.Kind != 0 && variables.Kind != yaml.MappingNode && variables.Tag != "!!null" {
		wrong("variables must be names with values")
	}
	nodes := variables.Content
	for i := 0; i+1 < len(nodes); i += 2 {
		value := nodes[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Kind != yaml.ScalarNode {
			wrong("the variable %s must be a text: put it in quotes", nodes[i].Value)
			continue
		}
		if value.Tag != "!!null" && value.Value != "" {
			s.Variables = append(s.Variables, variable{nodes[i].Value, strings.TrimSpace(value.Value)})
		}
	}
	s.checkBounds(wrong)
	s.readEvents(in.Events, wrong)
	return s, errors.Join(problems...)
}

// checkBounds says what SCF would refuse only when all else is made
// (https://cloud.tencent.com/document/api/583/18586).
func (s *spec) checkBounds(wrong func(format string, values ...any)) {
	if m := s.MemorySize; m != 64 && (m < 128 || m%128 != 0) {
		wrong("memorySize must be 64 or a multiple of 128 (MB)")
	}
	if s.Timeout < 1 || s.Timeout > 900 || s.InitTimeout < 0 {
		wrong("timeout must be from 1 to 900 (seconds), and initTimeout not negative")
	}
	const most = 4096
	size := 0
	for _, v := range s.Variables {
		size += len(v.Key) + len(v.Value)
		if systemName.MatchString(v.Key) {
			wrong("the variable %s must not begin like SCF's own", v.Key)
		}
	}
	if size > most {
		wrong("the variables have %d bytes together, and may have %d", size, most)
	}
}

var systemName = regexp.MustCompile(`^(SCF|QCLOUD|TENCENTCLOUD|TECENTCLOUD)_`)

var functionName = regexp.MustCompile(`^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$`)

// getenv returns the variables that serverless.yml may name.
func getenv(a *operator.Account) func(string) string {
	return func(name string) string { return cmp.Or(a.Over[name], a.Env.Get(name)) }
}
