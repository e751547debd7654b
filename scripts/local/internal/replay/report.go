package replay

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/term"
)

// reporter shows outcomes.
type reporter struct {
	out     io.Writer
	paint   term.Paint
	verbose bool
	width   int // of the names
	line    int // of a line; 0: any

	events, messages, different, open int
	time                              time.Duration
}

func newReporter(out io.Writer, events []sample, verbose bool) *reporter {
	r := &reporter{out: out, paint: term.Painter(out), verbose: verbose, line: term.Width(out)}
	for _, e := range events {
		r.width = max(r.width, len(e.name))
	}
	return r
}

// row shows one event: its name, the status, the time, and what was sent.
func (r *reporter) row(e sample, o outcome) {
	r.events++
	r.messages += len(o.SMS)
	r.time += o.result.Duration
	difference := o.diff(e)
	mark := r.paint(term.Green, "✓")
	switch {
	case e.want == nil:
		mark = r.paint(term.Faint, "·")
		r.open++
	case difference != "":
		mark = r.paint(term.Red, "✗")
		r.different++
	}
	ms := o.result.Duration.Milliseconds()
	head, sent := fmt.Sprintf("%-*s  %s  %5d ms  ", r.width, e.name, o.status(), ms), o.sent()
	if r.line > 0 && term.Cells("✓ "+head+sent) > r.line { // it gets lines of its own
		const indent = "\n    "
		sent = indent + strings.Join(term.Wrap(sent, r.line-len(indent)), indent)
	}
	fmt.Fprintf(r.out, "%s %s%s\n", mark, head, sent)
	for line := range strings.Lines(difference) {
		color := ""
		switch line[0] {
		case '-':
			color = term.Red
		case '+':
			color = term.Green
		}
		fmt.Fprintln(r.out, "    "+r.paint(color, strings.TrimSuffix(line, "\n")))
	}
	if r.verbose {
		fmt.Fprintf(r.out, "    %s %s\n", r.paint(term.Faint, "answer"), o.Answer)
		for line := range strings.Lines(o.result.Stdout) {
			fmt.Fprintf(r.out, "    %s    %s\n",
				r.paint(term.Faint, "log"), strings.TrimSuffix(line, "\n"))
		}
	}
}

func (o outcome) status() string {
	if code := o.result.StatusCode(); code != 0 {
		return fmt.Sprint(code)
	}
	return "???"
}

// sent says what reached a phone, or why nothing did.
func (o outcome) sent() string {
	var parts []string
	for _, m := range o.SMS {
		parts = append(parts, fmt.Sprintf("%s  %s  %s", phone.Mask(m.To), m.TemplateID, m.Text))
	}
	if reason := o.reason(); reason != "sent" {
		parts = append(parts, reason)
	}
	return strings.Join(parts, "; ")
}

// reason is the outcome's word, from the log, with Tencent's code if there is one.
func (o outcome) reason() string {
	if len(o.Log) == 0 {
		return "no log line"
	}
	last := o.Log[len(o.Log)-1]
	word := fmt.Sprint(cmp.Or(last["outcome"], any("no outcome")))
	if code, ok := last["tencentCode"].(string); ok && word != "sent" {
		word += " (" + code + ")"
	}
	return word
}

// total closes the report.
func (r *reporter) total() error {
	fmt.Fprintf(r.out, "\n%s, %s, %d ms", term.Count(r.events, "event"),
		term.Count(r.messages, "message"), r.time.Milliseconds())
	if r.open > 0 {
		fmt.Fprintf(r.out, ", %d of which nothing is expected", r.open)
	}
	if r.different > 0 {
		different := fmt.Sprintf("%d different from what is expected", r.different)
		fmt.Fprintf(r.out, ", %s\n", r.paint(term.Red, different))
		return term.ErrNegative
	}
	if r.open < r.events {
		fmt.Fprintf(r.out, ", %s", r.paint(term.Green, "all as expected"))
	}
	fmt.Fprintln(r.out)
	return nil
}
