package secrets

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Proof is what a caller proves itself with.
type Proof struct {
	Field Field // the field of the secret that it is checked against

	// Matches reports whether one of the field's values proves who calls, by comparing it or by
	// checking a signature with it, in constant time. It must not change the values. It is not
	// called if there are none.
	Matches func(values []string) bool
}

// HookKey returns the key in a secret of Supabase's send-sms hook, such as v1,whsec_MfKQ…: 24 to 64
// bytes. Supabase signs with it as Standard Webhooks says
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). It
// returns nil if the secret has another form.
func HookKey(secret string) []byte {
	encoded, ok := strings.CutPrefix(secret, "v1,whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil
	}
	return key
}

// readList reads a field of a string or of a list of strings.
func readList(field Field, raw json.RawMessage, before []string) ([]string, *Error) {
	var list []string
	var one string
	if json.Unmarshal(raw, &one) == nil {
		list = []string{one}
	} else if json.Unmarshal(raw, &list) != nil {
		return nil, wrong(field, "is neither a string nor a list of strings")
	}
	for _, entry := range list {
		texts := []string{entry}
		if field == Supabase { // GOTRUE_HOOK_SEND_SMS_SECRETS has several with | between them
			texts = strings.Split(entry, "|")
		}
		for _, text := range texts {
			text = strings.TrimSpace(text)
			if problem := problemOf(field, text); problem != "" && strings.TrimSpace(entry) != "" {
				return nil, wrong(field, problem)
			}
			before = append(before, text)
		}
	}
	return before, nil
}

// problemOf says what is wrong with a text of a field, so that it is found before anybody signs in.
func problemOf(field Field, text string) string {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return hasControl // no header can hold one
	case field == Supabase && HookKey(text) == nil:
		return "is not v1,whsec_ and the base64 of 24 to 64 bytes: paste it as Supabase shows it"
	case field == Zitadel && strings.ContainsFunc(text, unicode.IsSpace):
		return "has a blank in it: paste the signing key as ZITADEL shows it"
	case field == Reports && utf8.RuneCountInString(text) < MinReportsKey:
		return "has fewer than 16 characters" // it stands in a URL, and could be guessed
	}
	return ""
}

// MinReportsKey is the shortest that a key of [Reports] may be, in characters.
const MinReportsKey = 16
