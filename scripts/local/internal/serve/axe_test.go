package serve

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// axe returns the script of axe-core (https://github.com/dequelabs/axe-core), which looks for what
// keeps people from using a page. npm keeps what it has downloaded, so that only the first run needs
// the registry.
func axe(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: npm may have to download axe-core")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("axe-core can't be had: there is no npm")
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/axe")))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts",
		"--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--fetch-retries=0")
	install.WaitDelay = time.Minute // once it is killed, or has ended and a busy machine reads on
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("axe-core can't be had: npm install: %v\n%s", err, out)
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules/axe-core/axe.min.js"))
	require.NoError(t, err)
	return string(script)
}

// awaited lets an expression be a promise.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// What moves comes to rest before axe-core judges colours.
const findings = `(async () => {
	document.getAnimations().forEach(a => a.finish());
	const found = await axe.run();
	return found.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + n.target + ": " + n.failureSummary));
})()`

// It is not parallel to others: axe-core keeps the processor busy, and the function asks Redis for
// 250 ms at most.
func TestNothingKeepsPeopleFromThePage(t *testing.T) {
	script := axe(t)
	b := newGuardedBench(t)
	tab := browser(t, "en-US")
	look := func(t *testing.T) {
		t.Helper()
		var found []string
		see(t, tab, chromedp.Evaluate(findings, &found, awaited))
		assert.Empty(t, found)
	}
	see(t, tab,
		chromedp.Navigate(b.url),
		until(`!!state`),
		chromedp.Evaluate(script, nil))
	// In full light: what is under way dims the page.
	send := chromedp.Tasks{clickSend(), sendEnded()}
	restart := clickRestart()

	everywhere := func(t *testing.T) {
		for _, language := range []string{"zh", "en"} { // and so it stays English
			see(t, tab, chromedp.Evaluate(
				`document.querySelector("[data-lang=`+language+`]").click()`, nil))
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{320, 390, 1280, 1920} {
					t.Run(fmt.Sprintf("%s %s %d", language, scheme, width), func(t *testing.T) {
						see(t, tab, prefers(scheme), size(width, 940))
						look(t)
						var scrolls int64
						see(t, tab, chromedp.Evaluate(
							`document.documentElement.scrollWidth`, &scrolls))
						assert.LessOrEqual(t, scrolls, width)
					})
				}
			}
		}
	}
	t.Run("empty", everywhere)
	see(t, tab,
		enter("Delivery", "UNDELIV"),
		enter("Redis", "replica"),
		until(`Object.values(state.Chosen).filter(x => x).length === 2`),
		send,
		shows("#status.good", "200"),
		shows("#refused", "Redis could not be asked"),
		shows("#inbox .ticks", "UNDELIV"),
		enter("GetSecretValue", "notFound"),
		until(`state.Chosen.GetSecretValue === "notFound"`),
		restart,
		send,
		shows("#status.bad", "500"),
		// The toast stays, rather than fade while it is looked at.
		chromedp.Evaluate(`showToast(); clearTimeout(toastEnds)`, nil))
	t.Run("faults", everywhere)
	see(t, tab,
		enter("GetSecretValue", ""),
		enter("Redis", ""),
		until(`!state.Chosen.GetSecretValue && !state.Chosen.Redis`),
		restart,
		chromedp.Click("#cloud [data-do=clear]", chromedp.ByQuery),
		shows("#inbox", "No messages yet"),
		chromedp.Click("summary", chromedp.ByQuery))
	b.inTime(t, func() { see(t, tab, send) }, func() { see(t, tab, send) })
	see(t, tab, shows("#refused", "1/30s"))
	t.Run("refused by a limit", everywhere)
	see(t, tab, chromedp.Evaluate(`underWay(true)`, nil))
	t.Run("an old result while the next one is under way", everywhere)
	see(t, tab, chromedp.Evaluate(`underWay(false)`, nil))
	see(t, tab,
		send, // the half minute may be over by now
		enter("as", "supabase"),
		send,
		shows("#toldText", "429"),
		// No real click: the list moves when a report comes.
		chromedp.Evaluate(`document.querySelector("#requests li:last-child button").click()`, nil),
		until(`!!chosen`))
	t.Run("an older request, and what Supabase tells", everywhere)
	b.stop()
	see(t, tab, until(`!document.querySelector("#stopped").hidden`))
	t.Run("stopped", everywhere)
}
