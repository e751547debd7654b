package replay

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// reporter shows outcomes.
type reporter struct {
	out     io.Writer
	words   words.Words
	paint   term.Paint
	verbose bool
	width   int // of the names

	events, messages, different, open int
	time                              time.Duration
}

// row shows one event: its name, the status, the time, and what was sent or why nothing was.
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
	status := "???"
	if code := o.result.StatusCode(); code != 0 {
		status = fmt.Sprint(code)
	}
	head := fmt.Sprintf("%-*s  %s  %5d ms  ", r.width, e.name, status,
		o.result.Duration.Milliseconds())
	sent, line := o.sent(), term.Width(r.out)
	if term.Cells("✓ "+head+sent) > line { // it gets lines of its own
		const indent = "\n    "
		sent = indent + strings.Join(term.Wrap(sent, line-len(indent)), indent)
		head = strings.TrimRight(head, " ")
	}
	fmt.Fprintf(r.out, "%s %s%s\n", mark, head, sent)
	colors := map[byte]string{'-': term.Red, '+': term.Green}
	for line := range strings.Lines(difference) {
		fmt.Fprintln(r.out, "    "+r.paint(colors[line[0]], strings.TrimSuffix(line, "\n")))
	}
	if r.verbose {
		fmt.Fprintf(r.out, "    %s %s\n",
			r.paint(term.Faint, r.words.Say("replay.answer")), o.Answer)
		for line := range strings.Lines(o.result.Stdout) {
			fmt.Fprintf(r.out, "    %s %s\n",
				r.paint(term.Faint, r.words.Say("replay.log")), strings.TrimSuffix(line, "\n"))
		}
	}
}

// sent says what reached a phone, or why nothing did.
func (o outcome) sent() string {
	var parts []string
	for _, m := range o.SMS {
		parts = append(parts, fmt.Sprintf("%s  %s  %s", phone.Mask(m.To), m.TemplateID, m.Text))
	}
	if o.line.Outcome != "sent" || o.line.Hint != "" { // a hint: a duplicate, or Redis is away
		reason := cmp.Or(o.line.Outcome, "no outcome logged")
		if why := o.line.Reason(); why != "" {
			reason += ": " + why
		}
		parts = append(parts, reason)
	}
	return strings.Join(parts, "; ")
}

// total closes the report.
func (r *reporter) total() error {
	w := r.words
	parts := []string{w.Count("replay.events", r.events), w.Count("replay.messages", r.messages),
		fmt.Sprintf("%d ms", r.time.Milliseconds())}
	if r.open > 0 {
		parts = append(parts, w.Say("replay.open", r.open))
	}
	switch {
	case r.different > 0:
		parts = append(parts, r.paint(term.Red, w.Say("replay.different", r.different)))
	case r.open < r.events:
		parts = append(parts, r.paint(term.Green, w.Say("replay.expected")))
	}
	fmt.Fprintln(r.out, "\n"+strings.Join(parts, w.Say("words.comma")))
	if r.different > 0 {
		return term.ErrNegative
	}
	return nil
}
