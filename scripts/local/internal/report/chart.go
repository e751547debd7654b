package report

import (
	"strings"

	"scf-sms/scripts/local/internal/term"
)

const (
	chartWidth  = 56 // columns of steps
	chartHeight = 6  // lines of the largest part
)

// chart shows what was sent over time as columns, and below it, each on a line and to a scale of
// its own, what was refused, what failed, and the share that arrived.
func (t *tables) chart(s Summary) {
	c := s.Over.chart(chartWidth)
	if len(c.Steps) == 0 {
		return
	}
	w := t.words
	t.line("\n" + t.paint(term.Bold, w.Say("report.overTime")) + "  " +
		t.paint(term.Faint, w.Say("report.eachColumn", step(c.Step))))
	label := 4
	names := w.kinds()
	for _, kind := range names {
		label = max(label, term.Cells(kind))
	}
	_, highest := c.total(sent)
	label = max(label, len(count(highest)))
	row := func(name, color string, cells string, right string) {
		pad := strings.Repeat(" ", label-term.Cells(name))
		t.line("  " + pad + name + " " + t.paint(color, cells) + "  " + right)
	}
	if highest > 0 {
		for level := chartHeight - 1; level >= 0; level-- {
			name := map[int]string{chartHeight - 1: count(highest), 0: names[sent]}[level]
			row(name, term.Green, bars(c, sent, level, chartHeight, highest), "")
		}
	}
	for _, kind := range []struct {
		of          int
		name, color string
	}{{refused, names[refused], term.Yellow}, {failed, names[failed], term.Red}} {
		if total, most := c.total(kind.of); total > 0 {
			row(kind.name, kind.color, bars(c, kind.of, 0, 1, most), "≤ "+count(most))
		}
	}
	if shares, ok := c.shares(); ok {
		row(names[delivered], "", shares, "≤ 100%")
	}
	row("", term.Faint, c.axis(), "")
}

// bars is one line of columns, the lowest being level 0 of so many.
func bars(c Chart, kind, level, levels, highest int) string {
	var b strings.Builder
	for _, at := range c.Steps {
		eighths := (int(at[kind])*levels*8 + highest - 1) / highest // what is there is seen
		b.WriteString(block(eighths - level*8))
	}
	return b.String()
}

// block is a column of so many eighths of a character.
func block(eighths int) string {
	return string([]rune(" ▁▂▃▄▅▆▇█")[max(0, min(eighths, 8))])
}

// shares is one line with the share that arrived of those with a report; "·" where there is none.
func (c Chart) shares() (line string, ok bool) {
	var b strings.Builder
	for _, at := range c.Steps {
		reported := int(at[delivered] + at[undelivered])
		if reported == 0 {
			b.WriteString("·")
			continue
		}
		ok = true
		b.WriteString(block(max(1, int(at[delivered])*8/reported)))
	}
	return b.String(), ok
}

// axis names times below columns.
func (c Chart) axis() string {
	line := []rune(strings.Repeat(" ", len(c.Steps)+8))
	next := 0
	for i := range c.Steps {
		text := []rune(c.label(i))
		if i >= next && c.marked(i) && i+len(text) <= len(line) {
			copy(line[i:], text)
			next = i + len(text) + 2
		}
	}
	return strings.TrimRight(string(line), " ")
}

// label is the time at which a step begins: a day at midnight, else an hour.
func (c Chart) label(i int) string {
	at := c.at(i)
	if c.Step.Hours() >= 24 || at.Hour() == 0 && at.Minute() == 0 {
		return at.Format("01-02")
	}
	return at.Format("15:04")
}
