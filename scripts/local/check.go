package main

import (
	"context"
	"flag"
	"io"
	"slices"
	"time"
)

const checkHelp = `Usage: go run ./scripts/local check [-env FILE] [-simulate] [-json]

Is the account ready? Looks at the settings in FILE (by default .env, with the
shell's environment over it) and at what Tencent Cloud has to them: the secret, the
AccessKey in it, the signatures, the templates. It asks with your own key
(TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_TOKEN or TENCENTCLOUD_…), changes
nothing, sends nothing, and shows no secret. The function itself is built and started
with the settings, too. The exit status is 1 if anything is
wrong. What your key may not look at is marked with a question mark.

Example: go run ./scripts/local check -simulate

`

// checkTimeout bounds all calls together.
const checkTimeout = 30 * time.Second

// check runs the command.
func check(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	envFile := flags.String("env", "", "read the settings from `FILE` instead of .env")
	simulate := flags.Bool("simulate", false, "ask a simulated Tencent Cloud; without -env with its own settings")
	asJSON := flags.Bool("json", false, "for machines: a list of {check, status, detail, todo}; status is ok, wrong or unknown")
	if err := parseFlags(flags, args, stdout, checkHelp); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return usageError{"check: takes no arguments, only flags: " + flags.Arg(0)}
	}
	a, err := openAccount("check", *envFile, *simulate)
	if err != nil {
		return err
	}
	defer a.close()
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	rows := withFunction(examine(ctx, a), a.examineFunction(ctx))
	if *asJSON {
		err = printJSON(stdout, rows)
	} else {
		printRows(stdout, a, rows)
	}
	if err == nil && tally(rows)[failed] > 0 {
		return errNegative
	}
	return err
}

// withFunction puts the function's row behind those of the settings it was started with.
func withFunction(rows []row, function row) []row {
	i := slices.IndexFunc(rows, func(r row) bool { return r.group != groupSettings })
	if i < 0 {
		i = len(rows)
	}
	return slices.Insert(rows, i, function)
}

// examine looks at everything there is to look at.
func examine(ctx context.Context, a *account) []row {
	x := &examination{account: a}
	before := x.examineSettings()
	if a.deployed.variables != nil {
		before = append(before, a.deployed.compare(a.env)...)
	}
	var after []row
	if a.key != nil {
		after = append(x.examineSecret(ctx), x.examineSMS(ctx)...)
	}
	// How the calls went is known after them, and told before what they brought.
	return slices.Concat(before, x.examineCloud(), after)
}
