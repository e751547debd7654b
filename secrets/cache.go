// Package secrets holds the AccessKey and the callers' token of a function: fetched from Secrets Manager (SSM), kept for
// a while, replaced when they rotate.
//
// What a caller may rely on:
//   - A secret that was fetched once stays usable while SSM is away: a failed refresh keeps the old one and backs off.
//   - However many callers ask at once, SSM is asked once, and no caller that gives up takes the others' answer along.
//   - A key that Tencent rejected is replaced at once, but only if it is still the one held: the rejection of an old key
//     never drops a newer one.
//   - A caller's token that was added to the secret is let in at once, or a few seconds later if unknown tokens keep coming.
//   - Nothing polls, for the platform may freeze the process between any two events. A fetch may outlive the invocation that
//     began it; one that a freeze interrupts is given up for a new one.
//   - No error, log line or formatted value holds a part of the secret.
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
	// fetchTimeout bounds one request to SSM. Who waits for one that was begun before has time for another then: an
	// invocation gives SSM half of its time budget, by default of 8 s.
	fetchTimeout = 3500 * time.Millisecond

	// patience is how long an invocation waits for a refresh while it holds a secret that still works.
	patience = time.Second

	// tokenPause is the shortest time between two fetches on account of unknown tokens, so that wrong ones can't drive
	// up the number of calls.
	tokenPause = 5 * time.Second

	// After a failed refresh the next try waits firstBackoff, then twice as long each time, up to lastBackoff.
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

	Transport http.RoundTripper // a *tencent.Transport, shared with the sends
	Log       *slog.Logger      // required
	OnFetch   func()            // called when a fetch begins, to get ready meanwhile what the secret is for; nil: nothing is

	Getenv func(string) string // nil: os.Getenv
	Now    func() time.Time    // nil: the wall clock
	Random func() float64      // nil: math/rand's, in [0, 1)
}

// Cache is the secret of one function. Its methods may be called by several goroutines.
type Cache struct {
	Config

	mu       sync.Mutex // guards what follows; never held across a call to SSM
	held     *secret    // nil: none yet, or its key was rejected
	due      time.Time  // when held is to be fetched anew
	lastKey  *Key       // of the last secret that was fetched, so that an unchanged key stays the same pointer
	flight   *flight    // the fetch under way whose result will be held, or nil
	failures int        // refreshes that failed since one succeeded
	askedFor time.Time  // when an unknown token last caused a fetch
}

// flight is one fetch, shared by all who wait for it.
type flight struct {
	began  time.Time
	done   chan struct{} // closed when secret and err are set
	secret *secret
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

// Prefetch starts the first fetch without waiting for it, if the role's credentials are in the environment already.
func (c *Cache) Prefetch() {
	if _, err := c.role(context.Background()); err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.launch(context.Background())
}

// Authorized reports whether a caller is let in: header is its Authorization header, compared verbatim. Where the answer
// would be no, the secret may be fetched anew first, for the token may have been added since.
func (c *Cache) Authorized(ctx context.Context, header string) (bool, error) {
	if header == "" { // no secret lets in who sends none: strangers cost no call to SSM, whether a secret is held or not
		return false, nil
	}
	s, err := c.get(ctx)
	if err != nil {
		return false, err
	}
	for s != nil {
		if s.authorizes(header) {
			return true, nil
		}
		s = c.newer(ctx, s)
	}
	return false, nil
}

// Key returns the AccessKey to sign with.
func (c *Cache) Key(ctx context.Context) (*Key, error) {
	s, err := c.get(ctx)
	if err != nil {
		return nil, err
	}
	return s.key, nil
}

// Reject says that Tencent does not accept k. If k is still the key held, the next call fetches the secret anew.
func (c *Cache) Reject(k *Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || c.held.key != k {
		return
	}
	c.held = nil
	c.flight = nil // it may have read the secret before the key was replaced: who waits for it gets it, it won't be held
}

// get returns the secret held if it is fresh, and otherwise fetches it.
func (c *Cache) get(ctx context.Context) (*secret, error) {
	c.mu.Lock()
	c.forgetLost()
	held := c.held
	if held != nil && (c.flight != nil || c.fresh()) {
		c.mu.Unlock()
		return held, nil
	}
	joined := c.flight != nil
	f := c.launch(ctx)
	c.mu.Unlock()
	if held == nil {
		s, err := f.wait(ctx)
		if err == nil || !joined || ctx.Err() != nil {
			return s, err
		}
		// Somebody else's fetch failed. It may have been frozen on its way, or have had credentials of an earlier day.
		c.mu.Lock()
		f = c.launch(ctx)
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

// newer returns a secret other than s if there is one: held meanwhile, being fetched, or fetched now if none was fetched
// for this reason a moment ago. Otherwise it returns nil.
func (c *Cache) newer(ctx context.Context, s *secret) *secret {
	c.mu.Lock()
	if c.held != nil && c.held != s {
		defer c.mu.Unlock()
		return c.held
	}
	pause := c.Now().Sub(c.askedFor)
	if c.flight == nil && pause >= 0 && pause < tokenPause {
		c.mu.Unlock()
		return nil
	}
	if c.flight == nil {
		c.askedFor = c.Now()
	}
	f := c.launch(ctx)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fetched, _ := f.wait(ctx)
	return fetched
}

// fresh reports whether the secret held need not be fetched yet. A time that is too far off is that of a clock which was
// set back meanwhile. The caller holds c.mu.
func (c *Cache) fresh() bool {
	left := c.due.Sub(c.Now())
	return left > 0 && left <= max(c.TTL, lastBackoff)
}

// forgetLost gives up a fetch that was frozen on its way: its own timeout may have stood still meanwhile, or is about to
// end it. The caller holds c.mu.
func (c *Cache) forgetLost() {
	if c.flight == nil {
		return
	}
	if age := c.Now().Sub(c.flight.began); age < 0 || age >= fetchTimeout {
		c.flight = nil
	}
}

// wait returns what the fetch brought, or an error when ctx ends before.
func (f *flight) wait(ctx context.Context) (*secret, error) {
	select {
	case <-f.done:
		return f.secret, f.err
	case <-ctx.Done():
		return nil, &Error{Reason: "SSM gave no answer in time"}
	}
}

// launch returns the fetch under way, or starts one. It runs on a context of its own, with the values of ctx (the
// invocation's credentials) but not its end. The caller holds c.mu.
func (c *Cache) launch(ctx context.Context) *flight {
	if c.flight != nil {
		return c.flight
	}
	f := &flight{began: c.Now(), done: make(chan struct{})}
	c.flight = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		if c.OnFetch != nil {
			c.OnFetch()
		}
		f.secret, f.err = c.fetch(ctx)
		c.land(f)
	}()
	return f
}

// land holds what a fetch brought and lets go of who waits for it.
func (c *Cache) land(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	if c.flight != f && c.held != nil { // its key may have been rejected since, or it was given up: what is held is newer
		f.secret, f.err = c.held, nil
		return
	}
	if f.err == nil {
		if c.lastKey != nil && f.secret.key.equal(c.lastKey) {
			f.secret.key = c.lastKey
		}
		c.lastKey = f.secret.key
	}
	if c.flight != f {
		return // as before, but nothing newer is there yet
	}
	c.flight = nil
	now := c.Now()
	if f.err != nil {
		c.failed(now, f.err)
		return
	}
	if c.failures > 0 {
		c.Log.Info("the secret can be refreshed again", "failures", c.failures)
	}
	c.failures = 0
	c.held = f.secret
	c.due = now.Add(c.spread(c.TTL))
}

// failed sets the time of the next try. Without a secret held there is none to set: every invocation tries.
func (c *Cache) failed(now time.Time, err error) {
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
