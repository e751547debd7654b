package setup

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
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
	if err := yaml.Unmarshal(text, &root); err != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", err)
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
	unset = expand(&root, own, getenv)
	expanded, err := yaml.Marshal(&root)
	if err != nil {
		return s, nil, err
	}
	var f file
	decoder := yaml.NewDecoder(strings.NewReader(string(expanded)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return s, nil, fmt.Errorf("serverless.yml: %w", unknown(err))
	}
	s, err = f.spec()
	return s, unset, err
}

// unknown says of yaml's error what it means here. It has a type's name in it, and lines of a text
// that nobody has seen.
func unknown(err error) error {
	var all []error
	field := regexp.MustCompile(`field (\S+) not found`)
	for _, match := range field.FindAllStringSubmatch(err.Error(), -1) {
		all = append(all, fmt.Errorf("%s is nothing that setup knows: take it out, or deploy "+
			"with scripts/deploy.sh", match[1]))
	}
	if all == nil {
		return err
	}
	return errors.Join(all...)
}

var placeholder = regexp.MustCompile(`\$\{(env:)?([\w.-]+)\}`)

// expand replaces ${env:NAME}, ${name} and the like in all texts, and returns the names of
// variables that are not set.
func expand(node *yaml.Node, own map[string]string, getenv func(string) string) (unset []string) {
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "${") {
		node.Value = placeholder.ReplaceAllStringFunc(node.Value, func(match string) string {
			parts := placeholder.FindStringSubmatch(match)
			if parts[1] == "" {
				value, known := own[parts[2]]
				if !known {
					return match
				}
				return value
			}
			if getenv(parts[2]) == "" && !slices.Contains(unset, parts[2]) {
				unset = append(unset, parts[2])
			}
			return getenv(parts[2])
		})
		node.Tag, node.Style = "!!str", yaml.DoubleQuotedStyle // it stays a text
	}
	for _, child := range node.Content {
		for _, name := range expand(child, own, getenv) {
			if !slices.Contains(unset, name) {
				unset = append(unset, name)
			}
		}
	}
	return unset
}

// spec checks what the file says, and fills in the defaults of Tencent's own tool.
func (f *file) spec() (spec, error) {
	in := &f.Inputs
	s := spec{
		Name: in.Name, Description: in.Description, Runtime: in.Runtime, Handler: in.Handler,
		Region: cmp.Or(in.Region, "ap-guangzhou"), Role: in.Role, MemorySize: in.MemorySize,
		Timeout: in.Timeout, InitTimeout: in.InitTimeout, Public: in.Public == nil || *in.Public,
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
	for _, n := range []*int{&s.MemorySize, &s.Timeout} {
		if *n == 0 { // the defaults of tencent-component-toolkit
			*n = map[*int]int{&s.MemorySize: 128, &s.Timeout: 3}[n]
		}
	}
	nodes := in.Environment.Variables.Content
	for i := 0; i+1 < len(nodes); i += 2 {
		value := nodes[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if value.Tag != "!!null" && value.Value != "" {
			s.Variables = append(s.Variables, variable{nodes[i].Value, strings.TrimSpace(value.Value)})
		}
	}
	s.readEvents(in.Events, wrong)
	return s, errors.Join(problems...)
}

var functionName = regexp.MustCompile(`^[A-Za-z][\w-]{0,58}[A-Za-z0-9]$`)

// getenv returns the variables that serverless.yml may name.
func getenv(a *operator.Account) func(string) string {
	return func(name string) string { return cmp.Or(a.Over[name], a.Env.Get(name)) }
}
