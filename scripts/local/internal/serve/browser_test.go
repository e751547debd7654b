package serve

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// browser returns a tab of a headless Chromium whose user speaks the language.
func browser(t *testing.T, language string) context.Context {
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
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", language),
		chromedp.WSURLReadTimeout(soon))
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

// listenIn fails the test for what the page reports to the console: an error in its script, and
// what its policy refuses.
func listenIn(t *testing.T, tab context.Context) {
	chromedp.ListenTarget(tab, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page's script failed: %v", e.ExceptionDetails)
		case *log.EventEntryAdded:
			// The browser itself notes every answer that is no success.
			if e.Entry.Level == log.LevelError && e.Entry.Source != log.SourceNetwork {
				t.Errorf("the browser says: %s", e.Entry.Text)
			}
		}
	})
}

func see(t *testing.T, tab context.Context, actions ...chromedp.Action) {
	t.Helper()
	for i, action := range actions {
		if err := chromedp.Run(tab, action); err != nil {
			var page string
			chromedp.Run(tab, chromedp.Evaluate("document.body.innerText", &page))
			require.NoError(t, err, "action %d, and the page shows:\n%s", i, page)
		}
	}
}

// until waits until a condition in the page holds.
func until(condition string) chromedp.Action {
	return chromedp.Poll(condition, nil, chromedp.WithPollingTimeout(soon))
}

// shows waits until an element's text holds another.
func shows(selector, text string) chromedp.Action {
	return chromedp.PollFunction(`(selector, text) => {
		const e = document.querySelector(selector);
		return e && e.offsetParent && e.textContent.includes(text);
	}`, nil, chromedp.WithPollingArgs(selector, text), chromedp.WithPollingTimeout(soon))
}

// clickSend sends the form. While the answer to the request before is under way the button does
// nothing, and what the page shows can be there before that answer.
func clickSend() chromedp.Action {
	return chromedp.Tasks{sendEnded(), chromedp.Click("#go", chromedp.ByQuery)}
}

// sendEnded waits for the answer to the request that the form sent.
func sendEnded() chromedp.Action {
	return until(`document.querySelector("#go").getAttribute("aria-busy") !== "true"`)
}

// clickRestart ends the instance when no report is on its way, which would be the first event of the
// new one.
func clickRestart() chromedp.Action {
	return chromedp.Tasks{
		until(`[...document.querySelectorAll("#inbox li")].every(
			li => li.textContent.includes("delivered"))`),
		chromedp.Click("[data-do=restart]", chromedp.ByQuery),
		shows("#instance", "cold"),
	}
}

// says waits until the page has said what it says for a few seconds alone: a busy machine may look
// too late. listens must come before it.
func says(text string) chromedp.Action { return until(`heard.includes("` + text + `")`) }

// listens has the page remember what it says in an element from now on.
func listens(id string) chromedp.Action {
	return chromedp.Evaluate(`heard = []; new MutationObserver(() =>
		heard.push($("`+id+`").textContent)).observe($("`+id+`"), {childList: true})`, nil)
}

// size gives the window a size, and waits until the page has it.
func size(width, height int64) chromedp.Action {
	return chromedp.Tasks{chromedp.EmulateViewport(width, height),
		until(fmt.Sprintf("innerWidth === %d && innerHeight === %d", width, height))}
}

// enter gives a field a value and tells the page at once, as a hand does.
func enter(id, value string) chromedp.Action {
	return chromedp.Evaluate(fmt.Sprintf(`(() => {
		const e = document.getElementById(%q);
		e.value = %q;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, id, value), nil)
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	see(t, tab,
		chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate(b.url),
		shows("h1", "scf-sms workbench"),
		shows("#instance", "cold"),
		shows("#inbox", "No messages yet"))

	t.Run("what is typed and sent with Enter is on the phone", func(t *testing.T) {
		see(t, tab,
			enter("to", ""),
			enter("code", ""),
			chromedp.SendKeys("#to", "8613800138000", chromedp.ByQuery),
			enter("locale", "zh-CN"),
			chromedp.SendKeys("#code", "482913"+kb.Enter, chromedp.ByQuery),
			shows("#inbox .bubble", "【示例】您的登录验证码为482913，请勿泄露给他人。"),
			shows("#inbox small", "+86 138 0013 8000"),
			shows("#codes", "has been sent to your phone number +86 138 0013 8000"),
			until(`document.querySelector("#maybe").hidden`),
			shows("#status.good", "200"),
			shows("#why",
				"Template 1110001: the template of SignIn, for mainland numbers, "+
					"for every language, as there is none for zh-CN."),
			shows("tr.chosen", "1110001"),
			shows("#json", `"statusCode": 200`),
			shows("#instance", "warm"))
		require.Equal(t, 1, b.live.sim.Cloud.Count("SendSms"))
	})
	t.Run("so is what curl sends", func(t *testing.T) {
		status, _ := b.post(t,
			`{"to":"85261234567","type":"ForgotPassword",`+
				`"payload":{"code":"907118","locale":"zh-HK"}}`)
		require.Equal(t, 200, status)
		see(t, tab,
			shows("#inbox li:last-child .bubble", "【Example】您正在重設密碼，驗證碼為907118。"),
			shows("#why", "in zh-HK"),
			shows("tr.chosen", "2220013"))
		status, _ = b.post(t,
			`{"to":"33612345678","type":"BindMfa",`+
				`"payload":{"code":"907118","uiLocales":"it fr-CA"}}`)
		require.Equal(t, 200, status)
		see(t, tab,
			shows("#why", "Template 2220014: Generic’s, because BindMfa has none that fits, "+
				"for numbers outside the mainland, in fr, which serves it, fr-CA."),
			shows("tr.chosen", "2220014"))
	})
	t.Run("a request that no template was chosen for", func(t *testing.T) {
		b.post(t, "{")
		see(t, tab, shows("#why",
			"No template was chosen: the body is not a JSON object."), until(`!document.querySelector("tr.chosen")`))
	})
	t.Run("a fault is answered as Logto shows it", func(t *testing.T) {
		see(t, tab,
			listens("done"),
			enter("SendSms", "blacklist"),
			shows("#SendSms-code", "FailedOperation.PhoneNumberInBlacklist"),
			says("Done."),
			enter("locale", "en"),
			clickSend(),
			shows("#toast",
				`Error occurred in connector: `+
					`{"message":"This phone number cannot receive codes.`),
			shows("#status.warn", "422"),
			shows("#hint", "FailedOperation.PhoneNumberInBlacklist"),
			shows("#faulty", "A fault is on: Number is on the blacklist"),
			enter("SendSms", ""),
			until(`document.querySelector("#SendSms-code").textContent === ""`))
	})
	t.Run("for as long as Logto, and then again if one asks for it", func(t *testing.T) {
		var ms, width float64
		see(t, tab,
			until(`!document.querySelector("#toast.shown")`),
			chromedp.Evaluate(`document.querySelector("#toast").offsetWidth`, &width),
			chromedp.Evaluate(`(async () => {
				const began = performance.now(), toast = document.querySelector("#toast");
				document.querySelector("#again").click();
				if (!toast.classList.contains("shown")) return 0;
				await new Promise(gone => new MutationObserver(gone).observe(toast, {attributes: true}));
				return toast.classList.contains("shown") ? 0 : performance.now() - began;
			})()`, &ms, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
				return p.WithAwaitPromise(true)
			}))
		require.Equal(t, 295.0, width)
		require.GreaterOrEqual(t, ms, 2990.0)
	})
	t.Run("what nobody knows the outcome of is a success to Logto", func(t *testing.T) {
		see(t, tab,
			enter("SendSms", "lost"),
			shows("#SendSms-code", "reset-sent"),
			chromedp.Click("#random", chromedp.ByQuery),
			clickSend(),
			shows("#status.warn", "202"),
			shows("#maybe", "It is not known whether the SMS was sent"),
			shows("#codes", "Verify your phone number"),
			shows("#inbox li:last-child .odd", "was never told"),
			until(`document.querySelector("#toast").hidden`),
			enter("SendSms", ""),
			until(`document.querySelector("#SendSms-code").textContent === ""`))
	})
	t.Run("a mainland number without its calling code", func(t *testing.T) {
		see(t, tab,
			chromedp.Click(`[data-to="13800138000"]`, chromedp.ByQuery),
			clickSend(),
			shows("#bare", "BARE_NUMBERS=china"),
			chromedp.Click(`[data-to="8613800138000"]`, chromedp.ByQuery))
	})
	t.Run("event, answer and log are a key apart", func(t *testing.T) {
		see(t, tab,
			chromedp.Focus("#tab-answer", chromedp.ByQuery),
			chromedp.KeyEvent(kb.ArrowRight),
			shows("#json", `"msg": "invocation"`),
			until(`document.activeElement.id === "tab-log"`),
			chromedp.KeyEvent(kb.ArrowRight),
			shows("#json", `"httpMethod": "POST"`))
	})
	t.Run("buttons", func(t *testing.T) {
		before := b.secret().Key.GetSecretId()
		see(t, tab,
			chromedp.Click("[data-do=rotate-key]", chromedp.ByQuery),
			until(`document.querySelector("#keyId").textContent !== "`+before+`"`),
			chromedp.Click("#random", chromedp.ByQuery),
			clickSend(),
			shows("#retried",
				"The first attempt was refused (AuthFailure.SecretIdNotFound): "+
					"the secret was fetched anew, and it was sent with the new key."),
			// With a new code, or it would be the same text within 30 seconds.
			clickSend(),
			until(`document.querySelector("#retried").hidden`),
			shows("#status.good", "200"),
			clickRestart(),
			chromedp.Click("[data-do=rotate-token]", chromedp.ByQuery),
			until(`document.querySelector("#auth").value !== "Bearer example-token"`),
			enter("code", ""),
			chromedp.Click("#random", chromedp.ByQuery),
			until(`/^\d{6}$/.test(document.querySelector("#code").value)`),
			clickSend(),
			shows("#status.good", "200"),
			shows("#timing", "cold, started in"),
			chromedp.Click("#perDay", chromedp.ByQuery))
		require.True(t, within(soon, func() bool { return b.limits() == tencentLimits{true, false} }))
		see(t, tab,
			chromedp.Click("#cloud [data-do=clear]", chromedp.ByQuery),
			shows("#inbox", "No messages yet"))
	})
	t.Run("everything that can be used has a name", func(t *testing.T) {
		var nameless []string
		see(t, tab, chromedp.Evaluate(
			`[...document.querySelectorAll("input, select, button, [tabindex='0']")].filter(e =>
			!e.textContent.trim() && !e.getAttribute("aria-label") &&
			!e.getAttribute("aria-labelledby") &&
			!(e.labels && e.labels.length && e.labels[0].textContent.trim())
		).map(e => e.outerHTML)`, &nameless))
		require.Empty(t, nameless)
	})
	t.Run("both languages name everything, every fault among it", func(t *testing.T) {
		var missing []string
		see(t, tab, chromedp.Evaluate(`(() => {
			const flat = o => Object.entries(o).flatMap(
				([k, v]) => typeof v === "string" ? [k] : flat(v));
			const names = state.Faults.map(f => f.Action + "." + f.Name);
			const marked = [...document.querySelectorAll("[data-t]")].map(e => e.dataset.t);
			const en = flat(texts.en), zh = flat(texts.zh);
			return [...en.filter(k => !zh.includes(k)),
				...[...zh, ...names, ...marked].filter(k => !en.includes(k))];
		})()`, &missing))
		require.Empty(t, missing)
	})
	t.Run("it fits a telephone", func(t *testing.T) {
		var width int
		see(t, tab, size(375, 812),
			chromedp.Evaluate(`document.documentElement.scrollWidth`, &width))
		require.LessOrEqual(t, width, 375)
	})
	t.Run("in the dark it is dark", func(t *testing.T) {
		const background = `getComputedStyle(document.body).backgroundColor`
		var light, dark string
		see(t, tab,
			prefers("light"), chromedp.Evaluate(background, &light),
			prefers("dark"), chromedp.Evaluate(background, &dark))
		require.Equal(t, "rgb(243, 244, 241)", light)
		require.Equal(t, "rgb(14, 18, 17)", dark)
	})
	t.Run("when serve ends it says so", func(t *testing.T) {
		b.stop()
		see(t, tab,
			shows("#instance", "serve has stopped"),
			clickSend(),
			shows("#stopped", "Start it again"),
			shows("#unreachable", "serve has stopped"))
	})
}

func prefers(scheme string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures(
		[]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}})
}

func TestPageSpeaksTheBrowsersLanguage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "zh-CN")
	listenIn(t, tab)
	see(t, tab,
		chromedp.Navigate(b.url),
		shows("h1", "scf-sms 工作台"),
		until(`document.documentElement.lang === "zh-CN"`),
		listens("done"),
		enter("SendSms", "balance"),
		says("已完成。"),
		clickSend(),
		shows("#toast", `连接器发生错误：{"message":"验证码发送失败。若问题持续，请联系客服。`))

	t.Run("and another, if asked to, from then on", func(t *testing.T) {
		see(t, tab,
			chromedp.Click("[data-lang=en]", chromedp.ByQuery),
			shows("h1", "scf-sms workbench"),
			chromedp.Reload(),
			shows("h1", "scf-sms workbench"),
			shows("#send-h", "Send a code"))
	})
}

// Another site that is open in the same browser reaches neither the switches nor what they show.
func TestPageOfAnotherSite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en")
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		io.WriteString(rw, "<title>other</title>")
	}))
	defer other.Close()
	var came string
	see(t, tab,
		chromedp.Navigate(other.URL),
		chromedp.Evaluate(`(async () => {
			const url = "`+b.url+ours+`";
			const post = {method: "POST", body: "{}"};
			const json = {...post, headers: {"Content-Type": "application/json"}};
			try { await fetch(url + "clear", {...post, mode: "no-cors"}) } catch {}
			try { await fetch(url + "clear", json); return "cleared" } catch {}
			try { await fetch(url + "stream"); return "read" } catch {}
			return "kept out";
		})()`, &came, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
			return p.WithAwaitPromise(true)
		}))
	require.Equal(t, "kept out", came)
	require.NotContains(t, b.printed.String(), "phone emptied")
}
