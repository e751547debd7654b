// Package check is the command that says whether an account is ready, and what a deployment lacks.
//
//	check.go        the command, and all checks in their order
//	deploy.go       check -deploy: what is missing before a deployment
//	settings.go     the settings alone
//	deployment.go   serverless.yml against the settings here
//	binary.go       the function, started with the settings
//	cloud.go        the operator's key, the clock, the two services
//	secret.go       the secret and the AccessKey in it
//	sms.go          the application and the signatures
//	templates.go    the templates
//	report.go       rows, for people and machines
package check

import (
	"context"
	"flag"
	"slices"
	"time"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

const help = `Usage: go run ./scripts/local check [-env FILE | -stage STAGE]
                                    [-simulate] [-json]
       go run ./scripts/local check -deploy [-- ARGUMENTS OF scf deploy]

Is the account ready? Looks at the settings and at what Tencent Cloud has to
them: the secret, the AccessKey in it, the signatures, the templates. It asks
with your own key (TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_TOKEN or
TENCENTCLOUD_…), changes nothing, sends nothing, and shows no secret. The
function itself is built and started with the settings, too. The exit status is
1 if anything is wrong. What your key may not look at is marked with a question
mark.

The settings are those that scf deploys with: of the shell, and of the first of
.env.STAGE, .env, and the same in the two folders above. STAGE is by default
that of serverless.yml.

Example: go run ./scripts/local check -simulate

`

// timeout bounds all calls together.
const timeout = 30 * time.Second

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	var o operator.Options
	flags.StringVar(&o.EnvFile, "env", "", "read the settings from `FILE`")
	flags.StringVar(&o.Stage, "stage", "", "the `STAGE` of scf deploy --stage")
	flags.BoolVar(&o.Simulate, "simulate", false,
		"ask a simulated Tencent Cloud; without -env with its own settings")
	asJSON := flags.Bool("json", false,
		"for machines: a list of {check, status, detail, todo}; status is ok, wrong or unknown")
	deploy := flags.Bool("deploy", false,
		"only say what is missing to deploy, a line for each; arguments behind -- are those of scf")
	if err := term.ParseFlags(flags, args, stdio.Out, help); err != nil {
		return err
	}
	switch {
	case *deploy:
		return runDeploy(o.Stage, flags.Args(), stdio.Out)
	case flags.NArg() > 0:
		return term.UsageError{Text: "check: takes no arguments, only flags: " + flags.Arg(0)}
	case o.EnvFile != "" && o.Stage != "":
		return term.UsageError{Text: "check: -env names the file and -stage finds it: " +
			"give one of them"}
	}
	a, err := operator.Open("check", o)
	if err != nil {
		return err
	}
	defer a.Close()
	binary := functionRow(ctx, a, stdio.Err) // the first build alone may take longer than timeout
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	rows := all(ctx, a, binary)
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
func all(ctx context.Context, a *operator.Account, binary ...row) []row {
	x := &run{Account: a}
	before := slices.Concat(settingsRows(a), deploymentRows(a), binary)
	var after []row
	if a.Key != nil {
		after = append(x.secretRows(ctx), x.smsRows(ctx)...)
	}
	// How the calls went is known after them, and told before what they brought.
	return slices.Concat(before, x.cloudRows(), after)
}
