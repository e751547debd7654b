package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// grid is a table as it is shown, in a terminal or on a page. Its first column holds texts, the
// others numbers, but for the last if LastText.
type grid struct {
	Heads    []string
	Rows     [][]string
	LastText bool
}

// text reports whether a column holds texts.
func (g grid) text(column int) bool {
	return column == 0 || g.LastText && column == len(g.Heads)-1
}

// notice is something to look at.
type notice struct {
	Bad  bool // people get no SMS; else it is a warning
	Text string
}

// fewArrive is the share of delivered messages below which a calling code is worth a look, and
// enough how many reports say so.
const (
	fewArrive = 0.85
	enough    = 20
)

// beginning says in sentences what there is to say.
func (w *words) beginning(s Summary) []string {
	if s.Sent == 0 {
		return []string{fmt.Sprintf(w.NothingSent, count(s.Requests))}
	}
	all := []string{fmt.Sprintf(w.Sent, count(s.Sent), count(s.Requests),
		percent(ratio(s.Sent, s.Requests)))}
	d := s.Delivery.All
	if d.Reported() == 0 {
		return append(all, w.NoReports)
	}
	all = append(all, fmt.Sprintf(w.Arrived, count(d.Reported()), count(d.Delivered),
		percent(d.Rate)))
	if d.P95 > 0 {
		all = append(all, fmt.Sprintf(w.Within, duration(d.P50), duration(d.P95)))
	}
	return all
}

// notices are what the operator has to look at, what is worst first.
func (w *words) notices(s Summary) (all []notice) {
	for _, outcome := range []string{"misconfigured", "provider_refused"} {
		n, most := 0, Cause{}
		for _, c := range s.Causes {
			if c.Outcome == outcome {
				n += c.N
				most = cmp.Or(most, c)
			}
		}
		if n > 0 {
			all = append(all, notice{true, fmt.Sprintf(w.AskedOfYou, count(n), outcome,
				most.why())})
		}
	}
	if s.Limits.Away > 0 {
		all = append(all, notice{false, fmt.Sprintf(w.Away, count(s.Limits.Away))})
	}
	for _, l := range s.Limits.Refused {
		if strings.HasPrefix(l.Name, "total") || strings.HasPrefix(l.Name, "callingCode") {
			all = append(all, notice{false, fmt.Sprintf(w.LimitReached, count(l.N), l.Name)})
		}
	}
	for _, o := range s.Lines.Others {
		if strings.HasPrefix(o.Name, "the secret could not be refreshed") {
			all = append(all, notice{false, fmt.Sprintf(w.NotRefreshed, count(o.N))})
		}
	}
	for _, c := range s.Delivery.Codes {
		if c.Reported() >= enough && c.Rate < fewArrive {
			all = append(all, notice{false, fmt.Sprintf(w.FewArrive, w.codeName(c.CallingCode),
				percent(c.Rate), count(c.Reported()))})
		}
	}
	return all[:min(len(all), 8)]
}

// why is the cause in short.
func (c Cause) why() string {
	return strings.Join(slices.DeleteFunc([]string{c.TencentCode, c.Limit, c.Hint},
		func(part string) bool { return part == "" }), "; ")
}

func (w *words) outcomes(s Summary) grid {
	g := grid{Heads: []string{w.Outcome, w.Number, w.Share, w.Means}, LastText: true}
	for _, o := range s.Outcomes {
		g.Rows = append(g.Rows, []string{o.Name, count(o.N), percent(o.Share),
			w.OutcomeMeans[o.Name]})
	}
	return g
}

func (w *words) delivery(s Summary) grid {
	g := grid{Heads: []string{w.Code, w.SentColumn, w.Delivered, w.Undelivered, w.Open, w.Rate,
		w.Half, w.P95}}
	row := func(name string, c CodeRow) {
		rate, half, p95 := "–", "–", "–"
		if c.Reported() > 0 {
			rate = percent(c.Rate)
		}
		if c.P95 > 0 {
			half, p95 = duration(c.P50), duration(c.P95)
		}
		g.Rows = append(g.Rows, []string{name, count(c.Sent), count(c.Delivered),
			count(c.Undelivered), count(c.Open), rate, half, p95})
	}
	for _, c := range s.Delivery.Codes {
		row(w.codeName(c.CallingCode), c)
	}
	if len(s.Delivery.Codes) > 1 {
		row(w.All, s.Delivery.All)
	}
	return g
}

func (w *words) reasons(s Summary) grid {
	g := grid{Heads: []string{w.Cause, w.Number}}
	for _, r := range s.Delivery.Reasons {
		name := r.Name
		if name == "" {
			name = w.NoReason
		}
		g.Rows = append(g.Rows, []string{name, count(r.N)})
	}
	return g
}

func (w *words) limits(s Summary) grid {
	g := grid{Heads: []string{w.Limit, w.Number}}
	add := func(format string, all []Named) {
		for _, l := range all {
			g.Rows = append(g.Rows, []string{fmt.Sprintf(format, l.Name), count(l.N)})
		}
	}
	add(w.RefusedBy, s.Limits.Refused)
	add(w.WouldHave, s.Limits.WouldHave)
	add(w.Duplicates, s.Limits.Duplicates)
	if s.Limits.Away > 0 {
		g.Rows = append(g.Rows, []string{w.AwayRow, count(s.Limits.Away)})
	}
	return g
}

func (w *words) latency(s Summary) grid {
	g := grid{Heads: []string{w.Part, w.Number, w.Half, w.P95, w.P99, w.Max}}
	for _, l := range s.Latency {
		g.Rows = append(g.Rows, []string{w.Parts[l.Name], count(l.N), duration(l.P50),
			duration(l.P95), duration(l.P99), duration(l.Max)})
	}
	return g
}

func (w *words) callers(s Summary) grid {
	g := grid{Heads: []string{w.Caller, w.SentColumn, w.RefusedColumn, w.FailedColumn}}
	for _, c := range s.Callers {
		name := c.Name
		if name == "" {
			name = w.NoProof
		}
		g.Rows = append(g.Rows, []string{name, count(c.Sent), count(c.Refused), count(c.Failed)})
	}
	return g
}

func (w *words) cost(s Summary) (g grid, notes []string) {
	g = grid{Heads: []string{w.Code, w.SentColumn, w.Price, w.Amount}}
	for _, c := range s.Cost {
		g.Rows = append(g.Rows, []string{w.codeName(c.CallingCode), count(c.Sent),
			money(c.PerSMS), money(c.Amount) + " " + c.Currency})
	}
	for _, t := range s.Totals {
		g.Rows = append(g.Rows, []string{w.All, "", "", money(t.Amount) + " " + t.Currency})
		if t.Unknown > 0 {
			notes = append(notes, fmt.Sprintf(w.UnknownCost, count(t.Unknown), money(t.AtMost),
				t.Currency))
		}
	}
	for _, u := range s.Unpriced {
		notes = append(notes, fmt.Sprintf(w.Unpriced, w.codeName(u.CallingCode), count(u.Sent)))
	}
	return g, append(notes, w.EachOne)
}

// log says what the log consists of, and what is odd about it.
func (w *words) log(s Summary) []string {
	l, d := s.Lines, s.Delivery
	all := []string{fmt.Sprintf(w.Counted, count(l.Invocations), count(l.Reports))}
	add := func(n int, format string, more ...any) {
		if n > 0 {
			all = append(all, fmt.Sprintf(format, append([]any{count(n)}, more...)...))
		}
	}
	add(l.Skipped, w.Skipped)
	add(l.Bad, w.Unread, l.badLines())
	others, names := 0, []string{}
	for i, o := range l.Others {
		if others += o.N; i < 3 {
			names = append(names, cmp.Or(o.Name, w.NoName))
		}
	}
	if len(names) < len(l.Others) {
		names = append(names, "…")
	}
	add(others, w.Others, strings.Join(names, "; "))
	add(d.Repeated, w.Repeated)
	add(d.Unmatched, w.Unmatched)
	add(d.Early, w.Early, duration(d.EarliestM))
	add(d.Forgotten, w.Forgotten)
	return all
}

func (l Lines) badLines() string {
	var all []string
	for _, number := range l.BadLines {
		all = append(all, count(number))
	}
	if l.Bad > len(l.BadLines) {
		all = append(all, "…")
	}
	return strings.Join(all, ", ")
}
