package check

import (
	"context"
	"fmt"
	"io"

	"scf-sms/internal/scfhost"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
)

// functionRow builds the function, starts it with these settings as SCF does, and sends it an event
// that it refuses before it asks for anything. Its answer says whether it takes the settings.
func functionRow(ctx context.Context, a *operator.Account, errs io.Writer) row {
	r := row{group: groupSettings, Check: "function", Status: failed}
	status, err := tryFunction(ctx, a, errs)
	switch {
	case err != nil:
		r.Detail, r.Todo = "doesn't start with these settings", err.Error()
	case status == 405:
		r.Status, r.Detail = passed, "starts with these settings, and answers"
	default:
		r.Detail = fmt.Sprintf("answers everything with %d", status)
		r.Todo = "see the settings above"
	}
	return r
}

func tryFunction(ctx context.Context, a *operator.Account, errs io.Writer) (status int, err error) {
	binary, err := function.Build(ctx, a.Root, errs)
	if err != nil {
		return 0, err
	}
	f := scfhost.Function{Binary: binary, Env: a.Variables(), Region: a.Deployed.Region}
	instance, err := scfhost.New(f)
	if err != nil {
		return 0, err
	}
	defer instance.Close()
	result, err := instance.Invoke(ctx, []byte(`{"httpMethod": "GET"}`))
	if err != nil {
		return 0, err
	}
	if result.StatusCode() == 0 {
		return 0, fmt.Errorf("it answered %s", result.Payload)
	}
	return result.StatusCode(), nil
}
