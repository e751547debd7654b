// Command screenshots makes the pictures of the workbench that the README and docs show:
//
//	go run ./scripts/screenshots
//
// It needs a Chromium, and a font with Chinese characters (Debian: chromium, fonts-noto-cjk).
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"

	"scf-sms/internal/checkout"
)

// pictures are the files in docs, and the language of the page in each.
var pictures = []struct{ file, language string }{
	{"workbench.png", "en"},
	{"workbench.zh-CN.png", "zh"},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	if found, err := exec.Command("fc-list", ":lang=zh").Output(); err != nil || len(found) == 0 {
		return errors.New("there is no font with Chinese characters: install fonts-noto-cjk")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	temp, err := os.MkdirTemp("", "screenshots")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	url, stop, err := serve(ctx, root, temp)
	if err != nil {
		return err
	}
	defer stop()

	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	for _, p := range pictures {
		picture, err := take(ctx, url, p.language)
		if err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}
		file := filepath.Join(root, "docs", p.file)
		if err := os.WriteFile(file, picture, 0o644); err != nil {
			return err
		}
		fmt.Printf("docs/%s  %d bytes\n", p.file, len(picture))
	}
	return nil
}

// serve starts the workbench, and returns its address once it answers.
func serve(ctx context.Context, root, temp string) (url string, stop func(), err error) {
	program := filepath.Join(temp, "local")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./scripts/local")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, program, "serve", "-addr", "127.0.0.1:0")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return "", nil, err
	}
	stop = func() { cancel(); _ = cmd.Wait() }
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "http://127.0.0.1:"); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }() // or serve would wait for a reader
			port, _, _ := strings.Cut(after, "/")
			return "http://127.0.0.1:" + port + "/", stop, nil
		}
	}
	stop()
	return "", nil, errors.New("serve ended before it listened")
}

// take sends three messages in the page, and takes its picture once there is a report of each.
func take(ctx context.Context, url, language string) ([]byte, error) {
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	var picture []byte
	actions := []chromedp.Action{
		chromedp.EmulateViewport(1280, 940, chromedp.EmulateScale(1.5)),
		chromedp.Navigate(url),
		chromedp.WaitVisible("#inbox", chromedp.ByQuery),
		chromedp.Click(`[data-lang="`+language+`"]`, chromedp.ByQuery),
		chromedp.Click("#cloud [data-do=clear]", chromedp.ByQuery),
	}
	for i, m := range []struct{ usageType, to, locale, code, carrier string }{
		{"ForgotPassword", "85261234567", "zh-HK", "907118", ""},
		{"Register", "16502530000", "en", "350264", "UNDELIV"},
		{"SignIn", "8613800138000", "zh-CN", "482913", ""},
	} {
		fill := fmt.Sprintf(`for (const [id, value] of
			[["type", %q], ["to", %q], ["locale", %q], ["code", %q], ["Delivery", %q]]) {
			const e = document.getElementById(id);
			e.value = value;
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
		}`, m.usageType, m.to, m.locale, m.code, m.carrier)
		actions = append(actions,
			chromedp.Evaluate(fill, nil),
			chromedp.Poll(fmt.Sprintf(`(state.Chosen.Delivery || "") === %q`, m.carrier), nil,
				chromedp.WithPollingTimeout(20*time.Second)),
			chromedp.Click("#go", chromedp.ByQuery),
			chromedp.Poll(fmt.Sprintf(
				`document.querySelectorAll("#inbox .bubble").length > %d`, i), nil,
				chromedp.WithPollingTimeout(20*time.Second)))
	}
	actions = append(actions,
		chromedp.Poll(`!document.querySelector("#inbox [data-is=accepted]") && !$("done").textContent`,
			nil, chromedp.WithPollingTimeout(20*time.Second)),
		// What moves comes to rest before the picture is taken.
		chromedp.Evaluate(`document.activeElement.blur(), window.scrollTo(0, 0),
			document.getAnimations().forEach((a) => a.finish())`, nil),
		chromedp.CaptureScreenshot(&picture))
	return picture, chromedp.Run(ctx, actions...)
}
