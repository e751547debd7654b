package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"scf-sms/handler"
	"scf-sms/internal/settings"
)

// deployment is what serverless.yml says of the function.
type deployment struct {
	region    string
	timeout   time.Duration     // 0: not said
	variables map[string]string // with ${env:NAME} still in them; nil: there is no serverless.yml
}

// readDeployment reads a serverless.yml.
func readDeployment(path string) (deployment, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return deployment{}, nil
	}
	if err != nil {
		return deployment{}, err
	}
	var file struct {
		Inputs struct {
			Region      string
			Timeout     int
			Environment struct{ Variables map[string]yaml.Node }
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return deployment{}, fmt.Errorf("%s: %w", shown(path), err)
	}
	d := deployment{
		region:    file.Inputs.Region,
		timeout:   time.Duration(file.Inputs.Timeout) * time.Second,
		variables: map[string]string{},
	}
	for name, node := range file.Inputs.Environment.Variables {
		if node.Kind == yaml.AliasNode {
			node = *node.Alias
		}
		if node.Tag != "!!null" {
			d.variables[name] = strings.TrimSpace(node.Value)
		}
	}
	return d, nil
}

// placeholder is what scf replaces by a variable of the shell or of .env.
func placeholder() *regexp.Regexp { return regexp.MustCompile(`\$\{env:([A-Za-z0-9_]+)\}`) }

// expand returns a variable as scf deploys it, and the names in it that are not set.
func (d deployment) expand(name string, env environment) (value string, unset []string) {
	value = placeholder().ReplaceAllStringFunc(d.variables[name], func(match string) string {
		from := placeholder().FindStringSubmatch(match)[1]
		if env.get(from) == "" {
			unset = append(unset, from)
		}
		return env.get(from)
	})
	return value, unset
}

// compare holds serverless.yml against the environment: the function is deployed with the one, check and send look at
// the other. What means the same is the same, such as a default that is written out.
func (d deployment) compare(env environment) []row {
	var rows []row
	wrong := func(todo, format string, args ...any) {
		rows = append(rows, row{group: groupSettings, Check: "serverless.yml", Status: failed, Detail: fmt.Sprintf(format, args...), Todo: todo})
	}
	names := settingNames()
	here := d.read(env, "", "")
	missing := 0
	for _, name := range names {
		if slices.Contains(here.Problems, name+" is not set") {
			missing++ // which was said before
			continue
		}
		value, unset := d.expand(name, env)
		if len(unset) > 0 {
			wrong("set it in "+env.path, "takes %s from ${env:%s}, which is not set", name, unset[0])
			continue
		}
		deployed := d.read(env, name, value)
		if reflect.DeepEqual(here, deployed) {
			continue
		}
		todo := "make them equal: serverless.yml is what is deployed"
		if name == "TEMPLATES" && value != "" {
			wrong(todo, "has other TEMPLATES than here%s", differing(deployed.Templates, here.Templates))
			continue
		}
		wrong(todo, "%s is %s, here it is %s", name, quote(value), quote(env.get(name)))
	}
	for _, name := range slices.Sorted(maps.Keys(d.variables)) {
		if !slices.Contains(names, name) {
			rows = append(rows, row{group: groupSettings, Check: "serverless.yml", Status: unknown,
				Detail: name + " is no setting of the function",
				Todo:   "look for a misspelt name; .env.example has them all"})
		}
	}
	if len(rows) > 0 {
		return rows
	}
	if missing > 0 {
		return []row{{group: groupSettings, Check: "serverless.yml", Status: unknown, Detail: "not compared: settings are missing here"}}
	}
	return []row{{group: groupSettings, Check: "serverless.yml", Status: passed, Detail: "deploys these settings"}}
}

// read reads the settings with one of them replaced, the templates in an order of their own.
func (d deployment) read(env environment, name, value string) settings.Settings {
	s := settings.Read(func(asked string) string {
		switch asked {
		case "TENCENTCLOUD_REGION":
			return d.region
		case name:
			return value
		}
		return env.get(asked)
	})
	slices.SortFunc(s.Templates, func(a, b handler.Template) int { return strings.Compare(slot(a), slot(b)) })
	return s
}

// slot says what a template is for.
func slot(t handler.Template) string {
	text := t.Usage
	if t.Locale != "" {
		text += " (" + t.Locale + ")"
	}
	if t.Overseas {
		return text + ", overseas"
	}
	return text + ", china"
}

// differing says how one list of templates differs from another, if both could be read.
func differing(deployed, here handler.Templates) string {
	if len(deployed) == 0 || len(here) == 0 {
		return ""
	}
	index := func(all handler.Templates) map[string]handler.Template {
		m := map[string]handler.Template{}
		for _, t := range all {
			m[slot(t)] = t
		}
		return m
	}
	there, local := index(deployed), index(here)
	var words []string
	for _, s := range slices.Sorted(maps.Keys(there)) {
		switch t, ok := local[s]; {
		case !ok:
			words = append(words, fmt.Sprintf("%s is %s, here it is missing", s, there[s].ID))
		case t.ID != there[s].ID:
			words = append(words, fmt.Sprintf("%s is %s, here %s", s, there[s].ID, t.ID))
		case !slices.Equal(t.Params, there[s].Params):
			words = append(words, fmt.Sprintf("%s has other params", s))
		}
	}
	for _, s := range slices.Sorted(maps.Keys(local)) {
		if _, ok := there[s]; !ok {
			words = append(words, fmt.Sprintf("%s is missing, here it is %s", s, local[s].ID))
		}
	}
	if more := len(words) - 2; more > 0 {
		words = append(words[:2], fmt.Sprintf("and %d more", more))
	}
	return ": " + strings.Join(words, "; ")
}

func quote(value string) string {
	if value = strings.TrimSpace(value); value == "" {
		return "not set"
	}
	if runes := []rune(value); len(runes) > 40 {
		value = string(runes[:40]) + "…"
	}
	return `"` + value + `"`
}
