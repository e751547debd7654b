package cloudsim

import (
	"regexp"
	"slices"
	"strings"
)

// isCron reports whether a text is a timer's expression: seven fields, from seconds to years
// (https://cloud.tencent.com/document/product/583/9708). What stands in each isn't checked.
func isCron(text string) bool { return len(strings.Fields(text)) == 7 }

func (c *Cloud) createTimerLocked(q *call, f *Function, qualifier string) (any, *apiError) {
	p := q.params
	name := p.get("TriggerName")
	switch {
	case !regexp.MustCompile(`^[\w-]{1,100}$`).MatchString(name):
		return nil, refuse("InvalidParameterValue.TriggerName")
	case !isCron(p.get("TriggerDesc")):
		return nil, refuse("InvalidParameterValue.TriggerDesc")
	case f.at(qualifier) == nil:
		return nil, refuse("ResourceNotFound.Qualifier")
	case slices.ContainsFunc(f.Triggers, func(t Trigger) bool { return t.ID == name }):
		return nil, refuse("ResourceInUse.TriggerName")
	}
	t := Trigger{ID: name, Qualifier: qualifier, Cron: p.get("TriggerDesc"),
		Argument: p.get("CustomArgument"), Made: q.now, Disabled: p.get("Enable") == "CLOSE"}
	f.Triggers = append(f.Triggers, t)
	return map[string]any{"TriggerInfo": c.timerLocked(q, f, t), "RequestId": q.id()}, nil
}

// timerLocked is a timer as SCF shows it: with its expression in JSON, which it doesn't take.
func (c *Cloud) timerLocked(q *call, f *Function, t Trigger) map[string]any {
	return c.shownLocked(q, f, t, "timer", string(encode(map[string]string{"cron": t.Cron})))
}

func (c *Cloud) updateTimerLocked(q *call, t *Trigger) (any, *apiError) {
	p := q.params
	cron := p.get("TriggerDesc")
	switch {
	case p.get("Qualifier") != "" && p.get("Qualifier") != t.Qualifier:
		return nil, refuse("ResourceNotFound.Trigger")
	case cron != "" && !isCron(cron):
		return nil, refuse("InvalidParameterValue.TriggerDesc")
	}
	if cron != "" {
		t.Cron = cron
	}
	if p["CustomArgument"] != nil {
		t.Argument = p.get("CustomArgument")
	}
	if p["Enable"] != nil {
		t.Disabled = p.get("Enable") == "CLOSE"
	}
	return done(q)
}
