package serve

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// journal is what serve prints.
type journal struct {
	mu     sync.Mutex // one entry at a time
	out    io.Writer
	errors io.Writer
	paint  term.Paint
	line   int // cells of a line
}

func newJournal(stdout, stderr io.Writer) *journal {
	return &journal{out: stdout, errors: stderr, paint: term.Painter(stdout),
		line: term.Width(stdout)}
}

// welcome says how to reach the function, and what to type into the programs that call it.
func (j *journal) welcome(url string, secret *secrets.Secret) {
	j.mu.Lock()
	defer j.mu.Unlock()
	const body = `{"to":"8613800138000","type":"SignIn",` +
		`"payload":{"code":"482913","locale":"zh-CN"}}`
	port := url[strings.LastIndexByte(url, ':')+1 : len(url)-1]
	authorization := first(secret, string(secrets.Authorization))
	fmt.Fprintf(j.out, `The function is at %s (events of a function URL).
Open it in a browser, or paste:

curl -sS %s -H %s -H 'Content-Type: application/json' -d '%s'

For Logto's HTTP SMS connector, and for Casdoor, Kratos and others (docs/callers.md):
  Endpoint       %s
                 in Docker Desktop: http://host.docker.internal:%s/ (on Linux: --network host)
  Authorization  %s
`, j.paint(term.Green, url), shellQuote(url), shellQuote("Authorization: "+authorization), body,
		url, port, authorization)
	if secret := first(secret, string(secrets.Supabase)); secret != "" {
		fmt.Fprintf(j.out, `For Supabase's Send SMS hook, self-hosted:
  GOTRUE_HOOK_SEND_SMS_ENABLED=true
  GOTRUE_HOOK_SEND_SMS_URI=%s
  GOTRUE_HOOK_SEND_SMS_SECRETS=%s
`, url, secret)
	}
	fmt.Fprintf(j.out, `For ZITADEL's HTTP SMS provider:
  endpoint       %s
  signingKey     ZITADEL makes one: put it as zitadel into the secret in testdata/cloud.json

No SMS leaves this machine. What you change is built and started by itself; Ctrl-C stops.

`, url)
}

// shellQuote leaves alone what a shell reads as one word anyway.
func shellQuote(text string) string {
	if !strings.ContainsAny(text, " '\"$`\\!*?[]{}()<>|&;#~=\n") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// exchange prints one line for a request, and one for what its operator should look at.
func (j *journal) exchange(e *exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	color, temperature, more := term.Green, "", e.Printed
	if e.Outcome == "reports" {
		more = nil // the phone shows them
	}
	failed := e.Status != http.StatusOK || // Supabase is told refusals by a 200
		e.Outcome != "sent" && e.Outcome != "reports"
	if failed {
		color = term.Red
	}
	if failed || e.line.Hint != "" {
		more = append([]string{e.line.Reason()}, more...)
	}
	if e.Status == http.StatusAccepted {
		color = term.Yellow // told as sent, and not known to be
	}
	if e.Cold {
		temperature = j.paint(term.Faint, fmt.Sprintf("  cold, started in %d ms", e.InitMS))
	}
	fmt.Fprintf(j.out, "%s  %s  %-23s %-9s  %-8s %5d ms%s\n",
		j.paint(term.Faint, e.Time.Format(time.TimeOnly)), j.paint(color, fmt.Sprint(e.Status)),
		e.Outcome, e.line.Masked(), cmp.Or(e.line.Template, "—"), e.MS, temperature)
	const indent = "          "
	for _, text := range append(more, e.Error) {
		if text == "" {
			continue
		}
		for _, line := range term.Wrap(text, max(j.line-len(indent), 40)) {
			fmt.Fprintln(j.out, indent+j.paint(term.Faint, line))
		}
	}
}

// note prints what somebody did by the page.
func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.paint(term.Faint, time.Now().Format(time.TimeOnly))
	fmt.Fprintf(j.out, "%s  %s\n", now, fmt.Sprintf(format, args...))
}

// reloaded says that the sources changed, and whether the function was built from them.
func (j *journal) reloaded(newAccount bool, err error) {
	if err != nil {
		j.note("%s", j.paint(term.Red, "the sources changed, and the function as it was goes on:"))
		fmt.Fprintln(j.errors, strings.TrimSpace(err.Error()))
		return
	}
	j.note("the sources or settings changed: built anew, the next request starts it")
	if newAccount {
		j.note("testdata/cloud.json changed: keys, tokens and limits are as it has them")
	}
}
