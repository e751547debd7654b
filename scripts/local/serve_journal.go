package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"scf-sms/internal/scfhost"
)

// journal is what serve prints.
type journal struct {
	mu     sync.Mutex // one entry at a time
	out    io.Writer
	errors io.Writer
	paint  paint
	line   int // cells of a line; 0: any
}

func newJournal(stdout, stderr io.Writer) *journal {
	return &journal{out: stdout, errors: stderr, paint: painter(stdout), line: terminalWidth(stdout)}
}

// welcome says how to reach the function, and what to type into Logto.
func (j *journal) welcome(url string, shape scfhost.Shape, authorization string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	port := url[strings.LastIndexByte(url, ':')+1 : len(url)-1]
	label := func(text string) string { return j.paint(faint, text) }
	fmt.Fprintf(j.out, `The function is at %s (events of %s %s). Open it in a browser, or paste:

curl -sS %s -H %s -H 'Content-Type: application/json' -d '{"to":"8613800138000","type":"SignIn","payload":{"code":"482913","locale":"zh-CN"}}'

For Logto's HTTP SMS connector:
  %s       %s
                 %s
  %s  %s

No SMS leaves this machine. What you change is built and started by itself; Ctrl-C stops.

`, j.paint(green, url), article(shape), shape, shellQuote(url), shellQuote("Authorization: "+authorization),
		label("Endpoint"), url,
		label("in Docker Desktop: http://host.docker.internal:"+port+"/ (on Linux: --network host)"),
		label("Authorization"), authorization)
}

func article(shape scfhost.Shape) string {
	if shape == scfhost.APIGateway {
		return "an"
	}
	return "a"
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
	color := green
	if e.Status >= 400 {
		color = red
	}
	temperature := ""
	if e.Cold {
		temperature = j.paint(faint, fmt.Sprintf("  cold, started in %d ms", e.InitMS))
	}
	line := fmt.Sprintf("%s  %s  %-23s %-9s  %-8s %5d ms", j.paint(faint, e.Time.Format(time.TimeOnly)),
		j.paint(color, fmt.Sprint(e.Status)), e.word(), e.Log.masked(), cmp.Or(e.Log.Template, "—"), e.MS)
	fmt.Fprintln(j.out, line+temperature)
	if reason := joined(": ", e.Log.TencentCode, e.Log.Hint); reason != "" && e.Status >= 400 {
		j.more(reason)
	}
	for _, text := range e.Printed {
		j.more(text)
	}
	if e.Error != "" {
		j.more(e.Error)
	}
}

// more prints what belongs to the line before.
func (j *journal) more(text string) {
	const indent = "          "
	lines := []string{text}
	if j.line > 0 {
		lines = wrap(text, max(j.line-len(indent), 40))
	}
	for _, line := range lines {
		fmt.Fprintln(j.out, indent+j.paint(faint, line))
	}
}

// note prints what somebody did by the page.
func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.out, "%s  %s\n", j.paint(faint, time.Now().Format(time.TimeOnly)), fmt.Sprintf(format, args...))
}

// reloaded says that the sources changed, and what came of it.
func (j *journal) reloaded(newAccount bool, err error) {
	if err == nil {
		j.note("the sources or settings changed: built anew, the next request starts it")
		if newAccount {
			j.note("testdata/cloud.json changed: keys, tokens and limits are as it has them")
		}
		return
	}
	j.note("%s", j.paint(red, "the sources changed, and the function as it was goes on:"))
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintln(j.errors, strings.TrimSpace(err.Error()))
}

// logLine is what is read of the function's line for an invocation.
type logLine struct {
	Msg         string `json:"msg"`
	Outcome     string `json:"outcome"`
	Type        string `json:"type"`
	CallingCode int    `json:"callingCode"`
	NumberEnds  string `json:"numberEnds"`
	Template    string `json:"template"`
	TencentCode string `json:"tencentCode"`
	Hint        string `json:"hint"`
}

// masked is the number as far as the log tells it.
func (l *logLine) masked() string {
	if l.CallingCode == 0 {
		return "—"
	}
	return fmt.Sprintf("+%d····%s", l.CallingCode, l.NumberEnds)
}

// parseLog finds the line for the invocation in what the function printed; all else is returned as it is.
func parseLog(printed string) (line logLine, raw json.RawMessage, others []string) {
	for text := range strings.Lines(printed) {
		text = strings.TrimSuffix(text, "\n")
		var l logLine
		if json.Unmarshal([]byte(text), &l) == nil && l.Msg == "invocation" {
			line, raw = l, json.RawMessage(text)
		} else {
			others = append(others, text)
		}
	}
	return line, raw, others
}

// joined joins what is not empty.
func joined(separator string, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, separator)
}
