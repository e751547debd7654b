package setup

import (
	"context"
	"errors"
	"time"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// mark is what a step does.
type mark string

const (
	there   mark = "✓" // nothing: it is as it should be
	makes   mark = "+"
	changes mark = "~"
	blocks  mark = "✗" // it can't be done, and so nothing is
	warns   mark = "!"
	backed  mark = "↩" // callers get an older version on purpose
)

// step is one thing that a deployment needs, in the order in which they are made.
type step struct {
	mark         mark
	name, detail string
	todo         string
	do           func(context.Context) error // nil where nothing is to be done
}

// add adds a step. key is that of its detail; what is to be done about it has ".todo" behind it.
func (s *setup) add(m mark, name string, do func(context.Context) error, key string, v ...any) {
	s.plan = append(s.plan, step{m, s.words.Say("setup.name." + name), s.words.Say(key, v...),
		s.words.Todo(key), do})
}

func (s *setup) there(name, key string, values ...any) { s.add(there, name, nil, key, values...) }
func (s *setup) warn(name, key string, values ...any)  { s.add(warns, name, nil, key, values...) }
func (s *setup) block(name, key string, values ...any) { s.add(blocks, name, nil, key, values...) }

// unseen adds the step of something that can't be looked at, and reports whether there was a
// failure.
func (s *setup) unseen(name string, f *operator.Failure) bool {
	if f == nil {
		return false
	}
	text, todo := f.Told(s.words)
	s.plan = append(s.plan, step{blocks, s.words.Say("setup.name." + name), text, todo, nil})
	return true
}

// failed is the error of a step whose call failed.
func (s *setup) failed(f *operator.Failure) error {
	return errors.New("setup: " + s.words.Advise(f.Told(s.words)))
}

// stop is the error of what can't go on, and what to do about it.
func (s *setup) stop(key string, values ...any) error {
	return errors.New("setup: " + s.words.Advise(s.words.Say(key, values...), s.words.Todo(key)))
}

// has reports whether the plan has a step of one of the kinds.
func (s *setup) has(marks ...mark) bool {
	for _, step := range s.plan {
		for _, m := range marks {
			if step.mark == m {
				return true
			}
		}
	}
	return false
}

const nameWidth = 18

// show prints the plan.
func (s *setup) show() {
	colors := map[mark]string{there: term.Green, makes: term.Green, changes: term.Yellow,
		blocks: term.Red, warns: term.Yellow, backed: term.Red}
	for _, step := range s.plan {
		term.PrintRow(s.out, s.paint, term.Row{Sign: string(step.mark), Color: colors[step.mark],
			Name: step.name, Detail: step.detail, Todo: step.todo, NameWidth: nameWidth})
	}
}

// undone is the error of a step that Tencent refuses, and that the other steps don't need. It says
// so.
type undone string

func (u undone) Error() string { return string(u) }

// carryOut does what the plan says, one step after another.
func (s *setup) carryOut(ctx context.Context) error {
	for _, step := range s.plan {
		if step.do == nil {
			continue
		}
		row := term.Row{Sign: string(there), Color: term.Green, Name: step.name,
			Detail: step.detail, NameWidth: nameWidth}
		err := step.do(ctx)
		if why, ok := errors.AsType[undone](err); ok {
			row.Sign, row.Color, row.Detail = string(warns), term.Yellow, string(why)
		} else if err != nil {
			return err
		}
		term.PrintRow(s.out, s.paint, row)
	}
	return nil
}

// meanwhile says on stderr what goes on.
func (s *setup) meanwhile(key string, values ...any) {
	term.PrintText(s.errs, s.words.Say(key, values...))
}

const (
	patience = 60 * time.Second // for what was made and isn't there yet
	poll     = 2 * time.Second
)

// settle makes a call again and again, for a minute, while notYet says of its failure that what was
// made just now isn't there yet. what names that, for people.
func (s *setup) settle(
	ctx context.Context, what string, notYet func(*operator.Failure) bool,
	call func() *operator.Failure,
) *operator.Failure {
	for waited := time.Duration(0); ; waited += poll {
		f := call()
		if f == nil || !notYet(f) || waited >= patience {
			return f
		}
		if waited == 0 {
			s.meanwhile("setup.waiting", what)
		}
		if s.Pause(ctx, poll) != nil {
			return f
		}
	}
}

// absent is for settle: something that a call needs is not there.
func absent(f *operator.Failure) bool { return f.Absent() }

// made reports whether a call that makes something may be over: it was done, or may have been done
// and its answer lost, or somebody did the same. Whoever calls then looks at what is there.
func made(f *operator.Failure) bool {
	return f == nil || f.Unclear() || f.InUse()
}
