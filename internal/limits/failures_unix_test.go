//go:build unix

package limits

import (
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAway_paused(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	g := newGuard(s.Address, plenty(t))
	held := g.ask(t, another(0))
	require.Equal(t, Granted, held.Decision)

	s.signal(t, syscall.SIGSTOP)
	g.short()
	require.Equal(t, NoAnswer, g.Settle(t.Context(), held.Claim, NothingSent, ""))
	g.requireAway(t, NoAnswer)
	require.Equal(t, Away, newGuard(s.Address, plenty(t)).short().ask(t, another(2)).Decision,
		"a new connection is no better")

	s.signal(t, syscall.SIGCONT)
	g.claimTime = time.Minute
	g.clock.pass(firstPause)
	require.Equal(t, Granted, g.ask(t, another(3)).Decision)
}

// signal sends a signal to the server.
func (s *server) signal(t testing.TB, signal os.Signal) {
	t.Helper()
	require.NoError(t, s.process.Process.Signal(signal))
}
