package serve

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// line is what a test looks at of the function's log line.
type line struct {
	Limit, WouldLimit, Limits, Hint string
	Duplicate                       int
}

func (b *bench) line(t *testing.T) (l line) {
	t.Helper()
	require.NoError(t, json.Unmarshal(b.state(t).Last.Log, &l))
	return l
}

// used are the counters that the page shows, by their limits.
func (b *bench) used(t *testing.T) map[string]int {
	t.Helper()
	used := map[string]int{}
	for _, c := range b.state(t).Counters {
		used[string(c.Scope)+" "+c.W] = c.Used
	}
	return used
}

func withCode(code string) string { return strings.Replace(signIn, "482913", code, 1) }

func TestOwnLimits(t *testing.T) {
	t.Parallel()
	b := newGuardedBench(t)

	t.Run("what was sent is counted, and shown", func(t *testing.T) {
		require.Equal(t, 200, b.counted(t, signIn))
		s := b.state(t)
		require.True(t, s.Guard)
		require.Equal(t, "+8613800138000", s.CountersOf)
		require.Equal(t, map[string]int{
			"number 30s": 1, "number 1h": 1, "number 24h": 1, "block 1h": 1,
		}, b.used(t))
	})
	t.Run("the same again is a duplicate, and sends nothing", func(t *testing.T) {
		require.Equal(t, 200, b.counted(t, signIn, signIn))
		require.Equal(t, 1, b.line(t).Duplicate)
		require.Len(t, b.state(t).Messages, 1)
	})
	t.Run("another code is refused, and uses up nothing", func(t *testing.T) {
		require.Equal(t, 429, b.counted(t, signIn, withCode("111111")))
		require.Equal(t, "number 1/30s", b.line(t).Limit)
		require.Equal(t, 1, b.used(t)["number 1h"])
		require.Contains(t, b.printed.String(), "\n          number 1/30s: ")
	})
	t.Run("what is no number has no counters", func(t *testing.T) {
		b.post(t, `{"to":"10086","type":"SignIn","payload":{"code":"482913"}}`)
		require.Empty(t, b.used(t))
		require.Empty(t, b.state(t).CountersOf)
	})
	t.Run("counted anew", func(t *testing.T) {
		require.Equal(t, 429, b.counted(t, signIn, withCode("111111")))
		require.Equal(t, 200, b.counted(t, signIn))
		require.Equal(t, 1, b.used(t)["number 1h"])
		require.Len(t, b.state(t).Messages, 1)
	})
	t.Run("a rotated AccessKey changes no counter, as the secret has a hashKey", func(t *testing.T) {
		var status int
		b.inTime(t,
			func() { b.post(t, signIn) },
			func() {
				b.do(t, "rotate-key", `{}`)
				status, _ = b.post(t, withCode("222222"))
			})
		require.Equal(t, 429, status)
		require.Equal(t, 1, b.used(t)["number 1h"])
	})
	t.Run("none, if they are switched off", func(t *testing.T) {
		b.do(t, "guard", `{"on":false}`)
		require.False(t, b.state(t).Guard)
		status, _ := b.post(t, withCode("333333"))
		require.Equal(t, 200, status)
		require.Empty(t, b.used(t))
		b.do(t, "guard", `{"on":true}`)
		require.True(t, b.state(t).Guard)
	})
}

func TestRedisAway(t *testing.T) {
	t.Parallel()
	b := newGuardedBench(t)
	for _, f := range faults() {
		if f.Action != redisAction {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			b.do(t, "clear", `{}`)
			b.do(t, "restart", `{}`)
			b.do(t, "fault", `{"action":"Redis","name":"`+f.Name+`"}`)
			require.Equal(t, f.Name, b.state(t).Chosen["Redis"])
			for _, code := range []string{"111111", "222222"} {
				status, body := b.post(t, withCode(code))
				require.Equal(t, 200, status, body)
				require.Equal(t, "away", b.line(t).Limits)
			}
			require.Len(t, b.state(t).Messages, 2, "nothing was counted")
			b.do(t, "fault", `{"action":"Redis","name":""}`)
		})
	}
	t.Run("and back", func(t *testing.T) {
		b.do(t, "restart", `{}`)
		require.Equal(t, 429, b.counted(t, withCode("111111"), withCode("222222")))
	})
}

func TestPageShowsTheLimits(t *testing.T) {
	t.Parallel()
	b := newGuardedBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	see(t, tab,
		chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate(b.url),
		until(`document.querySelector("#guard").checked`),
		until(`document.querySelector("#counters").hidden`))
	send := chromedp.Tasks{clickSend(), sendEnded()}
	b.inTime(t, func() { see(t, tab, send) })
	see(t, tab,
		shows("#status.good", "200"),
		shows("#counters-h", "Our limits, for +86 138 0013 8000"),
		shows("#counts", "number 5/1h1 / 5this number"))
	// The form has another code by now.
	b.inTime(t, func() { see(t, tab, send) }, func() { see(t, tab, send) })
	see(t, tab,
		shows("#status.warn", "429"),
		shows("#refused", "Refused by our limit number 1/30s: free again in"),
		shows("#refused", "seconds."),
		shows("#counts tr.chosen", "number 1/30s1 / 1"),
		enter("Redis", "away"),
		shows("#faulty", "A fault is on: Redis away"),
		clickRestart(),
		clickSend(),
		shows("#status.good", "200"),
		shows("#refused", "Redis could not be asked: this was not counted."),
		chromedp.Click("[data-lang=zh]", chromedp.ByQuery),
		shows("#refused", "无法访问 Redis：本次未计数。"),
		shows("#counters-h", "我们的限制：+86 138 0013 8000"),
		chromedp.Click("#guard", chromedp.ByQuery),
		until(`!state.Guard`),
		until(`document.querySelector("#counters").hidden`))
	var width int
	see(t, tab, size(375, 812),
		chromedp.Evaluate(`document.documentElement.scrollWidth`, &width))
	require.LessOrEqual(t, width, 375)
}
