package term

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Confirm asks, and takes nothing but a yes for one: y, yes or 是. Ctrl-C is a no.
func Confirm(ctx context.Context, stdio Stdio, question string) bool {
	fmt.Fprint(stdio.Out, question+" [y/N] ")
	answer := strings.ToLower(readLine(ctx, stdio))
	return answer == "y" || answer == "yes" || answer == "是"
}

// readLine reads a line from whoever sits at the terminal; "" if ctx or the input ends first.
func readLine(ctx context.Context, stdio Stdio) string {
	answer := make(chan string, 1)
	go func() {
		// Byte by byte: what a reader of its own would have read ahead, the next question misses.
		line, _ := bufio.NewReaderSize(oneByte{stdio.In}, 16).ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		if !strings.HasSuffix(line, "\n") { // who types one sees it
			fmt.Fprintln(stdio.Out)
		}
		return strings.TrimSpace(line)
	case <-ctx.Done():
		fmt.Fprintln(stdio.Out)
		return ""
	}
}

// oneByte reads a byte at a time.
type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }

// Ask asks for a line of text. The error is that of ctx, if it ends first.
func Ask(ctx context.Context, stdio Stdio, question string) (string, error) {
	fmt.Fprint(stdio.Out, question+": ")
	line := readLine(ctx, stdio)
	return line, ctx.Err()
}

// AskHidden asks at a terminal for a text that isn't shown while it is typed. The error is that of
// ctx, if it ends first; what is typed is shown again then.
func AskHidden(ctx context.Context, stdio Stdio, question string) (string, error) {
	file, ok := stdio.In.(*os.File)
	if !ok {
		return "", errors.New("standard input is no terminal to ask at")
	}
	fd := int(file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(stdio.Out, question+": ")
	defer fmt.Fprintln(stdio.Out)
	type read struct {
		text []byte
		err  error
	}
	answer := make(chan read, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answer <- read{text, err}
	}()
	select {
	case a := <-answer:
		return strings.TrimSpace(string(a.text)), a.err
	case <-ctx.Done(): // nothing ends the reading
		term.Restore(fd, before)
		return "", ctx.Err()
	}
}
