package resources

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// Description is what Secrets Manager says of a secret, without its value.
type Description struct {
	Status          string // Enabled, Disabled, PendingDelete, …
	CreateUinString string // who created it; the name of the secret in a policy has that
}

// SecretsOpen reports whether Secrets Manager was opened in the console, which no API does, and
// whether it is stopped since, because the account is in arrears.
func (c Cloud) SecretsOpen(ctx context.Context) (open, stopped bool, f *operator.Failure) {
	var answer struct {
		ServiceEnabled bool
		InvalidType    int // 0: not bought, 1: fine, 2: in arrears, 3: released
	}
	f = c.Call(ctx, operator.SSM, "GetServiceStatus", nil, &answer)
	return answer.ServiceEnabled, answer.InvalidType == 2, f
}

// DescribeSecret returns nil if there is no such secret.
func (c Cloud) DescribeSecret(
	ctx context.Context, name string,
) (*Description, *operator.Failure) {
	var d Description
	f := c.Call(ctx, operator.SSM, "DescribeSecret", map[string]any{"SecretName": name}, &d)
	if f.Absent() {
		return nil, nil
	}
	return &d, f
}

// ReadSecret returns a secret's value. One that is no JSON object is an error of its own.
func (c Cloud) ReadSecret(
	ctx context.Context, name, version string,
) (Value, *operator.Failure, error) {
	var answer struct{ SecretString, SecretBinary string }
	f := c.Call(ctx, operator.SSM, "GetSecretValue",
		map[string]any{"SecretName": name, "VersionId": version}, &answer)
	if f != nil {
		return Value{}, f, nil
	}
	text := []byte(answer.SecretString)
	if len(text) == 0 {
		var err error
		if text, err = base64.StdEncoding.DecodeString(answer.SecretBinary); err != nil {
			return Value{}, nil, errors.New("its SecretBinary is not base64")
		}
	}
	v, err := ParseValue(text)
	v.binary = answer.SecretString == ""
	return v, nil, err
}

// CreateSecret makes a secret with one version.
func (c Cloud) CreateSecret(ctx context.Context, name, version string, v Value) *operator.Failure {
	return c.Call(ctx, operator.SSM, "CreateSecret", map[string]any{
		"SecretName": name, "VersionId": version, "SecretString": string(v.text()),
		"Description": Mark + " the AccessKey and the callers' token, made by setup",
	}, nil)
}

// WriteSecret replaces a version's value. Where the answer is lost it reads the value back.
func (c Cloud) WriteSecret(ctx context.Context, name, version string, v Value) *operator.Failure {
	params := map[string]any{"SecretName": name, "VersionId": version}
	if v.binary {
		params["SecretBinary"] = base64.StdEncoding.EncodeToString(v.text())
	} else {
		params["SecretString"] = string(v.text())
	}
	f := c.Call(ctx, operator.SSM, "UpdateSecret", params, nil)
	if f.Unclear() && c.Holds(ctx, name, version, v) {
		return nil
	}
	return f
}

// Holds reports whether a secret certainly has a value.
func (c Cloud) Holds(ctx context.Context, name, version string, v Value) bool {
	held, f, err := c.ReadSecret(ctx, name, version)
	return f == nil && err == nil && held.Equal(v)
}

// NewToken is a text that nobody guesses: 32 random bytes.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:]) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Value is a secret's value, a JSON object. What isn't changed in it stays as it was written.
// Formatting a Value prints none of its texts.
type Value struct {
	text   func() []byte
	binary bool // it is kept as SecretBinary
}

// valueField is one field, as it was written.
type valueField struct {
	name string
	raw  json.RawMessage
}

// NewValue is an empty object.
func NewValue() Value { return Value{text: func() []byte { return []byte("{}") }} }

// ParseValue reads a value.
func ParseValue(text []byte) (Value, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // Windows editors
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil || object == nil { // its error quotes the value
		return Value{}, errors.New("its value is not a JSON object")
	}
	return Value{text: func() []byte { return text }}, nil
}

// plain is a field's name by the rules of package secrets: case and underscores don't matter, and
// Tencent's own names for a key are as good as ours.
func plain(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "")
	switch name {
	case "secretid":
		return "accesskeyid"
	case "secretkey":
		return "accesskeysecret"
	}
	return name
}

func (v Value) fields() (fields []valueField) {
	d := json.NewDecoder(bytes.NewReader(v.text()))
	d.Token()
	for d.More() {
		name, _ := d.Token()
		var raw json.RawMessage
		d.Decode(&raw)
		fields = append(fields, valueField{name.(string), raw})
	}
	return fields
}

// Texts returns a field's texts: that of a string, or those of a list of strings; none if the field
// isn't there or is neither.
func (v Value) Texts(name string) (texts []string) {
	for _, f := range v.fields() {
		if plain(f.name) != plain(name) {
			continue
		}
		var one string
		var list []string
		if json.Unmarshal(f.raw, &one) == nil {
			list = []string{one}
		} else if json.Unmarshal(f.raw, &list) != nil {
			return nil
		}
		for _, text := range list {
			if text = strings.TrimSpace(text); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// With returns a value with another text or list of texts in a field, under the name that the field
// has there. Other fields stay as they are.
func (v Value) With(name string, content any) Value {
	raw := encode(content)
	fields := v.fields()
	i := slices.IndexFunc(fields, func(f valueField) bool { return plain(f.name) == plain(name) })
	if i < 0 {
		fields = append(fields, valueField{name, raw})
	} else {
		fields[i].raw = raw
		same := func(f valueField) bool { return plain(f.name) == plain(name) }
		fields = append(fields[:i+1], slices.DeleteFunc(fields[i+1:], same)...)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(encode(f.name))
		b.WriteString(": ")
		b.Write(f.raw)
	}
	b.WriteByte('}')
	return Value{text: b.Bytes, binary: v.binary}
}

// WithKey returns a value with another AccessKey in it, a permanent one.
func (v Value) WithKey(key *tencent.Key) Value {
	if len(v.Texts("token")) > 0 { // of a temporary key that was there
		v = v.With("token", "")
	}
	return v.With("accessKeyId", key.GetSecretId()).With("accessKeySecret", key.GetSecretKey())
}

// Ours reports whether a value may be one of this project's: it has a field that the function
// reads, or none at all.
func (v Value) Ours() bool {
	known := []string{"accesskeyid", "accesskeysecret", "authorization", "supabase",
		"zitadel", "reports", "redispassword", "hashkey"}
	fields := v.fields()
	return len(fields) == 0 || slices.ContainsFunc(fields, func(f valueField) bool {
		return slices.Contains(known, plain(f.name))
	})
}

// KeyID is the public half of the AccessKey in the value, or "".
func (v Value) KeyID() string { return strings.Join(v.Texts("accessKeyId"), "") }

// Equal reports whether both are the same, byte by byte.
func (v Value) Equal(other Value) bool { return bytes.Equal(v.text(), other.text()) }

func encode(content any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(content) // strings and lists of them always encode
	return bytes.TrimSpace(b.Bytes())
}
