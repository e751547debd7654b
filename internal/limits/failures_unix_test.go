//go:build unix

package limits

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAway_paused(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	g := newGuard(s.Addr, plenty(t))
	held := g.ask(t, another(0))
	require.Equal(t, Granted, held.Decision)

	require.NoError(t, s.Signal(syscall.SIGSTOP))
	g.short()
	require.Equal(t, NoAnswer, g.Settle(t.Context(), held.Claim, NothingSent, ""))
	inTime(func(d time.Duration) bool {
		v := g.within(d).ask(t, another(0))
		if v.Cause == NoConnection && d < time.Minute { // although the kernel accepts it
			g.clock.pass(lastPause)
			return false
		}
		require.Equal(t, Away, v.Decision)
		require.Equal(t, NoAnswer, v.Cause)
		return true
	})
	require.Equal(t, Away, newGuard(s.Addr, plenty(t)).short().ask(t, another(2)).Decision,
		"a new connection is no better")

	require.NoError(t, s.Signal(syscall.SIGCONT))
	g.ClaimTime = time.Minute
	g.clock.pass(lastPause)
	require.Equal(t, Granted, g.ask(t, another(3)).Decision)
}

// Redis does what it was asked to while it stood still, also if nobody waits for it any more. Where
// nothing was sent, no mark may stay.
func TestAway_leavesNoMark(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, away string
		warm       bool
		fate       Fate // of what is sent where Redis may be away
		want       Decision
	}{
		{"closed, on a new connection", "closed", false, Unknown, Granted},
		{"closed, on a held one", "closed", true, Unknown, Granted},
		{"open, and nothing was sent", "open", true, NothingSent, Granted},
		{"open, and it was sent", "open", true, Sent, Duplicate},
		{"open, and nobody knows", "open", true, Unknown, Duplicate},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inTime(func(d time.Duration) bool {
				s := startServer(t)
				r := startRelay(t, s.Addr)
				g := newGuard(r.address, parseRules(t, `{"number": "9/1h", "away": "`+tt.away+`"}`))
				if tt.warm {
					require.Equal(t, Granted, g.ask(t, another(1)).Decision)
				}
				require.NoError(t, s.Signal(syscall.SIGSTOP))
				before := len(r.written())
				v := g.within(d).ask(t, another(2))
				require.Equal(t, Away, v.Decision)
				if !v.Closed {
					require.Zero(t, g.Settle(t.Context(), v.Claim, tt.fate, "serial-a"))
				}
				require.NoError(t, s.Signal(syscall.SIGCONT))
				_, settled, claimed := strings.Cut(r.written()[before:], evalsha)
				if v.Closed || tt.fate == NothingSent {
					claimed = strings.Contains(settled, "\r\nEVAL\r\n")
				}
				if !claimed && d < time.Minute {
					return false
				}

				g.ClaimTime = time.Minute
				g.clock.pass(firstPause)
				require.Equal(t, tt.want, g.ask(t, another(2)).Decision)
				return true
			})
		})
	}
}
