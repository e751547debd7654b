package secrets

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// requestTimes returns when SSM was asked, after start.
func (f *fixture) requestTimes(start time.Time) []time.Duration {
	var times []time.Duration
	for _, r := range f.cloud.Requests() {
		times = append(times, r.Time.Sub(start))
	}
	return times
}

func TestFirstFetch_asksAgainAfterAPassingFailure(t *testing.T) {
	var (
		throttled = cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}
		inside    = cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"}
		page      = cloudsim.Fault{Kind: cloudsim.HTTP, Status: 502, Body: "<html>"}
		closed    = cloudsim.Fault{Kind: cloudsim.EOFSent}
		hangs     = cloudsim.Fault{Kind: cloudsim.HangUnsent}
		gone      = cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"}
		spoilt    = cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response":{"SecretString":"{"}}`}
	)
	type faults = []cloudsim.Fault
	for _, tt := range []struct {
		name    string
		faults  faults
		fetches int
		failure *Kind // nil: none
	}{
		{"throttled once", faults{throttled}, 2, nil},
		{"three failures of several kinds", faults{inside, page, closed}, 4, nil},
		{"no answer to the first", faults{hangs}, 2, nil},
		{"four failures", faults{throttled, inside, throttled, throttled}, 4, new(Unreachable)},
		{"refused for good", faults{gone}, 1, new(Refused)},
		{"a value that can't be used", faults{spoilt}, 1, new(Unusable)},
		{"throttled, then refused for good", faults{throttled, gone}, 2, new(Refused)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.script(tt.faults...)
				if tt.failure == nil {
					f.requireKey(t, "minsc")
				} else {
					require.Equal(t, *tt.failure, f.failure(t, t.Context()).Kind)
				}
				f.requireFetches(t, tt.fetches)
				require.Empty(t, f.log.messages(t), "the caller has the error")
			})
		})
	}
}

// Each further request has a part of the share, and a random time in it.
func TestFirstFetch_requestsAreSpreadOverTheShare(t *testing.T) {
	const ms = time.Millisecond
	last := math.Nextafter(1, 0)
	for _, tt := range []struct {
		name   string
		left   time.Duration // of the invocation's time; 0: no deadline
		budget time.Duration
		random float64
		times  []time.Duration // of the requests, to the millisecond
	}{
		{"at the earliest", 8 * time.Second, 0, 0, []time.Duration{0, 0, 3175 * ms, 5080 * ms}},
		{"between", 8 * time.Second, 0, 0.5,
			[]time.Duration{0, 1588 * ms, 4128 * ms, 5715 * ms}},
		{"at the latest", 8 * time.Second, 0, last,
			[]time.Duration{0, 3175 * ms, 5080 * ms, 6350 * ms}},
		{"no deadline", 0, 0, 0.5, []time.Duration{0, 1588 * ms, 4128 * ms, 5715 * ms}},
		{"no deadline, and a budget of 5 s", 0, 5 * time.Second, 0.5,
			[]time.Duration{0, 838 * ms, 2178 * ms, 3015 * ms}},
		{"4 s", 4 * time.Second, 0, 0.5, []time.Duration{0, 588 * ms, 1528 * ms, 2115 * ms}},
		{"1 s", time.Second, 0, 0.5, []time.Duration{0, 88 * ms, 228 * ms, 315 * ms}},
		{"too short for another", 300 * ms, 0, 0.5, []time.Duration{0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				if tt.budget > 0 {
					f.cache.Budget = tt.budget
				}
				f.cache.Random = func() float64 { return tt.random }
				f.breakSSM()
				ctx, start := t.Context(), time.Now()
				if tt.left > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.left)
					defer cancel()
				}
				failure := f.failure(t, ctx)
				require.Equal(t, "InternalError", failure.Code)
				times := f.requestTimes(start)
				for i := range times {
					times[i] = times[i].Round(ms)
				}
				require.Equal(t, tt.times, times)
				require.Equal(t, tt.times[len(tt.times)-1], time.Since(start).Round(ms))
			})
		})
	}
}

func TestFirstFetch_thatGetsNoAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.hangSSM()
		start, elapsed := time.Now(), stopwatch()
		failure := f.failure(t, within(t, 6*time.Second))
		require.Equal(t, Unreachable, failure.Kind)
		require.Equal(t, 6*time.Second, elapsed(), "the caller's share")
		require.Equal(t, []time.Duration{0, 3 * time.Second}, f.requestTimes(start),
			"one request takes at most half of it")

		allowed, err := f.cache.Authorized(within(t, time.Second), sends("Bearer boo"))
		require.Error(t, err)
		require.False(t, allowed)

		f.mendSSM()
		pass(time.Second)
		f.requireKey(t, "minsc")
		require.Empty(t, f.log.messages(t), "the callers have the error")
	})
}

func TestFirstFetch_callersWithOtherDeadlinesJoin(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.cache.Random = func() float64 { return 0.5 }
		f.breakSSM()
		start := time.Now()
		var all sync.WaitGroup
		for _, share := range []time.Duration{2, 1, 6} {
			all.Go(func() {
				_, err := f.cache.Key(within(t, share*time.Second))
				if share == 6 {
					assert.Equal(t, "InternalError", err.(*Error).Code)
					assert.Less(t, time.Since(start), 6*time.Second)
				} else {
					assert.Equal(t, &Error{Text: "too late"}, err)
					assert.Equal(t, share*time.Second, time.Since(start))
				}
			})
			synctest.Wait()
		}
		all.Wait()
		f.requireFetches(t, maxRequests, "for all of them together")
		times := f.requestTimes(start)
		require.Greater(t, times[2], 3*time.Second, "they are spread over the longest share")
	})
}

// Who comes while the last request is under way has got nothing of the time that the fetch had.
func TestFirstFetch_callerWhoJoinsItsLastRequestTriesItself(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		inside := cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"}
		f.script(inside, inside, inside, cloudsim.Fault{Kind: cloudsim.HangUnsent})
		f.cache.Prefetch()
		pass(5500 * time.Millisecond)
		f.requireFetches(t, maxRequests)
		elapsed := stopwatch()
		f.requireKey(t, "minsc")
		require.Equal(t, time.Second, elapsed(), "until the last request timed out")
		f.requireFetches(t, maxRequests+1)
	})
}

// The environment that Prefetch reads may hold credentials that have expired.
func TestFirstFetch_callerWhoJoinsOneThatIsRefusedTriesItself(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.script(cloudsim.Fault{Kind: cloudsim.Delay, Delay: time.Second})
		f.env["TENCENTCLOUD_SESSIONTOKEN"] = "of yesterday"
		f.cache.Prefetch()
		synctest.Wait()
		key, err := f.cache.Key(invocation(t.Context(), role("2")))
		require.NoError(t, err)
		require.Equal(t, "minsc", key.GetSecretId())
		f.requireFetches(t, 2)
	})
}

// The process may be frozen between two requests. Then its timers are worth nothing.
func TestFreeze_firstFetchThatWasFrozenAsksNoMore(t *testing.T) {
	for _, frozen := range []time.Duration{3 * time.Second, time.Hour, -time.Hour} {
		t.Run(frozen.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				thaw := f.freezable()
				f.cache.Random = func() float64 { return 0.5 }
				f.breakSSM()
				f.cache.Prefetch()
				synctest.Wait() // it waits for its second request, which is due after 1.6 s

				thaw(frozen)
				f.mendSSM()
				elapsed := stopwatch()
				f.requireKey(t, "minsc")
				require.Zero(t, elapsed())
				pass(f.cache.Budget)
				f.requireFetches(t, 2)
			})
		})
	}
}

// A clock that is set makes a fetch look frozen. Who waits for it gets the secret all the same.
func TestFreeze_callerOfAFetchThatOnlyLooksFrozenIsNotLost(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		thaw := f.freezable()
		f.cache.Random = func() float64 { return 0.5 }
		f.breakSSM()
		var all sync.WaitGroup
		all.Go(func() { f.requireKey(t, "minsc") })
		synctest.Wait()
		thaw(time.Hour)
		f.delayNext(time.Second) // of the next fetch
		f.mendSSM()
		all.Go(func() { f.requireKey(t, "minsc") })
		all.Wait()
		f.requireFetches(t, 2)
	})
	t.Run("also if the next one fails meanwhile", func(t *testing.T) {
		inBubble(t, func(t *testing.T, f *fixture) {
			thaw := f.freezable()
			f.cache.Random = func() float64 { return 0.5 }
			f.breakSSM()
			var all sync.WaitGroup
			all.Go(func() { f.requireKey(t, "minsc") })
			synctest.Wait()
			thaw(time.Hour)
			all.Go(func() { f.requireKey(t, "minsc") })
			synctest.Wait()
			f.mendSSM()
			all.Wait()
			f.requireFetches(t, 3)
		})
	})
}

// An instance gets its next event as soon as it has answered one, and that may be the moment in
// which a fetch gives up with the event it was for.
func TestFirstFetch_callerWhoComesAsItGivesUpTriesItself(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		c := f.cache
		c.gen++
		dying := &fetch{gen: c.gen, first: true, requests: 2, over: true, began: c.Now(),
			until: c.Now(), done: make(chan struct{}), moved: make(chan struct{}, 1)}
		c.fetching = dying
		go func() {
			synctest.Wait() // somebody has joined
			dying.err = &Error{Code: "InternalError"}
			c.finish(dying)
		}()
		f.requireKey(t, "minsc")
		f.requireFetches(t, 1)
	})
}
