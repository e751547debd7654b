package main

import (
	"fmt"
	"strings"

	"scf-sms/handler"
)

// examineSettings looks at the settings alone.
func (x *examination) examineSettings() []row {
	var rows []row
	for _, problem := range x.settings.Problems {
		r := row{group: groupSettings, Status: failed}
		name, rest, found := strings.Cut(problem, ": ")
		r.Check, r.Detail, r.Todo = name, rest, "correct it in "+x.env.path
		if !found { // "NAME is not set"
			r.Check, r.Detail, _ = strings.Cut(problem, " ")
			r.Todo = "set it in " + x.env.path + "; .env.example says what it is"
			if !x.env.exists {
				r.Todo = "cp .env.example .env, and set it there"
			}
		}
		rows = append(rows, r)
	}
	for _, name := range x.env.commented {
		rows = append(rows, row{group: groupSettings, Check: name, Status: failed,
			Detail: "has a comment behind its value, which scf takes for a part of it",
			Todo:   "give the comment a line of its own in " + x.env.path})
	}
	if len(rows) == 0 {
		rows = append(rows, row{group: groupSettings, Check: "settings", Status: passed, Detail: "complete and well-formed"})
	}
	if len(x.settings.Templates) > 0 {
		rows = append(rows, row{group: groupSettings, Check: "usage types", Status: passed, Detail: usageTypes(x.settings.Templates)})
	}
	return rows
}

// usageTypes counts the templates of each usage type.
func usageTypes(all handler.Templates) string {
	type numbers struct{ china, overseas int }
	counts := map[string]*numbers{}
	var usages []string
	for _, t := range all {
		n := counts[t.Usage]
		if n == nil {
			n = &numbers{}
			counts[t.Usage] = n
			usages = append(usages, t.Usage)
		}
		if t.Overseas {
			n.overseas++
		} else {
			n.china++
		}
	}
	words := make([]string, len(usages))
	for i, usage := range usages {
		words[i] = fmt.Sprintf("%s %d+%d", usage, counts[usage].china, counts[usage].overseas)
	}
	return strings.Join(words, ", ") + " (templates for mainland numbers + for others)"
}
