package limits

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/liveconn"
	"scf-sms/internal/redissim"
)

const (
	appID   = "1400006666"
	hashKey = "example-hash-key"
	number  = "+8613681974253"
)

// secret is what the guard needs of one.
type secret struct {
	password, hashKey string
	err               error
}

func (s *secret) ForLimits(context.Context) (password, key string, err error) {
	return s.password, s.hashKey, s.err
}

// clock is the wall clock of a process, which can be moved and stopped.
type clock struct {
	ahead   atomic.Int64
	stopped time.Time // the zero time: it runs
}

func (c *clock) now() time.Time {
	now := time.Now()
	if !c.stopped.IsZero() {
		now = c.stopped
	}
	return now.Add(time.Duration(c.ahead.Load()))
}

func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

func signIn(o ...func(*Order)) (order Order) {
	order = Order{Number: number, CallingCode: 86, Passcode: "482913", UsageType: "SignIn"}
	for _, change := range o {
		change(&order)
	}
	return order
}

func code3(o *Order) { o.Passcode = "333333" }

// guarded is a guard with what it stands on.
type guarded struct {
	*Guard
	secret *secret
	clock  *clock
}

// newGuard is the guard of one instance. Its clock stands apart from that of others.
func newGuard(address string, rules Rules, changes ...func(*Config)) *guarded {
	g := &guarded{secret: &secret{hashKey: hashKey}, clock: &clock{}}
	c := Config{
		Server: Server{Address: address}, Rules: rules, AppID: appID, Secrets: g.secret,
		Dialer: liveconn.NewDialer(), Now: g.clock.now,
	}
	for _, change := range changes {
		change(&c)
	}
	g.Guard = New(c)
	// The machine may be busy.
	g.ClaimTime, g.SettleTime, g.connections.patience = time.Minute, time.Minute, time.Minute
	return g
}

func (g *guarded) ask(t testing.TB, o Order) Verdict {
	t.Helper()
	v := g.Claim(t.Context(), o)
	if v.Decision == Granted {
		require.NotZero(t, v.Claim.at)
	}
	return v
}

// numberRules are rules with no limit but these.
func numberRules(t testing.TB, number string) Rules {
	return parseRules(t, `{"number": "`+number+`", "block": "none", "callingCode": "none",
		"dedupe": "none"}`)
}

func parseRules(t testing.TB, setting string) Rules {
	t.Helper()
	r, err := Parse(setting, func(code int) bool { return 0 < code && code < 999 })
	require.NoError(t, err)
	return r
}

// startServer starts a redis-server for the length of a test, or skips it where there is none.
func startServer(t testing.TB, args ...string) *redissim.Server {
	t.Helper()
	s, err := redissim.StartServer(args...)
	if errors.Is(err, redissim.ErrNoServer) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// nobody is an address at which nobody listens.
const nobody = "127.0.0.1:1"

// onEach runs a test on miniredis, whose time is the real one, and on a redis-server.
func onEach(t *testing.T, test func(t *testing.T, address string)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		test(t, miniredis.RunT(t).Addr())
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, startServer(t).Addr)
	})
}

// do runs a command of redis-cli's, as it were.
func do(t testing.TB, address string, command string, args ...any) any {
	t.Helper()
	c, err := redis.Dial("tcp", address)
	require.NoError(t, err)
	defer c.Close()
	answer, err := c.Do(command, args...)
	require.NoError(t, err)
	return answer
}

// keysOf returns all keys.
func keysOf(t testing.TB, address string) []string {
	t.Helper()
	keys, err := redis.Strings(do(t, address, "KEYS", "*"), nil)
	require.NoError(t, err)
	return keys
}
