package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

// examineFunction builds the function, starts it with these settings as SCF does, and sends it an event that it refuses
// before it asks for anything: what it answers says whether it takes the settings.
func (a *account) examineFunction(ctx context.Context) row {
	r := row{group: groupSettings, Check: "function"}
	result, err := a.tryFunction(ctx)
	var answer struct{ StatusCode int }
	if err == nil {
		err = json.Unmarshal(result.Payload, &answer)
	}
	switch {
	case err != nil:
		r.Status, r.Detail, r.Todo = failed, "doesn't start with these settings", err.Error()
	case answer.StatusCode == 405:
		r.Status, r.Detail = passed, "starts with these settings, and answers"
	default:
		r.Status, r.Detail = failed, fmt.Sprintf("answers everything with %d", answer.StatusCode)
		r.Todo = "see the settings above"
	}
	return r
}

func (a *account) tryFunction(ctx context.Context) (scfhost.Result, error) {
	temp, err := os.MkdirTemp("", "scf-sms-")
	if err != nil {
		return scfhost.Result{}, err
	}
	defer os.RemoveAll(temp)
	binary, err := simulation.Build(ctx, a.root, temp)
	if err != nil {
		return scfhost.Result{}, err
	}
	instance, err := scfhost.New(scfhost.Function{Binary: binary, Env: a.env.variables(a.over), Region: a.deployed.region})
	if err != nil {
		return scfhost.Result{}, err
	}
	defer instance.Close()
	return instance.Invoke(ctx, []byte(`{"httpMethod": "GET"}`))
}
