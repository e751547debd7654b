package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// row is one line of the table: one figure of each program that has it.
type row struct {
	name                       string // and unit
	digits                     int    // after the point
	function, hello, connector series
	target                     string // and whether it is met
}

var heads = []string{"", "scf-sms", "bare hello", "Logto's connector", "target"}

func (r row) cells() []string {
	return []string{
		r.name, cell(r.function, r.digits), cell(r.hello, r.digits), cell(r.connector, r.digits),
		r.target,
	}
}

// cell is a median and, if not all runs are alike, the range of eight in ten.
func cell(s series, digits int) string {
	median, low, high := number(s.median(), digits), s.quantile(0.1), s.quantile(0.9)
	if low == high || median == "" {
		return median
	}
	return fmt.Sprintf("%s (%s–%s)", median, number(low, digits), number(high, digits))
}

// atMost is the text of a target. What wasn't measured has none.
func atMost(value, limit float64, digits int, unit string) string {
	return target(value <= limit, "≤ "+number(limit, -1)+unit, number(value, digits))
}

func atLeast(value, limit float64, digits int, unit string) string {
	return target(value >= limit, "≥ "+number(limit, -1)+unit, number(value, digits))
}

func target(met bool, text, value string) string {
	mark := "✗ "
	if met {
		mark = "✓ "
	}
	if value == "" {
		return ""
	}
	return mark + text + ": " + value
}

// number writes a figure, with commas from a million on, and NaN as nothing. With -1 digits it has
// as many as it needs.
func number(value float64, digits int) string {
	if math.IsNaN(value) {
		return ""
	}
	if value < 1e6 {
		return strconv.FormatFloat(value, 'f', digits, 64)
	}
	text := strconv.FormatFloat(value, 'f', 0, 64)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// lines are the table's, with its head.
func lines(rows []row) [][]string {
	all := [][]string{heads}
	for _, r := range rows {
		all = append(all, r.cells())
	}
	return all
}

// writePlain writes a table for a terminal.
func writePlain(out io.Writer, lines [][]string) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	for _, cells := range lines {
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
}

// writeMarkdown writes a table for a document.
func writeMarkdown(out io.Writer, lines [][]string) {
	for n, cells := range lines {
		line := "| " + strings.Join(cells, " | ") + " |"
		fmt.Fprintln(out, strings.ReplaceAll(line, "  ", " ")) // of empty cells
		if n == 0 {
			fmt.Fprintln(out, "|"+strings.Repeat(" --- |", len(cells)))
		}
	}
}
