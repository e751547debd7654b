package dependability

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// The platform freezes an instance between two events, and the cloud ends its connections
// meanwhile. The instance notices before it writes: each send after a thaw works, once, over a new
// connection.
func TestFreezeAndThaw(t *testing.T) {
	const idleTimeout = "the server's idle timeout"
	for _, secure := range []bool{false, true} {
		for _, ending := range []string{idleTimeout, "FIN", "RST"} {
			name := "HTTP, " + ending
			if secure {
				name = "TLS, " + ending
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				options := cloudsim.Options{TLS: secure}
				if ending == idleTimeout {
					options.IdleTimeout = 20 * time.Millisecond
				}
				freezeAndThaw(t, options, ending == "RST")
			})
		}
	}
}

// freezeAndThaw freezes an instance again and again. Unless the server has an idle timeout, its
// connections are closed meanwhile, with FIN or with RST.
func freezeAndThaw(t *testing.T, options cloudsim.Options, reset bool) {
	sim := startCloud(t, options)
	sim.Function.Env["SECRET_TTL"] = "24h" // no request but the sends
	sim.Function.Env["TIME_BUDGET"] = "8s"
	instance := startFunction(t, sim.Function)
	users := rand.New(rand.NewPCG(4, 4))
	send := func() (scfhost.Result, answer) {
		event := signIn(goodToken, mainlandNumber(users), "123456")
		r, err := instance.Invoke(context.Background(), event)
		require.NoError(t, err)
		a, err := parseAnswer(r.Payload, r.RequestID)
		require.NoError(t, err)
		return r, a
	}

	// The very first send makes two requests. The server's idle timeout may end between them.
	eventually(t, "a first send", func() bool {
		_, a := send()
		return a.StatusCode == http.StatusOK
	})
	freezes := fewer(50)
	for n := range freezes {
		pid := instance.PID()
		freeze(t, pid)
		if options.IdleTimeout == 0 {
			sim.Server.CloseIdle(reset)
		}
		for open(t, sim.Server.Addr()) {
			time.Sleep(max(options.IdleTimeout, time.Millisecond))
		}
		require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))

		before := sim.Cloud.Requests()
		r, a := send()
		require.Equal(t, http.StatusOK, a.StatusCode, "send %d: %s\n%s", n, a.Body, r.Stdout)
		require.False(t, r.Cold)
		after := sim.Cloud.Requests()
		require.Len(t, after, len(before)+1)
		last, now := before[len(before)-1].RemoteAddr, after[len(before)].RemoteAddr
		require.NotEqual(t, last, now, "the old connection was used")
		messages := 0
		for _, m := range sim.Cloud.Outbox() {
			if m.SessionContext == r.RequestID {
				messages++
			}
		}
		require.Equal(t, 1, messages)
	}
	t.Logf("%d freezes: each send after a thaw was accepted, once, over a new connection "+
		"(%d connections in all)", freezes, sim.Server.Connections())
}

// freeze stops a process. A stop takes a moment to reach every thread.
func freeze(t *testing.T, pid int) {
	require.Positive(t, pid, "0 would be this process, too")
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped())
}

// open reports whether the client's kernel takes a connection to addr for open. On a busy machine
// even loopback needs a moment to tell one end what the other did.
func open(t *testing.T, addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	// Its columns: number, local address, remote address, state, …
	table, err := os.ReadFile("/proc/net/tcp")
	require.NoError(t, err)
	const established = "01"
	return bytes.Contains(table, fmt.Appendf(nil, ":%04X %s ", number, established))
}
