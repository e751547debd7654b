package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// row is one line of the table: one figure of each program that has it.
type row struct {
	Name      string  `json:"name"`
	Unit      string  `json:"unit"`
	Function  *stat   `json:"function,omitempty"`
	Hello     *stat   `json:"hello,omitempty"`
	Connector *stat   `json:"connector,omitempty"`
	Target    *target `json:"target,omitempty"`

	digits int // after the point
}

// target is what a row's figure should be, and what it is.
type target struct {
	Text  string  `json:"text"`
	Value float64 `json:"value"`
	Met   bool    `json:"met"`

	digits int // of Value, after the point
}

func atMost(value, limit float64, digits int, text string) *target {
	return &target{Text: "≤ " + text, Value: value, Met: value <= limit, digits: digits}
}

func atLeast(value, limit float64, digits int, text string) *target {
	return &target{Text: "≥ " + text, Value: value, Met: value >= limit, digits: digits}
}

func (t *target) String() string {
	if t == nil {
		return ""
	}
	mark := "✗"
	if t.Met {
		mark = "✓"
	}
	return fmt.Sprintf("%s %s: %s", mark, t.Text, number(t.Value, t.digits))
}

// cell is a median and, if it was measured more than once, its range.
func (r row) cell(s *stat) string {
	if s == nil || math.IsNaN(s.Median) {
		return ""
	}
	if s.Runs == 1 || s.Low == s.High {
		return number(s.Median, r.digits)
	}
	return fmt.Sprintf("%s (%s–%s)",
		number(s.Median, r.digits), number(s.Low, r.digits), number(s.High, r.digits))
}

// number writes a figure, with commas from a million on.
func number(value float64, digits int) string {
	if value < 1e6 {
		return fmt.Sprintf("%.*f", digits, value)
	}
	text := fmt.Sprintf("%.0f", value)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

var heads = []string{"", "scf-sms", "bare hello", "Logto's connector", "target"}

func (r row) cells() []string {
	name := r.Name
	if r.Unit != "" {
		name += ", " + r.Unit
	}
	return []string{
		name, r.cell(r.Function), r.cell(r.Hello), r.cell(r.Connector), r.Target.String(),
	}
}

// writePlain writes the table for a terminal.
func writePlain(w io.Writer, rows []row) {
	lines := [][]string{heads}
	for _, r := range rows {
		lines = append(lines, r.cells())
	}
	widths := make([]int, len(heads))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range lines {
		var text strings.Builder
		for i, cell := range line {
			text.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		fmt.Fprintln(w, strings.TrimRight(text.String(), " "))
	}
}

// writeMarkdown writes the table for a document.
func writeMarkdown(w io.Writer, rows []row) {
	line := func(cells []string) { fmt.Fprintf(w, "|%s |\n", strings.Join(padded(cells), " |")) }
	line(heads)
	fmt.Fprintf(w, "|%s\n", strings.Repeat(" --- |", len(heads)))
	for _, r := range rows {
		line(r.cells())
	}
}

// padded puts a blank before every cell.
func padded(cells []string) []string {
	var all []string
	for _, cell := range cells {
		if cell != "" {
			cell = " " + cell
		}
		all = append(all, cell)
	}
	return all
}
