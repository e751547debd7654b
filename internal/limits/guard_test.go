package limits

import (
	"testing"
	"time"

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
