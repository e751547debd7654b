package report

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Summary is what a report says, in any form. Times are in ms.
type Summary struct {
	From     time.Time `json:"from"` // of the first and the last line that count
	To       time.Time `json:"to"`
	Requests int       `json:"requests"` // without timers and calls that bring reports
	Sent     int       `json:"sent"`     // messages; a duplicate sends none
	Lines    Lines     `json:"lines"`

	Outcomes []Share    `json:"outcomes"`
	Over     *series    `json:"-"`
	Steps    []Step     `json:"over"`
	Delivery Delivery   `json:"delivery"`
	Causes   []Cause    `json:"causes"`
	Limits   Limits     `json:"limits"`
	Latency  []Latency  `json:"latency"`
	Cold     int        `json:"coldStarts"`
	Callers  []Caller   `json:"callers"`
	Cost     []Cost     `json:"cost,omitempty"`
	Totals   []Total    `json:"costTotals,omitempty"`
	Unpriced []Unpriced `json:"unpriced,omitempty"`
}

// Lines says what the log consists of.
type Lines struct {
	Invocations int     `json:"invocations"`
	Reports     int     `json:"reports"`
	Others      []Named `json:"others"`   // other JSON objects, by their msg
	Skipped     int     `json:"skipped"`  // before the period
	Bad         int     `json:"unread"`   // that can't be read
	BadLines    []int   `json:"unreadAt"` // the first few of them
}

// Share is an outcome and how often it came.
type Share struct {
	Name  string  `json:"outcome"`
	N     int     `json:"n"`
	Share float64 `json:"share"` // of all invocations
}

// Delivery is what became of the messages that were sent.
type Delivery struct {
	Codes      []CodeRow `json:"codes"`
	All        CodeRow   `json:"all"`
	Within10s  float64   `json:"within10s"` // share of those that arrived
	Within60s  float64   `json:"within60s"`
	Arrival    []Point   `json:"arrival"`    // up to when all had arrived
	Reasons    []Named   `json:"reasons"`    // why messages didn't arrive
	Repeated   int       `json:"repeated"`   // reports that came again
	Unmatched  int       `json:"unmatched"`  // reports whose message isn't in the log
	Early      int       `json:"early"`      // reports of a time before their message was sent
	EarliestMs int64     `json:"earliestMs"` // the most of it
	Forgotten  int       `json:"forgotten"`  // serial numbers forgotten before their other line came
}

// Point is the share of the messages that arrived that had done so after a time.
type Point struct {
	Seconds float64 `json:"seconds"`
	Share   float64 `json:"share"`
}

// CodeRow is delivery to a calling code, 0 if it isn't known.
type CodeRow struct {
	CallingCode int64   `json:"callingCode"`
	Sent        int     `json:"sent"`
	Delivered   int     `json:"delivered"`
	Undelivered int     `json:"undelivered"`
	Open        int     `json:"open"` // without a report
	Rate        float64 `json:"rate"` // delivered of those with a report
	P50         int64   `json:"p50Ms"`
	P95         int64   `json:"p95Ms"`
	P99         int64   `json:"p99Ms"`
}

// Reported is how many messages have a report.
func (r CodeRow) Reported() int { return r.Delivered + r.Undelivered }

// Cause is why requests were not sent.
type Cause struct {
	Outcome     string `json:"outcome"`
	TencentCode string `json:"tencentCode,omitempty"`
	Limit       string `json:"limit,omitempty"`
	Hint        string `json:"hint,omitempty"`
	N           int    `json:"n"`
}

// Limits is what our own limits did.
type Limits struct {
	Refused    []Named `json:"refused"`    // by limit
	WouldHave  []Named `json:"wouldHave"`  // with observe
	Duplicates []Named `json:"duplicates"` // by what it was told
	Away       int     `json:"away"`       // requests that Redis wasn't there for
}

// Latency is how long requests took that sent a message, or a part of them; "failed" is those that
// failed.
type Latency struct {
	Name string `json:"of"`
	N    int    `json:"n"`
	P50  int64  `json:"p50"`
	P95  int64  `json:"p95"`
	P99  int64  `json:"p99"`
	Max  int64  `json:"max"`
}

// Caller is a kind of program that asks for messages; "" brought no proof.
type Caller struct {
	Name    string `json:"caller"`
	Sent    int    `json:"sent"`
	Refused int    `json:"refused"`
	Failed  int    `json:"failed"`
}

func (t *tally) summary(list prices, zone *time.Location) Summary {
	s := Summary{
		From: time.UnixMilli(t.begin).In(zone), To: time.UnixMilli(t.end).In(zone),
		Requests: t.requests, Over: t.over, Cold: t.cold, Delivery: t.delivery(),
		Lines: Lines{Invocations: t.outcomes.total(), Reports: t.reports,
			Others: t.others.shown(), Skipped: t.skipped, Bad: t.bad, BadLines: t.badLines},
		Limits: Limits{Refused: t.limits.shown(), WouldHave: t.observed.shown(),
			Duplicates: t.duplicates.shown(), Away: t.away},
		Callers: t.callersOf(),
	}
	for _, o := range t.outcomes.shown() {
		s.Outcomes = append(s.Outcomes, Share{o.Name, o.N, ratio(o.N, s.Lines.Invocations)})
	}
	for _, c := range t.causes.sorted() {
		p := partsOf(c.Name)
		s.Causes = append(s.Causes, Cause{p[0], p[1], p[2], p[3], c.N})
	}
	s.Sent = s.Delivery.All.Sent
	s.Steps = t.over.chart(97).steps()
	for _, part := range []struct {
		name string
		of   *histogram
	}{
		{"ms", &t.ms.all}, {"cold", &t.ms.cold}, {"warm", &t.ms.warm}, {"smsMs", &t.ms.sms},
		{"ssmMs", &t.ms.ssm}, {"limitsMs", &t.ms.limits}, {"failed", &t.ms.failed},
	} {
		if h := part.of; h.n > 0 {
			s.Latency = append(s.Latency, Latency{part.name, h.n, h.percentile(.5),
				h.percentile(.95), h.percentile(.99), h.max})
		}
	}
	if list != nil {
		s.price(list, t.codes)
	}
	return s
}

func (t *tally) delivery() Delivery {
	d := Delivery{Reasons: t.reasons.shown(), Repeated: t.repeated, Early: t.early,
		EarliestMs: t.earliest, Unmatched: t.join.orphaned(), Forgotten: t.join.forgotten}
	all := code{arrival: t.arrival}
	for _, callingCode := range slices.Sorted(maps.Keys(t.codes)) {
		c := t.codes[callingCode]
		if c.sent == 0 {
			continue
		}
		d.Codes = append(d.Codes, c.row(callingCode))
		all.sent += c.sent
		all.delivered += c.delivered
		all.undelivered += c.undelivered
	}
	slices.SortStableFunc(d.Codes, func(a, b CodeRow) int { return cmp.Compare(b.Sent, a.Sent) })
	d.All = all.row(0)
	d.Within10s = ratio(t.arrival.upTo(10_000), t.arrival.n)
	d.Within60s = ratio(t.arrival.upTo(60_000), t.arrival.n)
	for _, seconds := range []float64{1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600,
		1800, 3600, 6 * 3600, 24 * 3600} {
		if t.arrival.n == 0 {
			break
		}
		share := ratio(t.arrival.upTo(int64(seconds*1000)), t.arrival.n)
		if d.Arrival = append(d.Arrival, Point{seconds, share}); share == 1 {
			break
		}
	}
	return d
}

func (c *code) row(callingCode int64) CodeRow {
	return CodeRow{callingCode, c.sent, c.delivered, c.undelivered,
		c.sent - c.delivered - c.undelivered, ratio(c.delivered, c.delivered+c.undelivered),
		c.arrival.percentile(.5), c.arrival.percentile(.95), c.arrival.percentile(.99)}
}

func (t *tally) callersOf() []Caller {
	by := map[string]*Caller{}
	for kind := range t.callers {
		for _, one := range t.callers[kind].shown() {
			if by[one.Name] == nil {
				by[one.Name] = &Caller{Name: one.Name}
			}
			c := by[one.Name]
			*[...]*int{&c.Sent, &c.Refused, &c.Failed}[kind] += one.N
		}
	}
	all := []Caller{}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		all = append(all, *by[name])
	}
	slices.SortStableFunc(all, func(a, b Caller) int { return cmp.Compare(b.total(), a.total()) })
	return all
}

func (c Caller) total() int { return c.Sent + c.Refused + c.Failed }

func ratio(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
