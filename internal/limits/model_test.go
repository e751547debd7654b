package limits

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

var (
	claims = flag.Int("claims", 0, "how many random `claims` TestModel makes; 0 is the usual number")
	seed   = flag.Uint64("seed", 1, "what they are drawn from")
)

// model is the guard as one would write it down: a list of what was granted, and of what was seen.
type model struct {
	rules   Rules
	granted []*grant
	marks   map[string]mark
}

type grant struct {
	at       int64 // ms
	counters []Counter
	back     bool
}

type mark struct {
	of                *grant
	content, serialNo string
	state             Fate
	until             int64 // ms
}

// holds reports whether a grant of a time still counts in a limit: the sixteenth of W in which it
// was made is not over for W yet.
func holds(l Limit, at, now int64) bool {
	w := l.W.Milliseconds()
	return 16*(now-w) < (16*at/w+1)*w
}

// wait is how long until one more fits into a limit, 0 if it does now.
func (m *model) wait(c Counter, now int64) time.Duration {
	for after := int64(0); ; {
		var ends []int64
		for _, g := range m.granted {
			in := slices.ContainsFunc(g.counters, func(o Counter) bool { return o.Name == c.Name })
			if in && !g.back && holds(c.Limit, g.at, now+after) {
				w := c.Limit.W.Milliseconds()
				bucket := (16*g.at/w + 1) * w // its end, in sixteenths of a ms
				ends = append(ends, (bucket+16*w+15)/16-now)
			}
		}
		if len(ends) < c.Limit.N {
			return time.Duration(after) * time.Millisecond
		}
		slices.Sort(ends)
		after = ends[len(ends)-c.Limit.N]
	}
}

// expected is what a claim must come to.
func (m *model) expected(n names, o Order, now int64) (v Verdict) {
	name, kept := n.mark(m.rules, o)
	if seen, ok := m.marks[name]; ok && name != "" && now < seen.until {
		switch {
		case seen.content != n.fingerprint(o):
			return Verdict{Decision: KeyReused}
		case seen.state == Sent:
			return Verdict{Decision: DuplicateSent, SerialNo: seen.serialNo}
		}
		return Verdict{Decision: Duplicate}
	}
	counters := n.counters(m.rules, o)
	for _, c := range counters {
		if wait := m.wait(c, now); wait > v.Wait {
			v.Scope, v.Limit, v.Wait = c.Scope, c.Limit, wait
		}
	}
	if v.Wait > 0 && !m.rules.Observe {
		v.Decision = Refused
		return v
	}
	g := &grant{at: now, counters: counters}
	m.granted = append(m.granted, g)
	if name != "" {
		m.marks[name] = mark{g, n.fingerprint(o), "", Unknown, now + kept.Milliseconds()}
	}
	return v
}

// settle is what becomes of a grant.
func (m *model) settle(g *grant, fate Fate, serialNo string, now int64) {
	g.back = fate == NothingSent
	for name, seen := range m.marks {
		if seen.of != g || now >= seen.until {
			continue
		}
		seen.state, seen.serialNo = fate, serialNo
		m.marks[name] = seen
		if g.back {
			delete(m.marks, name)
		}
	}
}

// bounded says whether there are more than N in the W before now.
func (m *model) bounded(now int64) error {
	count := map[string]int{}
	for _, g := range m.granted {
		for _, c := range g.counters {
			if !g.back && g.at >= now-c.Limit.W.Milliseconds() {
				if count[c.Name]++; count[c.Name] > c.Limit.N && !m.rules.Observe {
					return fmt.Errorf("more than %v of %s", c.Limit, c.Scope)
				}
			}
		}
	}
	return nil
}

// full says whether a limit refused although it was free for W and a sixteenth.
func (m *model) full(scope Scope, l Limit, now int64) error {
	count := 0
	for _, g := range m.granted {
		for _, c := range g.counters {
			w := l.W.Milliseconds()
			if c.Scope == scope && c.Limit == l && !g.back && g.at > now-w-w/16-1 {
				count++
			}
		}
	}
	if count < l.N {
		return fmt.Errorf("%s %v refused after %d", scope, l, count)
	}
	return nil
}

// forget drops what is too old to matter.
func (m *model) forget(now int64) {
	m.granted = slices.DeleteFunc(m.granted, func(g *grant) bool {
		return g.back || !slices.ContainsFunc(g.counters, func(c Counter) bool {
			return holds(c.Limit, g.at, now)
		})
	})
}

// timed is a Redis whose time the test gives.
type timed interface {
	set(t testing.TB, at int64)
}

// inProcess is miniredis: its time and its expiry go as far as they are told.
type inProcess struct {
	*miniredis.Miniredis
	at int64
}

func (r *inProcess) set(_ testing.TB, at int64) {
	r.SetTime(time.UnixMilli(at))
	if r.at != 0 {
		r.FastForward(time.Duration(at-r.at) * time.Millisecond)
	}
	r.at = at
}

// real is a redis-server. The scripts read the time from a key. Its own goes on meanwhile, so that
// nothing expires that shouldn't, and counters must forget by themselves.
type real struct{ conn redis.Conn }

func (r *real) set(t testing.TB, at int64) {
	_, err := r.conn.Do("MSET", "s", at/1000, "us", at%1000*1000)
	require.NoError(t, err)
}

func timeFromKeys(t testing.TB, g *guarded) {
	const clock = "redis.call('TIME')"
	require.Equal(t, 1, strings.Count(claimText, clock))
	g.claim = newScript(strings.Replace(claimText, clock, "redis.call('MGET', 's', 'us')", 1))
}

// TestModel makes random claims, and holds each against the model and against what is promised.
func TestModel(t *testing.T) {
	t.Parallel()
	count := cmp.Or(*claims, usualClaims)
	if testing.Short() {
		count = 2_000
	}
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		for part := range uint64(4) {
			t.Run(strconv.FormatUint(part, 10), func(t *testing.T) {
				t.Parallel()
				r := miniredis.RunT(t)
				rng := rand.New(rand.NewPCG(*seed, part))
				for left := count / 4; left > 0; {
					g := newGuard(r.Addr(), draw(rng, true))
					left -= follow(t, g, &inProcess{Miniredis: r}, rng, min(left, 200))
					r.FlushAll()
				}
			})
		}
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		address := startServer(t).Addr
		conn, err := redis.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		rng := rand.New(rand.NewPCG(*seed, 99))
		for left := count; left > 0; {
			g := newGuard(address, draw(rng, false))
			timeFromKeys(t, g)
			left -= follow(t, g, &real{conn}, rng, min(left, 200))
			_, err := conn.Do("FLUSHALL")
			require.NoError(t, err)
		}
	})
}

// draw draws rules. Without marks, because those expire by a redis-server's own time.
func draw(rng *rand.Rand, marks bool) (r Rules) {
	limits := func() (list []Limit) {
		lengths := []time.Duration{
			time.Second, 1001 * time.Millisecond, 7777 * time.Millisecond, time.Minute, time.Hour,
			24 * time.Hour,
		}
		for _, w := range lengths {
			if rng.IntN(4) == 0 && len(list) < maxLimits {
				list = append(list, Limit{1 + rng.IntN(1+rng.IntN(20)), w})
			}
		}
		return list
	}
	r.Number, r.Block, r.OtherCodes = limits(), limits(), limits()
	if rng.IntN(2) == 0 {
		r.CallingCode = map[int][]Limit{86: limits()}
	}
	if rng.IntN(4) == 0 {
		r.IP, r.Total = limits(), limits()
	}
	if marks && rng.IntN(3) > 0 {
		r.Dedupe = []time.Duration{time.Second, time.Minute, time.Hour}[rng.IntN(3)]
	}
	r.Observe = rng.IntN(10) == 0
	return r
}

// drawOrder draws one of so few orders that they meet again.
func drawOrder(rng *rand.Rand, keys bool) Order {
	o := Order{
		Number:      []string{"+8613681974253", "+8613681974254", "+8613681974"}[rng.IntN(3)],
		CallingCode: 86,
		Passcode:    fmt.Sprint(100000 + rng.IntN(3)),
		UsageType:   []string{"SignIn", "Register"}[rng.IntN(2)],
		IP:          []string{"", "203.0.113.7", "203.0.113.8:443", "2001:db8::1"}[rng.IntN(4)],
	}
	if rng.IntN(3) == 0 {
		o.Number, o.CallingCode = "+85251234567", 852
	}
	if rng.IntN(8) == 0 {
		o.Passcode = consoleCode
	}
	if keys && rng.IntN(4) == 0 {
		o.Key = fmt.Sprint(rng.IntN(5))
	}
	if keys && rng.IntN(8) == 0 {
		o.Mark = fmt.Sprint(rng.IntN(5))
	}
	return o
}

// pending is a claim whose SMS is under way.
type pending struct {
	claim Claim
	grant *grant
}

// follow makes so many claims with one guard.
func follow(t *testing.T, g *guarded, r timed, rng *rand.Rand, count int) int {
	rules := g.config.Rules
	keys := rules.Dedupe > 0
	m := &model{rules: rules, marks: map[string]mark{}}
	n := newNames(appID, hashKey)
	now := int64(1_795_000_000_000) + rng.Int64N(1_000_000_000)
	gaps := []int64{0, 1, 10, 70, 1000, 5000, 60_000, 3_600_000}
	var underWay []pending
	claim := func(o Order) Verdict {
		r.set(t, now)
		want, got := m.expected(n, o, now), g.Claim(t.Context(), o)
		require.Equal(t, describe(want), describe(got), "at %d\nrules %+v\norder %+v", now, rules, o)
		if got.Decision == Granted {
			require.NoError(t, m.bounded(now))
			underWay = append(underWay, pending{got.Claim, m.granted[len(m.granted)-1]})
		}
		return got
	}
	for i := range count {
		gap := gaps[rng.IntN(len(gaps))]
		now += rng.Int64N(gap + 1)
		o := drawOrder(rng, keys)
		if v := claim(o); v.Decision == Refused {
			require.NoError(t, m.full(v.Scope, v.Limit, now))
			if rng.IntN(2) == 0 {
				// Nobody is let in before the time that is told, and everybody then.
				now += v.Wait.Milliseconds() - 1
				require.Equal(t, Refused, claim(o).Decision)
				now++
				require.Equal(t, Granted, claim(o).Decision)
			}
		}
		for len(underWay) > 0 && rng.IntN(4) > 0 {
			which := rng.IntN(len(underWay))
			p := underWay[which]
			underWay = slices.Delete(underWay, which, which+1)
			if rng.IntN(8) == 0 {
				continue // its instance died
			}
			fate, serialNo := Fate(rng.IntN(3)), ""
			if fate == Sent {
				serialNo = "serial-" + strconv.Itoa(i)
			}
			require.Zero(t, g.Settle(t.Context(), p.claim, fate, serialNo))
			m.settle(p.grant, fate, serialNo, now)
		}
		m.forget(now)
	}
	return count
}

// describe is a verdict without its claim.
func describe(v Verdict) string {
	return fmt.Sprint(v.Decision, v.Scope, v.Limit, v.Wait, v.SerialNo, v.Cause)
}
