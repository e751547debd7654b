package report

import (
	"bytes"
	"time"
)

// tally is what a log adds up to. It takes lines one by one, and its memory doesn't grow with them:
// see counter, histogram, series and join for the bounds.
type tally struct {
	since int64 // lines before this Unix time in ms don't count

	begin, end int64 // times of the first and the last line of the function
	requests   int   // invocations but for timers and calls that bring reports
	reports    int   // lines of delivery reports
	others     counter
	skipped    int // lines of the function before since
	bad        int
	badLines   []int // the first few of them

	outcomes, causes             counter
	callers                      [delivered]counter // by what a series counts their requests as
	limits, observed, duplicates counter
	away                         int

	over     *series
	cold     int
	ms       struct{ all, cold, warm, sms, ssm, limits, failed histogram }
	codes    map[int64]*code
	join     *join
	reasons  *reasons  // why messages didn't arrive
	arrival  histogram // from the answer to the phone, in ms
	repeated int       // reports that came again
	early    int       // reports more than skew before their message
	earliest int64     // the most of those, in ms
}

// code is what became of the messages to a calling code.
type code struct {
	sent, unknown, delivered, undelivered int
	arrival                               histogram
}

// skew is how much earlier than its message a report may be without a word: it has whole seconds.
const skew = 1500 * time.Millisecond

// namedBad is how many of the lines that can't be read are named.
const namedBad = 5

func newTally(since int64, zone *time.Location, remember int) *tally {
	return &tally{since: since, over: newSeries(zone), codes: map[int64]*code{},
		join: newJoin(remember), reasons: newReasons()}
}

func (t *tally) badLine(number int) {
	t.bad++
	if len(t.badLines) < namedBad {
		t.badLines = append(t.badLines, number)
	}
}

func (t *tally) take(l *line) {
	kind := string(l.msg)
	if kind != "invocation" && kind != "report" {
		t.others.add(l.msg)
		return
	}
	if l.at < t.since {
		t.skipped++
		return
	}
	if t.begin == 0 || l.at < t.begin {
		t.begin = l.at
	}
	t.end = max(t.end, l.at)
	if kind == "report" {
		t.report(l)
	} else {
		t.invocation(l)
	}
}

func (t *tally) invocation(l *line) {
	t.outcomes.add(l.outcome)
	outcome := string(l.outcome)
	if outcome == "timer" && l.status < 300 || outcome == "reports" {
		return
	}
	t.requests++
	kind := kindOf(l)
	t.callers[kind].add(l.caller)
	duplicate := l.duplicate > 0
	if duplicate {
		t.duplicates.add(l.outcome)
	}
	if len(l.wouldLimit) > 0 {
		t.observed.add(l.wouldLimit)
	}
	if string(l.limits) == "away" {
		t.away++
	}
	if len(l.limit) > 0 {
		t.limits.add(l.limit)
	}
	if l.coldStart > 0 {
		t.cold++
	}
	switch {
	case kind == sent && duplicate: // it is the answer to a message that was sent before
	case kind == sent:
		t.over.add(l.at, sent)
		t.message(l)
	default:
		t.over.add(l.at, kind)
		if kind == failed {
			t.ms.failed.add(l.ms)
		}
		t.causes.add(bytes.Join([][]byte{l.outcome, l.tencentCode, l.limit, l.hint},
			[]byte(between)))
		if outcome == "outcome_unknown" && !duplicate {
			t.code(l.callingCode).unknown++
		}
	}
}

// kindOf is what a series counts an invocation as. An outcome that isn't known goes by its status.
func kindOf(l *line) int {
	switch string(l.outcome) {
	case "sent":
		return sent
	case "bad_request", "invalid_phone_number", "unauthorized", "destination_not_allowed",
		"method_not_allowed", "body_too_large", "undeliverable", "too_many_requests":
		return refused
	}
	if l.status >= 400 && l.status < 500 {
		return refused
	}
	return failed
}

func (t *tally) code(callingCode int64) *code {
	if callingCode > 999 {
		callingCode = 0
	}
	c := t.codes[callingCode]
	if c == nil {
		c = &code{}
		t.codes[callingCode] = c
	}
	return c
}

// message counts a message that was sent.
func (t *tally) message(l *line) {
	t.ms.all.add(l.ms)
	if l.coldStart > 0 {
		t.ms.cold.add(l.ms)
	} else {
		t.ms.warm.add(l.ms)
	}
	t.ms.sms.add(l.smsMs)
	if l.ssmMs > 0 {
		t.ms.ssm.add(l.ssmMs)
	}
	if l.limitsMs >= 0 {
		t.ms.limits.add(l.limitsMs)
	}
	t.code(l.callingCode).sent++
	if len(l.serialNo) == 0 {
		return
	}
	if p, ok := t.join.message(l.serialNo, min(l.callingCode, 1000), l.at); ok {
		t.pair(p)
	}
}

// report counts a delivery report.
func (t *tally) report(l *line) {
	t.reports++
	arrived, reason := l.delivered > 0, 0
	if !arrived {
		reason = t.reasons.number(l.reason)
	}
	p, v, was, ok := t.join.report(l.serialNo, arrived, reason, l.receivedAt)
	switch {
	case v == corrected:
		t.reasons.n[was]--
		t.repeated++
	case v == again:
		t.repeated++
	case !arrived:
		t.reasons.n[reason]++
	}
	if !ok {
		return
	}
	if v == corrected {
		t.code(p.code).undelivered--
		t.over.remove(p.sentAt, undelivered)
	}
	t.pair(p)
}

// pair counts a message together with its report.
func (t *tally) pair(p pair) {
	c := t.code(p.code)
	if !p.delivered {
		c.undelivered++
		t.over.add(p.sentAt, undelivered)
		return
	}
	c.delivered++
	t.over.add(p.sentAt, delivered)
	took := p.receivedAt - p.sentAt
	switch {
	case p.receivedAt == 0:
	case took < -skew.Milliseconds():
		t.early++
		t.earliest = max(t.earliest, -took)
	default:
		t.arrival.add(took)
		c.arrival.add(took)
	}
}
