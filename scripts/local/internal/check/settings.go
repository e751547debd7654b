package check

import (
	"fmt"
	"strings"

	"scf-sms/internal/template"
	"scf-sms/scripts/local/internal/operator"
)

// settingsRows looks at the settings alone.
func settingsRows(a *operator.Account) []row {
	var rows []row
	wrong := func(name, detail, todo string) {
		rows = append(rows, row{group: groupSettings, Check: name, Status: failed,
			Detail: detail, Todo: todo})
	}
	for _, problem := range a.Settings.Problems {
		switch {
		case !problem.Missing:
			wrong(problem.Variable, problem.Text, "correct it in "+a.Env.Path)
		case a.Env.Exists:
			wrong(problem.Variable, "is not set",
				"set it in "+a.Env.Path+"; .env.example says what it is")
		default:
			wrong(problem.Variable, "is not set", "cp .env.example .env, and set it there")
		}
	}
	for _, name := range a.Env.Commented {
		wrong(name, "has a comment behind its value, which scf takes for a part of it",
			"give the comment a line of its own in "+a.Env.Path)
	}
	for _, line := range a.Env.Unread {
		detail, todo := a.Env.Explain(line)
		wrong(fmt.Sprint("line ", line.Number), detail, todo)
	}
	if len(rows) == 0 {
		rows = append(rows, row{group: groupSettings, Check: "settings", Status: passed,
			Detail: "complete and well-formed"})
	}
	if len(a.Settings.Templates) > 0 {
		rows = append(rows, row{group: groupSettings, Check: "usage types", Status: passed,
			Detail: usageTypes(a.Settings.Templates)})
	}
	return rows
}

// usageTypes counts the templates of each usage type.
func usageTypes(all template.Templates) string {
	type numbers struct{ china, overseas int }
	counts := map[string]*numbers{}
	var types []string
	for _, t := range all {
		n := counts[t.UsageType]
		if n == nil {
			n = &numbers{}
			counts[t.UsageType] = n
			types = append(types, t.UsageType)
		}
		if t.Overseas {
			n.overseas++
		} else {
			n.china++
		}
	}
	words := make([]string, len(types))
	for i, usageType := range types {
		n := counts[usageType]
		words[i] = fmt.Sprintf("%s %d+%d", usageType, n.china, n.overseas)
	}
	return strings.Join(words, ", ") + " (templates for mainland numbers + for others)"
}
