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
	"scf-sms/scripts/local/internal/words"
)

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	w := words.From(os.Getenv)
	verbose := flags.Bool("v", false, w.Say("replay.flag.v"))
	update := flags.Bool("update", false, w.Say("replay.flag.update"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("replay.help")); err != nil {
		return err
	}
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	events, err := loadEvents(root, flags.Args(), stdio, w)
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

	report := reporter{out: stdio.Out, words: w, paint: term.Painter(stdio.Out), verbose: *verbose,
		brief: flags.NArg() == 0, line: term.Width(stdio.Out)}
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
