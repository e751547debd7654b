package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// wantSuffix is the ending of the files that hold what is expected.
const wantSuffix = ".want.json"

// sample is an event to be replayed.
type sample struct {
	name     string
	payload  []byte
	before   before
	wantFile string // "" for an event from standard input
	want     []byte // nil if nothing is expected
}

// loadEvents reads the events named, or all of testdata. Its errors are [term.UsageError].
func loadEvents(
	root string, paths []string, stdio term.Stdio, w words.Words,
) ([]sample, error) {
	mistake := func(text string) error { return term.UsageError{Text: "replay: " + text} }
	testdata := filepath.Join(root, "testdata", "events")
	if len(paths) == 0 {
		paths, _ = filepath.Glob(filepath.Join(testdata, "*.json"))
	}
	var events []sample
	for _, path := range paths {
		if strings.HasSuffix(path, wantSuffix) || strings.HasSuffix(path, beforeSuffix) {
			continue // a shell's *.json names these, too
		}
		if strings.HasPrefix(path, "-") && path != "-" {
			return nil, mistake(w.Say("replay.mistake.order", path))
		}
		e, err := loadEvent(testdata, path, stdio.In, w)
		if around := eventAround(e.payload); err == nil && around != "" {
			fmt.Fprintln(stdio.Err, w.Say("replay.wrapped", e.name, around))
			e.payload, err = wrap(filepath.Join(testdata, around), e.payload)
		}
		if err != nil {
			return nil, mistake(err.Error())
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, mistake(w.Say("replay.mistake.events"))
	}
	return events, nil
}

// loadEvent reads a file, an event of testdata by its name, or standard input.
func loadEvent(
	testdata, path string, stdin io.Reader, w words.Words,
) (e sample, err error) {
	if path == "-" {
		e.name = w.Say("replay.stdin")
		if e.payload, err = io.ReadAll(stdin); err != nil {
			return e, err
		}
		return e, checkJSON(e.name, e.payload)
	}
	_, missing := os.Stat(path)
	name := ""
	if missing != nil && filepath.Base(path) == path && filepath.Ext(path) == "" {
		name, path = path, filepath.Join(testdata, path+".json")
	}
	e.payload, err = os.ReadFile(path)
	switch {
	case name != "" && errors.Is(err, fs.ErrNotExist):
		return e, errors.New(w.Say("replay.mistake.nothing", name))
	case err != nil:
		return e, err
	}
	if err := checkJSON(path, e.payload); err != nil {
		return e, err
	}
	stem := strings.TrimSuffix(path, ".json")
	e.name, e.wantFile = filepath.Base(stem), stem+wantSuffix
	if e.want, err = os.ReadFile(e.wantFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	e.before, err = loadBefore(stem)
	return e, err
}

// checkJSON names the line where an event isn't JSON. SCF hands the function no such event.
func checkJSON(name string, payload []byte) error {
	var value any
	syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(payload, &value))
	if !ok {
		return nil
	}
	line := 1 + bytes.Count(payload[:syntax.Offset], []byte("\n"))
	return fmt.Errorf("%s:%d: %w", name, line, syntax)
}

// wrap puts a message in the place of an event's body.
func wrap(path string, message []byte) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var event map[string]any
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	event["body"] = string(message)
	return json.Marshal(event)
}

// eventAround returns the event of testdata that a payload may be the body of, if it is what
// callers post, in place of an event; "" if it isn't.
func eventAround(payload []byte) string {
	var fields map[string]json.RawMessage
	json.Unmarshal(payload, &fields)
	has := func(name string) bool { return fields[name] != nil }
	switch {
	case has("httpMethod"):
		return ""
	case has("to") && (has("type") || has("code")):
		return "sign-in.json"
	case has("user") && has("sms"):
		return "supabase-sign-in.json"
	case has("contextInfo") && has("args"):
		return "zitadel-otp.json"
	default:
		return ""
	}
}
