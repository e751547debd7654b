package secrets

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"scf-sms/internal/rawjson"
)

// Secret is what the value of an SSM secret says. Formatting one prints none of its texts.
type Secret struct {
	Key *Key // the AccessKey that sends

	values func() values
	gen    uint64 // of the fetch that brought it to a Cache
}

// Values returns the texts of a field, in the order of its list; none if the field is not there.
// No text is empty, and none has blanks around it. The caller must not change the slice.
func (s *Secret) Values(field Field) []string { return s.values()[field] }

// Field is a field of the secret's value.
type Field string

// The fields that callers prove themselves with. Each is a string, or a list of strings while one
// is being replaced.
const (
	Authorization Field = "authorization" // sent verbatim as the Authorization header
	Supabase      Field = "supabase"      // the secrets of Supabase's send-sms hook; see HookKey
	Zitadel       Field = "zitadel"       // the signing keys of ZITADEL's HTTP SMS provider
	Reports       Field = "reports"       // in the URL that Tencent posts delivery reports to
)

const (
	accessKeyID     Field = "accessKeyId"
	accessKeySecret Field = "accessKeySecret"
	sessionToken    Field = "token"

	redisPassword Field = "redisPassword"
	hashKey       Field = "hashKey"
)

// senders are the fields of those who ask for messages. With none of them nobody is let in.
func senders() []Field { return []Field{Authorization, Supabase, Zitadel} }

// spec says how a field is spelt and read. Case and underscores in names don't matter.
type spec struct {
	field Field
	names []string // in lower case, without underscores
	read  reader
}

// ofKey are the fields of the AccessKey. secretid, secretkey and token are Tencent's own names. The
// layout of the secrets that SSM makes of API keys isn't documented, hence the tolerance.
func ofKey() []spec {
	return []spec{
		{accessKeyID, []string{"accesskeyid", "secretid"}, readString},
		{accessKeySecret, []string{"accesskeysecret", "secretkey"}, readString},
		{sessionToken, []string{"token"}, readString},
	}
}

// ofCallers are all others. Where the callers have a secret of their own they count in it alone:
// what is left of them beside the key can't be wrong.
func ofCallers() []spec {
	return []spec{
		{Authorization, []string{"authorization"}, readList},
		{Supabase, []string{"supabase"}, readList},
		{Zitadel, []string{"zitadel"}, readList},
		{Reports, []string{"reports"}, readList},
		{redisPassword, []string{"redispassword"}, readString},
		{hashKey, []string{"hashkey"}, readHashKey},
	}
}

// ofBoth are those of a secret that has everything.
func ofBoth() []spec { return append(ofKey(), ofCallers()...) }

// reader returns the texts of a field. before are those that the same field had under another name.
type reader func(field Field, raw json.RawMessage, before []string) ([]string, *Error)

// values are the texts of a secret's fields.
type values map[Field][]string

func (v values) text(field Field) string { return strings.Join(v[field], "") }

// Parse reads the secret's value, a JSON object. It must have the AccessKey and at least one of
// authorization, supabase and zitadel; names that are not ours are ignored. Its error is an
// *[Error] of the kind [Unusable], which names fields and never holds a part of the value.
func Parse(value []byte) (*Secret, error) {
	v, unusable := parse(value, ofBoth())
	if unusable != nil {
		return nil, unusable
	}
	return assemble(v, v, false)
}

// parse reads these fields of a value.
func parse(value []byte, fields []spec) (values, *Error) {
	value = bytes.TrimPrefix(value, []byte("\ufeff")) // Windows editors
	if !json.Valid(value) || !bytes.HasPrefix(bytes.TrimLeft(value, " \t\r\n"), []byte("{")) {
		return nil, &Error{Kind: Unusable, Text: "its value is not a JSON object"}
	}
	v := make(values, len(fields))
	// encoding/json would drop the first of two fields of one name: a token, and nobody would know.
	for name, raw := range rawjson.Fields(value) {
		plain := strings.ReplaceAll(strings.ToLower(name), "_", "")
		for _, f := range fields {
			if !slices.Contains(f.names, plain) {
				continue
			}
			texts, err := f.read(f.field, raw, v[f.field])
			if err != nil {
				return nil, err
			}
			v[f.field] = texts
		}
	}
	// An empty text would be proved by whoever sends nothing at all.
	for field, texts := range v {
		v[field] = slices.DeleteFunc(texts, func(text string) bool { return text == "" })
	}
	return v, nil
}

// assemble makes a secret of the value with the key and the value with all else. They are one, or
// those of two secrets.
func assemble(key, callers values, two bool) (*Secret, error) {
	lacks := missing(key, accessKeyID, accessKeySecret)
	nobody := len(missing(callers, senders()...)) == len(senders())
	switch {
	case nobody && two && lacks == nil:
		return nil, lack(nil, true, true)
	case nobody && !two || lacks != nil:
		e := lack(lacks, nobody && !two, false)
		if nobody && two {
			e.Also = lack(nil, true, true)
		}
		return nil, e
	}
	return &Secret{
		Key:    NewKey(key.text(accessKeyID), key.text(accessKeySecret), key.text(sessionToken)),
		values: func() values { return callers },
	}, nil
}

// hintRotated is for secrets whose key SSM rotates: their value is the key, and nothing can be
// added.
const hintRotated = ": if SSM rotates its key and nothing can be added to it, put that into " +
	"another secret and name it in CALLERS_SECRET_NAME"

func missing(v values, required ...Field) (lacks []Field) {
	for _, field := range required {
		if len(v[field]) == 0 {
			lacks = append(lacks, field)
		}
	}
	return lacks
}

// lack is the error of a value without these fields and, if nobody is let in, without any of the
// senders'.
func lack(fields []Field, nobody, callers bool) *Error {
	e := &Error{Kind: Unusable, Callers: callers}
	if len(fields) == 1 && !nobody {
		e.Field = fields[0]
	}
	var lacks []string
	for _, field := range fields {
		lacks = append(lacks, "no "+string(field))
	}
	if nobody {
		lacks = append(lacks, "no authorization, supabase or zitadel")
	}
	e.Text = "its value has " + strings.Join(lacks, " and ")
	if nobody && fields == nil && !callers {
		e.Text += hintRotated
	}
	return e
}

// readString reads a field of one string.
func readString(field Field, raw json.RawMessage, before []string) ([]string, *Error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil, wrong(field, "is not a string")
	}
	text = strings.TrimSpace(text)
	if len(before) > 0 && before[0] != text {
		return nil, wrong(field, "is there twice, with two values")
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return nil, wrong(field, hasControl)
	}
	return []string{text}, nil
}

const hasControl = "has a line break or another control character in it"

func wrong(field Field, what string) *Error {
	return &Error{Kind: Unusable, Field: field, Text: "its " + string(field) + " " + what}
}
