package serve

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"scf-sms/scripts/local/internal/term"
)

// journal is what serve prints.
type journal struct {
	mu     sync.Mutex // one entry at a time
	out    io.Writer
	errors io.Writer
	paint  term.Paint
	line   int // cells of a line; 0: any
}

func newJournal(stdout, stderr io.Writer) *journal {
	return &journal{
		out: stdout, errors: stderr, paint: term.Painter(stdout), line: term.Width(stdout),
	}
}

// welcome says how to reach the function, and what to type into Logto.
func (j *journal) welcome(url, authorization string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	const body = `{"to":"8613800138000","type":"SignIn",` +
		`"payload":{"code":"482913","locale":"zh-CN"}}`
	port := url[strings.LastIndexByte(url, ':')+1 : len(url)-1]
	label := func(text string) string { return j.paint(term.Faint, text) }
	fmt.Fprintf(j.out, `The function is at %s (events of a function URL).
Open it in a browser, or paste:

curl -sS %s -H %s -H 'Content-Type: application/json' -d '%s'

For Logto's HTTP SMS connector:
  %s       %s
                 %s
  %s  %s

No SMS leaves this machine. What you change is built and started by itself; Ctrl-C stops.

`, j.paint(term.Green, url), shellQuote(url), shellQuote("Authorization: "+authorization), body,
		label("Endpoint"), url,
		label("in Docker Desktop: http://host.docker.internal:"+port+"/"+
			" (on Linux: --network host)"),
		label("Authorization"), authorization)
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
	color := term.Green
	if e.Status >= 400 {
		color = term.Red
	}
	temperature := ""
	if e.Cold {
		temperature = j.paint(term.Faint, fmt.Sprintf("  cold, started in %d ms", e.InitMS))
	}
	line := fmt.Sprintf("%s  %s  %-23s %-9s  %-8s %5d ms",
		j.paint(term.Faint, e.Time.Format(time.TimeOnly)), j.paint(color, fmt.Sprint(e.Status)),
		e.Outcome, e.line.Masked(), cmp.Or(e.line.Template, "—"), e.MS)
	fmt.Fprintln(j.out, line+temperature)
	if e.Status >= 400 {
		separator := ""
		if e.line.TencentCode != "" && e.line.Hint != "" {
			separator = ": "
		}
		j.moreLocked(e.line.TencentCode + separator + e.line.Hint)
	}
	for _, text := range e.Printed {
		j.moreLocked(text)
	}
	j.moreLocked(e.Error)
}

// moreLocked prints what belongs to the line before, if anything. The caller holds j.mu.
func (j *journal) moreLocked(text string) {
	if text == "" {
		return
	}
	const indent = "          "
	lines := []string{text}
	if j.line > 0 {
		lines = term.Wrap(text, max(j.line-len(indent), 40))
	}
	for _, line := range lines {
		fmt.Fprintln(j.out, indent+j.paint(term.Faint, line))
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
	if err == nil {
		j.note("the sources or settings changed: built anew, the next request starts it")
		if newAccount {
			j.note("testdata/cloud.json changed: keys, tokens and limits are as it has them")
		}
		return
	}
	j.note("%s", j.paint(term.Red, "the sources changed, and the function as it was goes on:"))
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintln(j.errors, strings.TrimSpace(err.Error()))
}
