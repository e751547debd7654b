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

func TestSecretIsFreshForARandomPartOfTheTTL(t *testing.T) {
	for _, tt := range []struct {
		name   string
		random float64
		fresh  time.Duration
	}{
		{"at least half of it", 0, ttl / 2},
		{"somewhere between", 0.5, ttl * 3 / 4},
		{"never all of it", math.Nextafter(1, 0), ttl - 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.cache.Random = func() float64 { return tt.random }
				w.requireKey(t, "minsc")
				w.put("jaheira", "Bearer nature")

				pass(tt.fresh - 1)
				w.requireKey(t, "minsc")
				w.requireAllowed(t, "Bearer boo")
				w.requireFetches(t, 1, "while it is fresh")

				pass(1)
				w.requireKey(t, "jaheira")
				w.requireFetches(t, 2, "once it is not")

				pass(tt.fresh - 1)
				w.requireKey(t, "jaheira")
				w.requireAllowed(t, "Bearer nature")
				w.requireFetches(t, 2, "while the new one is fresh")
			})
		})
	}
}

func TestInstancesStartedTogetherDoNotAskTogether(t *testing.T) {
	cache := New(Config{})
	seen := map[time.Duration]bool{}
	for range 1000 {
		d := cache.spread(ttl)
		require.GreaterOrEqual(t, d, ttl/2)
		require.Less(t, d, ttl)
		seen[d] = true
	}
	require.Greater(t, len(seen), 900)
}

// What README.md promises to those who pay for the calls.
func TestUnknownTokensCauseAtMostOneFetchInFiveSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireAllowed(t, "Bearer boo")
		for range 5 {
			w.requireRefused(t, "Bearer evil")
			pass(time.Second)
		}
		w.requireFetches(t, 2)
		w.requireRefused(t, "Bearer evil")
		w.requireFetches(t, 3)
	})
}

func TestClockIsTheWallClock(t *testing.T) {
	now := New(Config{}).Now()
	require.Equal(t, now.Round(0), now, "no monotonic reading: that clock may stand still while the process is frozen")
	require.WithinDuration(t, time.Now(), now, time.Minute)
}

func TestSSMIsAskedOnceHoweverManyAskAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.delayNext(time.Second)
		keys := make([]*Key, 100)
		var all sync.WaitGroup
		for i := range keys {
			all.Go(func() {
				allowed, err := w.cache.Authorized(t.Context(), "Bearer boo")
				assert.NoError(t, err)
				assert.True(t, allowed)
				keys[i], err = w.cache.Key(t.Context())
				assert.NoError(t, err)
			})
		}
		all.Wait()
		w.requireFetches(t, 1)
		for _, key := range keys {
			require.Same(t, keys[0], key)
		}
	})
}

func TestCallerWhoGivesUpDoesNotTakeTheAnswerAlong(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.delayNext(2 * time.Second)
		var all sync.WaitGroup
		all.Go(func() {
			elapsed := stopwatch()
			_, err := w.cache.Key(within(t, time.Second))
			assert.Equal(t, &Error{Reason: "SSM gave no answer in time"}, err)
			assert.Equal(t, time.Second, elapsed())
		})
		synctest.Wait() // it started the fetch
		all.Go(func() {
			elapsed := stopwatch()
			w.requireKey(t, "minsc")
			assert.Equal(t, 2*time.Second, elapsed())
		})
		all.Wait()
		w.requireFetches(t, 1)
	})
}

func TestNothingHeldAndSSMHangs(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.hangSSM()
		elapsed := stopwatch()
		failure := w.failure(t, within(t, 3*time.Second))
		require.Equal(t, &Error{Reason: "SSM gave no answer in time"}, failure)
		require.Equal(t, 3*time.Second, elapsed(), "the caller's own time")

		failure = w.failure(t, t.Context())
		require.Equal(t, &Error{Reason: "SSM gave no answer: timed out"}, failure)
		require.Equal(t, 2*fetchTimeout, elapsed(), "the fetch it joined to its end, and one of its own")
		w.requireFetches(t, 2)

		allowed, err := w.cache.Authorized(within(t, time.Second), "Bearer boo")
		require.Error(t, err)
		require.False(t, allowed)

		w.mendSSM()
		pass(fetchTimeout)
		w.requireKey(t, "minsc")
		w.requireFetches(t, 4, "with nothing held every invocation tries")
		require.Empty(t, w.log.messages(t), "who asked has the error")
	})
}

func TestFailedRefreshKeepsTheOldSecretAndBacksOff(t *testing.T) {
	const (
		lost = "WARN the secret could not be refreshed; keeping the old one"
		back = "INFO the secret can be refreshed again"
	)
	inBubble(t, func(t *testing.T, w *world) {
		w.requireKey(t, "minsc")
		w.put("jaheira", "Bearer nature")
		w.breakSSM()
		pass(ttl / 2)
		fetches := 1
		for _, backoff := range []time.Duration{
			5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second,
			5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute,
		} {
			w.requireKey(t, "minsc")
			fetches++
			w.requireFetches(t, fetches, "a try is due")

			pass(backoff/2 - 1) // the bubble's random numbers are 0
			w.requireKey(t, "minsc")
			w.requireAllowed(t, "Bearer boo")
			w.requireFetches(t, fetches, "%v/2 after it the next try is not yet due", backoff)
			pass(1)
		}
		require.Equal(t, []string{lost}, w.log.messages(t))

		w.mendSSM()
		w.requireKey(t, "jaheira")
		require.Equal(t, []string{lost, back}, w.log.messages(t))
		pass(ttl/2 - 1)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, fetches+1)

		pass(1)
		w.requireKey(t, "jaheira")
		require.Equal(t, []string{lost, back}, w.log.messages(t), "nothing changed, nothing to say")

		w.breakSSM()
		pass(ttl / 2)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, fetches+3)
		pass(5 * time.Second / 2)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, fetches+4, "the backoff starts anew")
		require.Equal(t, []string{lost, back, lost}, w.log.messages(t))
	})
}

func TestRefreshFailsForGoodAndStillKeepsTheOldSecret(t *testing.T) {
	for name, harm := range map[string]func(*world){
		"the secret was deleted":       func(w *world) { w.cloud.Update(func(a *cloudsim.Account) { a.Secrets = nil }) },
		"its value was spoilt":         func(w *world) { w.putValue(cloudsim.SecretValue{String: "{"}) },
		"the role was taken away":      func(w *world) { clear(w.env) },
		"the role lost its permission": func(w *world) { w.cloud.Update(func(a *cloudsim.Account) { a.Keys[0].Allow = nil }) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				key := w.key(t)
				harm(w)
				pass(ttl)
				require.Same(t, key, w.key(t))
				require.Len(t, w.log.messages(t), 1)

				w.cache.Reject(key)
				require.True(t, w.failure(t, t.Context()).Permanent, "once the key is rejected there is none")
			})
		})
	}
}

func TestHangingRefreshCostsOneInvocationASecond(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		key := w.key(t)
		pass(ttl)
		w.hangSSM()
		var starter sync.WaitGroup
		starter.Go(func() {
			elapsed := stopwatch()
			assert.Same(t, key, w.key(t))
			assert.Equal(t, patience, elapsed())
		})
		synctest.Wait() // it started the fetch
		elapsed := stopwatch()
		var others sync.WaitGroup
		for range 16 {
			others.Go(func() {
				assert.Same(t, key, w.key(t))
				w.requireAllowed(t, "Bearer boo")
			})
		}
		others.Wait()
		require.Zero(t, elapsed(), "the others don't wait")
		starter.Wait()
		require.Same(t, key, w.key(t))
		w.requireFetches(t, 2)

		pass(fetchTimeout - patience)
		require.Len(t, w.log.messages(t), 1)
		require.Contains(t, w.log.String(), "SSM gave no answer: timed out")
		require.Same(t, key, w.key(t))
		w.requireFetches(t, 2, "until the backoff is over")
		pass(firstBackoff / 2)
		require.Same(t, key, w.key(t))
		w.requireFetches(t, 3, "and then again")
	})
}

func TestImpatientStarterOfAHangingRefreshGetsTheOldSecret(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireKey(t, "minsc")
		pass(ttl)
		w.hangSSM()
		elapsed := stopwatch()
		key, err := w.cache.Key(within(t, patience/4))
		require.NoError(t, err)
		require.Equal(t, "minsc", key.GetSecretId())
		require.Equal(t, patience/4, elapsed())
	})
}

func TestSlowRefreshIsHeldEvenIfItsStarterDidNotWait(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireKey(t, "minsc")
		w.put("jaheira", "Bearer nature")
		pass(ttl)
		w.delayNext(2 * patience)
		w.requireKey(t, "minsc")
		pass(patience)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, 2)
	})
}

func TestSameTextIsTheSameKey(t *testing.T) {
	const rest = `, "accessKeySecret": "boo", "authorization": "Bearer evil"}`
	for _, tt := range []struct {
		name, before, after string
		same                bool
	}{
		{"nothing changed", `{"accessKeyId": "minsc"` + rest, `{"accessKeyId": "minsc"` + rest, true},
		{"only its writing changed", `{"accessKeyId": "minsc"` + rest, `{"secret_id": " minsc "` + rest, true},
		{"only the callers' token changed", `{"accessKeyId": "minsc"` + rest, `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer good"}`, true},
		{"the id changed", `{"accessKeyId": "minsc"` + rest, `{"accessKeyId": "jaheira"` + rest, false},
		{"the key changed", `{"accessKeyId": "minsc"` + rest, `{"accessKeyId": "minsc", "accessKeySecret": "go for the eyes", "authorization": "Bearer evil"}`, false},
		{"a token came", `{"accessKeyId": "minsc"` + rest, `{"accessKeyId": "minsc", "token": "t"` + rest, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				w.putValue(cloudsim.SecretValue{String: tt.before})
				first := w.key(t)
				w.putValue(cloudsim.SecretValue{String: tt.after})
				pass(ttl)
				refreshed := w.key(t)
				require.Equal(t, tt.same, first == refreshed, "after a refresh")
				w.cache.Reject(refreshed)
				require.Same(t, refreshed, w.key(t), "after a rejection, for the text is that of the refresh")
				w.requireFetches(t, 3)
			})
		})
	}
}

func TestRejectedKeyIsFetchedAnew(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.cache.Reject(nil)
		old := w.key(t)
		w.put("jaheira", "Bearer boo")
		w.cache.Reject(old)
		w.cache.Reject(old)
		w.requireFetches(t, 1, "only the next call fetches")
		w.requireKey(t, "jaheira")
		w.requireFetches(t, 2)
	})
}

func TestRejectionOfAnOldKeyDoesNotDropANewerOne(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		old := w.key(t)
		w.put("jaheira", "Bearer boo")
		w.cache.Reject(old)
		w.requireKey(t, "jaheira")

		w.cache.Reject(old)
		w.cache.Reject(newKey("jaheira", "secret of jaheira", ""))
		w.cache.Reject(nil)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, 2)
	})
}

func TestKeyRejectedWhileSSMIsAwayIsNotUsedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		key := w.key(t)
		w.breakSSM()
		w.cache.Reject(key)
		for range 3 {
			require.Equal(t, "InternalError", w.failure(t, t.Context()).Code)
		}
		w.requireFetches(t, 4, "every invocation tries")
		w.mendSSM()
		require.Same(t, key, w.key(t), "which is for the caller to see")
		require.Empty(t, w.log.messages(t))
	})
}

func TestFetchThatBeganBeforeARejectionIsNotHeld(t *testing.T) {
	for _, tt := range []struct {
		name        string
		early, late time.Duration // how long each fetch takes
		got         string        // by who waits for the early one
	}{
		{"it is back first", 100 * time.Millisecond, 200 * time.Millisecond, "minsc"},
		{"the one that began after it is back first", 200 * time.Millisecond, 100 * time.Millisecond, "jaheira"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				old := w.key(t)
				pass(ttl)
				w.slowNext(tt.early)
				w.slowNext(tt.late)
				var all sync.WaitGroup
				all.Go(func() {
					key := w.key(t)
					assert.Equal(t, tt.got, key.GetSecretId())
					assert.Equal(t, tt.got == "minsc", key == old)
				})
				synctest.Wait() // it read the old secret

				w.put("jaheira", "Bearer boo")
				w.cache.Reject(old)
				all.Go(func() { w.requireKey(t, "jaheira") })
				all.Wait()
				w.requireKey(t, "jaheira")
				w.requireFetches(t, 3)
			})
		})
	}
}

func TestFailureOfAFetchThatBeganBeforeARejectionChangesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		old := w.key(t)
		pass(ttl)
		w.hangSSM()
		var early sync.WaitGroup
		early.Go(func() { assert.Same(t, old, w.key(t)) })
		synctest.Wait()

		w.mendSSM()
		w.put("jaheira", "Bearer boo")
		w.cache.Reject(old)
		w.requireKey(t, "jaheira")
		early.Wait()
		pass(fetchTimeout)
		w.requireKey(t, "jaheira")
		w.requireFetches(t, 3)
		require.Empty(t, w.log.messages(t))
	})
}

// Two fetches, one from before and one from after a rejection, bring the same new key.
func TestSameTextIsTheSameKeyAlsoFromAFetchThatIsNotHeld(t *testing.T) {
	for _, tt := range []struct {
		name        string
		early, late time.Duration // how long each takes
	}{
		{"the early one is back first", 100 * time.Millisecond, 200 * time.Millisecond},
		{"the late one is back first", 200 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				old := w.key(t)
				w.put("jaheira", "Bearer boo")
				pass(ttl)
				w.slowNext(tt.early)
				w.slowNext(tt.late)
				var early, late *Key
				var all sync.WaitGroup
				all.Go(func() { early = w.key(t) })
				synctest.Wait()
				w.cache.Reject(old)
				all.Go(func() { late = w.key(t) })
				all.Wait()
				require.Equal(t, "jaheira", early.GetSecretId())
				require.Same(t, late, early)
				require.Same(t, late, w.key(t))
				w.requireFetches(t, 3)
			})
		})
	}
}

func TestUnknownTokenCausesOneFetchInFiveSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireAllowed(t, "Bearer boo")
		w.requireFetches(t, 1)
		for fetches := 2; fetches < 5; fetches++ {
			w.requireRefused(t, "Bearer evil")
			w.requireFetches(t, fetches, "it may have been added a moment ago")
			w.requireRefused(t, "Bearer evil")
			w.requireRefused(t, "Bearer eviler")
			pass(tokenPause - 1)
			w.requireRefused(t, "Bearer evil")
			w.requireAllowed(t, "Bearer boo")
			w.requireFetches(t, fetches, "not again so soon")
			pass(1)
		}
		require.Empty(t, w.log.messages(t))
	})
}

func TestOnlyTheVeryTokenIsLetIn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.put("minsc", "Bearer boo", "Bearer rasaad")
		w.requireAllowed(t, "Bearer boo")
		w.requireAllowed(t, "Bearer rasaad")
		for _, header := range []string{
			"", "boo", "Bearer", "Bearer ", "bearer boo", "Bearer  boo", "Bearer boo ", " Bearer boo", "Bearer bo", "Bearer booo",
			"Bearer boo, Bearer rasaad", "Bearer boo\nBearer rasaad", `["Bearer boo"]`, "Bearer boo\x00", "Bearer b\xffo",
		} {
			w.requireRefused(t, header)
		}
	})
}

func TestTokenAddedAMomentAgoIsLetIn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireAllowed(t, "Bearer boo")
		key := w.key(t)
		w.put("minsc", "Bearer boo", "Bearer rasaad")
		w.requireAllowed(t, "Bearer rasaad")
		w.requireAllowed(t, "Bearer boo")
		w.requireFetches(t, 2)
		require.Same(t, key, w.key(t))

		w.put("minsc", "Bearer rasaad")
		w.requireAllowed(t, "Bearer boo")
		pass(ttl / 2)
		w.requireRefused(t, "Bearer boo")
		w.requireAllowed(t, "Bearer rasaad")
	})
}

func TestTokenAddedAfterTheFetchUnderWayReadTheSecretIsLetIn(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireAllowed(t, "Bearer boo")
		pass(ttl)
		w.slowNext(patience / 2)
		var refresh sync.WaitGroup
		refresh.Go(func() { w.requireKey(t, "minsc") })
		synctest.Wait()
		w.put("minsc", "Bearer rasaad")
		w.requireAllowed(t, "Bearer rasaad")
		refresh.Wait()
		w.requireFetches(t, 3)
	})
}

func TestTokenIsLetInByTheSecretHeldMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		old := w.key(t)
		w.put("jaheira", "Bearer rasaad")
		pass(ttl)
		w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.HangUnsent})
		elapsed := stopwatch()
		var early sync.WaitGroup
		early.Go(func() {
			w.requireAllowed(t, "Bearer rasaad")
			assert.Equal(t, patience, elapsed())
		})
		synctest.Wait() // it waits for a fetch that hangs
		w.cache.Reject(old)
		w.requireKey(t, "jaheira")
		early.Wait()
		w.requireFetches(t, 3)
	})
}

func TestWrongTokensTogetherCauseOneFetch(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireAllowed(t, "Bearer boo")
		w.delayNext(time.Second)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { w.requireRefused(t, "Bearer evil") })
		}
		all.Wait()
		w.requireFetches(t, 2)
	})
}

func TestNoHeaderIsNeverLetInAndCausesNoFetch(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireRefused(t, "")
		w.requireFetches(t, 0, "with no secret held")
		w.requireAllowed(t, "Bearer boo")
		for range 3 {
			w.requireRefused(t, "")
			pass(tokenPause)
		}
		w.requireFetches(t, 1)
	})
}

func TestSSMAwayWhileATokenIsLookedFor(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(*world)
		wait time.Duration
	}{
		{"SSM fails", (*world).breakSSM, 0},
		{"SSM hangs", (*world).hangSSM, patience},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				key := w.key(t)
				w.put("jaheira", "Bearer rasaad")
				tt.harm(w)
				elapsed := stopwatch()
				allowed, err := w.cache.Authorized(within(t, 2*time.Second), "Bearer rasaad")
				require.NoError(t, err)
				require.False(t, allowed)
				require.Equal(t, tt.wait, elapsed())

				require.Same(t, key, w.key(t))
				w.requireAllowed(t, "Bearer boo")
				w.requireFetches(t, 2)
				pass(fetchTimeout)
				require.Len(t, w.log.messages(t), 1)

				w.mendSSM()
				pass(tokenPause)
				w.requireAllowed(t, "Bearer rasaad")
				w.requireFetches(t, 3)
			})
		})
	}
}

func TestNobodyWithATokenIsJudgedWithoutASecret(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.breakSSM()
		allowed, err := w.cache.Authorized(t.Context(), "Bearer boo")
		require.Error(t, err)
		require.False(t, allowed)
	})
}

func TestPrefetch(t *testing.T) {
	t.Run("with credentials it fetches before anybody asks", func(t *testing.T) {
		inBubble(t, func(t *testing.T, w *world) {
			w.cache.Prefetch()
			synctest.Wait()
			w.requireFetches(t, 1)
			w.requireKey(t, "minsc")
			w.requireFetches(t, 1)
		})
	})
	t.Run("who asks meanwhile waits for the same fetch", func(t *testing.T) {
		inBubble(t, func(t *testing.T, w *world) {
			w.delayNext(time.Second)
			elapsed := stopwatch()
			w.cache.Prefetch()
			require.Zero(t, elapsed())
			w.requireKey(t, "minsc")
			require.Equal(t, time.Second, elapsed())
			w.requireFetches(t, 1)
		})
	})
	t.Run("without credentials it waits for the first invocation", func(t *testing.T) {
		inBubble(t, func(t *testing.T, w *world) {
			clear(w.env)
			begun := 0
			w.cache.OnFetch = func() { begun++ }
			w.cache.Prefetch()
			synctest.Wait()
			require.Zero(t, begun)
			key, err := w.cache.Key(invocation(t.Context(), role("2")))
			require.NoError(t, err)
			require.Equal(t, "minsc", key.GetSecretId())
			w.requireFetches(t, 1)
		})
	})
	t.Run("its failure is nobody's", func(t *testing.T) {
		inBubble(t, func(t *testing.T, w *world) {
			w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.Error})
			w.cache.Prefetch()
			synctest.Wait()
			w.requireKey(t, "minsc")
			w.requireFetches(t, 2)
			require.Empty(t, w.log.messages(t))
		})
	})
}

// A fetch has the credentials of the invocation that began it, but not its end.
func TestFetchOutlivesTheInvocationThatBeganIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		clear(w.env)
		w.delayNext(time.Second)
		ctx, cancel := context.WithCancel(invocation(t.Context(), role("1")))
		var first sync.WaitGroup
		first.Go(func() {
			_, err := w.cache.Key(ctx)
			assert.Error(t, err)
		})
		synctest.Wait()
		cancel()
		first.Wait()
		w.requireKey(t, "minsc")
		w.requireFetches(t, 1)
	})
}

func TestOnFetchIsCalledOnceWhenAFetchBegins(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		var begun []int // requests that had reached SSM by then
		w.cache.OnFetch = func() { begun = append(begun, w.cloud.Count(cloudsim.GetSecretValue)) }
		key := w.key(t)
		w.requireAllowed(t, "Bearer boo")
		require.Equal(t, []int{0}, begun, "before SSM is asked, and only then")

		w.cache.Reject(key)
		w.delayNext(time.Second)
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { w.requireKey(t, "minsc") })
		}
		all.Wait()
		require.Equal(t, []int{0, 1}, begun, "however many wait")
	})
}

func TestFetchBegunBySomebodyElseIsNotTheLastWord(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.HangUnsent})
		w.cache.Prefetch()
		synctest.Wait()
		key, err := w.cache.Key(within(t, 3975*time.Millisecond)) // half of what the default time budget leaves
		require.NoError(t, err)
		require.Equal(t, "minsc", key.GetSecretId())
		w.requireFetches(t, 2)
	})
}

// A machine's monotonic clock, by which timeouts run, may stand still while it is frozen. The bubble's clock is that one.
func TestFetchThatWasFrozenOnItsWayIsNotWaitedFor(t *testing.T) {
	for _, frozen := range []time.Duration{fetchTimeout, time.Hour, -time.Hour} {
		t.Run("the first, for "+frozen.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				thaw := w.freezable()
				w.hangSSM()
				w.cache.Prefetch()
				synctest.Wait()

				thaw(frozen)
				w.mendSSM()
				elapsed := stopwatch()
				w.requireKey(t, "minsc")
				require.Zero(t, elapsed())
				w.requireFetches(t, 2)
			})
		})
		t.Run("a refresh, for "+frozen.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world) {
				thaw := w.freezable()
				w.requireKey(t, "minsc")
				w.put("jaheira", "Bearer nature")
				thaw(ttl)
				w.hangSSM()
				w.requireKey(t, "minsc") // and the refresh goes on

				thaw(frozen)
				w.mendSSM()
				elapsed := stopwatch()
				w.requireRefused(t, "Bearer boo")
				w.requireAllowed(t, "Bearer nature")
				w.requireKey(t, "jaheira")
				require.Zero(t, elapsed())

				pass(fetchTimeout) // the end of the one given up changes nothing
				w.requireKey(t, "jaheira")
				w.requireAllowed(t, "Bearer nature")
				require.Empty(t, w.log.messages(t))
			})
		})
	}
}

func TestClockThatIsSetBackDoesNotKeepASecretOrATokenWaiting(t *testing.T) {
	w := overTCP(t)
	clock := time.Now()
	w.cache.Now = func() time.Time { return clock }
	w.requireRefused(t, "Bearer wrong")
	w.requireFetches(t, 2)

	clock = clock.Add(-24 * time.Hour)
	w.requireRefused(t, "Bearer wrong")
	w.requireFetches(t, 4, "one because the secret is of tomorrow, one for the token")
}
