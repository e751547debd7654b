package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// status says what a check found.
type status string

const (
	passed  status = "ok"
	failed  status = "wrong"
	unknown status = "unknown" // it could not be checked, which is no fault of the function
)

// The groups of rows, in their order.
const (
	groupSettings = "Settings"
	groupCloud    = "Tencent Cloud"
	groupSecret   = "Secret"
	groupSMS      = "SMS"
)

// row is what came of one check. Nothing in it is secret.
type row struct {
	group  string
	Check  string `json:"check"`
	Status status `json:"status"`
	Detail string `json:"detail"`
	Todo   string `json:"todo,omitempty"` // what to do about it
	cut    bool   // for people, the end of Detail may be left out
}

// tally counts the rows of each status.
func tally(rows []row) map[status]int {
	n := map[status]int{}
	for _, r := range rows {
		n[r.Status]++
	}
	return n
}

func printJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

const (
	yellow = "33"
	bold   = "1"
)

// nameWidth is the column that the names of checks have, and pageWidth where lines end: half of a wide terminal, or all
// of a narrow one.
const (
	nameWidth = 18
	pageWidth = 80
)

// printRows shows the rows to people.
func printRows(out io.Writer, a *account, rows []row) {
	p := painter(out)
	cloud := "Tencent Cloud"
	if a.sim != nil {
		cloud = "a simulated Tencent Cloud"
	}
	fmt.Fprintln(out, p(faint, "The settings of "+a.env.source()+", and "+cloud+"."))
	group := ""
	for i, r := range rows {
		if r.group != group {
			group = r.group
			fmt.Fprintln(out, "\n"+p(bold, group))
		}
		mark, color := "✓", green
		switch r.Status {
		case failed:
			mark, color = "✗", red
		case unknown:
			mark, color = "?", yellow
		}
		indent := strings.Repeat(" ", nameWidth+4)
		name := r.Check + strings.Repeat(" ", max(0, nameWidth-cells(r.Check)))
		if r.Status != passed {
			name = p(color, name)
		}
		lines := wrap(r.Detail, pageWidth-len(indent))
		if r.cut {
			lines = []string{shorten(r.Detail, pageWidth-len(indent))}
		}
		if cells(r.Check) > nameWidth {
			lines = append([]string{""}, lines...)
		}
		fmt.Fprintln(out, strings.TrimRight(p(color, mark)+" "+name+"  "+lines[0], " "))
		for _, line := range lines[1:] {
			fmt.Fprintln(out, indent+line)
		}
		// What is to be done about several rows is said once, after them.
		again := i+1 < len(rows) && rows[i+1].Check == r.Check && rows[i+1].Todo == r.Todo
		if r.Todo == "" || again {
			continue
		}
		for i, line := range wrap(r.Todo, pageWidth-len(indent)-2) {
			arrow := "  "
			if i == 0 {
				arrow = p(color, "→") + " "
			}
			fmt.Fprintln(out, indent+arrow+line)
		}
	}
	fmt.Fprintln(out, "\n"+conclusion(p, tally(rows)))
}

// conclusion is the answer to what was asked: is the account ready?
func conclusion(p paint, n map[status]int) string {
	open := ""
	if n[unknown] > 0 {
		open = p(yellow, fmt.Sprintf(", %d could not be checked", n[unknown]))
	}
	all := count(n[passed]+n[failed]+n[unknown], "check")
	switch {
	case n[failed] > 0:
		return p(red, fmt.Sprintf("not ready: %d of %s failed", n[failed], all)) + open
	case n[unknown] > 0:
		return p(green, fmt.Sprintf("nothing wrong found: %d of %s passed", n[passed], all)) + open
	default:
		return p(green, "ready: "+all+", all passed")
	}
}

// wrap breaks a text into lines of at most width cells, at blanks, or between Chinese characters. There is at least one
// line.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range words(text) {
		if line != "" && cells(line)+cells(strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// shorten cuts a text that is longer than width cells.
func shorten(text string, width int) string {
	if cells(text) <= width {
		return text
	}
	n := 0
	for i, r := range text {
		if n += cells(string(r)); n > width-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// words cuts a text where a line may end. Blanks stay at the end of what is before them.
func words(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		if i > start && (wide(r) && !unicode.IsPunct(r) || text[i-1] == ' ') {
			all = append(all, text[start:i])
			start = i
		}
	}
	return append(all, text[start:])
}

// cells is how many columns of a terminal a text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

// wide reports whether a character takes two columns: Chinese, Japanese, Korean, and their punctuation.
func wide(r rune) bool {
	return 0x1100 <= r && r <= 0x115f || 0x2e80 <= r && r <= 0xa4cf || 0xac00 <= r && r <= 0xd7a3 ||
		0xf900 <= r && r <= 0xfaff || 0xfe30 <= r && r <= 0xfe6f || 0xff00 <= r && r <= 0xff60 || 0xffe0 <= r && r <= 0xffe6
}
