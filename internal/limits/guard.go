// Package limits is the guard against SMS pumping, bombing and duplicates over all instances of the
// function: it counts messages in Redis, and remembers requests there.
//
//	rules.go, parse.go   what the setting LIMITS says
//	server.go            what the setting REDIS_URL says
//	names.go             what stands in Redis: HMACs, never a number, a code or an IP address
//	claim.lua            all limits and the duplicate at once, all or nothing
//	settle.lua           what became of a claim
//	connection.go        a connection that is known to be alive, and one try
//	replies.go           nothing that is too large reaches the client
//	breaker.go           Redis is let alone after it failed
package limits

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"strings"
	"time"

	"scf-sms/internal/liveconn"
)

const (
	claimTime  = 250 * time.Millisecond
	settleTime = 50 * time.Millisecond

	// settleLate is for a claim whose invocation has used up its time: nothing would be given back
	// otherwise. The answer has 50 ms to be made in.
	settleLate = 5 * time.Millisecond
)

var (
	//go:embed claim.lua
	claimText string
	//go:embed settle.lua
	settleText string
)

// Secrets has what the guard needs of the secret. *secrets.Cache is one.
type Secrets interface {
	// ForLimits returns Redis's password, "" for none, and what the names in Redis are keyed by.
	ForLimits(ctx context.Context) (password, hashKey string, err error)
}

// Config is what a Guard needs.
type Config struct {
	Server  Server
	Rules   Rules
	AppID   string // SmsSdkAppId: each application has its own counters
	Secrets Secrets
	Dialer  *liveconn.Dialer
	Now     func() time.Time // nil: the wall clock
}

// Guard decides whether an SMS may be sent. Its methods may be called by several goroutines.
type Guard struct {
	config      Config
	connections connections
	breaker     breaker
	claim       script
	settle      script
}

// New returns a Guard. It connects when it is asked to.
func New(c Config) *Guard {
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().Round(0) }
	}
	return &Guard{
		config:      c,
		connections: connections{server: c.Server, dialer: c.Dialer, now: c.Now},
		claim:       newScript(claimText),
		settle:      newScript(settleText),
	}
}

// Open begins to connect, so that the next claim need not wait for it. It returns at once.
func (g *Guard) Open() {
	if !g.breaker.waits(g.config.Now()) {
		g.connections.open()
	}
}

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
	counters []counter
	at       int64  // Redis's time of the claim, in ms of Unix time
	mark     string // the mark's name; "": there is none
	said     string // what the mark says since the claim
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

// Claim asks whether an SMS may be sent, and counts it if so. It takes 250 ms at most, and a tenth
// of what ctx has left. What it granted is to be settled.
func (g *Guard) Claim(ctx context.Context, o Order) Verdict {
	began := g.config.Now()
	if cause, away := g.breaker.away(began); away {
		return g.away(cause)
	}
	ctx, cancel := bound(ctx, claimTime, 0)
	defer cancel()
	password, hashKey, err := g.config.Secrets.ForLimits(ctx)
	if err != nil {
		return g.away(NoSecret)
	}
	n := newNames(g.config.AppID, hashKey)
	c := Claim{
		counters: n.counters(g.config.Rules, o),
		password: func() string { return password },
	}
	mark, kept := n.mark(g.config.Rules, o)
	content := n.fingerprint(o)
	if mark != "" {
		c.mark, c.said = mark, underWay+content+newID()
	}
	if len(c.counters) == 0 && c.mark == "" {
		return Verdict{}
	}
	observe := 0
	if g.config.Rules.Observe {
		observe = 1
	}
	args := append(c.keys(c.counters), kept.Milliseconds(), c.said, observe)
	for _, counter := range c.counters {
		args = append(args, counter.limit.N, counter.limit.W.Milliseconds())
	}
	answer, failed := g.connections.run(ctx, password, &g.claim, args)
	v, ok := c.read(answer, content)
	if failed == 0 && !ok {
		failed = Garbled
	}
	if failed != 0 {
		g.breaker.failed(failed, began, g.config.Now())
		return g.away(failed)
	}
	g.breaker.answered()
	return v
}

func (g *Guard) away(cause Cause) Verdict {
	return Verdict{Decision: Away, Cause: cause, Closed: g.config.Rules.Closed}
}

// keys are the names of the mark, if there is one, and of counters, with their number before them.
func (c *Claim) keys(counters []counter) []any {
	keys := []any{len(counters)}
	if c.mark != "" {
		keys = []any{1 + len(counters), c.mark}
	}
	for _, counter := range counters {
		keys = append(keys, counter.name)
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
		v.Scope, v.Limit = counter.scope, counter.limit
		v.Wait = time.Duration(wait) * time.Millisecond
	}
	return v, which > 0 || v.Decision == Granted
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

// Settle says what became of a claim: what sent nothing is given back, and a duplicate of what was
// sent is told the serialNo, which is 128 characters at most. It takes 50 ms at most, and a tenth of
// what ctx has left, also if that has ended. A cause means that it failed: the claim stands as it
// was made.
func (g *Guard) Settle(ctx context.Context, c Claim, fate Fate, serialNo string) Cause {
	var counters []counter
	if fate == NothingSent {
		counters = c.counters
	}
	args := c.keys(counters)
	if len(args) == 1 {
		return 0
	}
	says := ""
	switch {
	case c.mark == "":
	case fate == Sent:
		says = wasSent + c.said[1:1+hashLength] + serialNo
	case fate == Unknown:
		says = isUnknown + c.said[1:1+hashLength]
	}
	args = append(args, c.said, says, c.at)
	for _, counter := range counters {
		args = append(args, counter.limit.W.Milliseconds())
	}
	ctx, cancel := bound(ctx, settleTime, settleLate)
	defer cancel()
	_, failed := g.connections.run(ctx, c.password(), &g.settle, args)
	return failed
}

// bound gives a step its time: a tenth of what ctx has left, but not more than most and not less
// than least. It ends then and not with ctx.
func bound(
	ctx context.Context, most, least time.Duration,
) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		most = max(min(most, time.Until(deadline)/10), least)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), most)
}

// newID tells a claim from another of the same request.
func newID() string {
	var id [9]byte
	rand.Read(id[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(id[:])
}
