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
	// patience is how long an invocation waits for a refresh while it holds a secret that works.
	patience = time.Second

	// Between two fetches for unknown tokens there is a pause, so that wrong ones can't drive up
	// the number of calls. It doubles from firstPause to lastPause while only unknown ones come.
	firstPause = 5 * time.Second
	lastPause  = time.Minute

	// After a failed refresh the next try waits firstBackoff, then twice as long each time, up to
	// lastBackoff.
	firstBackoff = 5 * time.Second
	lastBackoff  = 5 * time.Minute
)

// Config says where the secret is and how long it is fresh.
type Config struct {
	Name    string // SecretName of the secret with the AccessKey
	Version string // VersionId
	// CallersName is the SecretName of what callers prove themselves with; "": Name.
	CallersName string
	Region      string           // X-TC-Region
	Endpoint    tencent.Endpoint // of SSM
	TTL         time.Duration    // a fetched secret is fresh for a random time in [TTL/2, TTL)
	Budget      time.Duration    // the longest an invocation takes; 0: 8 s

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

	askedFor time.Time     // the last fetch for an unknown token, or while none was held
	pause    time.Duration // after askedFor; 0: no unknown token came since a known one
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
	if c.Budget == 0 {
		c.Budget = 8 * time.Second
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
	if c.gen == 0 {
		c.startLocked(context.Background()).awaited = false
	}
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
			c.mu.Lock()
			defer c.mu.Unlock()
			c.pause = 0
			return true, nil
		}
		s = c.newer(ctx, s)
	}
	return false, nil
}

// Refresh fetches the secret if that is due. Its error, an *[Error], means that none is held.
func (c *Cache) Refresh(ctx context.Context) error {
	_, err := c.Key(ctx)
	return err
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
	// It won't ask again.
	late := joined && (c.fetching.over || c.fetching.requests == maxRequests)
	f := c.startLocked(ctx)
	c.mu.Unlock()
	if held != nil {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if s, err := f.wait(ctx); err == nil {
			return s, nil
		}
		return held, nil
	}
	s, err := f.wait(ctx)
	// A fetch that we joined may have had credentials that expired: ours may be newer.
	again := err != nil && (f.lost || late || joined && isPermanent(err))
	if !again || ctx.Err() != nil {
		return s, err
	}
	c.mu.Lock()
	if c.held != nil {
		defer c.mu.Unlock()
		return c.held, nil
	}
	f = c.startLocked(ctx)
	c.mu.Unlock()
	return f.wait(ctx)
}

// newer returns a secret of another fetch than s: the one held by now, or the result of the fetch
// under way, or of one that it starts. It returns nil if there is none, or if it is too soon after
// the last fetch for an unknown token.
func (c *Cache) newer(ctx context.Context, s *Secret) *Secret {
	c.mu.Lock()
	if c.held != nil && c.held.gen != s.gen {
		defer c.mu.Unlock()
		return c.held
	}
	if c.fetching == nil && !c.mayAskLocked() {
		c.mu.Unlock()
		return nil
	}
	f := c.startLocked(ctx)
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fetched, _ := f.wait(ctx)
	return fetched
}

// mayAskLocked reports whether the secret may be fetched for an unknown token now, and if so lets
// the pause begin.
func (c *Cache) mayAskLocked() bool {
	now := c.Now()
	pause := max(c.pause, firstPause)
	if since := now.Sub(c.askedFor); since >= 0 && since < pause {
		c.pause = pause
		return false
	}
	c.askedFor = now
	c.pause = min(max(2*c.pause, firstPause), lastPause)
	return true
}

// freshLocked reports whether the secret held need not be fetched yet. A due time that is too far
// off means that the clock was set back: then it must.
func (c *Cache) freshLocked() bool {
	left := c.due.Sub(c.Now())
	return left > 0 && left <= max(c.TTL, lastBackoff)
}
