package limits

import (
	"strings"
	"time"
)

// Order is an SMS that is to be sent.
type Order struct {
	Number      string // in E.164, with the plus sign
	CallingCode int
	Passcode    string
	UsageType   string
	IP          string // of the person, as the caller wrote it; "": it doesn't count
	Key         string // the caller's Idempotency-Key; "": none
	Mark        string // the caller's own mark of the request, which goes before Key; "": none
}

// Decision is what a claim comes to.
type Decision int

const (
	Granted       Decision = iota // the SMS may be sent
	Refused                       // a limit is full
	DuplicateSent                 // the same request was sent; SerialNo is Tencent's of that SMS
	Duplicate                     // the same request is under way, or nobody knows what became of it
	KeyReused                     // the key belongs to a request with another number, code or type
	Away                          // Redis can't be asked
)

// Verdict says whether an SMS may be sent.
type Verdict struct {
	Decision Decision

	// With Refused, and with Granted if Observe is all that let it through: the limit that is full,
	// of several the one with the longest wait, and the time until it isn't.
	Scope Scope
	Limit Limit // zero: none is full
	Wait  time.Duration

	SerialNo string // with DuplicateSent
	Cause    Cause  // with Away
	Closed   bool   // with Away: the rules say that nothing is sent then

	Claim Claim // to be settled
}

// Claim is what an order has claimed. The zero Claim claims nothing.
type Claim struct {
	counters []Counter
	at       int64  // Redis's time of the claim, in ms of Unix time
	mark     string // the mark's name; "": there is none
	said     string // what the mark says since the claim
	lost     bool   // no answer came, so nobody knows whether it was made
	password func() string
}

// Fate is what became of a claim.
type Fate int

const (
	Unknown Fate = iota // the SMS may have been sent
	Sent
	NothingSent // provably
)

// The first letter of a mark says what became of the request. Its fingerprint follows, then the
// claim's id while it is under way, or Tencent's serial number once it was sent.
const (
	underWay  = "p"
	wasSent   = "s"
	isUnknown = "u"
)

// keys are the names of the mark, if there is one, and of counters, with their number before them.
func (c *Claim) keys(counters []Counter) []any {
	keys := []any{len(counters)}
	if c.mark != "" {
		keys = []any{1 + len(counters), c.mark}
	}
	for _, counter := range counters {
		keys = append(keys, counter.Name)
	}
	return keys
}

// read reads the answer of claim.lua. It reports false if it is none.
func (c *Claim) read(answer any, content string) (v Verdict, ok bool) {
	values, _ := answer.([]any)
	text := func(i int) string {
		if i < len(values) {
			if text, ok := values[i].([]byte); ok {
				return string(text)
			}
		}
		return ""
	}
	number := func(i int) int64 {
		if i < len(values) {
			if number, ok := values[i].(int64); ok {
				return number
			}
		}
		return -1
	}
	full := 1 // where the number of the limit is that is full
	switch text(0) {
	case "seen":
		mark := text(1)
		return seen(mark, content), len(mark) > hashLength
	case "limit":
		v.Decision = Refused
	case "ok":
		full = 2
		v.Claim = *c
		v.Claim.at = number(1)
	default:
		return v, false
	}
	which, wait := number(full), number(full+1)
	if which < 0 || which > int64(len(c.counters)) || wait < 0 {
		return v, false
	}
	if which > 0 {
		counter := c.counters[which-1]
		v.Scope, v.Limit = counter.Scope, counter.Limit
		v.Wait = time.Duration(wait) * time.Millisecond
	}
	return v, which > 0 || v.Claim.at > 0
}

// seen says what it means that a request's mark is there.
func seen(mark, content string) Verdict {
	serialNo, isSent := strings.CutPrefix(mark, wasSent+content)
	switch {
	case isSent:
		return Verdict{Decision: DuplicateSent, SerialNo: serialNo}
	case len(mark) == 0 || !strings.HasPrefix(mark[1:], content):
		return Verdict{Decision: KeyReused}
	default:
		return Verdict{Decision: Duplicate}
	}
}
