package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"scf-sms/scripts/local/internal/term"
)

// tables shows a report in a terminal, in lines of term.PageWidth cells.
type tables struct {
	out   io.Writer
	paint term.Paint
	words *words
}

// mostRows is how many rows of a table are shown; the page of -html has all.
const mostRows = 16

func (t *tables) all(s Summary) {
	w := t.words
	from, to := period(s)
	t.line(t.paint(term.Bold, w.Title) + "  " + from + " – " + to + "  " +
		t.paint(term.Faint, fmt.Sprintf(w.Zone, zoneName(s.From))))
	t.line("")
	t.paragraph("", strings.Join(w.beginning(s), w.gap()))

	t.head(w.Attention)
	notices := w.notices(s)
	for _, n := range notices {
		sign := t.paint(term.Yellow, "!")
		if n.Bad {
			sign = t.paint(term.Red, "✗")
		}
		lines := term.Wrap(n.Text, term.PageWidth-4)
		t.line("  " + sign + " " + strings.Join(lines, "\n    "))
	}
	if len(notices) == 0 {
		t.line("  " + t.paint(term.Green, "✓") + " " + w.AllWell)
	}

	t.chart(s)
	t.section(w.Outcomes, w.outcomes(s))
	t.causes(s)
	t.section(w.Delivery, w.delivery(s))
	if s.Delivery.All.P95 > 0 {
		t.paragraph("  ", fmt.Sprintf(w.ArrivedWithin, percent(s.Delivery.Within10s),
			percent(s.Delivery.Within60s)))
	}
	t.section(w.Reasons, w.reasons(s))
	t.section(w.Limits, w.limits(s))
	t.section(w.Latency, w.latency(s))
	t.paragraph("  ", fmt.Sprintf(w.Cold, count(s.Cold), count(s.Requests),
		percent(ratio(s.Cold, s.Requests))))
	t.section(w.Callers, w.callers(s))
	if s.Totals != nil || s.Unpriced != nil {
		g, notes := w.cost(s)
		t.section(w.Cost, g)
		t.paragraph("  ", strings.Join(notes, w.gap()))
	}
	t.head(w.Log)
	for _, line := range w.log(s) {
		t.paragraph("  ", line)
	}
}

// period is the first and the last minute of a report.
func period(s Summary) (from, to string) {
	const minute = "2006-01-02 15:04"
	from, to = s.From.Format(minute), s.To.Format(minute)
	if s.From.Format(time.DateOnly) == s.To.Format(time.DateOnly) {
		to = s.To.Format("15:04")
	}
	return from, to
}

// gap stands between two sentences.
func (w *words) gap() string {
	if w.Lang == "en" {
		return " "
	}
	return ""
}

func (t *tables) line(text string) { fmt.Fprintln(t.out, strings.TrimRight(text, " ")) }

func (t *tables) head(text string) { t.line("\n" + t.paint(term.Bold, text)) }

func (t *tables) paragraph(indent, text string) {
	for _, line := range term.Wrap(text, term.PageWidth-len(indent)) {
		t.line(indent + line)
	}
}

// section shows a table below its heading, and nothing where there is nothing to show.
func (t *tables) section(head string, g grid) {
	if len(g.Rows) == 0 {
		return
	}
	t.head(head)
	more := len(g.Rows) - mostRows
	if more > 0 {
		last := g.Rows[len(g.Rows)-1]
		g.Rows = g.Rows[:mostRows:mostRows]
		if last[0] == t.words.All {
			more--
			g.Rows = append(g.Rows, last)
		}
	}
	t.grid(g)
	if more > 0 {
		t.line("  " + fmt.Sprintf(t.words.More, count(more)))
	}
}

func (t *tables) grid(g grid) {
	widths := make([]int, len(g.Heads))
	rows := append([][]string{g.Heads}, g.Rows...)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], term.Cells(cell))
		}
	}
	for i, row := range rows {
		var b strings.Builder
		left := term.PageWidth
		for column, cell := range row {
			b.WriteString("  ")
			left -= 2
			width := min(widths[column], left)
			cell = term.Shorten(cell, width)
			pad := strings.Repeat(" ", width-term.Cells(cell))
			if g.text(column) {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
			left -= width
		}
		text := strings.TrimRight(b.String(), " ")
		if i == 0 {
			text = t.paint(term.Faint, text)
		}
		t.line(text)
	}
}

// causes shows why requests were not sent, each with what to do about it.
func (t *tables) causes(s Summary) {
	if len(s.Causes) == 0 {
		return
	}
	t.head(t.words.Causes)
	for i, c := range s.Causes {
		if i == mostRows {
			t.line("  " + fmt.Sprintf(t.words.More, count(len(s.Causes)-i)))
			return
		}
		name := strings.Join(strings.Fields(c.Outcome+" "+c.TencentCode+" "+c.Limit), " ")
		t.line(fmt.Sprintf("  %7s  %s", count(c.N), term.Shorten(name, term.PageWidth-11)))
		if c.Hint != "" {
			const indent = "           "
			lines := term.Wrap("→ "+c.Hint, term.PageWidth-len(indent))
			t.line(indent + strings.Join(lines, "\n"+indent))
		}
	}
}
