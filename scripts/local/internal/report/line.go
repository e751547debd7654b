package report

import (
	"bytes"
	"strconv"
	"time"
)

// line is what is read of one line of the function's log (docs/operating.md has all fields). The
// texts lie in memory that the next line overwrites.
type line struct {
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

func (l *line) reset() { *l = line{limitsMs: -1, numbers: true} }

// set takes a field. Numbers may be texts: CLS keeps texts and may export them.
func (l *line) set(name, value []byte) {
	switch string(name) {
	case "msg":
		l.msg = value
	case "outcome":
		l.outcome = value
	case "caller":
		l.caller = value
	case "tencentCode":
		l.tencentCode = value
	case "hint":
		l.hint = value
	case "serialNo":
		l.serialNo = value
	case "limit":
		l.limit = value
	case "wouldLimit":
		l.wouldLimit = value
	case "limits":
		l.limits = value
	case "reason":
		l.reason = value
	case "time":
		l.at = unixMilli(value)
	case "receivedAt":
		l.receivedAt = unixMilli(value)
	case "status":
		l.number(&l.status, value)
	case "callingCode":
		l.number(&l.callingCode, value)
	case "delivered":
		l.number(&l.delivered, value)
	case "duplicate":
		l.number(&l.duplicate, value)
	case "coldStart":
		l.number(&l.coldStart, value)
	case "ms":
		l.number(&l.ms, value)
	case "ssmMs":
		l.number(&l.ssmMs, value)
	case "smsMs":
		l.number(&l.smsMs, value)
	case "limitsMs":
		l.number(&l.limitsMs, value)
	case "SCF_Message", "__CONTENT__", "content", "message":
		if value = bytes.TrimSpace(value); len(value) > 0 && value[0] == '{' {
			l.wrapped = value
		}
	case "__TIMESTAMP__":
		l.number(&l.stored, value)
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
