package setup

import (
	"context"
	"slices"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// keepWarm is the timer of -timer. It stands in serverless.yml, as a comment.
func keepWarm() *resources.Timer {
	return &resources.Timer{Name: "keep-warm", Qualifier: "$DEFAULT", Cron: "0 */5 * * * * *",
		Argument: "keep warm"}
}

// wantedTimer is the timer that the function shall have: that of serverless.yml, or with -timer
// that of the comment in it; nil for none.
func (s *setup) wantedTimer() *resources.Timer {
	if s.spec.Timer == nil && s.timer {
		return keepWarm()
	}
	return s.spec.Timer
}

// lookTimer plans the timer. One that nobody asks for stays as it is, and is shown.
func (s *setup) lookTimer(ctx context.Context) {
	if s.has(blocks) {
		return // the function may be another's
	}
	want := s.wantedTimer()
	var all []resources.Timer
	if s.function.there && s.function.Status == "Active" {
		var f *operator.Failure
		if all, f = s.Timers(ctx, s.spec.Name); s.unseen("timer", f) {
			return
		}
	}
	has := false
	for _, t := range all {
		switch {
		case want == nil || t.Name != want.Name:
			s.there("timer", "setup.timer.other", s.describeTimer(t))
			continue
		case t.Qualifier != want.Qualifier:
			s.warn("timer", "setup.timer.elsewhere", s.describeTimer(t), want.Qualifier)
		case t != *want:
			s.add(changes, "timer", s.makeTimer, "setup.timer.change", s.describeTimer(t),
				s.describeTimer(*want))
		default:
			s.there("timer", "setup.timer.there", s.describeTimer(t))
		}
		has = true
	}
	if want != nil && !has {
		s.add(makes, "timer", s.makeTimer, "setup.timer.make", s.describeTimer(*want))
	}
}

// describeTimer is a timer for people.
func (s *setup) describeTimer(t resources.Timer) string {
	state := "setup.timer.on"
	if t.Off {
		state = "setup.timer.off"
	}
	return s.words.Say(state, term.Plain(t.Name), term.Plain(t.Cron),
		term.Plain(t.Qualifier), term.Plain(t.Argument))
}

// makeTimer makes the timer, or changes the one of its name. It looks each time, so that nothing
// is made twice where an answer was lost.
func (s *setup) makeTimer(ctx context.Context) error {
	want := *s.wantedTimer()
	return s.errorOf(s.settle(ctx, s.lastChange(), func(f *operator.Failure) bool {
		return again(f) || f.InUse()
	}, func() *operator.Failure {
		all, f := s.Timers(ctx, s.spec.Name)
		if f != nil {
			return f
		}
		i := slices.IndexFunc(all, func(t resources.Timer) bool { return t.Name == want.Name })
		switch {
		case i < 0:
			return s.CreateTimer(ctx, s.spec.Name, want)
		case all[i] == want:
			return nil
		}
		return s.UpdateTimer(ctx, s.spec.Name, want)
	}))
}
