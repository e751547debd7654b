package check

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"scf-sms/internal/settings"
	"scf-sms/internal/template"
	"scf-sms/scripts/local/internal/operator"
)

// deploymentRows holds serverless.yml against the settings here: the function is deployed with the
// one, check and send look at the other. What means the same is the same, such as a default that is
// written out.
//
// A setting is compared by reading all of them twice, the second time with this one as it is
// deployed. So each is read by the function's own rules.
func deploymentRows(a *operator.Account) []row {
	if a.Deployed.Variables == nil {
		return nil
	}
	var rows []row
	add := func(status status, todo, format string, args ...any) {
		rows = append(rows, row{group: groupSettings, Check: "serverless.yml", Status: status,
			Detail: fmt.Sprintf(format, args...), Todo: todo})
	}
	d, env := a.Deployed, a.Env
	here := readWith(d, env, "", "")
	missing := 0
	for _, name := range settings.Names() {
		missingHere := func(p settings.Problem) bool { return p.Variable == name && p.Missing }
		if slices.ContainsFunc(here.Problems, missingHere) {
			missing++ // which was said before
			continue
		}
		value, unset := d.Expand(name, env)
		if len(unset) > 0 {
			add(failed, "set it in "+env.Path,
				"takes %s from ${env:%s}, which is not set", name, unset[0])
			continue
		}
		deployed := readWith(d, env, name, value)
		if reflect.DeepEqual(here, deployed) {
			continue
		}
		const todo = "make them equal: serverless.yml is what is deployed"
		if name == "TEMPLATES" && value != "" {
			add(failed, todo, "has other TEMPLATES than here%s",
				differing(deployed.Templates, here.Templates))
			continue
		}
		add(failed, todo, "%s is %s, here it is %s", name, quote(value), quote(env.Get(name)))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Variables)) {
		if !slices.Contains(settings.Names(), name) {
			add(unknown, "look for a misspelt name; .env.example has them all",
				"%s is no setting of the function", name)
		}
	}
	switch {
	case len(rows) > 0:
	case missing > 0:
		add(unknown, "", "not compared: settings are missing here")
	default:
		add(passed, "", "deploys these settings")
	}
	return rows
}

// readWith reads the settings with one of them replaced, the templates in an order of their own.
func readWith(d operator.Deployment, env operator.Env, name, value string) settings.Settings {
	s := settings.Read(func(asked string) string {
		switch asked {
		case "TENCENTCLOUD_REGION":
			return d.Region
		case name:
			return value
		}
		return env.Get(asked)
	})
	slices.SortFunc(s.Templates, func(a, b template.Template) int {
		return strings.Compare(slot(a), slot(b))
	})
	return s
}

// slot says what a template is for.
func slot(t template.Template) string {
	text := t.UsageType
	if t.Locale != "" {
		text += " (" + t.Locale + ")"
	}
	if t.Overseas {
		return text + ", overseas"
	}
	return text + ", china"
}

// differing says how one list of templates differs from another, if both could be read.
func differing(deployed, here template.Templates) string {
	if len(deployed) == 0 || len(here) == 0 {
		return ""
	}
	index := func(all template.Templates) map[string]template.Template {
		m := map[string]template.Template{}
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
