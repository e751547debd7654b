package setup

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
)

// journey is a run that changes something, and what is there before it.
type journey struct {
	name   string
	before func(*cloudsim.Account)
	then   func(*testing.T, *site)
	build  string
}

// journeys make every changing call that setup knows but that of -rollback.
func journeys() []journey {
	return []journey{
		{"a new account", nil, nil, "one"},
		{"a new build with new settings", nil, func(t *testing.T, s *site) {
			require.NoError(t, s.run(t, "one").err)
			s.edit(t, "memorySize: 64", "memorySize: 128")
			s.Cloud.Update(func(a *cloudsim.Account) {
				a.Functions[0].Default = "1" // as -rollback leaves it
				a.Functions[0].Triggers[0].Desc["NetConfig"] = map[string]any{
					"EnableExtranet": true, "EnableIntranet": true}
			})
		}, "two"},
		{"an account that is half made", halfMade, nil, "one"},
		{"a function that scf deployed", byHand, func(_ *testing.T, s *site) { scfURL(s) }, "one"},
	}
}

func (j *journey) site(t *testing.T) *site {
	t.Helper()
	s := newSite(t, j.before)
	if j.then != nil {
		j.then(t, s)
	}
	return s
}

func (s *site) calm() {
	s.ctx = nil
	s.Intercept(nil)
}

// states are those that come of what a journey calls: every accident at each changing call, and
// each action refused. tried are the actions of the journeys before: at those only the run ends.
func (j journey) states(t *testing.T, tried map[string]bool) (states []state) {
	s := j.site(t)
	before := len(s.Cloud.Requests())
	o := s.run(t, j.build)
	require.NoError(t, o.err, o.said())
	count := map[string]int{}
	for _, action := range s.Calls(before) {
		count[action]++
		nth := count[action]
		for _, a := range operatortest.Accidents() {
			killed, changes := a.Name == operatortest.Killed.Name, operatortest.Changes(action)
			if tried[action] && !changes || !killed && (tried[action] || !changes) {
				continue
			}
			states = append(states, state{
				name:  fmt.Sprintf("%s, where %s no. %d %s", j.name, action, nth, a.Name),
				start: j,
				put:   func(t *testing.T, s *site) { s.ctx = s.Upset(t, action, nth, a) },
				take:  (*site).calm,
				may:   true,
				// That answer alone has what nothing else tells: the key's secret half.
				ends: a.Name == operatortest.AnswerLost.Name && action != cloudsim.CreateAccessKey,
			})
		}
		if nth > 1 || tried[action] || action == cloudsim.SendSms {
			continue
		}
		for _, refused := range []struct{ what, code, says string }{
			{"is forbidden", "UnauthorizedOperation", ":" + action},
			{"always comes too often", "RequestLimitExceeded", ":" + action},
		} {
			states = append(states, state{
				name: fmt.Sprintf("%s, where %s %s", j.name, action, refused.what), start: j,
				put: func(_ *testing.T, s *site) {
					s.Cloud.Always(action, &cloudsim.Fault{Kind: cloudsim.Refuse, Code: refused.code})
				},
				take: func(s *site) { s.Cloud.Always(action, nil) },
				says: refused.says,
				may:  true, // what a run does without is not in its way
			})
		}
	}
	for action := range count {
		tried[action] = true
	}
	return states
}
