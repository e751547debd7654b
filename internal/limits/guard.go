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
//	try.go               both scripts at once, for a tool that looks whether they run
package limits

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/base64"
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

	// ClaimTime and SettleTime are what Claim and Settle take at most. New sets 250 ms and 50 ms. A
	// test on a busy machine needs more.
	ClaimTime, SettleTime time.Duration
}

// New returns a Guard. It connects when it is asked to.
func New(c Config) *Guard {
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().Round(0) }
	}
	return &Guard{
		config: c,
		connections: connections{
			server: c.Server, dialer: c.Dialer, now: c.Now, patience: openPatience,
		},
		claim:      newScript(claimText),
		settle:     newScript(settleText),
		ClaimTime:  claimTime,
		SettleTime: settleTime,
	}
}

// Open begins to connect, so that the next claim need not wait for it. It returns at once.
func (g *Guard) Open() {
	if !g.breaker.waits(g.config.Now()) {
		g.connections.open()
	}
}

// CloseIdleConnections closes the connection that no claim is using.
func (g *Guard) CloseIdleConnections() { g.connections.close() }

// Claim asks whether an SMS may be sent, and counts it if so. It takes 250 ms at most, and a tenth
// of what ctx has left; then as long as Settle, if nothing may be sent because no answer came. What
// it granted is to be settled.
func (g *Guard) Claim(ctx context.Context, o Order) Verdict {
	began := g.config.Now()
	if cause, away := g.breaker.away(began); away {
		return g.away(cause)
	}
	within, cancel := bound(ctx, g.ClaimTime, 0)
	defer cancel()
	password, hashKey, err := g.config.Secrets.ForLimits(within)
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
		args = append(args, counter.Limit.N, counter.Limit.W.Milliseconds())
	}
	answer, failed := g.connections.run(within, password, &g.claim, args)
	v, ok := c.read(answer, content)
	if failed == 0 && !ok {
		failed = Garbled
	}
	if failed != 0 {
		g.breaker.failed(failed, began, g.config.Now())
		away := g.away(failed)
		if failed != NoConnection && failed != NotTrusted {
			// Redis may have claimed all the same, or will when it goes on. If nothing is sent, the
			// mark must not stay: who asks again would be told that the SMS is under way. What was
			// counted stays: when that was is in the answer that is missing.
			c.counters, c.lost = nil, true
			away.Claim = c
		}
		if away.Closed {
			g.Settle(ctx, away.Claim, NothingSent, "")
		}
		return away
	}
	g.breaker.answered()
	return v
}

func (g *Guard) away(cause Cause) Verdict {
	rules := &g.config.Rules
	return Verdict{Decision: Away, Cause: cause, Closed: rules.Closed && !rules.Observe}
}

// Settle says what became of a claim: what sent nothing is given back, and a duplicate of what was
// sent is told the serialNo, which is 128 characters at most. It takes 50 ms at most, and a tenth
// of what ctx has left, also if that has ended. A cause means that it failed: the claim stands as
// it was made. Of a claim whose answer was lost it takes back the mark if nothing was sent, and says
// no cause, as Claim has said one.
func (g *Guard) Settle(ctx context.Context, c Claim, fate Fate, serialNo string) Cause {
	if c.lost && fate != NothingSent {
		return 0
	}
	var counters []Counter
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
		args = append(args, counter.Limit.W.Milliseconds())
	}
	ctx, cancel := bound(ctx, g.SettleTime, settleLate)
	defer cancel()
	if c.lost {
		// The script is sent whole, as we may be gone when Redis finds that it doesn't know the hash.
		_, _ = g.connections.run(ctx, c.password(), &script{text: settleText}, args)
		return 0
	}
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
