package secrets

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestTTL_secretIsFreshForARandomPartOfIt(t *testing.T) {
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
			inBubble(t, func(t *testing.T, f *fixture) {
				f.cache.Random = func() float64 { return tt.random }
				f.requireKey(t, "minsc")
				f.put("jaheira", "Bearer nature")

				pass(tt.fresh - 1)
				f.requireKey(t, "minsc")
				f.requireAllowed(t, "Bearer boo")
				f.requireFetches(t, 1, "while it is fresh")

				pass(1)
				f.requireKey(t, "jaheira")
				f.requireFetches(t, 2, "once it is not")

				pass(tt.fresh - 1)
				f.requireKey(t, "jaheira")
				f.requireAllowed(t, "Bearer nature")
				f.requireFetches(t, 2, "while the new one is fresh")
			})
		})
	}
}

func TestTTL_instancesStartedTogetherDoNotAskTogether(t *testing.T) {
	t.Parallel()
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

func TestClock_isTheWallClock(t *testing.T) {
	t.Parallel()
	now := New(Config{}).Now()
	require.Equal(t, now.Round(0), now,
		"no monotonic reading: that clock may stand still while the process is frozen")
	require.WithinDuration(t, time.Now(), now, time.Minute)
}

func TestClock_setBackKeepsNoSecretAndNoTokenWaiting(t *testing.T) {
	t.Parallel()
	f := overTCP(t)
	clock := time.Now()
	f.cache.Now = func() time.Time { return clock }
	f.requireRefused(t, "Bearer wrong")
	f.requireFetches(t, 1)

	clock = clock.Add(-24 * time.Hour)
	f.requireRefused(t, "Bearer wrong")
	f.requireFetches(t, 3, "one because the secret is of tomorrow, one for the token")
}

func TestFetch_isSharedByAllWhoAskAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.delayNext(time.Second)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				f.requireAllowed(t, "Bearer boo")
				f.requireKey(t, "minsc")
			})
		}
		all.Wait()
		f.requireFetches(t, 1)
	})
}

func TestFetch_goesOnForTheOthersWhenACallerGivesUp(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.cache.Random = func() float64 { return 0.5 }
		f.breakSSM()
		elapsed := stopwatch()
		var all sync.WaitGroup
		all.Go(func() {
			_, err := f.cache.Key(within(t, time.Second))
			assert.Equal(t, &Error{Text: "too late"}, err)
			assert.Equal(t, time.Second, elapsed())
		})
		synctest.Wait() // it started the fetch, whose first request failed
		f.mendSSM()
		f.delayNext(2 * time.Second)
		all.Go(func() {
			f.requireKey(t, "minsc")
			assert.Equal(t, 3587500*time.Microsecond, elapsed())
		})
		all.Wait()
		f.requireFetches(t, 2)
	})
}

// A fetch has the credentials of the invocation that started it, but not its end.
func TestFetch_outlivesTheInvocationThatStartedIt(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		clear(f.env)
		f.delayNext(time.Second)
		ctx, cancel := context.WithCancel(invocation(t.Context(), role("1")))
		var first sync.WaitGroup
		first.Go(func() {
			_, err := f.cache.Key(ctx)
			assert.Error(t, err)
		})
		synctest.Wait()
		cancel()
		first.Wait()
		f.requireKey(t, "minsc")
		f.requireFetches(t, 1)
	})
}

func TestFetch_callsOnFetchOnceBeforeSSMIsAsked(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		var asked []int // requests that had reached SSM by then
		f.cache.OnFetch = func() {
			asked = append(asked, f.cloud.Count(cloudsim.GetSecretValue))
		}
		key := f.key(t)
		f.requireAllowed(t, "Bearer boo")
		require.Equal(t, []int{0}, asked)

		f.cache.Reject(key)
		f.delayNext(time.Second)
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { f.requireKey(t, "minsc") })
		}
		all.Wait()
		require.Equal(t, []int{0, 1}, asked, "however many wait")
	})
}

func TestPrefetch(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"with credentials it fetches before a call": func(t *testing.T, f *fixture) {
			f.cache.Prefetch()
			synctest.Wait()
			f.requireFetches(t, 1)
			f.requireKey(t, "minsc")
			f.requireFetches(t, 1)
		},
		"a call meanwhile joins its fetch": func(t *testing.T, f *fixture) {
			f.delayNext(time.Second)
			elapsed := stopwatch()
			f.cache.Prefetch()
			require.Zero(t, elapsed())
			f.requireKey(t, "minsc")
			require.Equal(t, time.Second, elapsed())
			f.requireFetches(t, 1)
		},
		"without credentials the first invocation fetches": func(t *testing.T, f *fixture) {
			clear(f.env)
			started := 0
			f.cache.OnFetch = func() { started++ }
			f.cache.Prefetch()
			synctest.Wait()
			require.Zero(t, started)
			_, err := f.cache.Key(invocation(t.Context(), role("2")))
			require.NoError(t, err)
			f.requireFetches(t, 1)
		},
		"after its failure the first call fetches": func(t *testing.T, f *fixture) {
			f.breakSSM()
			f.cache.Prefetch()
			pass(f.cache.Budget)
			f.requireFetches(t, maxRequests)
			f.mendSSM()
			f.requireKey(t, "minsc")
			f.requireFetches(t, maxRequests+1)
			require.Empty(t, f.log.messages(t))
		},
	} {
		t.Run(name, func(t *testing.T) { inBubble(t, test) })
	}
}

func TestRefresh_failureKeepsTheOldSecretAndBacksOff(t *testing.T) {
	const (
		lost = "WARN the secret could not be refreshed; keeping the old one"
		back = "INFO the secret can be refreshed again"
	)
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireKey(t, "minsc")
		f.put("jaheira", "Bearer nature")
		f.breakSSM()
		pass(ttl / 2)
		fetches := 1
		seconds := []time.Duration{5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300}
		for _, backoff := range seconds {
			f.requireKey(t, "minsc")
			fetches++
			f.requireFetches(t, fetches, "a try is due")

			pass(backoff*time.Second/2 - 1) // the bubble's random numbers are 0
			f.requireKey(t, "minsc")
			f.requireAllowed(t, "Bearer boo")
			f.requireFetches(t, fetches, "%d/2 s after it the next try is not yet due", backoff)
			pass(1)
		}
		require.Equal(t, []string{lost}, f.log.messages(t))

		f.mendSSM()
		f.requireKey(t, "jaheira")
		require.Equal(t, []string{lost, back}, f.log.messages(t))
		pass(ttl/2 - 1)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, fetches+1)

		pass(1)
		f.requireKey(t, "jaheira")
		require.Equal(t, []string{lost, back}, f.log.messages(t), "nothing changed, nothing to say")

		f.breakSSM()
		pass(ttl / 2)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, fetches+3)
		pass(5 * time.Second / 2)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, fetches+4, "the backoff starts anew")
		require.Equal(t, []string{lost, back, lost}, f.log.messages(t))
	})
}

func TestRefresh_failureForGoodKeepsTheOldSecretToo(t *testing.T) {
	change := func(change func(*cloudsim.Account)) func(*fixture) {
		return func(f *fixture) { f.cloud.Update(change) }
	}
	for _, tt := range []struct {
		name string
		harm func(*fixture)
		kind Kind
	}{
		{
			"the secret was deleted",
			change(func(a *cloudsim.Account) { a.Secrets = nil }), Refused,
		}, {
			"the role lost its permission",
			change(func(a *cloudsim.Account) { a.Keys[0].Allow = nil }), Refused,
		}, {
			"the value was spoilt",
			func(f *fixture) { f.putValue(cloudsim.SecretValue{String: "{"}) }, Unusable,
		}, {
			"the role was taken away",
			func(f *fixture) { clear(f.env) }, NoRole,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				key := f.key(t)
				tt.harm(f)
				pass(ttl)
				f.requireKey(t, "minsc")
				require.Len(t, f.log.messages(t), 1)

				f.cache.Reject(key)
				require.Equal(t, tt.kind, f.failure(t, t.Context()).Kind, "now there is none")
			})
		})
	}
}

func TestRefresh_thatHangsCostsOneInvocationASecond(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireKey(t, "minsc")
		pass(ttl)
		f.hangSSM()
		var starter sync.WaitGroup
		starter.Go(func() {
			elapsed := stopwatch()
			f.requireKey(t, "minsc")
			assert.Equal(t, patience, elapsed())
		})
		synctest.Wait() // it started the fetch
		elapsed := stopwatch()
		var others sync.WaitGroup
		for range 16 {
			others.Go(func() {
				f.requireKey(t, "minsc")
				f.requireAllowed(t, "Bearer boo")
			})
		}
		others.Wait()
		require.Zero(t, elapsed(), "the others don't wait")
		starter.Wait()
		f.requireKey(t, "minsc")
		f.requireFetches(t, 2)

		pass(refreshTimeout - patience)
		require.Len(t, f.log.messages(t), 1)
		require.Contains(t, f.log.String(), "SSM gave no answer: timed out")
		f.requireKey(t, "minsc")
		f.requireFetches(t, 2, "until the backoff is over")
		pass(firstBackoff / 2)
		f.requireKey(t, "minsc")
		f.requireFetches(t, 3, "and then again")
	})
}

func TestRefresh_starterWithLessThanASecondGetsTheOldSecretInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireKey(t, "minsc")
		pass(ttl)
		f.hangSSM()
		elapsed := stopwatch()
		key, err := f.cache.Key(within(t, patience/4))
		require.NoError(t, err)
		require.Equal(t, "minsc", key.GetSecretId())
		require.Equal(t, patience/4, elapsed())
	})
}

func TestRefresh_thatIsSlowIsCachedAfterItsStarterLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireKey(t, "minsc")
		f.put("jaheira", "Bearer nature")
		pass(ttl)
		f.delayNext(2 * patience)
		f.requireKey(t, "minsc")
		pass(patience)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, 2)
	})
}

func TestReject_dropsTheKeyHeldAndNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.cache.Reject(nil)
		old := f.key(t)
		f.put("jaheira", "Bearer boo")
		f.cache.Reject(NewKey(old.GetCredential()))
		f.requireFetches(t, 1, "only the next call fetches")
		f.requireKey(t, "jaheira")
		f.requireFetches(t, 2, "an equal key is the same key")

		f.cache.Reject(old)
		f.cache.Reject(NewKey("jaheira", "another secret", ""))
		f.cache.Reject(nil)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, 2)
	})
}

func TestReject_whileSSMIsAwayDoesNotBringTheKeyBack(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		key := f.key(t)
		f.breakSSM()
		f.cache.Reject(key)
		for range 3 {
			require.Equal(t, "InternalError", f.failure(t, t.Context()).Code)
		}
		f.requireFetches(t, 1+3*maxRequests, "every invocation tries")
		f.mendSSM()
		require.True(t, f.key(t).Equal(key), "the secret still holds it: the sender compares")
		require.Empty(t, f.log.messages(t))
	})
}

func TestReject_makesTheFetchUnderWayObsolete(t *testing.T) {
	for _, tt := range []struct {
		name        string
		early, late time.Duration // how long each fetch takes
		got         string        // by the caller who waits for the early one
	}{
		{"it is back first", 100 * time.Millisecond, 200 * time.Millisecond, "minsc"},
		{"the next one is back first", 200 * time.Millisecond, 100 * time.Millisecond, "jaheira"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				old := f.key(t)
				pass(ttl)
				f.slowNext(tt.early)
				f.slowNext(tt.late)
				var all sync.WaitGroup
				all.Go(func() { f.requireKey(t, tt.got) })
				synctest.Wait() // it read the old secret

				f.put("jaheira", "Bearer boo")
				f.cache.Reject(old)
				all.Go(func() { f.requireKey(t, "jaheira") })
				all.Wait()
				f.requireKey(t, "jaheira")
				f.requireFetches(t, 3)
			})
		})
	}
}

func TestReject_failureOfTheObsoleteFetchChangesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		old := f.key(t)
		pass(ttl)
		f.hangSSM()
		var early sync.WaitGroup
		early.Go(func() { f.requireKey(t, "minsc") })
		synctest.Wait()

		f.mendSSM()
		f.put("jaheira", "Bearer boo")
		f.cache.Reject(old)
		f.requireKey(t, "jaheira")
		early.Wait()
		pass(refreshTimeout)
		f.requireKey(t, "jaheira")
		f.requireFetches(t, 3)
		require.Empty(t, f.log.messages(t))
	})
}

func TestAuthorized_unknownTokensCauseAFetchAfterAPauseThatDoubles(t *testing.T) {
	// requirePauses tries unknown tokens all the time, when so many fetches were made.
	requirePauses := func(t *testing.T, f *fixture, fetches int) {
		for _, seconds := range []time.Duration{5, 10, 20, 40, 60, 60, 60} {
			f.requireRefused(t, "Bearer evil")
			f.requireRefused(t, "Bearer eviler")
			f.requireFetches(t, fetches)
			pass(seconds*time.Second - 1)
			f.requireRefused(t, "Bearer evil")
			f.requireFetches(t, fetches, "less than %d s after the last one", seconds)
			pass(1)
			fetches++
		}
		f.requireRefused(t, "Bearer evil")
		f.requireFetches(t, fetches)
	}
	t.Run("on a new instance", func(t *testing.T) {
		inBubble(t, func(t *testing.T, f *fixture) {
			requirePauses(t, f, 1)
			require.Empty(t, f.log.messages(t))
		})
	})
	t.Run("after a known one", func(t *testing.T) {
		inBubble(t, func(t *testing.T, f *fixture) {
			f.requireAllowed(t, "Bearer boo")
			pass(firstPause)
			requirePauses(t, f, 2)
			f.requireAllowed(t, "Bearer boo")
			pass(firstPause)
			requirePauses(t, f, 10)
		})
	})
}

// A wrong token must not cost SSM more than a right one.
func TestAuthorized_unknownTokenWhileNoSecretIsHeldCausesOneFetch(t *testing.T) {
	for name, before := range map[string]func(*testing.T, *fixture){
		"the first call": func(*testing.T, *fixture) {},
		"after Prefetch": func(_ *testing.T, f *fixture) { f.cache.Prefetch() },
		"after a fetch that failed": func(t *testing.T, f *fixture) {
			f.script(cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"})
			f.failure(t, t.Context())
		},
		"after the key was rejected": func(t *testing.T, f *fixture) {
			f.cache.Reject(f.key(t))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				before(t, f)
				f.cloud.Reset()
				f.delayNext(3 * time.Second)
				f.requireRefused(t, "Bearer evil")
				f.requireFetches(t, 1)
			})
		})
	}
}

func TestAuthorized_unknownTokensTogetherCauseOneFetch(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireAllowed(t, "Bearer boo")
		pass(firstPause)
		f.delayNext(time.Second)
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { f.requireRefused(t, "Bearer evil") })
		}
		all.Wait()
		f.requireFetches(t, 2)
	})
}

func TestAuthorized_tokenAddedAMomentAgoIsLetIn(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireAllowed(t, "Bearer boo")
		pass(firstPause)
		f.put("minsc", "Bearer boo", "Bearer rasaad")
		f.requireAllowed(t, "Bearer rasaad")
		f.requireAllowed(t, "Bearer boo")
		f.requireFetches(t, 2)

		f.put("minsc", "Bearer rasaad")
		f.requireAllowed(t, "Bearer boo")
		pass(ttl / 2)
		f.requireRefused(t, "Bearer boo")
		f.requireAllowed(t, "Bearer rasaad")
	})
}

func TestAuthorized_tokenAddedAfterTheFetchUnderWayReadTheSecretIsLetIn(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.requireAllowed(t, "Bearer boo")
		pass(ttl)
		f.slowNext(patience / 2)
		var refresh sync.WaitGroup
		refresh.Go(func() { f.requireKey(t, "minsc") })
		synctest.Wait()
		f.put("minsc", "Bearer rasaad")
		f.requireAllowed(t, "Bearer rasaad")
		refresh.Wait()
		f.requireFetches(t, 3)
	})
}

func TestAuthorized_tokenIsLetInByTheSecretHeldMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		old := f.key(t)
		f.put("jaheira", "Bearer rasaad")
		pass(ttl)
		f.script(cloudsim.Fault{Kind: cloudsim.HangUnsent})
		elapsed := stopwatch()
		var early sync.WaitGroup
		early.Go(func() {
			f.requireAllowed(t, "Bearer rasaad")
			assert.Equal(t, patience, elapsed())
		})
		synctest.Wait() // it waits for a fetch that hangs
		f.cache.Reject(old)
		f.requireKey(t, "jaheira")
		early.Wait()
		f.requireFetches(t, 3)
	})
}

func TestAuthorized_unknownTokenIsRefusedWhileSSMIsAway(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(*fixture)
		wait time.Duration
	}{
		{"SSM fails", (*fixture).breakSSM, 0},
		{"SSM hangs", (*fixture).hangSSM, patience},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.requireKey(t, "minsc")
				f.put("jaheira", "Bearer rasaad")
				tt.harm(f)
				pass(firstPause)
				elapsed := stopwatch()
				f.requireRefused(t, "Bearer rasaad")
				require.Equal(t, tt.wait, elapsed())

				f.requireKey(t, "minsc")
				f.requireAllowed(t, "Bearer boo")
				f.requireFetches(t, 2)
				pass(refreshTimeout)
				require.Len(t, f.log.messages(t), 1)

				f.mendSSM()
				pass(2 * firstPause)
				f.requireAllowed(t, "Bearer rasaad")
				f.requireFetches(t, 3)
			})
		})
	}
}

func TestAuthorized_proofIsCheckedAgainstItsOwnField(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.put("minsc", "Bearer boo", "Bearer rasaad")
		var seen [][]string
		matches := func(values []string) bool {
			seen = append(seen, slices.Clone(values))
			return true
		}
		f.requireAuthorized(t, true, Proof{Authorization, matches})
		require.Equal(t, [][]string{{"Bearer boo", "Bearer rasaad"}}, seen)
		f.requireAuthorized(t, false, Proof{"supabase", matches})
		require.Len(t, seen, 1, "nothing matches a field that is not there")
	})
}

func TestFreeze_fetchThatWasFrozenIsNotWaitedFor(t *testing.T) {
	for _, frozen := range []time.Duration{refreshTimeout + time.Second, time.Hour, -time.Hour} {
		t.Run("the first, for "+frozen.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				thaw := f.freezable()
				f.hangSSM()
				f.cache.Prefetch()
				synctest.Wait()

				thaw(frozen)
				f.mendSSM()
				elapsed := stopwatch()
				f.requireKey(t, "minsc")
				require.Zero(t, elapsed())
				f.requireFetches(t, 2)
				pass(f.cache.Budget) // the end of the one given up changes nothing
				f.requireFetches(t, 2)
			})
		})
		t.Run("a refresh, for "+frozen.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				thaw := f.freezable()
				f.requireKey(t, "minsc")
				f.put("jaheira", "Bearer nature")
				thaw(ttl)
				f.hangSSM()
				f.requireKey(t, "minsc") // and the refresh goes on

				thaw(frozen)
				f.mendSSM()
				elapsed := stopwatch()
				f.requireRefused(t, "Bearer boo")
				f.requireAllowed(t, "Bearer nature")
				f.requireKey(t, "jaheira")
				require.Zero(t, elapsed())

				pass(refreshTimeout) // the end of the one given up changes nothing
				f.requireKey(t, "jaheira")
				f.requireAllowed(t, "Bearer nature")
				require.Empty(t, f.log.messages(t))
			})
		})
	}
}
