// Package term is how the commands speak to people. The rules, for all of them:
//
//   - What was asked for goes to stdout; what goes on meanwhile, and errors, to stderr.
//   - A mistake in the command line is one line that names it; the exit status is then 2. It is 1
//     where the command ran and its answer is no.
//   - ✓ green is good, ✗ red is not, ! yellow is a warning, ? yellow is not known, · is neither.
//     The sign says it without the colour, too. Colours are for terminals alone, and not where
//     NO_COLOR is set.
//   - Lines end at [PageWidth] cells, or at the terminal's edge where it is known. A Chinese
//     character takes two cells.
//   - → begins what to do about it.
//   - With -json stdout holds JSON and nothing else.
//   - A phone number is shown by its calling code and its last two digits. No secret is shown.
//   - Work that takes longer than a second says on stderr what it does.
package term

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// Stdio is where a command reads and writes.
type Stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// PageWidth is where lines end, in cells: half of a wide terminal, or all of a narrow one.
const PageWidth = 80

// Paint colours text for terminals, and leaves it alone elsewhere.
type Paint func(color, text string) string

// The colours, as the codes of SGR (ECMA-48).
const (
	Red    = "31"
	Green  = "32"
	Yellow = "33"
	Bold   = "1"
	Faint  = "2"
)

// Painter colours if out is a terminal and NO_COLOR is not set (https://no-color.org).
func Painter(out io.Writer) Paint {
	if IsTerminal(out) && os.Getenv("NO_COLOR") == "" {
		return func(color, text string) string { return "\x1b[" + color + "m" + text + "\x1b[0m" }
	}
	return func(_, text string) string { return text }
}

// IsTerminal reports whether a person sits at a stream.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}

// Width is how many cells a line of out has; math.MaxInt where lines may be of any length.
func Width(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return math.MaxInt
}

// Announce prints a line once the work has taken longer than after. The function that it returns
// says that the work is over; from then on nothing is printed.
func Announce(errs io.Writer, after time.Duration, line string) (over func()) {
	var printing sync.Mutex
	done := false
	timer := time.AfterFunc(after, func() {
		printing.Lock()
		defer printing.Unlock()
		if !done {
			fmt.Fprintln(errs, line)
		}
	})
	return func() {
		timer.Stop()
		printing.Lock()
		defer printing.Unlock()
		done = true
	}
}
