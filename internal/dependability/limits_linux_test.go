package dependability

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Redis ends its connections while the instance is frozen, as one with a timeout does. Each send
// after a thaw is counted all the same.
func TestFreezeAndThaw_limits(t *testing.T) {
	t.Parallel()
	f, cloud := limited(t, true, `{"block": "none"}`)
	_, address, _ := strings.Cut(f.Env["REDIS_URL"], "//")
	proxy := startRecorder(t, address)
	f.Env["REDIS_URL"] = "redis://" + proxy.address
	instance := startFunction(t, f)
	users := rand.New(rand.NewPCG(4, 5))
	for n, anew := 0, 0; n < fewer(20); n++ {
		if pid := instance.PID(); pid != 0 {
			freeze(t, pid)
			proxy.hangUp()
			for open(t, proxy.address) {
				time.Sleep(time.Millisecond)
			}
			require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
		}
		before := len(cloud.Outbox())
		event := signIn(goodToken, mainlandNumber(users), "123456")
		r, err := instance.Invoke(context.Background(), event)
		require.NoError(t, err)
		a, err := parseAnswer(r.Payload, r.RequestID)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, a.StatusCode, r.Stdout)
		require.Len(t, cloud.Outbox(), before+1)
		if tooSlow(t, r) { // a connection that has ended fails at once
			instance.Restart() // or Redis would be let alone for a while
			n, anew = n-1, anew+1
			require.Less(t, anew, tries, "Redis never answers in time")
		}
	}
}

// hangUp ends all connections.
func (r *recorder) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.connections {
		c.Close()
	}
	r.connections = nil
}
