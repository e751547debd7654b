package limits

import (
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

func TestClaim_countsUntilTheLimitIsFull(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, numberRules(t, "2/1h"))
		for range 2 {
			require.Equal(t, Granted, g.ask(t, signIn()).Decision)
		}
		v := g.ask(t, signIn())
		require.Equal(t, Refused, v.Decision)
		require.Equal(t, Number, v.Scope)
		require.Equal(t, "2/1h", v.Limit.String())
		require.Greater(t, v.Wait, 55*time.Minute)
		require.LessOrEqual(t, v.Wait, time.Hour+time.Hour/16)
	})
}

func TestSettle_givesBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, Defaults())
		for range 100 {
			v := g.ask(t, signIn())
			require.Equal(t, Granted, v.Decision)
			require.Zero(t, g.Settle(t.Context(), v.Claim, NothingSent, ""))
		}
		require.Empty(t, keysOf(t, address))
	})
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, Defaults())
		v := g.ask(t, signIn())
		require.Equal(t, Granted, v.Decision)
		require.Equal(t, Duplicate, g.ask(t, signIn()).Decision)
		require.Zero(t, g.Settle(t.Context(), v.Claim, Sent, "serial-a"))
		again := g.ask(t, signIn())
		require.Equal(t, DuplicateSent, again.Decision)
		require.Equal(t, "serial-a", again.SerialNo)
		require.Equal(t, Refused, g.ask(t, signIn(code3)).Decision)
	})
}

func TestSettle_touchesOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, Defaults())
		for n, fate := range []Fate{NothingSent, Sent, Unknown} {
			v := g.ask(t, another(n))
			require.Equal(t, Granted, v.Decision)
			before := keysOf(t, address)
			for _, key := range before {
				do(t, address, "PEXPIRE", key, 1_000_000)
			}
			require.Zero(t, g.Settle(t.Context(), v.Claim, fate, "serial-a"))
			for _, key := range keysOf(t, address) {
				left, err := redis.Int64(do(t, address, "PTTL", key), nil)
				require.NoError(t, err)
				require.True(t, 900_000 < left && left <= 1_000_000, "%s expires as before: %d", key, left)
			}
			do(t, address, "FLUSHALL")
			require.Zero(t, g.Settle(t.Context(), v.Claim, fate, "serial-a"))
			require.Empty(t, keysOf(t, address))
		}
	})
}

// A claim that took longer than its mark lasted is not settled at the cost of the next one.
func TestSettle_leavesTheMarkOfAnother(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, parseRules(t, `{"number": "none", "dedupe": "1s"}`))
		first := g.ask(t, signIn())
		do(t, address, "DEL", first.Claim.mark) // as if it had expired
		second := g.ask(t, signIn())
		require.Equal(t, Granted, second.Decision)
		for _, fate := range []Fate{Sent, Unknown, NothingSent} {
			require.Zero(t, g.Settle(t.Context(), first.Claim, fate, "serial-of-the-first"))
			require.Equal(t, Duplicate, g.ask(t, signIn()).Decision)
		}
		require.Zero(t, g.Settle(t.Context(), second.Claim, Sent, "serial-b"))
		require.Equal(t, "serial-b", g.ask(t, signIn()).SerialNo)
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, parseRules(t, `{"number": "1/1h", "dedupe": "none"}`))
		keyed := func(key, code string) Order {
			return signIn(func(o *Order) { o.Key, o.Passcode = key, code })
		}
		v := g.ask(t, keyed("a", "111111"))
		require.Equal(t, Granted, v.Decision)
		require.Equal(t, Duplicate, g.ask(t, keyed("a", "111111")).Decision)
		require.Equal(t, KeyReused, g.ask(t, keyed("a", "222222")).Decision)
		require.Equal(t, Refused, g.ask(t, keyed("b", "222222")).Decision)
		require.Zero(t, g.Settle(t.Context(), v.Claim, Unknown, ""))
		require.Equal(t, Duplicate, g.ask(t, keyed("a", "111111")).Decision)
		require.Equal(t, KeyReused, g.ask(t, keyed("a", "222222")).Decision)
	})
}

func TestObserve(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		g := newGuard(address, parseRules(t, `{"number": "1/1h", "observe": true}`))
		v := g.ask(t, another(1))
		require.Zero(t, v.Limit)
		for n := range 3 {
			v = g.ask(t, another(2+n))
			require.Equal(t, Granted, v.Decision)
			require.Equal(t, "1/1h", v.Limit.String())
			require.Equal(t, Number, v.Scope)
			require.Greater(t, v.Wait, 55*time.Minute)
		}
		require.Equal(t, 4, counted(t, address))
		require.Equal(t, Duplicate, g.ask(t, another(2)).Decision, "duplicates are answered as ever")
	})
}

func TestNothingToAsk(t *testing.T) {
	t.Parallel()
	r := startRelay(t, "")
	g := newGuard(r.address, parseRules(t, `{"number": "none", "block": "none",
		"callingCode": "none", "dedupe": "none"}`))
	v := g.Claim(t.Context(), signIn())
	require.Equal(t, Granted, v.Decision)
	require.Zero(t, g.Settle(t.Context(), v.Claim, Sent, "serial-a"))
	require.Zero(t, r.connected(), "there is nothing to ask")
}
