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
	"strings"
)

// LoadAccount reads an Account from a JSON file. It refuses unknown fields, and values that could
// never work: its error names all of those.
func LoadAccount(path string) (Account, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Account{}, err
	}
	var a Account
	if err := strictJSON(data, &a); err != nil {
		return Account{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := a.check(); err != nil {
		return Account{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
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
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	for i, k := range a.Keys {
		if k.SecretID == "" || k.SecretKey == "" || strings.Contains(k.SecretID, "/") {
			wrong("keys[%d]: needs secretId and secretKey, the id without /", i)
		}
	}
	for i, s := range a.Secrets {
		if !validSecretName(s.Name) {
			wrong("secrets[%d]: name must be 1 to 128 of A-Z a-z 0-9 _ -", i)
		}
		if s.State != "" && s.State != StateDisabled && s.State != StatePendingDelete {
			wrong("secrets[%d]: state %q is neither %s nor %s", i, s.State,
				StateDisabled, StatePendingDelete)
		}
		for _, version := range slices.Sorted(maps.Keys(s.Versions)) {
			if v := s.Versions[version]; v.String != "" && len(v.Binary) > 0 {
				wrong("secrets[%d]: version %q is both string and binary", i, version)
			}
		}
	}
	for i, app := range a.Apps {
		if app.SDKAppID == "" {
			wrong("apps[%d]: needs sdkAppId", i)
		}
	}
	for i, s := range a.Signs {
		if s.Name == "" {
			wrong("signs[%d]: needs name", i)
		}
		if !s.valid(s.Approved) {
			wrong("signs[%d]: status %d is none of -1, 1, 2, or it is approved", i, s.Status)
		}
	}
	for i, t := range a.Templates {
		if t.ID == "" || t.Text == "" {
			wrong("templates[%d]: needs id and text", i)
		}
		if !t.valid(t.Approved) {
			wrong("templates[%d]: status %d is none of -1, 1, 2, or it is approved", i, t.Status)
		}
		types := []string{Verification, Notification, Marketing}
		if !slices.Contains(types, t.kind()) {
			wrong("templates[%d]: type %q is none of %s", i, t.Type, strings.Join(types, ", "))
		}
	}
	for _, n := range slices.Sorted(maps.Keys(a.Numbers)) {
		if !isE164(n) {
			wrong("numbers: %q is not +, calling code and number", n)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(a.Reports)) {
		if !isE164(n) {
			wrong("reports: %q is not +, calling code and number", n)
		}
	}
	return errors.Join(errs...)
}
