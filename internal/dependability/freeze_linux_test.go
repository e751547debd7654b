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

// The platform freezes an instance between two events, and the cloud ends its connections meanwhile. The instance notices
// before it writes: each send after a thaw works, once, over a connection of its own.
func TestFreezeAndThaw(t *testing.T) {
	const freezes = 50
	for _, secure := range []bool{false, true} {
		for _, ending := range []string{"the server's idle timeout", "FIN", "RST"} {
			name := "HTTP, " + ending
			if secure {
				name = "TLS, " + ending
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				options := cloudsim.Options{TLS: secure}
				if ending == "the server's idle timeout" {
					options.IdleTimeout = 20 * time.Millisecond
				}
				sim := startCloud(t, options)
				sim.Function.Env["SECRET_TTL"] = "24h" // no request but the sends
				sim.Function.Env["TIME_BUDGET"] = "8s"
				instance := startFunction(t, sim.Function)
				users := rand.New(rand.NewPCG(4, 4))
				send := func() scfhost.Result {
					r, err := instance.Invoke(context.Background(), signIn(goodToken, somebody(users), "123456"))
					require.NoError(t, err)
					return r
				}

				// The very first send makes two requests, between which this server may run out of patience.
				eventually(t, "a first send", func() bool {
					a, err := parseAnswer(send().Payload, "")
					require.NoError(t, err)
					return a.StatusCode == http.StatusOK
				})
				for n := range freezes {
					pid := instance.PID()
					require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
					var status syscall.WaitStatus
					_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil) // a stop takes a moment to reach every thread
					require.NoError(t, err)
					require.True(t, status.Stopped())
					if options.IdleTimeout == 0 {
						sim.Server.CloseIdle(ending == "RST")
					}
					for open(t, sim.Server.Addr()) {
						time.Sleep(max(options.IdleTimeout, time.Millisecond))
					}
					require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))

					before := sim.Cloud.Requests()
					r := send()
					a, err := parseAnswer(r.Payload, r.RequestID)
					require.NoError(t, err)
					require.Equal(t, http.StatusOK, a.StatusCode, "send %d: %s\n%s", n, a.Body, r.Stdout)
					require.False(t, r.Cold)
					after := sim.Cloud.Requests()
					require.Len(t, after, len(before)+1)
					require.NotEqual(t, before[len(before)-1].RemoteAddr, after[len(before)].RemoteAddr, "the old connection was used")
					messages := 0
					for _, m := range sim.Cloud.Outbox() {
						if m.SessionContext == r.RequestID {
							messages++
						}
					}
					require.Equal(t, 1, messages)
				}
				t.Logf("%d freezes: each send after a thaw was accepted, once, over a new connection (%d connections in all)",
					freezes, sim.Server.Connections())
			})
		}
	}
}

// open reports whether the client's end of a connection to addr takes it for open. On a busy machine even loopback needs a
// moment to tell one end what the other did.
func open(t *testing.T, addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	table, err := os.ReadFile("/proc/net/tcp") // number, local address, remote address, state, …
	require.NoError(t, err)
	const established = "01"
	return bytes.Contains(table, fmt.Appendf(nil, ":%04X %s ", number, established))
}
