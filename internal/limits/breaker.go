package limits

import (
	"sync"
	"time"
)

const (
	firstPause = 5 * time.Second
	lastPause  = time.Minute
)

// breaker lets Redis alone for a while after it failed, so that a Redis that is away costs each
// instance one wait and not every request one. It goes by the wall clock, as the process may be
// frozen.
type breaker struct {
	mu    sync.Mutex
	pause time.Duration // 0: the last claim was answered
	until time.Time     // Redis isn't asked before
	cause Cause
}

// away returns why Redis is not to be asked now. If its time has come, one caller may ask, and the
// others go on waiting for what comes of it.
func (b *breaker) away(now time.Time) (Cause, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pause == 0 {
		return 0, false
	}
	if b.waitsLocked(now) {
		return b.cause, true
	}
	b.until = now.Add(b.pause)
	return 0, false
}

// waits reports whether Redis is not to be asked now.
func (b *breaker) waits(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pause > 0 && b.waitsLocked(now)
}

func (b *breaker) waitsLocked(now time.Time) bool {
	left := b.until.Sub(now)
	return 0 < left && left <= b.pause // more: the clock was set back
}

// failed takes note of a claim that failed for a cause and began at a time.
func (b *breaker) failed(cause Cause, began, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pause > 0 && began.Before(b.until.Add(-b.pause)) {
		return // it began before the pause did: several that fail together count as one
	}
	b.cause = cause
	b.pause = min(max(2*b.pause, firstPause), lastPause)
	b.until = now.Add(b.pause)
}

// answered takes note of a claim that Redis answered.
func (b *breaker) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pause = 0
}
