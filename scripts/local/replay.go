package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"scf-sms/handler"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/internal/simulation"
)

const replayHelp = `Usage: go run ./scripts/local replay [-v] [-update] [EVENT.json ...]

Feeds the function events as SCF delivers them, each to a fresh instance in front of
a simulated Tencent Cloud, and shows what came of each. Without arguments that is all
of testdata/events; what is expected of NAME.json stands beside it in NAME.want.json.
"-" reads an event from standard input.

Example: go run ./scripts/local replay -v testdata/events/sign-in.json

`

// replayID is the request id of every replayed invocation, so that answers can be compared.
const replayID = "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90"

// wantSuffix is the ending of the files that hold what is expected.
const wantSuffix = ".want.json"

// replay runs the command.
func replay(ctx context.Context, args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	verbose := flags.Bool("v", false, "show the answers and the log lines, too")
	update := flags.Bool("update", false, "make what came of each event what is expected of it")
	if err := parseFlags(flags, args, stdout, replayHelp); err != nil {
		return err
	}
	root, err := simulation.Root()
	if err != nil {
		return err
	}
	events, err := loadEvents(root, flags.Args(), stdin)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "scf-sms-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	binary, err := simulation.Build(ctx, root, temp)
	if err != nil {
		return err
	}
	p, err := newPlayer(binary, filepath.Join(root, "testdata"))
	if err != nil {
		return err
	}
	defer p.close()

	report := reporter{out: stdout, paint: painter(stdout), verbose: *verbose, width: widest(events), line: terminalWidth(stdout)}
	for _, e := range events {
		o, err := p.play(ctx, e.payload)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if *update && e.wantFile != "" {
			if err := os.WriteFile(e.wantFile, o.golden(e.want), 0o644); err != nil {
				return err
			}
			e.want = o.golden(e.want)
		}
		report.row(e, o)
	}
	return report.total()
}

// sample is an event to be replayed.
type sample struct {
	name     string
	payload  []byte
	wantFile string // "" for an event from standard input
	want     []byte // nil if nothing is expected
}

// loadEvents reads the events named, or all of testdata.
func loadEvents(root string, paths []string, stdin io.Reader) ([]sample, error) {
	if len(paths) == 0 {
		all, err := filepath.Glob(filepath.Join(root, "testdata", "events", "*.json"))
		if err != nil {
			return nil, err
		}
		paths = all
	}
	var events []sample
	for _, path := range paths {
		if strings.HasSuffix(path, wantSuffix) { // a shell's *.json names these, too
			continue
		}
		if strings.HasPrefix(path, "-") && path != "-" {
			return nil, usageError{"replay: flags go before files: " + path}
		}
		e, err := loadEvent(path, stdin)
		if err != nil {
			return nil, usageError{"replay: " + err.Error()}
		}
		if isMessage(e.payload) {
			return nil, usageError{"replay: " + e.name + " is a message, not the event that SCF makes of it: see testdata/events/sign-in.json"}
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, usageError{"replay: these files say what is expected of events; name the events themselves"}
	}
	return events, nil
}

func loadEvent(path string, stdin io.Reader) (sample, error) {
	if path == "-" {
		payload, err := io.ReadAll(stdin)
		return sample{name: "standard input", payload: payload}, err
	}
	payload, err := os.ReadFile(path)
	if err != nil {
		return sample{}, err
	}
	e := sample{
		name:     strings.TrimSuffix(filepath.Base(path), ".json"),
		payload:  payload,
		wantFile: strings.TrimSuffix(path, ".json") + wantSuffix,
	}
	e.want, err = os.ReadFile(e.wantFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return sample{}, err
	}
	return e, nil
}

// isMessage reports whether a payload is what callers post, as the README shows it, in place of an event.
func isMessage(payload []byte) bool {
	var fields map[string]json.RawMessage
	json.Unmarshal(payload, &fields)
	return fields["to"] != nil && fields["type"] != nil && fields["httpMethod"] == nil
}

// player replays events.
type player struct {
	sim      *simulation.Simulation
	instance *scfhost.Instance
}

func newPlayer(binary, testdata string) (*player, error) {
	sim, err := simulation.Start(binary, testdata, cloudsim.Options{})
	if err != nil {
		return nil, err
	}
	sim.Function.NewRequestID = func() string { return replayID }
	instance, err := scfhost.New(sim.Function)
	if err != nil {
		sim.Close()
		return nil, err
	}
	return &player{sim, instance}, nil
}

func (p *player) close() {
	p.instance.Close()
	p.sim.Close()
}

// play sends one event to a fresh instance, in front of a cloud that remembers nothing: no event depends on another.
func (p *player) play(ctx context.Context, event []byte) (outcome, error) {
	p.instance.Restart()
	p.sim.Cloud.Reset()
	result, err := p.instance.Invoke(ctx, event)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{result: result, Answer: result.Payload, SMS: []message{}}
	for _, m := range p.sim.Cloud.Outbox() {
		o.SMS = append(o.SMS, message{m.PhoneNumber, m.SignName, m.TemplateID, m.Params, m.SessionContext, m.Text})
	}
	for line := range strings.Lines(result.Stdout) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			return outcome{}, fmt.Errorf("the function printed a line that is not JSON: %q", line)
		}
		for _, varying := range []string{"time", "ms", "smsMs", "ssmMs"} {
			delete(fields, varying)
		}
		o.Log = append(o.Log, fields)
	}
	return o, nil
}

// outcome is what came of an event, in the form of the files that say what is expected.
type outcome struct {
	Answer json.RawMessage  `json:"answer"` // what the function returned
	SMS    []message        `json:"sms"`    // what the simulated cloud sent
	Log    []map[string]any `json:"log"`    // what the function printed, without times

	result scfhost.Result
}

type message struct {
	To             string   `json:"to"`
	SignName       string   `json:"signName"`
	TemplateID     string   `json:"templateId"`
	Params         []string `json:"params"`
	SessionContext string   `json:"sessionContext"`
	Text           string   `json:"text"`
}

// untilMidnight is what stands in the expected answer for a Retry-After that depends on the time of day.
const untilMidnight = `"retry-after": "*"`

// golden is the outcome as a file. Where want leaves the Retry-After open, so does the result.
func (o outcome) golden(want []byte) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(o); err != nil {
		// The answer was not JSON.
		return fmt.Appendf(nil, "%s\n", o.Answer)
	}
	if !bytes.Contains(want, []byte(untilMidnight)) {
		return text.Bytes()
	}
	before, after, _ := strings.Cut(text.String(), `"retry-after": "`)
	_, after, _ = strings.Cut(after, `"`)
	return []byte(before + untilMidnight + after)
}

// diff says how the outcome differs from what is expected; "" if it doesn't.
func (o outcome) diff(e sample) string {
	if e.want == nil {
		return ""
	}
	return udiff.Unified("expected", "came", string(e.want), string(o.golden(e.want)))
}

// reporter shows outcomes.
type reporter struct {
	out     io.Writer
	paint   paint
	verbose bool
	width   int // of the names
	line    int // of a line; 0: any

	events, messages, different, open int
	time                              time.Duration
}

// row shows one event: its name, the status, the time, and what was sent.
func (r *reporter) row(e sample, o outcome) {
	r.events++
	r.messages += len(o.SMS)
	r.time += o.result.Duration
	difference := o.diff(e)
	mark := r.paint(green, "✓")
	switch {
	case e.want == nil:
		mark = r.paint(faint, "·")
		r.open++
	case difference != "":
		mark = r.paint(red, "✗")
		r.different++
	}
	head, sent := fmt.Sprintf("%-*s  %s  %5d ms  ", r.width, e.name, o.status(), o.result.Duration.Milliseconds()), o.sent()
	if r.line > 0 && cells("✓ "+head+sent) > r.line { // on a narrow terminal it gets lines of its own
		const indent = "\n    "
		sent = indent + strings.Join(wrap(sent, r.line-len(indent)), indent)
	}
	fmt.Fprintf(r.out, "%s %s%s\n", mark, head, sent)
	for line := range strings.Lines(difference) {
		color := ""
		switch line[0] {
		case '-':
			color = red
		case '+':
			color = green
		}
		fmt.Fprintln(r.out, "    "+r.paint(color, strings.TrimSuffix(line, "\n")))
	}
	if r.verbose {
		fmt.Fprintf(r.out, "    %s %s\n", r.paint(faint, "answer"), o.Answer)
		for line := range strings.Lines(o.result.Stdout) {
			fmt.Fprintf(r.out, "    %s    %s\n", r.paint(faint, "log"), strings.TrimSuffix(line, "\n"))
		}
	}
}

func (o outcome) status() string {
	var answer struct {
		StatusCode int `json:"statusCode"`
	}
	if json.Unmarshal(o.Answer, &answer) != nil || answer.StatusCode == 0 {
		return "???"
	}
	return fmt.Sprint(answer.StatusCode)
}

// sent says what reached a phone, or why nothing did.
func (o outcome) sent() string {
	var parts []string
	for _, m := range o.SMS {
		parts = append(parts, fmt.Sprintf("%s  %s  %s", mask(m.To), m.TemplateID, m.Text))
	}
	if reason := o.reason(); reason != "sent" {
		parts = append(parts, reason)
	}
	return strings.Join(parts, "; ")
}

// reason is the outcome's word, from the log, with Tencent's code if there is one.
func (o outcome) reason() string {
	if len(o.Log) == 0 {
		return "no log line"
	}
	last := o.Log[len(o.Log)-1]
	word := fmt.Sprint(cmp.Or(last["outcome"], any("no outcome")))
	if code, ok := last["tencentCode"].(string); ok && word != "sent" {
		word += " (" + code + ")"
	}
	return word
}

// mask hides a number but for its calling code and its last two digits, which is as much as the function logs.
func mask(number string) string {
	digits := strings.TrimPrefix(number, "+")
	for n := 1; n <= min(3, len(digits)-2); n++ {
		if code, err := strconv.Atoi(digits[:n]); err == nil && handler.IsCallingCode(code) {
			return "+" + digits[:n] + "····" + digits[len(digits)-2:]
		}
	}
	return "····"
}

// total closes the report.
func (r *reporter) total() error {
	fmt.Fprintf(r.out, "\n%s, %s, %d ms", count(r.events, "event"), count(r.messages, "message"), r.time.Milliseconds())
	if r.open > 0 {
		fmt.Fprintf(r.out, ", %d of which nothing is expected", r.open)
	}
	if r.different > 0 {
		fmt.Fprintf(r.out, ", %s\n", r.paint(red, fmt.Sprintf("%d different from what is expected", r.different)))
		return errNegative
	}
	if r.open < r.events {
		fmt.Fprintf(r.out, ", %s", r.paint(green, "all as expected"))
	}
	fmt.Fprintln(r.out)
	return nil
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func widest(events []sample) int {
	width := 0
	for _, e := range events {
		width = max(width, len(e.name))
	}
	return width
}
