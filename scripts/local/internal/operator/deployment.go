package operator

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Deployment is what serverless.yml says of the function. The zero value is that of no file.
type Deployment struct {
	Stage     string            // "dev" where it isn't said, as for scf
	Function  string            // its name, with ${stage} still in it
	Region    string            // of the function
	Role      string            // that it runs as
	Timeout   time.Duration     // 0: not said
	VPC       bool              // the function is in one
	Private   bool              // the public network is off
	Variables map[string]string // with ${env:NAME} still in them; nil: there is no serverless.yml
	Names     []string          // those in ${env:NAME}, in the order of the file
}

// ReadDeployment reads a serverless.yml.
func ReadDeployment(path string) (Deployment, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Deployment{Stage: "dev"}, nil
	}
	if err != nil {
		return Deployment{}, err
	}
	var root yaml.Node
	var file struct {
		Name   string
		Stage  string
		Inputs struct {
			Name        string
			Region      string
			Role        string
			Timeout     int
			VPCConfig   map[string]any `yaml:"vpcConfig"`
			Public      *bool          `yaml:"publicAccess"`
			Environment struct{ Variables map[string]yaml.Node }
		}
	}
	err = yaml.Unmarshal(text, &root)
	if err == nil && root.Kind != 0 {
		err = root.Decode(&file)
	}
	if err != nil {
		return Deployment{}, fmt.Errorf("%s: %w", shown(path), err)
	}
	d := Deployment{
		Stage:     cmp.Or(file.Stage, "dev"),
		Function:  strings.ReplaceAll(file.Inputs.Name, "${name}", file.Name),
		Region:    file.Inputs.Region,
		Role:      file.Inputs.Role,
		Timeout:   time.Duration(file.Inputs.Timeout) * time.Second,
		VPC:       len(file.Inputs.VPCConfig) > 0,
		Private:   file.Inputs.Public != nil && !*file.Inputs.Public,
		Variables: map[string]string{},
		Names:     placeholders(&root),
	}
	for name, node := range file.Inputs.Environment.Variables {
		if node.Kind == yaml.AliasNode {
			node = *node.Alias
		}
		if node.Tag != "!!null" {
			d.Variables[name] = strings.TrimSpace(node.Value)
		}
	}
	return d, nil
}

// placeholders returns the names in ${env:NAME}, each once.
func placeholders(node *yaml.Node) (names []string) {
	for _, match := range placeholder().FindAllStringSubmatch(node.Value, -1) {
		names = append(names, match[1])
	}
	for _, child := range node.Content {
		for _, name := range placeholders(child) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// placeholder is what scf replaces by a variable of the shell or of .env (resolveVariables in its
// src/libs/utils/basic.js).
func placeholder() *regexp.Regexp { return regexp.MustCompile(`\$\{env:([\w.-]+)\}`) }

// Expand returns a variable as scf deploys it, and the names in it that are not set.
func (d Deployment) Expand(name string, env Env) (value string, unset []string) {
	replace := func(match string) string {
		from := placeholder().FindStringSubmatch(match)[1]
		if env.Get(from) == "" {
			unset = append(unset, from)
		}
		return env.Get(from)
	}
	return placeholder().ReplaceAllStringFunc(d.Variables[name], replace), unset
}
