package secrets

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"

	"scf-sms/internal/tencent"
)

const (
	// fetchTimeout bounds one request to SSM. It is shorter than the 4 s an invocation grants SSM,
	// so a caller who joined a fetch that fails can still start its own.
	fetchTimeout = 3500 * time.Millisecond

	// patience is how long an invocation waits for a refresh while it holds a secret that works.
	patience = time.Second

	// tokenPause is the shortest time between two fetches for unknown tokens: wrong ones can't
	// drive up the number of calls.
	tokenPause = 5 * time.Second

	// After a failed refresh the next try waits firstBackoff, then twice as long each time, up to
	// lastBackoff.
	firstBackoff = 5 * time.Second
	lastBackoff  = 5 * time.Minute
)

// Config says where the secret is and how long it is fresh.
type Config struct {
	Name     string           // SecretName
	Version  string           // VersionId
	Region   string           // X-TC-Region
	Endpoint tencent.Endpoint // of SSM
	TTL      time.Duration    // a fetched secret is fresh for a random time in [TTL/2, TTL)

	Transport http.RoundTripper // a *liveconn.Transport, shared with the sends
	Log       *slog.Logger      // required by a Cache

	// OnFetch, if not nil, is called when a fetch starts: the SMS connection is opened in parallel.
	OnFetch func()

	Getenv func(string) string // nil: os.Getenv
	Now    func() time.Time    // nil: the wall clock
	Random func() float64      // in [0, 1); nil: math/rand's
}

// Cache is the secret of one function. Its methods may be called by several goroutines.
type Cache struct {
	Config

	mu       sync.Mutex // guards what follows; never held across a call to SSM
	held     *Secret    // nil: none yet, or its key was rejected
	due      time.Time  // when held becomes stale
	gen      uint64     // generation: goes up when a fetch starts or becomes obsolete
	fetching *fetch     // the fetch of generation gen while it runs, else nil
	failures int        // refreshes that failed since one succeeded
	askedFor time.Time  // when an unknown token last caused a fetch
}

// fetch is one request to SSM, shared by all who wait for it.
type fetch struct {
	gen    uint64
	began  time.Time
	done   chan struct{} // closed when secret and err are set
	secret *Secret
	err    error
}

// New returns a Cache that has fetched nothing yet.
func New(c Config) *Cache {
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	if c.Now == nil {
		// Without the monotonic reading: that clock may stand still while the process is frozen.
		c.Now = func() time.Time { return time.Now().Round(0) }
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return &Cache{Config: c}
}

// Prefetch starts the first fetch without waiting for it, if the role's credentials are in the
// environment already.
func (c *Cache) Prefetch() {
	if _, err := c.role(context.Background()); err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.startLocked(context.Background())
}

// Authorized reports whether the caller with this proof is let in. Before it says no it may fetch
// the secret anew: a token may have been added since. An error, an *[Error], means that no secret
// is held and none could be fetched.
func (c *Cache) Authorized(ctx context.Context, p Proof) (bool, error) {
	ctx, cancel := share(ctx)
	defer cancel()
	s, err := c.get(ctx)
	if err != nil {
		return false, err
	}
	for s != nil {
		if values := s.Values(p.Field); len(values) > 0 && p.Matches(values) {
			return true, nil
		}
		s = c.newer(ctx, s)
	}
	return false, nil
}

// Key returns the AccessKey to sign with. Its error is an *[Error].
func (c *Cache) Key(ctx context.Context) (*Key, error) {
	ctx, cancel := share(ctx)
	defer cancel()
	s, err := c.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.Key, nil
}

// share bounds ctx to SSM's share of an invocation: half of the time it has left, so that an SSM that
// doesn't answer leaves time for the SMS.
func share(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// Reject says that Tencent does not accept k. If k is still the key held, the next call fetches the
// secret anew.
func (c *Cache) Reject(k *Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || !c.held.Key.Equal(k) {
		return
	}
	c.held = nil
	// The fetch in flight may predate the rotation: its waiters get its result, but it is not
	// cached.
	c.dropFetchLocked()
}

// get returns the secret held if it is fresh, and otherwise fetches it.
func (c *Cache) get(ctx context.Context) (*Secret, error) {
	c.mu.Lock()
	c.forgetLostLocked()
	held, joined := c.held, c.fetching != nil
	if held != nil && (joined || c.freshLocked()) {
		c.mu.Unlock()
		return held, nil
	}
	f := c.startLocked(ctx)
	c.mu.Unlock()
	if held == nil {
		s, err := f.wait(ctx)
		if err == nil || !joined || ctx.Err() != nil {
			return s, err
		}
		// The fetch we joined failed, perhaps frozen or with expired credentials. Try it ourselves.
		c.mu.Lock()
		f = c.startLocked(ctx)
		c.mu.Unlock()
		return f.wait(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s, err := f.wait(ctx); err == nil {
		return s, nil
	}
	return held, nil
}

// newer returns a secret of another fetch than s: the one held by now, or the result of the fetch
// under way, or of one that it starts. It returns nil if there is none, or if a fetch was started
// for an unknown token less than tokenPause ago.
func (c *Cache) newer(ctx context.Context, s *Secret) *Secret {
	c.mu.Lock()
	if c.held != nil && c.held.gen != s.gen {
		defer c.mu.Unlock()
		return c.held
	}
	if c.fetching == nil {
		now := c.Now()
		if pause := now.Sub(c.askedFor); pause >= 0 && pause < tokenPause {
			c.mu.Unlock()
			return nil
		}
		c.askedFor = now
	}
	f := c.startLocked(ctx)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fetched, _ := f.wait(ctx)
	return fetched
}

// freshLocked reports whether the secret held need not be fetched yet. A due time that is too far
// off means that the clock was set back: then it must.
func (c *Cache) freshLocked() bool {
	left := c.due.Sub(c.Now())
	return left > 0 && left <= max(c.TTL, lastBackoff)
}

// forgetLostLocked drops a fetch that was frozen: its own timeout may have stood still, or is about
// to end it.
func (c *Cache) forgetLostLocked() {
	if c.fetching == nil {
		return
	}
	if age := c.Now().Sub(c.fetching.began); age < 0 || age >= fetchTimeout {
		c.dropFetchLocked()
	}
}

// dropFetchLocked makes the fetch under way, if there is one, obsolete.
func (c *Cache) dropFetchLocked() {
	c.gen++
	c.fetching = nil
}

// wait returns the result of the fetch, or an error when ctx ends before.
func (f *fetch) wait(ctx context.Context) (*Secret, error) {
	select {
	case <-f.done:
		return f.secret, f.err
	case <-ctx.Done():
		return nil, &Error{Kind: Unreachable, Text: tooLate}
	}
}

// startLocked returns the fetch under way, or starts one. That runs on a context of its own, with
// the values of ctx (the invocation's credentials) but not its end.
func (c *Cache) startLocked(ctx context.Context) *fetch {
	if c.fetching != nil {
		return c.fetching
	}
	c.gen++
	f := &fetch{gen: c.gen, began: c.Now(), done: make(chan struct{})}
	c.fetching = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		if c.OnFetch != nil {
			c.OnFetch()
		}
		role, err := c.role(ctx)
		if err == nil {
			f.secret, err = Fetch(ctx, c.Config, role)
		}
		f.err = err
		c.finish(f)
	}()
	return f
}

// finish caches the result of a fetch and wakes its waiters.
func (c *Cache) finish(f *fetch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	if f.err == nil {
		f.secret.gen = f.gen
	}
	if f.gen != c.gen { // it is obsolete
		if c.held != nil {
			f.secret, f.err = c.held, nil
		}
		return
	}
	c.fetching = nil
	now := c.Now()
	if f.err != nil {
		c.failedLocked(now, f.err)
		return
	}
	if c.failures > 0 {
		c.Log.Info("the secret can be refreshed again", "failures", c.failures)
	}
	c.failures = 0
	c.held = f.secret
	c.due = now.Add(c.spread(c.TTL))
}

// failedLocked sets the time of the next try. With no secret held every invocation tries.
func (c *Cache) failedLocked(now time.Time, err error) {
	if c.held == nil {
		return
	}
	backoff := min(firstBackoff<<min(c.failures, 10), lastBackoff)
	c.due = now.Add(c.spread(backoff))
	if c.failures == 0 {
		c.Log.Warn("the secret could not be refreshed; keeping the old one", "error", err)
	}
	c.failures++
}

// spread returns a random time in [d/2, d), so that instances started together don't ask together.
func (c *Cache) spread(d time.Duration) time.Duration {
	return d/2 + time.Duration(c.Random()*float64(d/2))
}
