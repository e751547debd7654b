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
)

const help = `Usage: go run ./scripts/local report [-since 24h] [-prices FILE]
                                     [-html FILE] [-json] [FILE]

Says what the function's log adds up to: what was sent, delivered and refused,
why, how long it took, and what it cost. FILE is a log with one line of JSON for
each request, as the function writes it, or what CLS exports, in JSON or CSV; it
may be packed by gzip. Without FILE, or with -, it reads standard input. A CSV
export has only the fields that the topic's index has. What can't be read is
counted, and the first such lines are named.

-since 24h takes the last 24 hours of FILE, whenever they were: it counts back
from FILE's last line. On standard input it counts back from now.

A price list has a line for each calling code: the code, or * for all others,
the price of one SMS, and the currency. Each message that was accepted counts as
one SMS.

  # calling code, price of one SMS, currency
  86, 0.045, CNY
  *, 0.40, CNY

A delivery report finds its message if no more than a million others stand
between the two in the log. The page of -html stands for itself and loads
nothing. It is in Chinese, as all of the report, where LANG is zh….

Examples: go run ./scripts/local report -since 24h -html day.html log.json
          go run ./scripts/local replay -v | go run ./scripts/local report

`

// command is one run: what the command line says, and where and when it is run.
type command struct {
	file, prices, html string
	since              time.Duration
	json               bool

	now      time.Time
	zone     *time.Location
	language string // of the environment
	remember int    // see join
}

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	c := command{now: time.Now(), zone: time.Local, language: language(os.Getenv),
		remember: joinLimit}
	return c.run(ctx, args, stdio)
}

func (c *command) run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.DurationVar(&c.since, "since", 0, "only the last `DURATION`, such as 24h or 90m")
	flags.StringVar(&c.prices, "prices", "", "what an SMS costs: a price list in `FILE`")
	flags.StringVar(&c.html, "html", "", "write a page with plots to `FILE`, and no tables here")
	flags.BoolVar(&c.json, "json", false, "for machines: the figures as one object, alone")
	if err := term.ParseFlags(flags, args, stdio.Out, help); err != nil {
		return err
	}
	mistake := ""
	switch {
	case flags.NArg() > 1:
		mistake = "takes one FILE, and flags before it: " + flags.Arg(1)
	case c.since < 0:
		mistake = "-since must be more than 0, such as 24h"
	case c.html != "" && c.json:
		mistake = "-html and -json: give one of them"
	case flags.NArg() == 0 && term.IsTerminal(stdio.In):
		mistake = "name a FILE, or give the log on standard input"
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
	over := term.Announce(stdio.Err, time.Second, "reading the log …")
	t, err := c.read(ctx, stdio.In)
	over()
	if err != nil {
		return err
	}
	if t.begin == 0 {
		return c.nothing(t)
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

// nothing is the error for a log without a line that counts.
func (c *command) nothing(t *tally) error {
	switch {
	case t.skipped > 0:
		return fmt.Errorf("report: no line of the last %s; %s before", c.since,
			term.Count(t.skipped, "line"))
	case t.bad > 0:
		return fmt.Errorf("report: no line of the function's log; %s can't be read, the first is "+
			"line %d", term.Count(t.bad, "line"), t.badLines[0])
	default:
		return errors.New("report: no line of the function's log")
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
		(&tables{out: w, paint: term.Painter(out), words: wordsOf(c.language)}).all(s)
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
	err = errors.Join(page(file, s, wordsOf(c.language)), file.Close())
	if err == nil {
		err = errors.Join(os.Chmod(file.Name(), 0o644), os.Rename(file.Name(), c.html))
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintln(out, c.html)
	return nil
}
