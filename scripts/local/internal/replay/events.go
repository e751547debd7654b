package replay

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"scf-sms/scripts/local/internal/term"
)

// wantSuffix is the ending of the files that hold what is expected.
const wantSuffix = ".want.json"

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
		paths, _ = filepath.Glob(filepath.Join(root, "testdata", "events", "*.json"))
	}
	var events []sample
	for _, path := range paths {
		if strings.HasSuffix(path, wantSuffix) { // a shell's *.json names these, too
			continue
		}
		if strings.HasPrefix(path, "-") && path != "-" {
			return nil, term.UsageError{Text: "replay: flags go before files: " + path}
		}
		e, err := loadEvent(path, stdin)
		if err != nil {
			return nil, term.UsageError{Text: "replay: " + err.Error()}
		}
		if isMessage(e.payload) {
			return nil, term.UsageError{Text: "replay: " + e.name + " is a message, " +
				"not the event that SCF makes of it: see testdata/events/sign-in.json"}
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, term.UsageError{Text: "replay: these files say what is expected of events; " +
			"name the events themselves"}
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

// isMessage reports whether a payload is what callers post, as the README shows it, in place of an
// event.
func isMessage(payload []byte) bool {
	var fields map[string]json.RawMessage
	json.Unmarshal(payload, &fields)
	return fields["to"] != nil && fields["type"] != nil && fields["httpMethod"] == nil
}
