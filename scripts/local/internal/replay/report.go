package replay

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// reporter shows outcomes.
type reporter struct {
	out     io.Writer
	words   words.Words
	paint   term.Paint
	verbose bool
	brief   bool // a row that is too long for the terminal is shortened
	line    int  // cells of a line
	width   int  // of the names

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
	head := fmt.Sprintf("%-*s  %s  %5d ms  ", r.nameWidth(), e.name, status,
		o.result.Duration.Milliseconds())
	fmt.Fprintf(r.out, "%s %s%s\n", mark, head, r.fit(o, r.line-term.Cells("✓ "+head)))
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

// nameWidth is the column of the names. In a narrow terminal the few that are longer push the rest
// of their rows aside, so that outcomes have room.
func (r *reporter) nameWidth() int {
	const rest = len("  200  99999 ms  ") + len("destination_not_allowed")
	return min(r.width, max(r.line-rest-len("? "), 20))
}

// fit is what became of an event where its row has room for so many cells: all of it, or what is
// most telling with the rest on lines of its own.
func (r *reporter) fit(o outcome, room int) string {
	parts := o.parts(r.words)
	var whole, short []string
	for _, p := range parts {
		whole, short = append(whole, p.short+p.between+p.rest), append(short, p.short)
	}
	if all := strings.Join(whole, "; "); term.Cells(all) <= room {
		return all
	}
	const indent = "\n    "
	row := term.Shorten(strings.Join(short, "; "), room)
	for _, p := range parts {
		switch lines := term.Wrap(p.rest, r.line-len(indent)); {
		case p.rest == "", r.brief && p.sms:
		case r.brief:
			row += indent + term.Shorten(p.rest, r.line-len(indent))
		default:
			row += indent + strings.Join(lines, indent)
		}
	}
	return row
}

// part is a message that reached a phone, or why none did.
type part struct {
	sms                  bool
	short, between, rest string
}

func (o outcome) parts(w words.Words) (all []part) {
	for _, m := range o.SMS {
		all = append(all, part{true, phone.Mask(m.To) + "  " + m.TemplateID, "  ", m.Text})
	}
	if o.line.Outcome != "sent" || o.line.Hint != "" { // a hint: a duplicate, or Redis is away
		p := part{short: w.Hint(cmp.Or(o.line.Outcome, function.Silent)), rest: o.line.Reason(w)}
		if p.rest != "" {
			p.between = w.Say("words.colon")
		}
		all = append(all, p)
	}
	return all
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
