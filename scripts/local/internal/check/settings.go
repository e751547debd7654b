package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

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
			add(problem.Variable, a.Hint(problem.Text), a.Say("check.correct", a.Env.Path))
		case a.Env.Lost(problem.Variable): // the row of the line says it
		case a.Env.Exists:
			add(problem.Variable, a.Say("check.unset"), a.Say("check.unset.todo", a.Env.Path))
		default:
			add(problem.Variable, a.Say("check.unset"), a.Say("check.unset.nofile"))
		}
	}
	for _, name := range a.Env.Commented {
		add(name, a.Say("check.commented"), a.Say("check.commented.todo", a.Env.Path))
	}
	for _, line := range a.Env.Unread {
		detail, todo := a.Env.Explain(line)
		add(fmt.Sprint("line ", line.Number), detail, todo)
	}
	for _, name := range a.Env.Names() {
		meant := operator.Meant(name, slices.Concat(settings.Names(), operator.Endpoints()))
		if meant != "" && meant != name && !slices.Contains(a.Deployed.Names, name) {
			add(name, a.Say("check.meant", meant), a.Say("check.correct", a.Env.Path))
		}
	}
	if len(rows) == 0 {
		rows.add(groupSettings, "settings", right(a.Say("check.settings")))
	}
	if len(a.Settings.Templates) > 0 {
		rows = append(rows, usageTypeRows(a)...)
	}
	rows.add(groupSettings, "BARE_NUMBERS", bareRow(a))
	return rows
}

func bareRow(a *operator.Account) row {
	bad := func(p settings.Problem) bool { return p.Variable == "BARE_NUMBERS" }
	switch {
	case slices.ContainsFunc(a.Settings.Problems, bad):
		return row{}
	case a.Settings.BareChina:
		return right(a.Say("check.bare.china"))
	}
	return right(a.Say("check.bare"))
}

// functionRow starts the function with these settings as SCF does, and sends it an event that it
// refuses before it asks for anything. Its answer says whether it takes the settings.
func functionRow(ctx context.Context, a *operator.Account, binary string, err error) (rows report) {
	status := 0
	if err == nil {
		status, err = tryFunction(ctx, a, binary)
	}
	found := right(a.Say("check.function"))
	switch {
	case err != nil:
		found = wrong(a.Say("check.function.silent"), err.Error())
	case status == http.StatusInternalServerError && len(a.Settings.Problems) > 0:
		return nil // as it must with such settings
	case status != http.StatusMethodNotAllowed:
		found = wrong(a.Say("check.function.wrong", status), a.Say("check.function.wrong.todo"))
	}
	rows.add(groupSettings, "function", found)
	return rows
}

func tryFunction(ctx context.Context, a *operator.Account, binary string) (status int, err error) {
	instance, err := scfhost.New(scfhost.Function{
		Binary: binary, Env: a.Variables(), Region: a.Deployed.Region,
		Timeout: cmp.Or(a.Deployed.Timeout, 10*time.Second),
	})
	if err != nil {
		return 0, err
	}
	defer instance.Close()
	result, err := instance.Invoke(ctx, []byte(`{"httpMethod": "GET"}`))
	if err == nil && result.StatusCode() == 0 {
		err = errors.New(a.Say("check.function.answered", result.Payload))
	}
	return result.StatusCode(), err
}
