// Package setup is the command that makes what an account lacks: the user whose key sends, the
// secret, the role, the function and its URL. It looks first, shows what it would do, asks once,
// and can be run again at any time: each step is looked at before it is made.
package setup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"scf-sms/internal/checkout"
	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/check"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// setup is one run of the command.
type setup struct {
	resources.Cloud
	words     words.Words
	out, errs io.Writer
	paint     term.Paint
	confirm   func(question string) bool
	asks      bool   // somebody sits there to answer
	keyAsked  bool   // the operator's key was asked for, and is kept nowhere
	flags     string // that name the settings, for commands that are shown
	only      bool   // the plan is shown, and not carried out
	goBack    bool   // callers get the version before

	spec      spec
	user      string // whose key sends
	userNamed bool   // whoever runs this named the user
	packaged  checkout.Packaged
	plan      []step

	// What isn't made for everybody.
	timer  bool   // a timer keeps an instance warm, whether serverless.yml has one or not
	alarms bool   // the log goes to a topic of one's own, which has an index and alarms
	notify string // the user whom the alarms tell; "": whom they told

	// What was found, and what was made since.
	caller     resources.Caller
	sender     *resources.User
	keyed      *held // the secret with the key
	callers    *held // the callers', mostly the same one
	needsKey   bool
	needsToken bool
	function   deployed
	logs       logs
}

// options are the command's flags.
type options struct {
	operator.Options
	yes, plan, rollback, show bool
	timer, alarms             bool
	user, notify              string
}

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	w := words.From(os.Getenv)
	flags := flag.NewFlagSet("setup", flag.ContinueOnError)
	var o options
	o.AddFlags(flags, w, w.Say("setup.flag.simulate"))
	flags.BoolVar(&o.yes, "yes", false, w.Say("setup.flag.yes"))
	flags.BoolVar(&o.plan, "plan", false, w.Say("setup.flag.plan"))
	flags.BoolVar(&o.rollback, "rollback", false, w.Say("setup.flag.rollback"))
	flags.BoolVar(&o.show, "show-authorization", false, w.Say("setup.flag.show"))
	flags.StringVar(&o.user, "user", "", w.Say("setup.flag.user"))
	flags.BoolVar(&o.timer, "timer", false, w.Say("setup.flag.timer"))
	flags.BoolVar(&o.alarms, "alarms", false, w.Say("setup.flag.alarms"))
	flags.StringVar(&o.notify, "notify", "", w.Say("setup.flag.notify"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("setup.help")); err != nil {
		return err
	}
	mistake := func(key string, values ...any) error {
		return term.UsageError{Text: "setup: " + w.Say(key, values...)}
	}
	asks := term.IsTerminal(stdio.In) && !o.yes
	switch {
	case flags.NArg() > 0:
		return mistake("setup.mistake.arguments", flags.Arg(0))
	case o.notify != "" && !o.alarms:
		return mistake("setup.mistake.notify")
	case !o.yes && !o.plan && !asks:
		return mistake("setup.mistake.ask")
	}
	a, err := operator.Open("setup", o.Options)
	if err != nil {
		return err
	}
	defer func() { a.Close() }()
	keyAsked := a.Key == nil
	if asks && a.Sim == nil {
		if a, err = complete(ctx, a, o, stdio, w); err != nil {
			return err
		}
	}
	if a.Key == nil {
		return term.UsageError{Text: "setup: " + a.Env.Explained(a.KeyError.Error())}
	}
	if a.Sim != nil {
		end, err := simulate(a)
		if err != nil {
			return err
		}
		defer end()
		if asks && !o.plan && !o.rollback {
			if err := chooseSimulated(ctx, a, o, stdio, w); err != nil {
				return err
			}
		}
	}
	s, err := newSetup(a, o, stdio, w)
	if err != nil {
		return term.UsageError{Text: "setup: " + err.Error()}
	}
	s.asks, s.keyAsked, s.flags = asks, keyAsked, o.Flags()
	s.confirm = func(question string) bool { return o.yes || term.Confirm(ctx, stdio, question) }
	if !s.goBack {
		if s.packaged, err = s.build(ctx); err != nil {
			return err
		}
	}
	err = s.run(ctx, o.show)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) // what it failed at is of no interest then
	}
	return err
}

// newSetup reads serverless.yml. Its error names what is missing or wrong.
func newSetup(a *operator.Account, o options, stdio term.Stdio, w words.Words) (*setup, error) {
	s := &setup{Cloud: resources.Cloud{Account: a}, words: w, out: stdio.Out, errs: stdio.Err,
		paint: term.Painter(stdio.Out), only: o.plan, goBack: o.rollback,
		user: o.user, userNamed: o.user != "", timer: o.timer, alarms: o.alarms,
		notify: o.notify}
	var unset []string
	var err error
	path := filepath.Join(a.Root, "serverless.yml")
	if s.spec, unset, err = readSpec(path, o.Stage, getenv(a)); err != nil {
		return nil, err
	}
	if len(unset) > 0 {
		return nil, errors.New(a.Env.Explained(w.Say("setup.mistake.unset",
			strings.Join(unset, ", "), a.Env.Path)))
	}
	a.Deployed.Region = s.spec.Region
	deployed := settings.Read(func(name string) string {
		for _, v := range s.spec.Variables {
			if v.Key == name {
				return v.Value
			}
		}
		if name == "TENCENTCLOUD_REGION" {
			return s.spec.Region
		}
		return ""
	})
	if len(deployed.Problems) > 0 {
		return nil, errors.New(a.Env.Explained(w.Say("setup.mistake.settings",
			w.Hint(strings.Join(settings.Sentences(deployed.Problems), "; ")))))
	}
	// These are what the function will have. Where this program asks is another matter.
	deployed.Secret.Endpoint, deployed.SMS.Endpoint = a.Settings.Secret.Endpoint,
		a.Settings.SMS.Endpoint
	a.Settings = deployed
	if s.user == "" {
		s.user = resources.SenderOf(deployed.Secret.Name)
	}
	for _, name := range []string{"SSM_ENDPOINT", "SMS_ENDPOINT"} {
		if value := a.Over[name]; value != "" { // a simulated function asks the simulated cloud
			s.spec.Variables = append(s.spec.Variables, variable{name, value})
		}
	}
	return s, nil
}

// run looks, shows, asks, makes and probes.
func (s *setup) run(ctx context.Context, show bool) error {
	if s.goBack {
		return s.rollback(ctx)
	}
	s.look(ctx)
	s.show()
	if s.has(blocks) {
		fmt.Fprintln(s.out, "\n"+s.paint(term.Red, s.words.Say("setup.blocked")))
		return term.ErrNegative
	}
	if s.only {
		return nil
	}
	if s.has(makes, changes) {
		fmt.Fprintln(s.out)
		if !s.confirm(s.words.Say("setup.ask")) {
			fmt.Fprintln(s.out, s.words.Say("setup.declined"))
			return term.ErrNegative
		}
		if err := s.carryOut(ctx); err != nil {
			return err
		}
	}
	version := s.packaged.Version
	if s.has(backed) {
		version = "" // callers get another one
	}
	if err := s.prove(ctx, version); err != nil {
		return err
	}
	s.tell(show)
	return nil
}

// look plans all steps, in the order in which they are made.
func (s *setup) look(ctx context.Context) {
	var f *operator.Failure
	if s.caller, f = s.Whoami(ctx); s.unseen("account", f) {
		return
	}
	if s.caller.Root() {
		s.warn("account", "setup.account.root", s.caller.AccountId)
	} else {
		s.there("account", "setup.account.there", s.caller.AccountId)
	}
	s.lookSMS(ctx)
	s.lookSecrets(ctx)
	s.lookRole(ctx)
	s.lookSCFRole(ctx)
	s.lookTopic(ctx)
	s.lookFunction(ctx)
	s.lookTimer(ctx)
	s.lookAlarms(ctx)
}

// lookSMS lists what no API makes. What is wrong with it keeps nobody from deploying: reviews take
// days.
func (s *setup) lookSMS(ctx context.Context) {
	var approved []string
	for _, found := range check.SMS(ctx, s.Account) {
		id, isTemplate := strings.CutPrefix(found.Check, "template ")
		m := there
		switch {
		case found.OK && isTemplate:
			approved = append(approved, id)
			continue
		case !found.OK:
			m = warns
		}
		s.plan = append(s.plan, step{m, found.Name, found.Detail, found.Todo, nil})
	}
	if len(approved) > 0 {
		s.there("templates", "setup.templates.there", strings.Join(approved, ", "))
	}
}
