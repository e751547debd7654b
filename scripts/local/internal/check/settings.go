package check

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"scf-sms/internal/scfhost"
	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/operator"
)

// settingsRows looks at the settings alone.
func settingsRows(a *operator.Account) (rows report) {
	add := func(check, detail, todo string) { rows.add(groupSettings, check, wrong(detail, todo)) }
	for _, problem := range a.Settings.Problems {
		switch {
		case !problem.Missing:
			add(problem.Variable, problem.Text, "correct it in "+a.Env.Path)
		case a.Env.Lost(problem.Variable): // the row of the line says it
		case a.Env.Exists:
			add(problem.Variable, "is not set",
				"set it in "+a.Env.Path+"; .env.example says what it is")
		default:
			add(problem.Variable, "is not set", "cp .env.example .env, and set it there")
		}
	}
	for _, name := range a.Env.Commented {
		add(name, "has a comment behind its value, which scf takes for a part of it",
			"give the comment a line of its own in "+a.Env.Path)
	}
	for _, line := range a.Env.Unread {
		detail, todo := a.Env.Explain(line)
		add(fmt.Sprint("line ", line.Number), detail, todo)
	}
	for _, name := range a.Env.Names() {
		meant := operator.Meant(name, slices.Concat(settings.Names(), operator.Endpoints()))
		if meant != "" && meant != name && !slices.Contains(a.Deployed.Names, name) {
			add(name, "is no setting: did you mean "+meant+"?", "correct it in "+a.Env.Path)
		}
	}
	if len(rows) == 0 {
		rows.add(groupSettings, "settings", right("complete and well-formed"))
	}
	if len(a.Settings.Templates) > 0 {
		rows = append(rows, usageTypeRows(a.Settings)...)
	}
	rows.add(groupSettings, "BARE_NUMBERS", bareRow(a.Settings))
	return rows
}

func bareRow(s settings.Settings) row {
	bad := func(p settings.Problem) bool { return p.Variable == "BARE_NUMBERS" }
	switch {
	case slices.ContainsFunc(s.Problems, bad):
		return row{}
	case s.BareChina:
		return right("china: 13800138000 is sent to, as +86 138 0013 8000")
	}
	return right("international: 13800138000 is refused; +86 is missing")
}

// functionRow starts the function with these settings as SCF does, and sends it an event that it
// refuses before it asks for anything. Its answer says whether it takes the settings.
func functionRow(ctx context.Context, a *operator.Account, binary string, err error) (rows report) {
	status := 0
	if err == nil {
		status, err = tryFunction(ctx, a, binary)
	}
	found := right("starts with these settings, and answers")
	switch {
	case err != nil:
		found = wrong("doesn't start with these settings", err.Error())
	case status == http.StatusInternalServerError && len(a.Settings.Problems) > 0:
		return nil // as it must with such settings
	case status != http.StatusMethodNotAllowed:
		found = wrong(fmt.Sprintf("answers everything with %d", status), "see the settings above")
	}
	rows.add(groupSettings, "function", found)
	return rows
}

func tryFunction(ctx context.Context, a *operator.Account, binary string) (status int, err error) {
	instance, err := scfhost.New(scfhost.Function{
		Binary: binary, Env: a.Variables(), Region: a.Deployed.Region,
	})
	if err != nil {
		return 0, err
	}
	defer instance.Close()
	result, err := instance.Invoke(ctx, []byte(`{"httpMethod": "GET"}`))
	if err == nil && result.StatusCode() == 0 {
		err = fmt.Errorf("it answered %s", result.Payload)
	}
	return result.StatusCode(), err
}
