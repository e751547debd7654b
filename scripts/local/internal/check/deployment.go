package check

import (
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
func deploymentRows(a *operator.Account) (rows report) {
	if a.Deployed.Variables == nil {
		return nil
	}
	add := func(status status, todo, key string, values ...any) {
		detail := a.Say(key, values...)
		rows.add(groupSettings, "serverless.yml", row{Status: status, Detail: detail, Todo: todo})
	}
	d, env := a.Deployed, a.Env
	here := readWith(d, env, "", "")
	for _, name := range settings.Names() {
		told := func(p settings.Problem) bool { return p.Variable == name }
		if slices.ContainsFunc(here.Problems, told) {
			continue // there is nothing to compare with
		}
		value, unset := d.Expand(name, env)
		if len(unset) > 0 && env.Lost(unset[0]) {
			continue // the row of the line says it
		}
		if len(unset) > 0 {
			add(failed, a.Say("check.deployment.unset.todo", env.Path),
				"check.deployment.unset", name, unset[0])
			continue
		}
		deployed := readWith(d, env, name, value)
		if reflect.DeepEqual(here, deployed) {
			continue
		}
		todo := a.Say("check.deployment.other.todo")
		if name == "TEMPLATES" && value != "" {
			add(failed, todo, "check.deployment.templates",
				differing(a, deployed.Templates, here.Templates))
			continue
		}
		add(failed, todo, "check.deployment.other", name, quote(a, value),
			quote(a, env.Get(name)))
	}
	for _, name := range slices.Sorted(maps.Keys(d.Variables)) {
		switch meant := operator.Meant(name, settings.Names()); meant {
		case name:
		case "":
			add(warned, a.Say("check.deployment.strange.todo"), "check.deployment.strange", name)
		default:
			add(failed, a.Say("check.correct", "serverless.yml"), "check.deployment.meant", name,
				meant)
		}
	}
	if len(rows) == 0 && len(here.Problems) == 0 {
		add(passed, "", "check.deployment")
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

// purpose says what a template is for, and in which language.
func purpose(t template.Template) string {
	if t.Locale == "" {
		return t.UsageType
	}
	return t.UsageType + " (" + t.Locale + ")"
}

// slot is the purpose of a template with its destination.
func slot(t template.Template) string {
	own, _ := destinationOf(t.Overseas)
	return purpose(t) + ", " + own.key
}

// differing says how one list of templates differs from another, if both could be read.
func differing(a *operator.Account, deployed, here template.Templates) string {
	if len(deployed) == 0 || len(here) == 0 {
		return ""
	}
	index := func(all template.Templates) map[string]template.Template {
		m := map[string]template.Template{}
		for _, t := range all {
			if _, before := m[slot(t)]; !before { // of several the function takes the first
				m[slot(t)] = t
			}
		}
		return m
	}
	there, local := index(deployed), index(here)
	slots := maps.Clone(there)
	maps.Copy(slots, local)
	var words []string
	for _, s := range slices.Sorted(maps.Keys(slots)) {
		t, isThere := there[s]
		l, isHere := local[s]
		switch {
		case !isHere:
			words = append(words, a.Say("check.differing.there", s, t.ID))
		case !isThere:
			words = append(words, a.Say("check.differing.here", s, l.ID))
		case t.ID != l.ID:
			words = append(words, a.Say("check.differing.id", s, t.ID, l.ID))
		case !slices.Equal(t.Params, l.Params):
			words = append(words, a.Say("check.differing.params", s))
		}
	}
	if more := len(words) - 2; more > 0 {
		words = append(words[:2], a.Say("check.differing.more", more))
	}
	return ": " + strings.Join(words, "; ")
}

func quote(a *operator.Account, value string) string {
	if value = strings.TrimSpace(value); value == "" {
		return a.Say("check.deployment.none")
	}
	if runes := []rune(value); len(runes) > 40 {
		value = string(runes[:40]) + "…"
	}
	return `"` + value + `"`
}
