package dependability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// Whatever an invocation meets, nothing of it is left running: an instance lives for days.
// This test counts the goroutines of the process, so it doesn't run in parallel with another.
func TestNoGoroutineIsLeft(t *testing.T) {
	const rounds = 3
	sim := startCloud(t, cloudsim.Options{})
	s, err := readSettings(sim.Function.Env)
	require.NoError(t, err)
	users := rand.New(rand.NewPCG(6, 6))
	before := runtime.NumGoroutine()

	// One instance that keeps its key, and one for each fetch of it.
	warm := newLocal(s)
	instances := []*local{warm}
	invocations, most := 0, 0
	invoke := func(function *local, limit time.Duration) {
		invocations++
		id := fmt.Sprintf("request-%d", invocations)
		ctx, cancel := context.WithTimeout(invocation(id, sim.Function.Role()), limit)
		defer cancel()
		payload, err := function.Invoke(ctx, signIn(goodToken, mainlandNumber(users), "123456"))
		require.NoError(t, err)
		_, err = parseAnswer(payload, id)
		require.NoError(t, err)
		most = max(most, runtime.NumGoroutine())
	}
	limit := func(f fault) time.Duration {
		if f.endless() {
			return 40 * time.Millisecond
		}
		return 5 * time.Second
	}
	sample := func(i int) bool { return !testing.Short() || i%6 == 0 }
	for round := range rounds {
		for i, f := range ssmFaults {
			if !sample(i) {
				continue
			}
			if f.endless() && round > 0 {
				continue // a fetch that gets no answer goes on for 3.5 s
			}
			cold := newLocal(s)
			instances = append(instances, cold)
			sim.Cloud.Script(cloudsim.GetSecretValue, f.Fault)
			invoke(cold, limit(f))
			if !f.endless() {
				invoke(cold, 5*time.Second)
			}
		}
		for i, f := range smsFaults {
			if !sample(i) {
				continue
			}
			sim.Cloud.Script(cloudsim.SendSms, f.Fault)
			invoke(warm, limit(f))
			invoke(warm, 5*time.Second)
		}
	}

	left := 0
	deadline := time.Now().Add(2 * time.Minute)
	for ; time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for _, function := range instances {
			function.transport.CloseIdleConnections() // also those that become idle only now
		}
		if left = runtime.NumGoroutine() - before; left <= 0 {
			t.Logf("%d invocations, up to %d goroutines meanwhile, none of them left",
				invocations, most-before)
			return
		}
	}
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	require.FailNow(t, "goroutines are left", "%d after %d invocations:\n%s",
		left, invocations, stacks)
}
