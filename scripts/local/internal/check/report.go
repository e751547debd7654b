package check

import (
	"fmt"
	"io"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
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

// row is the result of one check. Nothing in it is secret.
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

// nameWidth is the column that the names of checks have.
const nameWidth = 18

// printRows shows the rows to people.
func printRows(out io.Writer, a *operator.Account, rows []row) {
	p := term.Painter(out)
	cloud := "Tencent Cloud"
	if a.Sim != nil {
		cloud = "a simulated Tencent Cloud"
	}
	fmt.Fprintln(out, p(term.Faint, "The settings of "+a.Env.Source()+", and "+cloud+"."))
	group := ""
	for i, r := range rows {
		if r.group != group {
			group = r.group
			fmt.Fprintln(out, "\n"+p(term.Bold, group))
		}
		mark, color := "✓", term.Green
		switch r.Status {
		case failed:
			mark, color = "✗", term.Red
		case unknown:
			mark, color = "?", term.Yellow
		}
		indent := strings.Repeat(" ", nameWidth+4)
		name := r.Check + strings.Repeat(" ", max(0, nameWidth-term.Cells(r.Check)))
		if r.Status != passed {
			name = p(color, name)
		}
		lines := term.Wrap(r.Detail, term.PageWidth-len(indent))
		if r.cut {
			lines = []string{term.Shorten(r.Detail, term.PageWidth-len(indent))}
		}
		if term.Cells(r.Check) > nameWidth {
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
		for i, line := range term.Wrap(r.Todo, term.PageWidth-len(indent)-2) {
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
func conclusion(p term.Paint, n map[status]int) string {
	open := ""
	if n[unknown] > 0 {
		open = p(term.Yellow, fmt.Sprintf(", %d could not be checked", n[unknown]))
	}
	all := term.Count(n[passed]+n[failed]+n[unknown], "check")
	switch {
	case n[failed] > 0:
		return p(term.Red, fmt.Sprintf("not ready: %d of %s failed", n[failed], all)) + open
	case n[unknown] > 0:
		found := fmt.Sprintf("nothing wrong found: %d of %s passed", n[passed], all)
		return p(term.Green, found) + open
	default:
		return p(term.Green, "ready: "+all+", all passed")
	}
}
