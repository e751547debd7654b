package handler

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"
)

// record is what is noted of an invocation on its way: for its line in the log, and for the form of its answer.
type record struct {
	requestID string
	cold      bool
	began     time.Time

	wantsJSON bool   // the caller asks for problem details
	locale    string // of the page the user sees

	usage    string
	number   number
	code     string            // never logged: to notice where Tencent's answer repeats it
	ofToken  func(string) bool // whether a caller put a part of its Authorization header elsewhere, too
	template string
	attempts int
	refusal  string // Tencent's code of a first attempt that was followed by a second, or by a fetch that failed
	ssm, sms time.Duration
	place    string // where a panic came from
}

func (h *Handler) newRecord(ctx context.Context) *record {
	return &record{requestID: requestID(ctx), cold: !h.warm.Swap(true), began: time.Now()}
}

// event notes what the caller wants to read, and in which language.
func (r *record) event(e event, m message) {
	header := e.authorization()
	// By chance a few letters are in many a token.
	r.ofToken = func(s string) bool { return len(s) > 4 && strings.Contains(header, s) }
	r.wantsJSON = e.accepts("application/json", "application/problem+json")
	r.locale = m.locale
	r.code = m.code
}

// message notes what was asked for.
func (r *record) message(m message, known Templates) {
	r.usage = unreadable
	if wordy(m.usage) && !r.ofToken(m.usage) || slices.ContainsFunc(known, func(t Template) bool { return t.Usage == m.usage }) {
		r.usage = m.usage
	}
}

// time adds the time until the function it returns is called.
func (r *record) time(sum *time.Duration) func() {
	began := time.Now()
	return func() { *sum += time.Since(began) }
}

// panicked notes where a panic came from. Its value could hold anything.
func (r *record) panicked() {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var places []string
	for frame, more := frames.Next(); more; frame, more = frames.Next() {
		places = append(places, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
	}
	r.place = strings.Join(places, " ")
}

// write is the invocation's line in the log: for the operator's eyes, but never the code, more of the number than its
// last two digits, the Authorization header, a key or a body.
func (h *Handler) write(r *record, out outcome) {
	level := slog.LevelInfo
	switch {
	case out.status >= 500:
		level = slog.LevelError
	case out.status >= 400:
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("requestId", r.requestID),
		slog.String("outcome", out.code),
		slog.Int("status", out.status),
	}
	add := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	add("type", r.usage)
	add("locale", r.tag(r.locale))
	if r.number.callingCode != 0 {
		attrs = append(attrs, slog.Int("callingCode", r.number.callingCode))
		add("numberEnds", r.number.lastTwo())
	}
	add("template", r.template)
	add("tencentCode", words(out.tencent))
	add("tencentRequestId", r.id(out.requestID))
	add("serialNo", r.id(out.serialNo))
	add("firstRefusal", words(r.refusal))
	add("hint", out.hint)
	add("panic", r.place)
	attrs = append(attrs,
		slog.Int("attempts", r.attempts),
		slog.Bool("coldStart", r.cold),
		slog.Int64("ssmMs", r.ssm.Milliseconds()),
		slog.Int64("smsMs", r.sms.Milliseconds()),
		slog.Int64("ms", time.Since(r.began).Milliseconds()),
	)
	h.Log.LogAttrs(context.Background(), level, "invocation", attrs...)
}

// unreadable stands in the log for what could hold anything.
const unreadable = "(not shown)"

// words returns a code of Tencent's or a reason of ours; a code with digits in it is neither.
func words(s string) string {
	if s == "" || wordy(s) {
		return s
	}
	return unreadable
}

// wordy reports whether s can hold neither a number nor a code: it is short, and made of letters, blanks and the marks
// between words.
func wordy(s string) bool {
	for _, b := range []byte(s) {
		letter := 'a' <= b|0x20 && b|0x20 <= 'z'
		if !letter && b != '.' && b != '-' && b != '_' && b != ' ' && b != ':' && b != '\'' {
			return false
		}
	}
	return len(s) <= 100
}

// testCode is what Logto's console sends when somebody tries the connector: nobody's secret, and in many a serial number.
const testCode = "000000"

// id returns an id that Tencent gave, for the log or the caller, unless it is not one or repeats the number or the code.
func (r *record) id(s string) string {
	for _, b := range []byte(s) {
		letter := 'a' <= b|0x20 && b|0x20 <= 'z'
		digit := '0' <= b && b <= '9'
		if !letter && !digit && b != ':' && b != '-' && b != '_' && b != '.' {
			return unreadable
		}
	}
	// A code of three digits or less is in half of all ids by chance.
	if len(s) > 128 || len(r.code) > 3 && r.code != testCode && strings.Contains(s, r.code) ||
		r.number.national != "" && strings.Contains(s, r.number.national) {
		return unreadable
	}
	return s
}

// tag returns a language tag for the log, if it is one: letters, with a region's three digits at most.
func (r *record) tag(s string) string {
	digits := 0
	for _, b := range []byte(s) {
		if '0' <= b && b <= '9' {
			digits++
		}
	}
	if s == "" {
		return s
	}
	if !wellFormed(s) || len(s) > 35 || digits > 3 || r.ofToken(s) || r.code != "" && strings.Contains(s, r.code) {
		return unreadable
	}
	return s
}
