// Package rotate is the command that replaces the AccessKey or the callers' token in the secret,
// without a pause: at no time does the secret hold what isn't accepted.
package rotate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	w := words.From(os.Getenv)
	what := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		what, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("rotate", flag.ContinueOnError)
	var from operator.Options
	from.AddFlags(flags, w, w.Say("rotate.flag.simulate"))
	yes := flags.Bool("yes", false, w.Say("rotate.flag.yes"))
	remove := flags.Bool("delete", false, w.Say("rotate.flag.delete"))
	finish := flags.Bool("finish", false, w.Say("rotate.flag.finish"))
	user := flags.String("user", "", w.Say("rotate.flag.user"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("rotate.help")); err != nil {
		return err
	}
	mistake := func(key string, values ...any) error {
		return term.UsageError{Text: "rotate: " + w.Say(key, values...)}
	}
	switch {
	case what != "key" && what != "token" || flags.NArg() > 0:
		return mistake("rotate.mistake.what")
	case *remove && what == "token":
		return mistake("rotate.mistake.delete")
	case !*yes && !term.IsTerminal(stdio.In):
		return mistake("rotate.mistake.ask")
	}
	a, err := operator.Open("rotate", from)
	if err != nil {
		return err
	}
	defer a.Close()
	if a.Key == nil {
		return term.UsageError{Text: "rotate: " + a.Env.Explained(a.KeyError.Error())}
	}
	if problems := a.Problems(operator.AnyVariable); len(problems) > 0 {
		return mistake("rotate.mistake.settings", a.Env.Source(),
			a.Env.Explained(strings.Join(problems, "; ")))
	}
	r := &rotation{Cloud: resources.Cloud{Account: a}, words: w, out: stdio.Out, errs: stdio.Err,
		paint: term.Painter(stdio.Out), user: *user, flags: from.Flags(),
		confirm: func(question string) bool {
			return *yes || term.Confirm(ctx, stdio, question)
		}}
	if r.user == "" {
		r.user = resources.SenderOf(a.Settings.Secret.Name)
	}
	if *user != "" {
		r.flags += " -user " + *user
	}
	if a.Sim != nil { // whose testdata has a key, and nobody whose it is
		a.Sim.Cloud.Update(func(account *cloudsim.Account) { account.AddSender(r.user) })
		a.Pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	if what == "key" {
		return r.key(ctx, *remove || *finish)
	}
	return r.token(ctx, *finish)
}

// rotation replaces one thing in the secret.
type rotation struct {
	resources.Cloud
	words     words.Words
	out, errs io.Writer
	paint     term.Paint
	user      string                     // whose key sends
	flags     string                     // that name the settings, for commands that are shown
	confirm   func(question string) bool // asks whoever runs the command
}

// say prints a line that was asked for.
func (r *rotation) say(sign, color, key string, values ...any) {
	for i, line := range term.Wrap(r.words.Say(key, values...), term.PageWidth-2) {
		if i > 0 {
			sign = " "
		}
		fmt.Fprintln(r.out, r.paint(color, sign)+" "+line)
	}
}

func (r *rotation) done(key string, values ...any) { r.say("✓", term.Green, key, values...) }
func (r *rotation) will(key string, values ...any) { r.say("+", term.Yellow, key, values...) }
func (r *rotation) note(key string, values ...any) { r.say("·", term.Faint, key, values...) }

// command shows a command to copy, with the settings of this one.
func (r *rotation) command(args string) {
	fmt.Fprintln(r.out, "  go run ./scripts/local rotate "+args+r.flags)
}

// meanwhile says on stderr what goes on.
func (r *rotation) meanwhile(key string, values ...any) {
	term.PrintText(r.errs, r.words.Say(key, values...))
}

// stop is the error of what can't go on, and what to do about it.
func (r *rotation) stop(key string, values ...any) error {
	return errors.New("rotate: " + r.words.Advise(r.words.Say(key, values...), r.words.Todo(key)))
}

// refused is the error of a failed call.
func (r *rotation) refused(f *operator.Failure) error {
	return errors.New("rotate: " + r.words.Advise(f.Told(r.words)))
}

// read reads the secret's value.
func (r *rotation) read(ctx context.Context, name, version string) (resources.Value, error) {
	value, f, err := r.ReadSecret(ctx, name, version)
	switch {
	case f.Absent():
		return value, r.stop("rotate.absent", name, r.Settings.Secret.Region)
	case f != nil:
		return value, r.refused(f)
	case err != nil:
		return value, r.stop("rotate.unusable", name, r.words.Hint(err.Error()))
	}
	return value, nil
}

// write replaces the secret's value, if nobody else did since it was read: Secrets Manager can't
// compare and set.
func (r *rotation) write(
	ctx context.Context, name, version string, before, after resources.Value,
) error {
	if !r.Holds(ctx, name, version, before) {
		return r.stop("rotate.changed", name)
	}
	if f := r.WriteSecret(ctx, name, version, after); f != nil {
		return r.refused(f)
	}
	if !r.Holds(ctx, name, version, after) {
		return r.stop("rotate.unread", name)
	}
	return nil
}
