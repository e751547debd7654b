package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"scf-sms/internal/redissim"
)

// beforeSuffix is the ending of the files that say what is the case before an event.
const beforeSuffix = ".before.json"

// before is what is the case when an event comes. The zero value is that of most events: nothing
// came earlier, and the settings are those of testdata.
type before struct {
	Settings map[string]string `json:"settings"` // over those of testdata
	Events   []string          `json:"events"`   // that came earlier: files beside it, less .json
	Died     bool              `json:"died"`     // the last one's instance, while SendSms went on
	Redis    redissim.Fault    `json:"redis"`    // how it fails, from the event on

	earlier []earlier // Events
}

// earlier is an event that comes before another one.
type earlier struct {
	name    string
	payload []byte
	outcome string // that is expected of it, by its log line; "": nothing is
	dies    bool   // its instance, while SendSms goes on
}

// loadBefore reads what is the case before the event NAME.json; stem is its path without .json.
func loadBefore(stem string) (b before, err error) {
	path := stem + beforeSuffix
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&b)
	}
	switch {
	case err != nil:
	case !slices.Contains(redissim.Faults(), b.Redis):
		err = fmt.Errorf("no such fault of Redis: %q", b.Redis)
	case b.Died && len(b.Events) == 0:
		err = errors.New("died says it of the last of events, and there is none")
	}
	if err != nil {
		return b, fmt.Errorf("%s: %w", path, err)
	}
	for i, name := range b.Events {
		e := earlier{name: name, dies: b.Died && i == len(b.Events)-1}
		stem := filepath.Join(filepath.Dir(stem), name)
		if e.payload, err = os.ReadFile(stem + ".json"); err != nil {
			return b, fmt.Errorf("%s: %w", path, err)
		}
		if e.outcome, err = outcomeIn(stem + wantSuffix); err != nil {
			return b, err
		}
		b.earlier = append(b.earlier, e)
	}
	return b, nil
}

// outcomeIn returns the outcome that a file expects, "" if there is no such file.
func outcomeIn(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var want struct{ Log []struct{ Outcome string } }
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil || len(want.Log) == 0 {
		return "", err
	}
	return want.Log[0].Outcome, nil
}
