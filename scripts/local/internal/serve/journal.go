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
	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

// journal is what serve prints.
type journal struct {
	words  words.Words
	mu     sync.Mutex // one entry at a time
	out    io.Writer
	errors io.Writer
	paint  term.Paint
	line   int // cells of a line
}

func newJournal(w words.Words, stdout, stderr io.Writer) *journal {
	return &journal{words: w, out: stdout, errors: stderr, paint: term.Painter(stdout),
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
	curl := fmt.Sprintf("curl -sS %s -H %s -H 'Content-Type: application/json' -d '%s'",
		shellQuote(url), shellQuote("Authorization: "+authorization), body)
	say := func(key string, values ...any) { fmt.Fprint(j.out, j.words.Say(key, values...)) }
	say("serve.welcome", j.paint(term.Green, url), curl)
	say("serve.callers", url, port, authorization)
	if secret := first(secret, string(secrets.Supabase)); secret != "" {
		say("serve.supabase", url, secret)
	}
	say("serve.zitadel", url)
	say("serve.ready")
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
		more = append([]string{e.line.Reason(j.words)}, more...)
	}
	if e.Status == http.StatusAccepted {
		color = term.Yellow // told as sent, and not known to be
	}
	if e.Cold {
		temperature = j.paint(term.Faint, "  "+j.words.Say("serve.cold", e.InitMS))
	}
	fmt.Fprintf(j.out, "%s  %s  %-23s %-9s  %-7s %4d ms%s\n",
		j.paint(term.Faint, e.Time.Format(time.TimeOnly)), j.paint(color, fmt.Sprint(e.Status)),
		j.words.Hint(e.Outcome), e.line.Masked(), cmp.Or(e.line.Template, "—"), e.MS, temperature)
	for _, text := range append(more, e.Error) {
		if text == "" {
			continue
		}
		for _, line := range j.wrap(text) {
			fmt.Fprintln(j.out, indent+j.paint(term.Faint, line))
		}
	}
}

// note prints what somebody did by the page.
func (j *journal) note(key string, values ...any) { j.tell("", key, values...) }

// tell is note in a colour.
func (j *journal) tell(color, key string, values ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.paint(term.Faint, time.Now().Format(time.TimeOnly))
	text := strings.Join(j.wrap(j.words.Say(key, values...)), "\n"+indent)
	if color != "" {
		text = j.paint(color, text)
	}
	fmt.Fprintf(j.out, "%s  %s\n", now, text)
}

const indent = "          " // below the time

// wrap breaks a text into lines that fit beside the time.
func (j *journal) wrap(text string) []string {
	return term.Wrap(text, max(j.line-len(indent), 40))
}

// switched says that something is on or off.
func (j *journal) switched(on bool) string {
	if on {
		return j.words.Say("serve.on")
	}
	return j.words.Say("serve.off")
}

// reloaded says that the sources changed, and whether the function was built from them.
func (j *journal) reloaded(newAccount bool, err error) {
	if err != nil {
		j.tell(term.Red, "serve.broken")
		fmt.Fprintln(j.errors, strings.TrimSpace(err.Error()))
		return
	}
	j.note("serve.rebuilt")
	if newAccount {
		j.note("serve.account")
	}
}
