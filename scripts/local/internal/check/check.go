// Package check is the command that says whether an account is ready, and what a deployment lacks.
package check

import (
	"context"
	"flag"
	"os"
	"slices"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// timeout bounds everything but the build of the function, which takes a minute the first time.
const timeout = 30 * time.Second

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	var o operator.Options
	w := words.From(os.Getenv)
	o.AddFlags(flags, w, w.Say("check.flag.simulate"))
	asJSON := flags.Bool("json", false, w.Say("check.flag.json"))
	deploy := flags.Bool("deploy", false, w.Say("check.flag.deploy"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("check.help")); err != nil {
		return err
	}
	if *deploy {
		return runDeploy(o.Stage, flags.Args(), stdio.Out)
	}
	if flags.NArg() > 0 {
		return term.UsageError{Text: "check: " + w.Say("flags.arguments", flags.Arg(0))}
	}
	a, err := operator.Open("check", o)
	if err != nil {
		return err
	}
	defer a.Close()
	binary, buildError := function.Build(ctx, a.Root, stdio.Err)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	function := functionRow(ctx, a, binary, buildError)
	function.add(groupSettings, "deployed", servingRow(ctx, a))
	rows := all(ctx, a, function...)
	if *asJSON {
		err = term.PrintJSON(stdio.Out, rows)
	} else {
		printRows(stdio.Out, a, rows)
	}
	if err == nil && tally(rows)[failed] > 0 {
		return term.ErrNegative
	}
	return err
}

// all looks at everything but the function, whose row is given.
func all(ctx context.Context, a *operator.Account, function ...row) []row {
	x := newRun(a)
	var none tencent.Endpoint // of a setting that can't be read
	if a.Key != nil && x.ssm.endpoint != none && a.Settings.Secret.Name != "" {
		x.look(ctx, &x.ssm, x.secrets, x.value, x.role)
	}
	if a.Key != nil && x.sms.endpoint != none {
		x.look(ctx, &x.sms, x.accessKey, x.application, x.balance, x.signatures, x.templates)
	}
	// How the calls went is known after them, and told before what they brought.
	return slices.Concat(settingsRows(a), deploymentRows(a), function, x.cloudRows(), x.report,
		x.redisRows(ctx))
}

// Finding is what check says of one thing.
type Finding struct {
	Check, Name string // its English name and the one that people read
	Detail      string
	Todo        string // what to do about it
	OK          bool
}

// SMS says what is wrong or right with what no API makes: the application, its package, the
// signatures and the templates of the settings.
func SMS(ctx context.Context, a *operator.Account) (all []Finding) {
	x := newRun(a)
	x.look(ctx, &x.sms, x.application, x.balance, x.signatures, x.templates)
	rows := slices.Clone(x.report)
	if x.sms.lost != nil {
		rows = append(rows, x.serviceRow(x.sms))
	}
	for _, r := range rows {
		if r.Status != "" {
			all = append(all, Finding{r.Check, nameOf(a, r.Check), r.Detail, r.Todo,
				r.Status == passed})
		}
	}
	return all
}
