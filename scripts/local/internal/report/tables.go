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
	words wording
}

// mostRows is how many rows of a table are shown; the page of -html has all.
const mostRows = 16

func (t *tables) all(s Summary) {
	w := t.words
	from, to := period(s)
	t.line(t.paint(term.Bold, w.Say("report.title")) + "  " + from + " – " + to + "  " +
		t.paint(term.Faint, w.Say("report.zone", zoneName(s.From))))
	t.line("")
	t.paragraph("", strings.Join(w.beginning(s), w.Say("report.gap")))

	t.head("report.attention")
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
		t.line("  " + t.paint(term.Green, "✓") + " " + w.Say("report.allWell"))
	}

	t.chart(s)
	for _, one := range w.sections(s) {
		t.section(one)
		if one.ID == "outcomes" {
			t.causes(s)
		}
	}
	t.head("report.log")
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

func (t *tables) line(text string) { fmt.Fprintln(t.out, strings.TrimRight(text, " ")) }

func (t *tables) head(key string) { t.line("\n" + t.paint(term.Bold, t.words.Say(key))) }

func (t *tables) paragraph(indent, text string) {
	if text == "" {
		return
	}
	for _, line := range term.Wrap(text, term.PageWidth-len(indent)) {
		t.line(indent + line)
	}
}

// section shows a table below its heading, and its notes below it.
func (t *tables) section(s section) {
	t.line("\n" + t.paint(term.Bold, s.Head))
	rows := s.Grid.Rows
	more := len(rows) - mostRows
	if more > 0 {
		last := rows[len(rows)-1]
		s.Grid.Rows = rows[:mostRows:mostRows]
		if last[0] == t.words.Say("report.all") {
			more--
			s.Grid.Rows = append(s.Grid.Rows, last)
		}
	}
	if len(rows) > 0 {
		t.grid(s.Grid)
	}
	if more > 0 {
		t.line("  " + t.words.Say("report.more", count(more)))
	}
	t.paragraph("  ", strings.Join(s.Notes, t.words.Say("report.gap")))
}

// grid shows a table. A name that is too long is cut, so that the numbers beside it fit; a text in
// the last column goes on below itself.
func (t *tables) grid(g grid) {
	widths := make([]int, len(g.Heads))
	rows := append([][]string{g.Heads}, g.Rows...)
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], term.Cells(cell))
		}
	}
	last := len(widths) - 1
	if g.LastText {
		widths[last] = min(widths[last], 40)
	}
	left := term.PageWidth
	for column, width := range widths {
		if left -= 2; column > 0 {
			left -= width
		}
	}
	widths[0] = min(widths[0], max(left, 8))
	if g.LastText {
		widths[last] += max(left-widths[0], 0)
	}
	for i, row := range rows {
		var b strings.Builder
		at := 0 // cells of the line so far
		for column, cell := range row {
			width := widths[column]
			b.WriteString("  ")
			at += 2
			if g.LastText && column == last {
				indent := "\n" + strings.Repeat(" ", at)
				b.WriteString(strings.Join(term.Wrap(cell, width), indent))
				break
			}
			cell = term.Shorten(cell, width)
			pad := strings.Repeat(" ", width-term.Cells(cell))
			if g.text(column) {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
			at += width
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
	t.head("report.causes")
	for i, c := range s.Causes {
		if i == mostRows {
			t.line("  " + t.words.Say("report.more", count(len(s.Causes)-i)))
			return
		}
		name := strings.Join(strings.Fields(c.Outcome+" "+c.TencentCode+" "+c.Limit), " ")
		t.line(fmt.Sprintf("  %7s  %s", count(c.N), term.Shorten(name, term.PageWidth-11)))
		if c.Hint != "" {
			const indent = "           "
			lines := term.Wrap("→ "+t.words.Hint(c.Hint), term.PageWidth-len(indent))
			t.line(indent + strings.Join(lines, "\n"+indent))
		}
	}
}
