// Package replay is the command that feeds the function events from files, and compares the
// outcomes with what is expected.
package replay

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/term"
)

const help = `Usage: go run ./scripts/local replay [-v] [-update] [EVENT ...]

Feeds the function events as SCF delivers them, each to a fresh instance in
front of a simulated Tencent Cloud, and shows the outcome of each. An EVENT is
a file, the name of one in testdata/events such as sign-in, or "-" for standard
input; without arguments it is all of testdata/events. What is expected of
NAME.json stands beside it in NAME.want.json, and what comes before it, if
anything does, in NAME.before.json: other events, settings, a Redis that fails.
A message alone, as Logto, Supabase or ZITADEL posts it, is replayed as the body
of one of these events. An event's headers may have {now}, {supabase} and
{zitadel} in the place of the time and the signature, which are filled in by
testdata/cloud.json's secret.

Example: go run ./scripts/local replay -v sign-in

`

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "show the answers and the log lines, too")
	update := flags.Bool("update", false, "make the outcome of each event what is expected of it")
	if err := term.ParseFlags(flags, args, stdio.Out, help); err != nil {
		return err
	}
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	events, err := loadEvents(root, flags.Args(), stdio)
	if err != nil {
		return err
	}
	binary, err := function.Build(ctx, root, stdio.Err)
	if err != nil {
		return err
	}
	p, err := newPlayer(binary, filepath.Join(root, "testdata"))
	if err != nil {
		return err
	}
	defer p.close()

	report := reporter{out: stdio.Out, paint: term.Painter(stdio.Out), verbose: *verbose}
	for _, e := range events {
		report.width = max(report.width, len(e.name))
	}
	for _, e := range events {
		o, err := p.play(ctx, e)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if *update && e.wantFile != "" {
			e.want = o.golden(e.want)
			if err := os.WriteFile(e.wantFile, e.want, 0o644); err != nil {
				return err
			}
		}
		report.row(e, o)
	}
	return report.total()
}
