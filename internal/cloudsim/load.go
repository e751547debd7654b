package cloudsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// LoadAccount reads an Account from a JSON file. It refuses unknown fields, and values that no
// request would ever complain of: its error names all of those, and the line of the first.
func LoadAccount(path string) (Account, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Account{}, err
	}
	a, err := parseAccount(data)
	if err != nil {
		refused := func(part []byte) bool { _, err := parseAccount(part); return err != nil }
		return Account{}, fmt.Errorf("%s:%d: %w", path, lineOf(data, refused), err)
	}
	return a, nil
}

func parseAccount(data []byte) (a Account, err error) {
	if err = strictJSON(data, &a); err == nil {
		err = a.check()
	}
	return a, err
}

func strictJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON value")
	}
	return nil
}

func (a *Account) check() error {
	var errs []error
	for i, s := range a.Secrets {
		if !slices.Contains([]string{"", StateDisabled, StatePendingDelete}, s.State) {
			errs = append(errs, fmt.Errorf("secrets[%d]: state %q is neither %s nor %s", i, s.State,
				StateDisabled, StatePendingDelete))
		}
	}
	for _, service := range a.Closed {
		if service != SSM && service != SCF && service != CLS {
			errs = append(errs, fmt.Errorf("closed: %q is none of %s, %s and %s", service, SSM, SCF,
				CLS))
		}
	}
	for i, t := range a.Templates {
		if !slices.Contains([]string{"", Verification, Notification}, t.Type) {
			errs = append(errs, fmt.Errorf("templates[%d]: type %q is neither %s nor %s", i, t.Type,
				Verification, Notification))
		}
	}
	numbers := slices.AppendSeq(slices.Sorted(maps.Keys(a.Numbers)), maps.Keys(a.Reports))
	for _, n := range numbers {
		if !isE164(n) {
			errs = append(errs, fmt.Errorf("%q is not +, calling code and number", n))
		}
	}
	for _, action := range slices.Sorted(maps.Keys(a.Rates)) {
		if _, known := actions[action]; !known || a.Rates[action] < 0 {
			errs = append(errs,
				fmt.Errorf("rates: %q is no action, or its rate is negative", action))
		}
	}
	return errors.Join(errs...)
}
