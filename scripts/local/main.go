// Command local runs the function on this machine: the binary that is deployed, driven over SCF's own RPC.
//
//	replay.go       the events in testdata, and what came of each
//	serve*.go       the function behind HTTP: the server, its one live instance, what it prints, what it watches
//	workbench*.go   what that server serves besides: the page (page.html), its API, and the switches of the simulated cloud
//	check*.go       is the account ready? A file for each part: the settings, serverless.yml, the function, Tencent Cloud
//	                (key, clock, regions), the secret, SMS; check_account.go is what all of them and send ask with
//	send*.go        one real message: the command, the invocation and the delivery report, what is shown
//	dotenv.go       the settings in .env and the shell's environment
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

const usage = `Usage: go run ./scripts/local COMMAND [flags]

  replay   feed the function the events in testdata, and compare what comes of each
  serve    the function behind HTTP, with a page to try it
  check    is the account ready? settings, secret, signature, templates
  send     one real message

Every command builds the function and runs it as SCF does. replay and serve need no
account. "go run ./scripts/local COMMAND -h" says more.

Example: go run ./scripts/local replay -v testdata/events/sign-in.json
`

// Exit statuses.
const (
	exitOK       = 0
	exitNegative = 1 // the command ran, and its answer is no
	exitUsage    = 2 // the command could not be run as it was given
)

// errNegative is the error of a command that has already shown what is wrong.
var errNegative = errors.New("not as expected")

// usageError is a mistake in the command line, told in one line.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // replay | head must not leave its files behind
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	var err error
	switch args[0] {
	case "replay":
		err = replay(ctx, args[1:], stdin, stdout)
	case "serve":
		err = serve(ctx, args[1:], stdout, stderr)
	case "check":
		err = check(ctx, args[1:], stdout)
	case "send":
		err = send(ctx, args[1:], stdin, stdout, stderr)
	case "help", "-h", "-help", "--help":
		fmt.Fprint(stdout, usage)
	default:
		err = usageError{fmt.Sprintf("no command %q; there are replay, serve, check and send", args[0])}
	}
	var mistake usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errNegative):
		return exitNegative
	case errors.As(err, &mistake):
		fmt.Fprintln(stderr, "local: "+err.Error())
		return exitUsage
	case errors.Is(err, context.Canceled), errors.Is(err, context.Cause(ctx)):
		fmt.Fprintln(stderr, "local: interrupted")
		return exitNegative
	default:
		fmt.Fprintln(stderr, "local: "+err.Error())
		return exitNegative
	}
}

// parseFlags parses a command's flags. Help goes to stdout, and a mistake becomes one line that names it.
func parseFlags(flags *flag.FlagSet, args []string, stdout io.Writer, help string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, help)
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return flag.ErrHelp
	}
	if err != nil {
		return usageError{flags.Name() + ": " + err.Error()}
	}
	return nil
}

// paint colours text for terminals, and leaves it alone elsewhere.
type paint func(color, text string) string

const (
	red   = "31"
	green = "32"
	faint = "2"
)

// terminal reports whether a stream is one that a person sits at.
func terminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}

// terminalWidth is how many cells a line of stdout has, or 0 where it is no terminal and lines may be of any length.
func terminalWidth(stdout io.Writer) int {
	file, ok := stdout.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// painter colours for stdout if that is a terminal and NO_COLOR is not set (https://no-color.org).
func painter(stdout io.Writer) paint {
	if terminal(stdout) && os.Getenv("NO_COLOR") == "" {
		return func(color, text string) string { return "\x1b[" + color + "m" + text + "\x1b[0m" }
	}
	return func(_, text string) string { return text }
}
