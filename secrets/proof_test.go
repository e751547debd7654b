package secrets

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const hookSecret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ7mDqeYj1dQ=" // 32 bytes

// parseWith parses the value of a secret with a key and one more field.
func parseWith(field Field, value any) (*Secret, error) {
	text, err := json.Marshal(map[string]any{
		"accessKeyId": "minsc", "accessKeySecret": "boo", string(field): value,
	})
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

func TestParse_callersFields(t *testing.T) {
	t.Parallel()
	const (
		one, two = "v1,whsec_" + hookSecret, "v1,whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
		key      = "9pB2LvkN7mXqYc4RfTgHs6WdEa8UjZ3Kx1Qo"
	)
	for _, tt := range []struct {
		name  string
		field Field
		value any
		want  []string
	}{
		{"a hook's secret", Supabase, one, []string{one}},
		{"blanks around it", Supabase, " " + one + "\n", []string{one}},
		{"two while one is being replaced", Supabase, []string{one, two}, []string{one, two}},
		{"two as Supabase's own setting has them", Supabase, one + "|" + two, []string{one, two}},
		{"with blanks", Supabase, one + " | " + two, []string{one, two}},
		{"empty ones", Supabase, []string{"", one, " "}, []string{one}},
		{"a signing key", Zitadel, "\t" + key + " ", []string{key}},
		{"two of them", Zitadel, []string{key, "old" + key}, []string{key, "old" + key}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parseWith(tt.field, tt.value)
			require.NoError(t, err)
			require.Equal(t, tt.want, s.Values(tt.field))
			require.Empty(t, s.Values(Authorization), "it isn't needed beside another")
		})
	}
	s, err := Parse([]byte(`{"accessKeyId": "minsc", "accessKeySecret": "boo",
		"zitadel": "k", "reports": ["a key of reports", "sixteen runes 中文"]}`))
	require.NoError(t, err)
	require.Equal(t, []string{"a key of reports", "sixteen runes 中文"}, s.Values(Reports))
}

func TestParse_callersFieldsOfAWrongForm(t *testing.T) {
	t.Parallel()
	hook := func(bytes int) string {
		return "v1,whsec_" + base64.StdEncoding.EncodeToString(make([]byte, bytes))
	}
	const (
		noHook = "is not v1,whsec_ and the base64 of 24 to 64 bytes: paste it as Supabase shows it"
		blank  = "has a blank in it: paste the signing key as ZITADEL shows it"
		short  = "has fewer than 16 characters"
		noList = "is neither a string nor a list of strings"
	)
	for _, tt := range []struct {
		name  string
		field Field
		value any
		want  string
	}{
		{"without its version", Supabase, "whsec_" + hookSecret, noHook},
		{"the base64 alone", Supabase, hookSecret, noHook},
		{"an asymmetric one", Supabase, "v1a,whsk_" + hookSecret, noHook},
		{"not base64", Supabase, "v1,whsec_hunter2hunter2hunter2hunter2hunter", noHook},
		{"base64 for URLs", Supabase, "v1,whsec_" + strings.Repeat("-_", 22), noHook},
		{"a blank in it", Supabase, "v1, whsec_" + hookSecret, noHook},
		{"nothing behind it", Supabase, "v1,whsec_", noHook},
		{"23 bytes", Supabase, hook(23), noHook},
		{"65 bytes", Supabase, hook(65), noHook},
		{"one wrong in a list", Supabase, []string{hook(32), hook(23)}, noHook},
		{"one wrong behind |", Supabase, hook(32) + "|" + hook(23), noHook},
		{"an end that is open", Supabase, hook(32) + "|", noHook},
		{"a number", Supabase, 5, noList},
		{"a line break", Supabase, hook(32) + "\n" + hook(32), hasControl},
		{"two keys in one string", Zitadel, "hunter2 swordfish", blank},
		{"a blank of another kind", Zitadel, "hunter2\u3000swordfish", blank},
		{"an object", Zitadel, map[string]string{"a": "hunter2"}, noList},
		{"fifteen characters", Reports, "hunter2hunter2x", short},
		{"one of a list", Reports, []string{strings.Repeat("x", 16), "hunter2"}, short},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := parseWith(tt.field, tt.value)
			require.Nil(t, s)
			text := "its " + string(tt.field) + " " + tt.want
			require.Equal(t, &Error{Kind: Unusable, Field: tt.field, Text: text}, err)
			value, _ := json.Marshal(tt.value)
			requireHoldsNoPartOf(t, strings.ReplaceAll(string(value), "whsec_", "\x00"),
				everyFormatOf(t, err))
		})
	}
	for _, bytes := range []int{24, 64} {
		_, err := parseWith(Supabase, hook(bytes))
		require.NoError(t, err)
	}
	// Reports are no callers: with their key alone nobody gets a code.
	_, err := parseWith(Reports, "long enough for a key")
	require.ErrorContains(t, err, "its value has no authorization, supabase or zitadel"+hintRotated)
}

func TestHookKey(t *testing.T) {
	t.Parallel()
	want, err := base64.StdEncoding.DecodeString(hookSecret)
	require.NoError(t, err)
	require.Equal(t, want, HookKey("v1,whsec_"+hookSecret))
	require.Nil(t, HookKey("whsec_"+hookSecret))
}
