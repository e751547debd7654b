package report

import (
	"bytes"
	"strconv"
	"time"
)

// line is what is read of one line of the function's log (docs/operating.md has all fields). The
// texts lie in memory that the next line overwrites.
type line struct {
	lineFields
	places map[string]place // where fields go, by their names
}

// place is where a field goes: one of the two.
type place struct {
	text   *[]byte
	number *int64
}

// lineFields are the fields of a line.
type lineFields struct {
	msg, outcome, caller, tencentCode, hint, serialNo []byte
	limit, wouldLimit, limits                         []byte
	reason                                            []byte
	at, receivedAt                                    int64 // Unix time in ms; 0: not there
	status, callingCode, delivered, coldStart         int64
	duplicate                                         int64
	ms, ssmMs, smsMs                                  int64
	limitsMs                                          int64 // -1: not there
	numbers                                           bool  // every number could be read

	wrapped []byte // the line as CLS wraps it
	stored  int64  // when CLS got it, Unix time in ms; 0: not there
}

func (l *line) reset() {
	l.lineFields = lineFields{limitsMs: -1, numbers: true}
	if l.places != nil {
		return
	}
	l.places = map[string]place{}
	for name, text := range map[string]*[]byte{"msg": &l.msg, "outcome": &l.outcome,
		"caller": &l.caller, "tencentCode": &l.tencentCode, "hint": &l.hint,
		"serialNo": &l.serialNo, "limit": &l.limit, "wouldLimit": &l.wouldLimit,
		"limits": &l.limits, "reason": &l.reason} {
		l.places[name] = place{text: text}
	}
	for name, number := range map[string]*int64{"status": &l.status,
		"callingCode": &l.callingCode, "delivered": &l.delivered, "duplicate": &l.duplicate,
		"coldStart": &l.coldStart, "ms": &l.ms, "ssmMs": &l.ssmMs, "smsMs": &l.smsMs,
		"limitsMs": &l.limitsMs, "__TIMESTAMP__": &l.stored} {
		l.places[name] = place{number: number}
	}
}

// set takes a field. Numbers may be texts: CLS keeps texts and may export them.
func (l *line) set(name, value []byte) {
	switch to := l.places[string(name)]; {
	case to.text != nil:
		*to.text = value
		return
	case to.number != nil:
		l.number(to.number, value)
		return
	}
	switch string(name) {
	case "time":
		l.at = unixMilli(value)
	case "receivedAt":
		l.receivedAt = unixMilli(value)
	case "SCF_Message", "__CONTENT__", "content", "message":
		if value = bytes.TrimSpace(value); len(value) > 0 && value[0] == '{' {
			l.wrapped = value
		}
	}
}

// number reads a whole number. CSV has an empty text where a line lacks the field.
func (l *line) number(to *int64, value []byte) {
	if len(value) == 0 {
		return
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil || n < 0 {
		l.numbers = false
		return
	}
	*to = n
}

// unixMilli reads an RFC 3339 time; 0 if it is none.
func unixMilli(value []byte) int64 {
	t, err := time.Parse(time.RFC3339, string(value)) // fractions of a second are read, too
	if err != nil || t.Year() < 2000 {
		return 0
	}
	return t.UnixMilli()
}

// parse reads a line. It reports whether the line is a JSON object and, where it is one of the
// function's, has what makes it countable: a time, whole numbers, and an outcome or a serial
// number.
func (l *line) parse(text []byte) bool {
	l.reset()
	if !scan(text, l.set) {
		return false
	}
	for range 2 { // CLS may wrap what SCF wrapped
		if len(l.msg) > 0 || l.wrapped == nil {
			break
		}
		wrapped, stored := l.wrapped, l.stored
		l.reset()
		l.stored = stored
		if !scan(wrapped, l.set) {
			return false
		}
	}
	return l.complete()
}

func (l *line) complete() bool {
	if l.at == 0 {
		l.at = l.stored
	}
	switch string(l.msg) {
	case "invocation":
		return l.at != 0 && l.numbers && len(l.outcome) > 0
	case "report":
		return l.at != 0 && l.numbers && len(l.serialNo) > 0
	default:
		return true
	}
}
