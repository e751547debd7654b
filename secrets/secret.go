package secrets

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Key is an AccessKey of Tencent Cloud. It implements the SDK's common.CredentialIface. Its text lives behind a func:
// no formatting, logging or encoding of a Key, or of a struct that holds one, can print it.
//
// A [Cache] returns the same *Key for as long as the text is the same, so that pointers can be compared.
type Key struct {
	text func() (id, secret, token string)
}

// GetSecretId returns the key's public half.
func (k *Key) GetSecretId() string { id, _, _ := k.text(); return id }

// GetSecretKey returns the key's secret half.
func (k *Key) GetSecretKey() string { _, secret, _ := k.text(); return secret }

// GetToken returns the session token of a temporary key, or "".
func (k *Key) GetToken() string { _, _, token := k.text(); return token }

// GetCredential returns all three at once.
func (k *Key) GetCredential() (id, secret, token string) { return k.text() }

func newKey(id, secret, token string) *Key {
	return &Key{text: func() (string, string, string) { return id, secret, token }}
}

func (k *Key) equal(other *Key) bool {
	id, secret, token := k.text()
	id2, secret2, token2 := other.text()
	return id == id2 && secret == secret2 && token == token2
}

// secret is what the SSM secret holds.
type secret struct {
	key     *Key
	callers func() []string // the Authorization headers that are let in; never empty, and no empty one in it
}

// authorizes compares in constant time: digests, so that not even lengths show.
func (s *secret) authorizes(header string) bool {
	got := sha256.Sum256([]byte(header))
	match := 0
	for _, caller := range s.callers() {
		want := sha256.Sum256([]byte(caller))
		match |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return match == 1
}

// parse reads the secret's value. Its errors name fields, never a part of the value, and so none of encoding/json's.
func parse(value []byte) (*secret, error) {
	value = bytes.TrimPrefix(value, []byte("\ufeff")) // Windows editors
	var raw map[string]json.RawMessage
	if json.Unmarshal(value, &raw) != nil || raw == nil {
		return nil, errors.New("its value is not a JSON object")
	}
	fields := make(map[string]string, len(raw)) // :: what we call it → text, trimmed
	var callers []string
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		field := known(name)
		if field == "" {
			continue
		}
		if field == "authorization" {
			list, err := stringOrList(raw[name])
			if err != nil {
				return nil, err
			}
			callers = append(callers, list...)
			continue
		}
		var text string
		if json.Unmarshal(raw[name], &text) != nil {
			return nil, fmt.Errorf("its %s is not a string", field)
		}
		text = strings.TrimSpace(text)
		if before, twice := fields[field]; twice && before != text {
			return nil, fmt.Errorf("its %s is there twice, with two values", field)
		}
		if strings.ContainsFunc(text, unicode.IsControl) {
			return nil, fmt.Errorf("its %s has a line break or another control character in it", field)
		}
		fields[field] = text
	}
	var missing []string
	for _, field := range []string{"accessKeyId", "accessKeySecret"} {
		if fields[field] == "" {
			missing = append(missing, field)
		}
	}
	if len(callers) == 0 {
		missing = append(missing, "authorization")
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("its value has no %s", strings.Join(missing, " and no "))
	}
	return &secret{
		key:     newKey(fields["accessKeyId"], fields["accessKeySecret"], fields["token"]),
		callers: func() []string { return callers },
	}, nil
}

// known returns the field a name stands for, or "". SecretId, SecretKey and Token are Tencent's own names; the layout of
// the secrets that SSM makes of API keys isn't documented, hence the tolerance.
func known(name string) string {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "") {
	case "accesskeyid", "secretid":
		return "accessKeyId"
	case "accesskeysecret", "secretkey":
		return "accessKeySecret"
	case "token":
		return "token"
	case "authorization":
		return "authorization"
	default:
		return ""
	}
}

func stringOrList(raw json.RawMessage) ([]string, error) {
	var list []string
	var one string
	if json.Unmarshal(raw, &one) == nil {
		list = []string{one}
	} else if json.Unmarshal(raw, &list) != nil {
		return nil, errors.New("its authorization is neither a string nor a list of strings")
	}
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	// An empty entry would let in whoever sends no header at all.
	return slices.DeleteFunc(list, func(s string) bool { return s == "" }), nil
}
