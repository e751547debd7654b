package secrets

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// provider lets in nobody but the holder of what was rotated last, as Tencent does with a key that was disabled at once.
type provider struct {
	mu      sync.Mutex
	changed *sync.Cond
	current int   // number of the only one that is good
	seen    []int // by each client: the number it was last let in with
	failed  error
}

const (
	clients   = 16
	rotations = 60
)

func newProvider() *provider {
	p := &provider{seen: slices.Repeat([]int{-1}, clients)}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// accepts reports whether the n-th is good, and remembers it as the client's.
func (p *provider) accepts(client, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n != p.current {
		return false
	}
	p.seen[client] = n
	p.changed.Broadcast()
	return true
}

func (p *provider) open() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current <= rotations && p.failed == nil
}

func (p *provider) fail(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed == nil {
		p.failed = fmt.Errorf(format, args...)
	}
	p.changed.Broadcast()
}

// rotate rotates whenever every client was let in with the current one: then nobody's single send sees two rotations,
// which one second attempt could not make good. Each rotation and what happens with it is one moment to the clients.
func (p *provider) rotate(happen func(n int)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.current <= rotations && p.failed == nil {
		if slices.ContainsFunc(p.seen, func(n int) bool { return n != p.current }) {
			p.changed.Wait()
			continue
		}
		p.current++
		if p.current <= rotations {
			happen(p.current)
		}
	}
}

// run has all clients do the same until all rotations are over or one of them failed.
func (p *provider) run(t *testing.T, send func(client int) error, happen func(n int)) {
	t.Helper()
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for p.open() {
				if err := send(client); err != nil {
					p.fail("client %d: %w", client, err)
				}
			}
		})
	}
	p.rotate(happen)
	all.Wait()
	require.NoError(t, p.failed)
	require.Greater(t, p.current, rotations)
}

func numbered(id string) (n int) {
	fmt.Sscanf(id, "minsc %d", &n)
	return n
}

func TestKeyRotatesUnderLoadAndNoSendFails(t *testing.T) {
	w := overTCP(t)
	w.cache.TTL = time.Hour
	w.put("minsc 0", "Bearer boo")
	p := newProvider()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	send := func(client int) error {
		key, err := w.cache.Key(ctx)
		if err != nil || p.accepts(client, numbered(key.GetSecretId())) || !p.open() {
			return err
		}
		w.cache.Reject(key)
		fresh, err := w.cache.Key(ctx)
		if err != nil || p.accepts(client, numbered(fresh.GetSecretId())) || !p.open() {
			return err
		}
		return fmt.Errorf("sent with %s, then with %s", key.GetSecretId(), fresh.GetSecretId())
	}
	p.run(t, send, func(n int) { w.put(fmt.Sprintf("minsc %d", n), "Bearer boo") })

	require.Equal(t, 1+rotations, w.cloud.Count(cloudsim.GetSecretValue), "one fetch for each key")
	w.requireKey(t, fmt.Sprintf("minsc %d", rotations))
}

func TestCallersTokenRotatesUnderLoadAndNobodyIsLockedOut(t *testing.T) {
	token := func(n int) string { return fmt.Sprintf("Bearer %d", n) }
	w := overTCP(t)
	clock := &clock{now: time.Now()}
	w.cache.Now, w.cache.TTL = clock.Now, time.Hour
	w.put("minsc", token(0))
	p := newProvider()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	// A caller whose token was replaced since it looked is refused with reason, and looks again.
	send := func(client int) error {
		for range 2 {
			p.mu.Lock()
			n := min(p.current, rotations)
			p.mu.Unlock()
			allowed, err := w.cache.Authorized(ctx, token(n))
			if err != nil {
				return err
			}
			if allowed {
				p.accepts(client, n)
				return nil
			}
		}
		return fmt.Errorf("refused twice")
	}
	p.run(t, send, func(n int) {
		clock.pass(tokenPause)
		w.put("minsc", token(n))
	})

	require.Equal(t, 1+rotations, w.cloud.Count(cloudsim.GetSecretValue), "one fetch for each token")
	w.requireRefused(t, token(rotations-1))
	w.requireAllowed(t, token(rotations))
	require.Equal(t, 1+rotations, w.cloud.Count(cloudsim.GetSecretValue))
}

// clock is one that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
