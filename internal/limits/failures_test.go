package limits

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

// requireAway asks and is told why Redis is away.
func (g *guarded) requireAway(t testing.TB, want Cause) {
	t.Helper()
	v := g.ask(t, another(0))
	require.Equal(t, Away, v.Decision)
	require.Equal(t, want, v.Cause)
}

// short gives a guard so little time that a test need not wait for long.
func (g *guarded) short() *guarded { return g.within(50 * time.Millisecond) }

func (g *guarded) within(d time.Duration) *guarded {
	g.ClaimTime, g.SettleTime = d, d
	return g
}

// inTime runs a test in which a guard has so much time, first little. The test says whether that was
// enough to write what it is about: on a busy machine it may not be, and then it is run with more.
func inTime(test func(d time.Duration) (enough bool)) {
	for d := 50 * time.Millisecond; !test(d) && d < time.Minute; d *= 8 {
	}
}

// counted is how many messages stand in Redis for the number.
func counted(t testing.TB, address string) (sum int) {
	t.Helper()
	for _, key := range keysOf(t, address) {
		if strings.Contains(key, ":n:") {
			buckets, err := redis.IntMap(do(t, address, "HGETALL", key), nil)
			require.NoError(t, err)
			for _, count := range buckets {
				sum += count
			}
		}
	}
	return sum
}

func TestAway_closedOrOpen(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]bool{
		`{}`: false, `{"away": "closed"}`: true,
		`{"away": "closed", "observe": true}`: false, // which refuses nothing
	} {
		v := newGuard(nobody, parseRules(t, setting)).ask(t, signIn())
		require.Equal(t, Verdict{Decision: Away, Cause: NoConnection, Closed: want}, v)
	}
}

func TestAway_isNotAskedForAWhile(t *testing.T) {
	t.Parallel()
	r := startRelay(t, "")
	g := newGuard(r.address, plenty(t))
	g.clock.stopped = time.Now()
	asked := 0
	for _, pause := range []time.Duration{5, 10, 20, 40, 60, 60} {
		g.requireAway(t, NoAnswer)
		asked++
		g.requireAway(t, NoAnswer)
		require.Equal(t, asked, r.connected())
		g.clock.pass(pause*time.Second - 100*time.Millisecond)
		g.requireAway(t, NoAnswer)
		require.Equal(t, asked, r.connected(), "after almost %d s", pause)
		g.clock.pass(100 * time.Millisecond)
	}
	r.change(func() { r.says = "*4\r\n$2\r\nok\r\n:1795000000000\r\n:0\r\n:0\r\n" })
	require.Equal(t, Granted, g.ask(t, another(1)).Decision)
	r.change(func() { r.says = "" })
	g.requireAway(t, NoAnswer)
	g.clock.pass(5 * time.Second)
	asked = r.connected()
	g.requireAway(t, NoAnswer)
	require.Equal(t, asked+1, r.connected(), "the pause is short again")

	g.clock.pass(-time.Hour)
	g.requireAway(t, NoAnswer)
	require.Equal(t, asked+2, r.connected(), "a clock that was set back is no reason to wait for it")
}

func TestBreaker_oneAsksForAll(t *testing.T) {
	t.Parallel()
	var b breaker
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.failed(NoAnswer, now, now)
	for range 10 { // that were under way
		b.failed(NoAnswer, now.Add(-time.Millisecond), now)
	}
	require.Equal(t, firstPause, b.pause)
	now = now.Add(firstPause)
	_, away := b.away(now)
	require.False(t, away)
	cause, away := b.away(now)
	require.True(t, away, "one is asking")
	require.Equal(t, NoAnswer, cause)
	b.answered()
	_, away = b.away(now)
	require.False(t, away)
}

func TestAway_time(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		left, most, least, want time.Duration
	}{
		{0, claimTime, 0, claimTime}, // no deadline
		{8 * time.Second, claimTime, 0, claimTime},
		{2 * time.Second, claimTime, 0, 200 * time.Millisecond},
		{100 * time.Millisecond, settleTime, settleLate, 10 * time.Millisecond},
		{-time.Second, settleTime, settleLate, settleLate},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if tt.left != 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, tt.left)
				defer cancel()
			}
			ctx, cancel := bound(ctx, tt.most, tt.least)
			defer cancel()
			deadline, _ := ctx.Deadline()
			require.Equal(t, tt.want, time.Until(deadline))
			require.NoError(t, ctx.Err())
		})
	}
}

func TestAway_withoutASecret(t *testing.T) {
	t.Parallel()
	g := newGuard(miniredis.RunT(t).Addr(), plenty(t))
	g.secret.err = errors.New("no secret")
	g.requireAway(t, NoSecret)
	g.secret.err = nil
	require.Equal(t, Granted, g.ask(t, another(1)).Decision, "that is no fault of Redis's")
}

// What a server says instead of an answer, and what is made of it.
func TestAway_answers(t *testing.T) {
	t.Parallel()
	for says, want := range map[string]Cause{
		"":                                     NoAnswer,
		"*4\r\n$2\r\nok":                       NoAnswer,
		"-NOAUTH Authentication required.\r\n": PasswordRefused,
		"-DENIED Redis is running in protected mode\r\n":                             PasswordRefused,
		"-NOPERM this user has no permissions to run the 'evalsha' command\r\n":      ScriptRefused,
		"-ERR unknown command 'EVALSHA', with args beginning with: \r\n":             ScriptRefused,
		"-ERR This instance has cluster support disabled\r\n":                        ScriptRefused,
		"-READONLY You can't write against a read only replica.\r\n":                 Replica,
		"-ERR Error running script (call to f_1): @user_script:9: -READONLY no\r\n":  Replica,
		"-ERR Error running script (call to f_1): @user_script: 9: -OOM command\r\n": NotReady,
		"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n":     Foreign,
		"-ERR Error running script (call to f_1): @user_script:9: WRONGTYPE no\r\n":  Foreign,
		"-MASTERDOWN Link with MASTER is down\r\n":                                   Replica,
		"-MOVED 3999 127.0.0.1:6381\r\n":                                             OtherSlot,
		"-ASK 3999 127.0.0.1:6381\r\n":                                               OtherSlot,
		"-CROSSSLOT Keys in request don't hash to the same slot\r\n":                 OtherSlot,
		"-LOADING Redis is loading the dataset in memory\r\n":                        NotReady,
		"-BUSY Redis is busy running a script.\r\n":                                  NotReady,
		"-OOM command not allowed when used memory > 'maxmemory'.\r\n":               NotReady,
		"-MISCONF Redis is configured to save RDB snapshots\r\n":                     NotReady,
		"-CLUSTERDOWN The cluster is down\r\n":                                       NotReady,
		"-ERR max number of clients reached\r\n":                                     NotReady,
		"-\r\n":                                                                      ScriptRefused,
		"+OK\r\n":                                                                    Garbled,
		":1\r\n":                                                                     Garbled,
		"$-1\r\n":                                                                    Garbled,
		"*0\r\n":                                                                     Garbled,
		"*1\r\n$2\r\nok\r\n":                                                         Garbled,
		"*4\r\n$2\r\nok\r\n$1\r\n1\r\n:0\r\n:0\r\n":                                  Garbled,
		"*4\r\n$2\r\nok\r\n:1\r\n:99\r\n:0\r\n":                                      Garbled,
		"*4\r\n$2\r\nok\r\n:1\r\n:-1\r\n:0\r\n":                                      Garbled,
		"*3\r\n$5\r\nlimit\r\n:0\r\n:5\r\n":                                          Garbled,
		"*3\r\n$5\r\nlimit\r\n:2\r\n:5\r\n":                                          Garbled,
		"*3\r\n$5\r\nlimit\r\n:1\r\n:-5\r\n":                                         Garbled,
		"*2\r\n$4\r\nseen\r\n$0\r\n\r\n":                                             Garbled,
		"*2\r\n$4\r\nseen\r\n:5\r\n":                                                 Garbled,
		"*2\r\n$4\r\nnope\r\n$1\r\np\r\n":                                            Garbled,
		"*99\r\n":                                                                    Garbled,
		"$99999999\r\n":                                                              Garbled,
		"HTTP/1.1 400 Bad Request\r\n\r\n":                                           Garbled,
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			inTime(func(d time.Duration) bool {
				r := startRelay(t, "")
				r.says = says
				g := newGuard(r.address, plenty(t))
				if strings.HasPrefix(says, "*4\r\n$2\r\nok") && want == NoAnswer {
					g.within(d) // nothing more will come
				}
				v := g.ask(t, another(0))
				if r.count(evalsha) == 0 && d < time.Minute {
					return false
				}
				require.Equal(t, Away, v.Decision)
				require.Equal(t, want, v.Cause)
				require.Equal(t, 1, r.count(evalsha), "it is not asked again")
				return true
			})
		})
	}
}

func TestCause_Lasting(t *testing.T) {
	t.Parallel()
	for cause, want := range map[Cause]bool{
		NoConnection: false, NoAnswer: false, NotReady: false, Garbled: false, NoSecret: false,
		PasswordRefused: true, DatabaseRefused: true, ScriptRefused: true, Replica: true,
		OtherSlot: true, NotTrusted: true, Foreign: true,
	} {
		require.Equal(t, want, cause.Lasting(), cause)
	}
}

// Wherever an answer is cut, the claim is made once.
func TestAway_answerThatIsCut(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		r := startRelay(t, address)
		require.Equal(t, Granted, newGuard(r.address, plenty(t)).ask(t, another(0)).Decision)
		const answer = len("*4\r\n$2\r\nok\r\n:1795000000000\r\n:0\r\n:0\r\n")
		for n := range answer {
			before, asked := counted(t, address), r.count(evalsha)
			r.change(func() { r.letThrough = n })
			g := newGuard(r.address, plenty(t))
			v := g.ask(t, another(n+1))
			require.Equal(t, Away, v.Decision, n)
			require.Equal(t, NoAnswer, v.Cause, n)
			require.Equal(t, before+1, counted(t, address))
			require.Equal(t, asked+1, r.count(evalsha))
		}
		r.change(func() { r.letThrough = -1 })
		require.Equal(t, Granted, newGuard(r.address, plenty(t)).ask(t, another(99)).Decision)
	})
}

func TestAway_slow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		inTime(func(d time.Duration) bool {
			r := startRelay(t, address)
			r.delay = 6 * d
			g := newGuard(r.address, plenty(t)).within(d)
			g.clock.stopped = time.Now()
			v := g.ask(t, another(0))
			if r.count(evalsha) == 0 && d < time.Minute {
				return false
			}
			require.Equal(t, Away, v.Decision)
			require.Equal(t, NoAnswer, v.Cause)
			g.requireAway(t, NoAnswer)
			require.Equal(t, 1, r.count(evalsha))
			return true
		})
	})
}

func TestAway_settlingIsNoReason(t *testing.T) {
	t.Parallel()
	r := startRelay(t, miniredis.RunT(t).Addr())
	g := newGuard(r.address, plenty(t))
	v := g.ask(t, another(0))
	r.change(func() { r.letThrough = 0 })
	require.Equal(t, NoAnswer, g.Settle(t.Context(), v.Claim, Sent, "serial-a"))
	r.change(func() { r.letThrough = -1 })
	require.Equal(t, Granted, g.ask(t, another(1)).Decision)
}

func TestAway_killedAndRestarted(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	g := newGuard(s.Addr, plenty(t))
	require.Equal(t, Granted, g.ask(t, another(0)).Decision)
	s.Stop()
	g.requireAway(t, NoConnection)
	require.NoError(t, s.Start())
	g.requireAway(t, NoConnection)
	g.clock.pass(firstPause)
	require.Equal(t, Granted, g.ask(t, another(1)).Decision, "it knows neither us nor the script")
}

func TestAway_scriptsForgotten(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, plenty(t))
		for n := range 3 {
			do(t, address, "SCRIPT", "FLUSH")
			v := g.ask(t, another(n))
			require.Equal(t, Granted, v.Decision)
			require.Equal(t, 1, counted(t, address))
			do(t, address, "SCRIPT", "FLUSH")
			require.Zero(t, g.Settle(t.Context(), v.Claim, NothingSent, ""))
			require.Zero(t, counted(t, address))
		}
	})
}

func TestAway_passwords(t *testing.T) {
	t.Parallel()
	const right = "s3cret"
	locked, open := startServer(t, "--requirepass", right), startServer(t)
	wordy := parseRules(t, `{"number": "1000000/24h, 1000000/1h", "block": "1000000/1h"}`)
	for n, tt := range []struct {
		name, password, address string
		want                    Decision
	}{
		{"right", right, locked.Addr, Granted},
		{"wrong", "other", locked.Addr, Away},
		{"none where one is wanted", "", locked.Addr, Away},
		{"one where none is wanted", right, open.Addr, Away},
		{"none", "", open.Addr, Granted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// Redis says other things to a command of more than ten words.
			for i, rules := range []Rules{plenty(t), wordy} {
				g := newGuard(tt.address, rules)
				g.secret.password = tt.password
				v := g.ask(t, another(2*n+i))
				require.Equal(t, tt.want, v.Decision)
				if tt.want == Away {
					require.Equal(t, PasswordRefused, v.Cause)
				}
			}
		})
	}
}

func TestAway_rights(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for name, rules := range map[string][]any{
		"no scripts":      {"-eval", "-evalsha"},
		"no keys of ours": {"resetkeys", "~other:*"},
		"no writing":      {"-@write"},
	} {
		t.Run(name, func(t *testing.T) {
			user := append([]any{"SETUSER", "default", "reset", "on", "nopass", "~*", "+@all"}, rules...)
			do(t, s.Addr, "ACL", user...)
			newGuard(s.Addr, plenty(t)).requireAway(t, ScriptRefused)
		})
	}
}

// A key with one of our names that somebody else made.
func TestAway_foreignKeys(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	require.Equal(t, Granted, newGuard(s.Addr, plenty(t)).ask(t, another(0)).Decision)
	keys := keysOf(t, s.Addr)
	require.NotEmpty(t, keys)
	for _, key := range keys {
		do(t, s.Addr, "FLUSHALL")
		do(t, s.Addr, "RPUSH", key, "theirs")
		newGuard(s.Addr, plenty(t)).requireAway(t, Foreign)
		require.Equal(t, []string{key}, keysOf(t, s.Addr), "all or nothing")
	}
}

func TestAway_full(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
	newGuard(s.Addr, plenty(t)).requireAway(t, NotReady)
}

func TestAway_replica(t *testing.T) {
	t.Parallel()
	primary := startServer(t)
	host, port, _ := strings.Cut(primary.Addr, ":")
	replica := startServer(t, "--replicaof", host+" "+port)
	require.Eventually(t, func() bool {
		role, err := redis.Values(do(t, replica.Addr, "ROLE"), nil)
		return err == nil && fmt.Sprintf("%s", role[3]) == "connected"
	}, 2*time.Minute, 20*time.Millisecond)
	newGuard(replica.Addr, plenty(t)).requireAway(t, Replica)
}

func TestAway_cluster(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--cluster-enabled", "yes")
	newGuard(s.Addr, plenty(t)).requireAway(t, NotReady)

	do(t, s.Addr, "CLUSTER", "ADDSLOTSRANGE", 0, 16383)
	g := newGuard(s.Addr, Defaults())
	require.Eventually(t, func() bool {
		g.clock.pass(lastPause)
		return g.ask(t, another(1)).Decision == Granted
	}, 2*time.Minute, 50*time.Millisecond)

	inOther := newGuard(s.Addr, plenty(t), func(c *Config) { c.Server.Database = 1 })
	inOther.requireAway(t, DatabaseRefused)
}

func TestAway_databaseThatIsNone(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	g := newGuard(s.Addr, plenty(t), func(c *Config) { c.Server.Database = 99 })
	g.requireAway(t, DatabaseRefused)
}
