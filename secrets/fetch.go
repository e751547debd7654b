package secrets

import (
	"context"
	"time"
)

const (
	// refreshTimeout bounds the one request of a fetch that starts while a secret is held.
	refreshTimeout = 3500 * time.Millisecond

	// sendTime is what SSM leaves of an invocation's time for the SMS.
	sendTime = 1500 * time.Millisecond

	// maxRequests bounds the requests of a fetch that starts while none is held.
	maxRequests = 4

	// lastRequest is the time that a request should have left, or it isn't made.
	lastRequest = 150 * time.Millisecond
)

// fetch gets the secret from SSM once, for all who wait for it.
type fetch struct {
	gen      uint64
	first    bool          // no secret was held: it asks up to maxRequests times
	requests int           // made or under way
	over     bool          // it has given up: who joins now gets its error
	done     chan struct{} // closed when secret, err and lost are set
	secret   *Secret
	err      error
	lost     bool // it failed after it had become obsolete

	// The rest but start and moved is guarded by Cache.mu.
	start   time.Time
	end     time.Time     // of the share: when its callers give up, or those of Prefetch would
	awaited bool          // it has callers
	moved   chan struct{} // has an element when end was moved

	// By the wall clock: when it began, and when its next step is due.
	began, until time.Time
}

// share bounds ctx to SSM's share of an invocation.
func share(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, shareOf(time.Until(deadline)))
}

// shareOf is SSM's share of the time left: what the SMS doesn't need, or half of a short one.
func shareOf(left time.Duration) time.Duration { return max(left-sendTime, left/2) }

// startLocked returns the fetch under way, or starts one. That runs on a context of its own, with
// the values of ctx (the invocation's credentials) but not its end. ctx is bounded to SSM's share.
func (c *Cache) startLocked(ctx context.Context) *fetch {
	start := time.Now()
	end, ok := ctx.Deadline()
	if !ok {
		end = start.Add(shareOf(c.Budget))
	}
	if f := c.fetching; f != nil {
		if f.first && (!f.awaited || end.After(f.end)) {
			f.end = end
			select {
			case f.moved <- struct{}{}:
			default:
			}
		}
		f.awaited = true
		return f
	}
	c.gen++
	f := &fetch{
		gen: c.gen, first: c.held == nil, start: start, end: end, awaited: true,
		done: make(chan struct{}), moved: make(chan struct{}, 1),
	}
	if !f.first {
		f.end = start.Add(refreshTimeout)
	}
	f.began = c.Now()
	f.until = f.began.Add(f.end.Sub(start))
	c.fetching = f
	go func() {
		if c.OnFetch != nil {
			c.OnFetch()
		}
		f.secret, f.err = c.run(context.WithoutCancel(ctx), f)
		c.finish(f)
	}()
	return f
}

// run asks SSM. If no secret is held and SSM can't answer now, it asks again within the share.
func (c *Cache) run(ctx context.Context, f *fetch) (*Secret, error) {
	parts := c.parts()
	for {
		s, err := c.request(ctx, parts, c.beginRequest(f))
		final := err == nil || !f.first || f.requests >= maxRequests || isPermanent(err)
		if final || !c.waitForNext(f) {
			return s, err
		}
	}
}

// request asks SSM once for what is still to be had of the parts.
func (c *Cache) request(
	ctx context.Context, parts []*part, timeout time.Duration,
) (*Secret, error) {
	role, err := c.role(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return c.Config.fetch(ctx, role, parts)
}

// beginRequest returns the time for a request. If another may follow, it is half of the share at
// most: an answer that never comes must leave time for that.
func (c *Cache) beginRequest(f *fetch) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.requests++
	timeout := f.end.Sub(f.start)
	if f.first {
		timeout /= 2
	}
	timeout = min(timeout, time.Until(f.end))
	f.until = c.Now().Add(timeout)
	return timeout
}

// waitForNext waits until the next request is due. It reports false if there won't be one: no time
// is left for it, or the fetch is obsolete.
func (c *Cache) waitForNext(f *fetch) bool {
	answered := time.Since(f.start)
	random := c.Random()
	for {
		c.mu.Lock()
		due, ok := nextRequest(f.end.Sub(f.start), answered, f.requests, random)
		wait := due - time.Since(f.start)
		f.until = c.Now().Add(wait)
		f.over = !ok
		c.mu.Unlock()
		if !ok {
			return false
		}
		select {
		case <-time.After(wait):
			c.mu.Lock()
			defer c.mu.Unlock()
			f.over = f.gen != c.gen || !time.Now().Before(f.end) // it may have been frozen
			return !f.over
		case <-f.moved:
		}
	}
}

// nextRequest returns when in the share the next request is due. So many were made, and the last
// was answered at that time of the share. It reports false if no time is left. random is in [0, 1).
//
// SSM takes 300 calls a second and refuses the rest, so instances that start together must not ask
// together again. The share is cut into a part for each further request, and each instance makes it
// at a random time in that part. The parts get shorter because the crowd gets smaller.
func nextRequest(
	share, answered time.Duration, requests int, random float64,
) (due time.Duration, ok bool) {
	ends := [maxRequests]float64{0, 0.5, 0.8, 1} // of the parts
	usable := share - lastRequest
	if answered >= usable {
		return 0, false
	}
	from, to := ends[requests-1], ends[requests]
	due = time.Duration((from + random*(to-from)) * float64(usable))
	if due < answered { // the answer took longer than the part
		further := float64(maxRequests - requests)
		due = answered + time.Duration(random*float64(usable-answered)/further)
	}
	return due, true
}

// forgetLostLocked drops a fetch that was frozen: its timers may have stood still, so it goes by
// the wall clock. That may have been set back.
func (c *Cache) forgetLostLocked() {
	if c.fetching == nil {
		return
	}
	const slack = 500 * time.Millisecond // a timer may be late on a busy machine
	now := c.Now()
	if now.Before(c.fetching.began) || !now.Before(c.fetching.until.Add(slack)) {
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
		f.lost = f.err != nil
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
	if f.first {
		c.askedFor = now // a token that isn't in a secret this new is no reason to fetch it again
	}
}

// NotRefreshed is the msg of the log line that says that a secret which is held grows old.
const NotRefreshed = "the secret could not be refreshed; keeping the old one"

// failedLocked sets the time of the next try. With no secret held every invocation tries.
func (c *Cache) failedLocked(now time.Time, err error) {
	if c.held == nil {
		return
	}
	backoff := min(firstBackoff<<min(c.failures, 10), lastBackoff)
	c.due = now.Add(c.spread(backoff))
	if c.failures == 0 {
		c.Log.Warn(NotRefreshed, "error", err)
	}
	c.failures++
}

// spread returns a random time in [d/2, d), so that instances started together don't ask together.
func (c *Cache) spread(d time.Duration) time.Duration {
	return d/2 + time.Duration(c.Random()*float64(d/2))
}
