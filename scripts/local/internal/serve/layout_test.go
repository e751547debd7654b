package serve

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// places are where the form's button and the switches stand.
const places = `[...document.querySelectorAll("#go, #cloud select, #cloud input, #cloud button")]
	.map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])`

func TestPageStaysWhereItIs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	var before, now [][]float64
	see(t, tab,
		chromedp.EmulateViewport(1280, 940),
		chromedp.Navigate(b.url),
		shows("#instance", "cold"),
		chromedp.Evaluate(places, &before))
	for _, place := range before {
		require.LessOrEqual(t, place[3], 940.0, "in view")
	}
	for _, tt := range []struct{ to, status string }{
		{"8613800138000", "200"},
		{"13800138000", "400"},
		{"8613800000502", "502"},
		{"8613800000504", "202"},
	} {
		see(t, tab,
			enter("to", tt.to),
			clickSend(),
			shows("#seenStatus", tt.status),
			shows("#inbox", "delivered"),
			chromedp.Evaluate(places, &now))
		require.Equal(t, before, now, tt.status)
	}
	t.Run("and what was before is dim while the next is under way", func(t *testing.T) {
		see(t, tab,
			enter("to", "8613800000408"), // the cloud never answers
			clickSend(),
			until(`["seen", "result"].every(id => $(id).matches(".stale[aria-busy=true]"))`),
			chromedp.Evaluate(places, &now),
			until(`["seen", "result"].every(id => $(id).matches("[aria-busy=false]:not(.stale)"))`))
		require.Equal(t, before, now)
	})
	t.Run("however many faults are on", func(t *testing.T) {
		const top = `$("seen").getBoundingClientRect().top`
		var without, with float64
		var named string
		see(t, tab,
			chromedp.Evaluate(top, &without),
			enter("SendSms", "blacklist"),
			enter("Delivery", "UNDELIV"),
			enter("Redis", "away"),
			until(`["blacklist", "UNDELIV", "Redis"].every(name => $("faulty").title.includes(name))`),
			chromedp.Evaluate(top, &with),
			chromedp.Evaluate(`$("faulty").title`, &named))
		require.Equal(t, without, with)
		require.Equal(t, "A fault is on: UNDELIV: off, out of service or barred, Number is on the "+
			"blacklist, Redis away", named)
	})
	t.Run("on a telephone the result stands under the form", func(t *testing.T) {
		// The page moves its cards once it is told that the window is narrow.
		see(t, tab, size(390, 844),
			until(`["send", "seen", "last", "phone", "cloud"]
				.map(id => $(id).getBoundingClientRect().top)
				.every((top, i, all) => i === 0 || all[i - 1] < top)`))
	})
	t.Run("on a small one a code is whole", func(t *testing.T) {
		var scroll, width int
		see(t, tab, size(320, 640), enter("code", "888888"),
			chromedp.Evaluate(`$("code").scrollWidth`, &scroll),
			chromedp.Evaluate(`$("code").clientWidth`, &width))
		require.LessOrEqual(t, scroll, width)
	})
}

// cutInList are the texts in the list of requests that have no room.
const cutInList = `[...document.querySelectorAll("#requests button > *")]
	.filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent)`

func TestPageAtAnyWidth(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	b.post(t, strings.Replace(signIn, "8613800138000", "10086", 1))
	b.post(t, strings.Replace(signIn, "8613800138000", "4915112345678", 1))
	see(t, tab,
		chromedp.Navigate(b.url),
		shows("#requests", "invalid_phone_number"),
		shows("#requests", "destination_not_allowed"))
	for _, width := range []int64{320, 390} {
		var cut []string
		see(t, tab, chromedp.EmulateViewport(width, 780), until(`narrow.matches`),
			chromedp.Evaluate(cutInList, &cut))
		require.Empty(t, cut, "in the list, at %d px", width)
		var lines int
		see(t, tab, chromedp.Evaluate(`new Set([...document.querySelectorAll("[role=tab]")]
			.map(e => e.getBoundingClientRect().top)).size`, &lines))
		require.Equal(t, 1, lines, "of tabs, at %d px", width)

		var places [][]float64
		see(t, tab, chromedp.Evaluate(`["waiting", "cold", "warm", "gone"].map(is => {
			$("instance").textContent = t(is);
			return ["#instance", ".switch", "#send"].map(e => document.querySelector(e))
				.map(e => e.getBoundingClientRect()).flatMap(r => [r.left, r.top]);
		})`, &places))
		for _, place := range places {
			require.Equal(t, places[0], place, "the instance's state moves nothing")
		}
	}
	for _, width := range []int64{1280, 1920} { // below the request and beside it
		var cut []string
		see(t, tab, chromedp.EmulateViewport(width, 940), until(`!narrow.matches`),
			chromedp.Evaluate(cutInList, &cut))
		require.Empty(t, cut, "in the list, at %d px", width)
	}
}

func TestPageShowsOlderRequests(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	b.do(t, "fault", `{"action":"Delivery","name":"none"}`) // a report would move what is clicked
	b.post(t, "{")
	b.post(t, signIn)
	see(t, tab,
		chromedp.EmulateViewport(1280, 940),
		chromedp.Navigate(b.url),
		shows("#last-h", "Last request"),
		shows("#outcome", "sent"),
		chromedp.Click("#requests li:last-child button", chromedp.ByQuery),
		shows("#last-h", "An older request"),
		shows("#outcome", "bad_request"),
		shows("#why", "No template was chosen: the body is not a JSON object."),
		until(`!document.querySelector("tr.chosen")`))
	t.Run("which stays when another comes", func(t *testing.T) {
		b.post(t, "[")
		see(t, tab,
			until(`state.Requests.length >= 3`),
			shows("#outcome", "bad_request"),
			shows("#requests [aria-current]", "400"),
			until(`+document.querySelector("#requests [aria-current]").parentElement.dataset.id === 1`))
	})
	t.Run("until the form sends one", func(t *testing.T) {
		see(t, tab,
			clickSend(),
			shows("#last-h", "Last request"))
	})
	t.Run("one that is gone is said to be", func(t *testing.T) {
		status, _ := call(t, "GET", b.url+ours+"request/999", "")
		require.Equal(t, 404, status)
	})
}

func TestPageCopiesTheFormAsCurl(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s to paste into", name)
		}
	}
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	see(t, tab, chromedp.Navigate(b.url), until(`!!state`), chromedp.Evaluate(
		`copied = ""; navigator.clipboard.writeText = async text => { copied = text; }`, nil))
	for caller, number := range map[string]string{"logto": "8613800138001",
		"flat": "8613800138002", "supabase": "8613800138003", "zitadel": "8613800138004"} {
		var command string
		see(t, tab,
			enter("as", caller),
			enter("to", number),
			chromedp.Evaluate(`copied = ""`, nil),
			listens("curl"),
			chromedp.Click("#curl", chromedp.ByQuery),
			until(`copied !== ""`),
			says("Copied"),
			chromedp.Evaluate(`copied`, &command),
			shows("#curl", "Copy as curl"))
		answer, err := inShell(t, command).CombinedOutput()
		require.NoError(t, err, string(answer))
		require.Contains(t, string(answer), `"serialNo":`, command)
		messages := b.state(t).Messages
		require.Equal(t, "+"+number, messages[len(messages)-1].PhoneNumber)
	}
	t.Run("and what the tab shows as JSON", func(t *testing.T) {
		var text string
		last := b.state(t).Last
		see(t, tab,
			until(fmt.Sprintf("state.Last.ID === %d", last.ID)), // the page is told after curl
			chromedp.Click("[data-copy=json]", chromedp.ByQuery),
			until(`copied.includes("statusCode")`),
			chromedp.Evaluate(`copied`, &text))
		require.JSONEq(t, string(last.Answer), text)
	})
}

func TestPageByKeyboard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	b.do(t, "fault", `{"action":"Delivery","name":"none"}`)
	b.post(t, signIn)
	see(t, tab, chromedp.EmulateViewport(1280, 940), chromedp.Navigate(b.url),
		shows("#outcome", "sent"))
	const where = `(() => {
		const e = document.activeElement, s = getComputedStyle(e);
		if (e === document.body) return "end";
		return (e.id || e.dataset.do || e.dataset.to || e.dataset.lang || e.dataset.copy ||
			e.parentElement.parentElement.id || e.localName) +
			(s.outlineStyle === "none" ? " unseen" : "");
	})()`
	var order []string
	for range 60 {
		var at string
		see(t, tab, chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(where, &at))
		order = append(order, at)
		if at == "end" || len(order) > 1 && at == order[0] {
			break
		}
	}
	require.Equal(t, "where en zh as to 8613800138000 85261234567 16502530000 33612345678 "+
		"13800138000 10086 type locale code random summary go curl SendSms Delivery "+
		"GetSecretValue Redis guard thirtySeconds perDay clear restart rotate-key rotate-token "+
		"inbox requests tab-answer json json last end", strings.Join(order, " "))
	see(t, tab,
		chromedp.Focus("#code", chromedp.ByQuery),
		chromedp.KeyEvent(kb.Enter),
		until(`state.Requests.length > 1`),
		sendEnded(), // which shows the last request
		chromedp.Focus("#requests li:last-child button", chromedp.ByQuery),
		chromedp.KeyEvent(kb.Enter),
		shows("#last-h", "An older request"),
		until(`document.activeElement.getAttribute("aria-current") === "true"`))
}
