package term

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// ErrNegative is the error of a command that ran and has shown that its answer is no.
var ErrNegative = errors.New("not as expected")

// UsageError is a mistake in the command line, told in one line.
type UsageError struct{ Text string }

func (e UsageError) Error() string { return e.Text }

// ParseFlags parses a command's flags. Help goes to stdout. A mistake is a [UsageError].
func ParseFlags(flags *flag.FlagSet, args []string, stdout io.Writer, help string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, strings.TrimRight(help, "\n")+"\n\n")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
		return flag.ErrHelp
	}
	if err != nil {
		return UsageError{flags.Name() + ": " + err.Error()}
	}
	return nil
}

// PrintJSON prints a value for machines.
func PrintJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
