package report

import (
	"cmp"
	"slices"
	"strings"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
	"scf-sms/secrets"
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

// section is a table with what is said below it.
type section struct {
	ID, Head string
	Grid     grid
	Shares   []float64 // for each row, in percent, how long its bar is; nil: no bars
	Notes    []string
}

// sections are the tables in their order, without those that have nothing to show.
func (w wording) sections(s Summary) (all []section) {
	add := func(key string, g grid, shares []float64, notes ...string) {
		if len(g.Rows)+len(notes) > 0 {
			all = append(all, section{strings.TrimPrefix(key, "report."), w.Say(key), g, shares,
				notes})
		}
	}
	var shares, rates []float64
	for _, o := range s.Outcomes {
		shares = append(shares, tenth(100*o.Share))
	}
	add("report.outcomes", w.outcomes(s), shares)
	for _, c := range append(slices.Clone(s.Delivery.Codes), s.Delivery.All) {
		rates = append(rates, tenth(100*c.Rate))
	}
	var within []string
	if s.Delivery.All.P95 > 0 {
		within = append(within, w.Say("report.arrivedWithin", percent(s.Delivery.Within10s),
			percent(s.Delivery.Within60s)))
	}
	add("report.delivery", w.delivery(s), rates, within...)
	add("report.reasons", w.reasons(s), nil)
	add("report.limits", w.limits(s), nil)
	add("report.latency", w.latency(s), nil, w.Say("report.cold", count(s.Cold),
		count(s.Requests), percent(ratio(s.Cold, s.Requests))))
	add("report.callers", w.callers(s), nil)
	if s.Totals != nil || s.Unpriced != nil {
		g, notes := w.cost(s)
		add("report.cost", g, nil, notes...)
	}
	return all
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
func (w wording) beginning(s Summary) []string {
	if s.Sent == 0 {
		return []string{w.Say("report.nothingSent", count(s.Requests))}
	}
	all := []string{w.Say("report.sent", count(s.Sent), count(s.Requests),
		percent(ratio(s.Sent, s.Requests)))}
	d := s.Delivery.All
	if d.Reported() == 0 {
		return append(all, w.Say("report.noReports"))
	}
	all = append(all, w.Say("report.arrived", count(d.Reported()), count(d.Delivered),
		percent(d.Rate)))
	if d.P95 > 0 {
		all = append(all, w.Say("report.within", duration(d.P50), duration(d.P95)))
	}
	return all
}

// notices are what the operator has to look at, what is worst first.
func (w wording) notices(s Summary) (all []notice) {
	for _, outcome := range []string{"misconfigured", "provider_refused"} {
		n, most := 0, Cause{}
		for _, c := range s.Causes {
			if c.Outcome == outcome {
				n += c.N
				most = cmp.Or(most, c)
			}
		}
		if n > 0 {
			all = append(all, notice{true, w.Say("report.askedOfYou", count(n), outcome,
				most.why(w))})
		}
	}
	if s.Limits.Away > 0 {
		all = append(all, notice{false, w.Say("report.away", count(s.Limits.Away))})
	}
	for _, l := range s.Limits.Refused {
		if scope, _, _ := strings.Cut(l.Name, " "); limits.Scope(scope).Everybody() {
			all = append(all, notice{false, w.Say("report.limitReached", count(l.N), l.Name)})
		}
	}
	for _, o := range s.Lines.Others {
		if o.Name == secrets.NotRefreshed {
			all = append(all, notice{false, w.Say("report.notRefreshed", count(o.N))})
		}
	}
	for _, c := range s.Delivery.Codes {
		if c.Reported() >= enough && c.Rate < fewArrive {
			all = append(all, notice{false, w.Say("report.fewArrive", w.codeName(c.CallingCode),
				percent(c.Rate), count(c.Reported()))})
		}
	}
	return all[:min(len(all), 8)]
}

// why is the cause in short.
func (c Cause) why(w wording) string {
	return strings.Join(slices.DeleteFunc([]string{c.TencentCode, c.Limit, w.Hint(c.Hint)},
		func(part string) bool { return part == "" }), "; ")
}

func (w wording) outcomes(s Summary) grid {
	g := grid{Heads: w.heads("outcome", "number", "share", "means"), LastText: true}
	for _, o := range s.Outcomes {
		g.Rows = append(g.Rows, []string{o.Name, count(o.N), percent(o.Share),
			w.Words["report.means."+o.Name]})
	}
	return g
}

func (w wording) delivery(s Summary) grid {
	g := grid{Heads: w.heads("code", "sent", "delivered", "undelivered", "open", "rate", "half", "p95")}
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
		row(w.Say("report.all"), s.Delivery.All)
	}
	return g
}

func (w wording) reasons(s Summary) grid {
	g := grid{Heads: w.heads("cause", "number", "means"), LastText: true}
	for _, r := range s.Delivery.Reasons {
		name := cmp.Or(r.Name, w.Say("report.noReason"))
		code, _ := cloudsim.CarrierCodeOf(r.Name)
		means := code.Meaning
		if w.Say("report.lang") == "zh-CN" {
			means = code.Chinese
		}
		g.Rows = append(g.Rows, []string{name, count(r.N), means})
	}
	return g
}

func (w wording) limits(s Summary) grid {
	g := grid{Heads: w.heads("limit", "number")}
	add := func(key string, all []Named) {
		for _, l := range all {
			g.Rows = append(g.Rows, []string{w.Say(key, l.Name), count(l.N)})
		}
	}
	add("report.refusedBy", s.Limits.Refused)
	add("report.wouldHave", s.Limits.WouldHave)
	add("report.duplicates", s.Limits.Duplicates)
	if s.Limits.Away > 0 {
		g.Rows = append(g.Rows, []string{w.Say("report.awayRow"), count(s.Limits.Away)})
	}
	return g
}

func (w wording) latency(s Summary) grid {
	g := grid{Heads: w.heads("part", "number", "half", "p95", "p99", "max")}
	for _, l := range s.Latency {
		g.Rows = append(g.Rows, []string{w.Say("report.part." + l.Name), count(l.N), duration(l.P50),
			duration(l.P95), duration(l.P99), duration(l.Max)})
	}
	return g
}

func (w wording) callers(s Summary) grid {
	g := grid{Heads: w.heads("caller", "sent", "refused", "failed")}
	for _, c := range s.Callers {
		name := cmp.Or(c.Name, w.Say("report.noProof"))
		g.Rows = append(g.Rows, []string{name, count(c.Sent), count(c.Refused), count(c.Failed)})
	}
	return g
}

func (w wording) cost(s Summary) (g grid, notes []string) {
	g = grid{Heads: w.heads("code", "sent", "price", "amount")}
	for _, c := range s.Cost {
		g.Rows = append(g.Rows, []string{w.codeName(c.CallingCode), count(c.Sent),
			money(c.PerSMS), money(c.Amount) + " " + c.Currency})
	}
	for _, t := range s.Totals {
		g.Rows = append(g.Rows, []string{w.Say("report.all"), "", "", money(t.Amount) + " " + t.Currency})
		if t.Unknown > 0 {
			notes = append(notes, w.Say("report.unknownCost", count(t.Unknown), money(t.AtMost),
				t.Currency))
		}
	}
	var lacking []string
	for _, u := range s.Unpriced {
		lacking = append(lacking, w.Say("report.unpricedCode", w.codeName(u.CallingCode), count(u.Sent)))
	}
	if lacking != nil {
		notes = append(notes, w.Say("report.unpriced", strings.Join(lacking, w.Say("words.comma"))))
	}
	return g, append(notes, w.Say("report.eachOne"))
}

// log says what the log consists of, and what is odd about it.
func (w wording) log(s Summary) []string {
	l, d := s.Lines, s.Delivery
	all := []string{w.Say("report.counted", count(l.Invocations), count(l.Reports))}
	add := func(n int, key string, more ...any) {
		if n > 0 {
			all = append(all, w.Say(key, append([]any{count(n)}, more...)...))
		}
	}
	add(l.Skipped, "report.skipped")
	add(l.Bad, "report.unread", l.badLines())
	others, names := 0, []string{}
	for i, o := range l.Others {
		if others += o.N; i < 3 {
			names = append(names, cmp.Or(o.Name, w.Say("report.noName")))
		}
	}
	if len(names) < len(l.Others) {
		names = append(names, "…")
	}
	add(others, "report.others", strings.Join(names, "; "))
	add(d.Repeated, "report.repeated")
	add(d.Unmatched, "report.unmatched")
	add(d.Early, "report.early", duration(d.EarliestMs))
	add(d.Forgotten, "report.forgotten")
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
