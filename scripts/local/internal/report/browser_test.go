package report

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// browser returns a tab of a headless Chromium.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no chromium to look at the page with")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(2*time.Minute))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	allocator := chromedp.FromContext(ctx).Allocator
	t.Cleanup(func() {
		cancel()
		allocator.Wait() // until the browser and its folder are gone
	})
	ctx, cancel = context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	tab, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	return tab
}

// The page is whole at any width, its own policy lets its style in, and the keyboard reaches all of
// it.
func TestPage_inBrowser(t *testing.T) {
	t.Parallel()
	tab := browser(t)
	chromedp.ListenTarget(tab, func(event any) {
		if e, ok := event.(*cdplog.EventEntryAdded); ok && e.Entry.Level == cdplog.LevelError {
			t.Errorf("the browser says: %s", e.Entry.Text)
		}
	})
	path := filepath.Join(t.TempDir(), "page.html")
	_, err := run(t, "zh_CN.UTF-8", messy(), "-html", path)
	require.NoError(t, err)
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	for _, width := range []int64{320, 390, 1280, 1920} {
		for scheme, background := range map[string]string{
			"light": "rgb(243, 244, 241)", "dark": "rgb(14, 18, 17)",
		} {
			var seen struct {
				Page, Window, Plots int
				Background, Open    string
			}
			media := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
			require.NoError(t, chromedp.Run(tab,
				emulation.SetEmulatedMedia().WithFeatures(media),
				chromedp.EmulateViewport(width, 900),
				chromedp.Navigate(address),
				chromedp.Poll(`innerWidth === `+fmt.Sprint(width), nil), // and it has been drawn
				chromedp.Focus("summary", chromedp.ByQuery),
				chromedp.KeyEvent(kb.Enter),
				chromedp.Poll(`document.querySelector("details").open`, nil,
					chromedp.WithPollingTimeout(2*time.Minute)),
				chromedp.Evaluate(`({
					page: document.documentElement.scrollWidth,
					window: innerWidth,
					plots: [...document.querySelectorAll(".plot")].filter(
						p => p.getBoundingClientRect().width > 0).length,
					background: getComputedStyle(document.body).backgroundColor,
					open: String(document.querySelector("details").open),
				})`, &seen)))
			require.LessOrEqual(t, seen.Page, seen.Window, "%d %s", width, scheme)
			require.Equal(t, 3, seen.Plots, "of those for wide and for narrow windows")
			require.Equal(t, background, seen.Background)
			require.Equal(t, "true", seen.Open)
		}
	}
	t.Run("and causes stand beside their number in English, too", func(t *testing.T) {
		_, err := run(t, "en_US.UTF-8", messy(), "-html", path)
		require.NoError(t, err)
		var over []string
		require.NoError(t, chromedp.Run(tab,
			chromedp.EmulateViewport(320, 900),
			chromedp.Navigate(address),
			chromedp.Evaluate(`[...document.querySelectorAll(".causes th, .causes td")]
				.filter(e => e.scrollWidth > e.clientWidth ||
					!e.textContent && e.getBoundingClientRect().height)
				.map(e => e.className + ": " + e.textContent)`, &over)))
		require.Empty(t, over)
	})
}
