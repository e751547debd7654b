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
	warned  status = "warning" // it works, and may not be what is wanted
	unknown status = "unknown" // it could not be checked, which is no fault of the function
)

// The groups of rows, in their order.
const (
	groupSettings = "Settings"
	groupCloud    = "Tencent Cloud"
	groupSecret   = "Secret"
	groupSMS      = "SMS"
	groupRedis    = "Redis"
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

func right(detail string) row         { return row{Status: passed, Detail: detail} }
func wrong(detail, todo string) row   { return row{Status: failed, Detail: detail, Todo: todo} }
func warning(detail, todo string) row { return row{Status: warned, Detail: detail, Todo: todo} }
func unclear(detail, todo string) row { return row{Status: unknown, Detail: detail, Todo: todo} }

// report is all rows in their order.
type report []row

// add adds what was found of a check. A row without a status says nothing.
func (all *report) add(group, check string, found row) {
	if found.Status == "" {
		return
	}
	found.group, found.Check = group, term.Plain(check)
	found.Detail, found.Todo = term.Plain(found.Detail), term.Plain(found.Todo)
	*all = append(*all, found)
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
	about := a.Say("check.about", a.Env.Source())
	if a.Sim != nil {
		about = a.Say("check.about.simulated", a.Env.Source())
	}
	for _, line := range term.Wrap(about, term.PageWidth) {
		fmt.Fprintln(out, p(term.Faint, line))
	}
	signs := map[status][2]string{
		passed: {"✓", term.Green}, failed: {"✗", term.Red},
		warned: {"!", term.Yellow}, unknown: {"?", term.Yellow},
	}
	group := ""
	for i, r := range rows {
		if r.group != group {
			group = r.group
			fmt.Fprintln(out, "\n"+p(term.Bold, nameOf(a, group)))
		}
		sign := signs[r.Status]
		shown := term.Row{Sign: sign[0], Color: sign[1], Name: nameOf(a, r.Check), NameWidth: nameWidth,
			Detail: r.Detail, Todo: r.Todo}
		if r.cut {
			shown.Detail = term.Shorten(r.Detail, term.PageWidth-nameWidth-4)
		}
		// What is to be done about several rows is said once, after them.
		if i+1 < len(rows) && rows[i+1].Check == r.Check && rows[i+1].Todo == r.Todo {
			shown.Todo = ""
		}
		term.PrintRow(out, p, shown)
	}
	fmt.Fprintln(out, "\n"+conclusion(a, p, tally(rows)))
}

// nameOf is the name of a check or a group as people read it. JSON has the English one, which
// programs look for. What has a name of its own behind it, such as a template, keeps that.
func nameOf(a *operator.Account, check string) string {
	kind, own, _ := strings.Cut(check, " ")
	for _, name := range []string{check, kind} {
		key := "check.name." + name
		if text := a.Say(key); text != key {
			if name == check {
				return text
			}
			return text + " " + own
		}
	}
	return check
}

// conclusion is the answer to what was asked: is the account ready?
func conclusion(a *operator.Account, p term.Paint, n map[status]int) string {
	open := ""
	if n[warned] > 0 {
		open += a.Say("words.comma") + a.Count("check.warnings", n[warned])
	}
	if n[unknown] > 0 {
		open += a.Say("words.comma") + a.Say("check.unchecked", n[unknown])
	}
	all := a.Count("check.checks", n[passed]+n[failed]+n[warned]+n[unknown])
	switch {
	case n[failed] > 0:
		return p(term.Red, a.Say("check.failed", n[failed], all)) + p(term.Yellow, open)
	case open != "":
		return p(term.Green, a.Say("check.passed", n[passed], all)) + p(term.Yellow, open)
	}
	return p(term.Green, a.Say("check.ready", all))
}
