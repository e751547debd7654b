package dependability

import (
	"context"
	"encoding/json"
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
	for n := range fewer(20) {
		if n > 0 {
			pid := instance.PID()
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
		if !strings.Contains(r.Stdout, `"limits":"away"`) {
			continue
		}
		// A connection that has ended fails at once.
		var line struct{ LimitsMs int }
		require.NoError(t, json.Unmarshal([]byte(r.Stdout), &line))
		require.Greater(t, line.LimitsMs, 200, r.Stdout)
		t.Skip("the machine was too busy for Redis to answer in time")
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
