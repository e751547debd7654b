// Command local runs the function on this machine: the binary that is deployed, driven over SCF's
// own RPC. Each command is a package below internal; they share
//
//	term      how commands speak to people, and the rules of it
//	function  how the function is built, and its log line
//	operator  .env, serverless.yml, the operator's key and account
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"scf-sms/scripts/local/internal/check"
	"scf-sms/scripts/local/internal/probe"
	"scf-sms/scripts/local/internal/replay"
	"scf-sms/scripts/local/internal/report"
	"scf-sms/scripts/local/internal/rotate"
	"scf-sms/scripts/local/internal/send"
	"scf-sms/scripts/local/internal/serve"
	"scf-sms/scripts/local/internal/setup"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// Exit statuses.
const (
	exitOK       = 0
	exitNegative = 1 // the command ran, and its answer is no
	exitUsage    = 2 // the command could not be run as it was given
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // replay | head must not leave its files behind
	os.Exit(run(ctx, os.Args[1:], term.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// run is main without the process: it returns the exit status.
func run(ctx context.Context, args []string, stdio term.Stdio) int {
	w := words.From(os.Getenv)
	commands := map[string]func(context.Context, []string, term.Stdio) error{
		"replay": replay.Run, "serve": serve.Run, "check": check.Run, "send": send.Run,
		"report": report.Run,
		"setup":  setup.Run, "probe": probe.Run, "rotate": rotate.Run,
	}
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		fmt.Fprint(stdio.Out, w.Say("local.help"))
		return exitOK
	}
	var err error
	if command := commands[args[0]]; command != nil {
		err = command(ctx, args[1:], stdio)
	} else {
		err = term.UsageError{Text: w.Say("local.unknown", args[0])}
	}
	_, mistake := errors.AsType[term.UsageError](err)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, term.ErrNegative):
		return exitNegative
	case errors.Is(err, context.Canceled), errors.Is(err, context.Cause(ctx)):
		err = errors.New(w.Say("local.interrupted"))
	}
	term.PrintText(stdio.Err, "local: "+err.Error())
	if mistake {
		return exitUsage
	}
	return exitNegative
}
