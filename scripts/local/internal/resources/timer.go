package resources

import (
	"context"
	"encoding/json"

	"scf-sms/scripts/local/internal/operator"
)

// Timer is a timer trigger of a function.
type Timer struct {
	Name      string
	Qualifier string
	Cron      string // seven fields, from seconds to years
	Argument  string // the Message of its events
	Off       bool
}

// Timers lists a function's timers. SCF hands an expression back in JSON, which it doesn't take.
func (c Cloud) Timers(ctx context.Context, name string) (all []Timer, f *operator.Failure) {
	triggers, f := c.triggers(ctx, name)
	for _, t := range triggers {
		if t.Type != "timer" {
			continue
		}
		desc := struct{ Cron string }{t.TriggerDesc}
		json.Unmarshal([]byte(t.TriggerDesc), &desc)
		all = append(all, Timer{Name: t.TriggerName, Qualifier: t.Qualifier, Cron: desc.Cron,
			Argument: t.CustomArgument, Off: t.Enable != 1})
	}
	return all, f
}

// CreateTimer makes a timer, as Tencent's own tool does.
func (c Cloud) CreateTimer(ctx context.Context, function string, t Timer) *operator.Failure {
	return c.Call(ctx, operator.SCF, "CreateTrigger", t.params(function), nil)
}

// UpdateTimer changes the timer of the same name and qualifier.
func (c Cloud) UpdateTimer(ctx context.Context, function string, t Timer) *operator.Failure {
	return c.Call(ctx, operator.SCF, "UpdateTrigger", t.params(function), nil)
}

func (t Timer) params(function string) map[string]any {
	return map[string]any{
		"FunctionName": function, "Namespace": "default", "Type": "timer", "TriggerName": t.Name,
		"Qualifier": t.Qualifier, "TriggerDesc": t.Cron, "CustomArgument": t.Argument,
		"Enable": map[bool]string{true: "CLOSE", false: "OPEN"}[t.Off],
	}
}
