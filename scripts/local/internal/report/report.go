// Package report is the command that says what the function's log adds up to: what was sent and
// what wasn't, whether it arrived and when, why not, what it cost. It reads the log once, from one
// end to the other, and its memory doesn't grow with it.
package report

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// command is one run: what the command line says, and where and when it is run.
type command struct {
	file, prices, html string
	since              time.Duration
	json               bool

	now      time.Time
	zone     *time.Location
	words    words.Words
	remember int // see join
}

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	c := command{now: time.Now(), zone: time.Local, words: words.From(os.Getenv),
		remember: joinLimit}
	return c.run(ctx, args, stdio)
}

func (c *command) run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	w := c.words
	flags.Func("since", w.Say("report.flag.since"), func(text string) (err error) {
		if c.since, err = time.ParseDuration(text); err != nil {
			return errors.New(w.Say("report.mistake.duration"))
		}
		return nil
	})
	flags.StringVar(&c.prices, "prices", "", w.Say("report.flag.prices"))
	flags.StringVar(&c.html, "html", "", w.Say("report.flag.html"))
	flags.BoolVar(&c.json, "json", false, w.Say("report.flag.json"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("report.help")); err != nil {
		return err
	}
	mistake := ""
	switch {
	case flags.NArg() > 1:
		mistake = w.Say("report.mistake.files", flags.Arg(1))
	case c.since < 0:
		mistake = w.Say("report.mistake.since")
	case c.html != "" && c.json:
		mistake = w.Say("report.mistake.form")
	case flags.NArg() == 0 && term.IsTerminal(stdio.In):
		mistake = w.Say("report.mistake.none")
	}
	if mistake != "" {
		return term.UsageError{Text: "report: " + mistake}
	}
	if flags.Arg(0) != "-" {
		c.file = flags.Arg(0)
	}
	list, err := c.priceList()
	if err != nil {
		return term.UsageError{Text: "report: " + err.Error()}
	}
	over := term.Announce(stdio.Err, time.Second, w.Say("report.reading"))
	t, err := c.read(ctx, stdio.In)
	over()
	if err != nil {
		return err
	}
	if t.begin == 0 {
		return errors.New("report: " + c.nothing(t, w))
	}
	return c.show(t.summary(list, c.zone), stdio.Out)
}

func (c *command) priceList() (prices, error) {
	if c.prices == "" {
		return nil, nil
	}
	file, err := os.Open(c.prices)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, err := parsePrices(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.prices, err)
	}
	return list, nil
}

// read reads the log. A file is read twice where the time of its last line is needed first.
func (c *command) read(ctx context.Context, stdin io.Reader) (*tally, error) {
	since := int64(0)
	if c.since > 0 {
		last := c.now.UnixMilli()
		if c.file != "" {
			last = 0
			err := c.each(ctx, stdin, &log{bad: func(int) {}, take: func(l *line) {
				if len(l.outcome) > 0 || len(l.serialNo) > 0 {
					last = max(last, l.at)
				}
			}})
			if err != nil {
				return nil, err
			}
		}
		since = last - c.since.Milliseconds()
	}
	t := newTally(since, c.zone, c.remember)
	return t, c.each(ctx, stdin, &log{take: t.take, bad: t.badLine})
}

// each reads all lines of the log.
func (c *command) each(ctx context.Context, stdin io.Reader, l *log) error {
	from, name := stdin, "standard input"
	if c.file != "" {
		file, err := os.Open(c.file)
		if err != nil {
			return term.UsageError{Text: "report: " + err.Error()}
		}
		defer file.Close()
		from, name = file, c.file
	}
	err := l.read(ctx, from)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("report: %s: %w", name, err)
	}
	return err
}

// nothing says what is wrong with a log without a line that counts.
func (c *command) nothing(t *tally, w words.Words) string {
	switch {
	case t.skipped > 0:
		return w.Say("report.nothing.since", c.since, w.Count("report.lines", t.skipped))
	case t.bad > 0:
		return w.Say("report.nothing.bad", w.Count("report.lines", t.bad), t.badLines[0])
	default:
		return w.Say("report.nothing")
	}
}

func (c *command) show(s Summary, out io.Writer) error {
	switch {
	case c.json:
		return term.PrintJSON(out, s)
	case c.html != "":
		return c.writePage(s, out)
	default:
		w := bufio.NewWriter(out)
		(&tables{out: w, paint: term.Painter(out), words: wording{c.words}}).all(s)
		if err := w.Flush(); !errors.Is(err, syscall.EPIPE) {
			return err
		}
		return nil // report | head
	}
}

// writePage writes the page beside its place and then puts it there, so that a page that can't be
// written whole doesn't take the place of an older one.
func (c *command) writePage(s Summary, out io.Writer) error {
	file, err := os.CreateTemp(filepath.Dir(c.html), ".report-*.html")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	defer os.Remove(file.Name()) // it is gone if all went well
	err = errors.Join(page(file, s, wording{c.words}), file.Close())
	if err == nil {
		err = errors.Join(os.Chmod(file.Name(), 0o644), os.Rename(file.Name(), c.html))
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintln(out, c.html)
	return nil
}
