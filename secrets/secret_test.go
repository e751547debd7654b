package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestParse_understands(t *testing.T) {
	t.Parallel()
	type content struct {
		id, secret, token string
		callers           []string
	}
	plain := content{"minsc", "boo", "", []string{"Bearer evil"}}
	temporary := content{"minsc", "boo", "hamster", []string{"Bearer evil"}}
	rotating := content{"minsc", "boo", "", []string{"Bearer evil", "Bearer good"}}
	const key = `{"accessKeyId": "minsc", "accessKeySecret": "boo", `
	const evil = `, "authorization": "Bearer evil"}`
	for _, tt := range []struct {
		name, value string
		want        content
	}{
		{"our names", key + `"authorization": "Bearer evil"}`, plain},
		{"Tencent's names",
			`{"SecretId": "minsc", "SecretKey": "boo", "Token": "hamster"` + evil, temporary},
		{"Tencent's names in snake case",
			`{"secret_id": "minsc", "secret_key": "boo", "token": "hamster"` + evil, temporary},
		{"names in capitals",
			`{"ACCESS_KEY_ID": "minsc", "ACCESS_KEY_SECRET": "boo", "TOKEN": "hamster",
			"AUTHORIZATION": "Bearer evil"}`,
			temporary},
		{"names of both kinds", `{"accessKeyId": "minsc", "SecretKey": "boo"` + evil, plain},
		{"underscores anywhere",
			`{"_access_key_id_": "minsc", "access__keysecret": "boo",
			"author_ization": "Bearer evil"}`,
			plain},
		{"a list with one token", key + `"authorization": ["Bearer evil"]}`, plain},
		{"a list with two", key + `"authorization": ["Bearer evil", "Bearer good"]}`, rotating},
		{"tokens under two spellings",
			key + `"Authorization": "Bearer evil", "authorization": "Bearer good"}`, rotating},
		{"tokens under one name, twice",
			key + `"authorization": "Bearer evil", "authorization": "Bearer good"}`, rotating},
		{"the same key under one name, twice",
			key + `"accessKeySecret": "boo"` + evil, plain},
		{"blanks around everything",
			`
			{"accessKeyId": " minsc\n", "accessKeySecret": "\tboo ", "token": " hamster ",
			"authorization": " Bearer evil\r\n"} `,
			temporary},
		{"blanks around the tokens of a list",
			key + `"authorization": [" Bearer evil", "Bearer good\u3000"]}`, rotating},
		{"empty entries in the list",
			key + `"authorization": ["", "Bearer evil", " ", null, "Bearer good"]}`, rotating},
		{"a token that is empty", key + `"token": " "` + evil, plain},
		{"a token that is null", key + `"token": null` + evil, plain},
		{"the same key under two names", key + `"SecretId": "minsc "` + evil, plain},
		{"other names", key + `"note": {"by": ["me"]}, "": 1` + evil, plain},
		{"a byte order mark", "\ufeff" + key + `"authorization": "Bearer evil"}`, plain},
		{"text that JSON escapes",
			`{"accessKeyId": "m\u0069nsc", "accessKeySecret": "b\u006fo",
			"authorization": "Bearer \u0065vil"}`,
			plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Parse([]byte(tt.value))
			require.NoError(t, err)
			require.True(t, NewKey(tt.want.id, tt.want.secret, tt.want.token).Equal(s.Key))
			require.Equal(t, tt.want.callers, s.Values(Authorization))
			require.Nil(t, s.Values(Supabase))
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	const (
		noObject  = "its value is not a JSON object"
		nobody    = "no authorization, supabase or zitadel"
		nothing   = "its value has no accessKeyId and no accessKeySecret and " + nobody
		noID      = "its value has no accessKeyId"
		noCallers = "its value has " + nobody + hintRotated
		noList    = "its authorization is neither a string nor a list of strings"
		control   = "has a line break or another control character in it"

		key  = `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", `
		rest = `, "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`
	)
	for _, tt := range []struct {
		name, value string
		field       Field
		text        string
	}{
		{"no JSON", `AKIDhunter2`, "", noObject},
		{"nothing", ``, "", noObject},
		{"nothing but a blank", ` `, "", noObject},
		{"half a JSON text",
			`{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish`, "", noObject},
		{"something after it", `{"accessKeyId": "AKIDhunter2"} swordfish`, "", noObject},
		{"two objects",
			`{"accessKeyId": "AKIDhunter2"}{"accessKeySecret": "swordfish"}`, "", noObject},
		{"null", `null`, "", noObject},
		{"a string", `"AKIDhunter2"`, "", noObject},
		{"a number", `1234567890`, "", noObject},
		{"a list", `[{"accessKeyId": "AKIDhunter2"}]`, "", noObject},
		{"a file of settings",
			"accessKeyId=AKIDhunter2\naccessKeySecret=swordfish\n", "", noObject},
		{"bytes that are no text", "\xff\xfe{\x00\"\x00hunter2", "", noObject},
		{"an object that is empty", `{}`, "", nothing},
		{"other names", `{"hunter2": "swordfish", "user": "AKIDhunter2"}`, "", nothing},

		{"no id",
			`{"accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`,
			"accessKeyId", noID},
		{"an id that is empty", `{"accessKeyId": ""` + rest, "accessKeyId", noID},
		{"an id of blanks", `{"accessKeyId": " \n"` + rest, "accessKeyId", noID},
		{"an id that is null", `{"accessKeyId": null` + rest, "accessKeyId", noID},
		{"an id that is a number",
			`{"accessKeyId": 1234567890` + rest, "accessKeyId",
			"its accessKeyId is not a string"},
		{"an id that is an object",
			`{"SecretId": {"hunter2": "swordfish"}}`,
			"accessKeyId",
			"its accessKeyId is not a string"},
		{"no secret",
			`{"accessKeyId": "AKIDhunter2", "authorization": "Bearer open sesame"}`,
			"accessKeySecret",
			"its value has no accessKeySecret"},
		{"a secret that is a list",
			`{"accessKeyId": "AKIDhunter2", "SECRET_KEY": ["swordfish"],
			"authorization": "Bearer open sesame"}`,
			"accessKeySecret",
			"its accessKeySecret is not a string"},
		{"a token that is a list",
			`{"accessKeyId": "AKIDhunter2",
			"token": ["rosebud"]` + rest, "token",
			"its token is not a string"},
		{"two ids",
			`{"accessKeyId": "AKIDhunter2", "SecretId": "AKIDhunter3"` + rest, "accessKeyId",
			"its accessKeyId is there twice, with two values"},
		{"two ids under one name",
			`{"accessKeyId": "AKIDhunter2", "accessKeyId": "AKIDhunter3"` + rest, "accessKeyId",
			"its accessKeyId is there twice, with two values"},
		{"an id on two lines",
			`{"accessKeyId": "AKIDhunter2\nAKIDhunter3"` + rest, "accessKeyId",
			"its accessKeyId has a line break or another control character in it"},
		{"two secrets, one of them empty",
			`{"accessKeyId": "AKIDhunter2", "SecretKey": ""` + rest, "accessKeySecret",
			"its accessKeySecret is there twice, with two values"},
		{"nothing but an authorization",
			`{"authorization": "Bearer open sesame"}`, "",
			"its value has no accessKeyId and no accessKeySecret"},

		{"no authorization",
			`{"accessKeyId": "AKIDhunter2",
			"accessKeySecret": "swordfish"}`,
			"", noCallers},
		{"an authorization that is empty", key + `"authorization": ""}`, "", noCallers},
		{"an authorization of blanks",
			key + `"authorization": "\t\u00a0"}`, "", noCallers},
		{"an authorization that is null", key + `"authorization": null}`, "", noCallers},
		{"an authorization that is an empty list",
			key + `"authorization": []}`, "", noCallers},
		{"an authorization of empty entries",
			key + `"authorization": ["", " ", null]}`, "", noCallers},
		{"an authorization that is a number",
			key + `"authorization": 1234567890}`, Authorization, noList},
		{"an authorization that is an object",
			key + `"authorization": {"Bearer": "open sesame"}}`, Authorization, noList},
		{"an authorization with a line break in it",
			key + `"authorization": "Bearer open\nsesame"}`, Authorization, "its authorization " + control},
		{"a list with a control character in an authorization",
			key + `"authorization": ["Bearer open", "Bearer\u007fsesame"]}`, Authorization,
			"its authorization " + control},
		{"an authorization that is a list of lists",
			key + `"authorization": [["open sesame"]]}`, Authorization, noList},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Parse([]byte(tt.value))
			require.Nil(t, s)
			require.Equal(t, &Error{Kind: Unusable, Field: tt.field, Text: tt.text}, err)
			requireHoldsNoPartOf(t, tt.value, everyFormatOf(t, err))
		})
	}
}

// requireHoldsNoPartOf fails if five bytes of the value are in the text. The names of fields and
// what an error's type always prints are not the value's.
func requireHoldsNoPartOf(t *testing.T, value, text string) {
	t.Helper()
	const gap = "\x00\x00"
	value = strings.NewReplacer(
		"accessKeyId", gap, "accessKeySecret", gap, "SecretId", gap, "SecretKey", gap,
		"SECRET_KEY", gap, "authorization", gap, "token", gap, "supabase", gap, "zitadel", gap,
	).Replace(value)
	for i := range max(0, len(value)-4) {
		require.NotContains(t, text, value[i:i+5])
	}
}

// everyFormatOf is all that a program could print of its arguments by accident, as they are and
// inside of something.
func everyFormatOf(t *testing.T, args ...any) string {
	t.Helper()
	var out bytes.Buffer
	for _, arg := range args {
		text, _ := json.Marshal(arg) // most can't be encoded, which is fine
		out.Write(text)
		in := struct{ V, v any }{arg, arg}
		for _, v := range []any{arg, &arg, []any{arg}, map[string]any{"v": arg}, in} {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
				fmt.Fprintf(&out, format+"\n", v)
			}
			text, json := slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)
			for _, h := range []slog.Handler{text, json} {
				log := slog.New(h).With("with", v).WithGroup("group")
				log.Error("message", "v", v, slog.Group("g", "v", v))
			}
		}
		if err, ok := arg.(error); ok {
			fmt.Fprintln(&out, err.Error(), fmt.Errorf("wrapped: %w", err))
		}
	}
	require.NotZero(t, out.Len())
	return out.String()
}

// requireNotPrinted fails if a text was printed, also as hexadecimal or decimal bytes.
func requireNotPrinted(t *testing.T, printed string, texts ...string) {
	t.Helper()
	printed = strings.ToLower(printed)
	for _, text := range texts {
		decimal := strings.Trim(fmt.Sprint([]byte(text)), "[]")
		for _, form := range []string{text, fmt.Sprintf("%x", text), decimal} {
			require.False(t, strings.Contains(printed, strings.ToLower(form)), form)
		}
	}
}

func TestSecret_isNeverPrinted(t *testing.T) {
	const key = `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish",
		"token": "rosebud", `
	inBubble(t, func(t *testing.T, f *fixture) {
		f.putValue(cloudsim.SecretValue{
			String: key + `"authorization": ["Bearer open sesame", "Basic abracadabra"]}`,
		})
		held := f.key(t)
		s := f.cache.held
		role, err := f.cache.role(t.Context())
		require.NoError(t, err)
		synctest.Wait() // formatting looks into everything, without a lock
		printed := everyFormatOf(t, held, s, *s, f.cache, &f.cache, f.cache.Config, &f.cache.Config,
			role, struct{ held Secret }{*s})

		fail := func() {
			printed += everyFormatOf(t, f.failure(t, t.Context()))
		}
		f.putValue(cloudsim.SecretValue{String: key + `"authorization": 1234567890}`})
		pass(ttl)
		f.requireKey(t, "AKIDhunter2") // the log says that the refresh failed
		require.Contains(t, f.log.String(), "its authorization is neither a string nor a list")
		f.cache.Reject(held)
		fail()
		f.script(cloudsim.Fault{Kind: cloudsim.Error, Message: "AKIDhunter2 swordfish rosebud"})
		fail()
		f.env["TENCENTCLOUD_SECRETKEY"] = "wrong"
		fail()
		f.env["TENCENTCLOUD_SECRETKEY"] = ""
		fail()
		requireNotPrinted(t, printed+f.log.String(),
			"AKIDhunter2", "swordfish", "rosebud", "sesame", "abracadabra", "1234567890",
			"AKIDrole", "keyOfRole", "sessionOfRole")
	})
}

// sentences are all that Parse may say: none has room for a part of the value.
func sentences() map[string]bool {
	const nobody = "no authorization, supabase or zitadel"
	all := map[string]bool{
		"its value is not a JSON object": true,
		"its supabase is not v1,whsec_ and the base64 of 24 to 64 bytes: " +
			"paste it as Supabase shows it": true,
		"its zitadel has a blank in it: paste the signing key as ZITADEL shows it": true,
		"its reports has fewer than 16 characters":                                 true,
	}
	for _, field := range []string{"authorization", "supabase", "zitadel", "reports"} {
		all["its "+field+" is neither a string nor a list of strings"] = true
		all["its "+field+" has a line break or another control character in it"] = true
	}
	all["its hashKey is shorter than 16 characters"] = true
	for _, field := range []string{
		"accessKeyId", "accessKeySecret", "token", "redisPassword", "hashKey",
	} {
		all["its "+field+" is not a string"] = true
		all["its "+field+" is there twice, with two values"] = true
		all["its "+field+" has a line break or another control character in it"] = true
	}
	for _, missing := range []string{
		"accessKeyId", "accessKeySecret", "authorization, supabase or zitadel" + hintRotated,
		"accessKeyId and no accessKeySecret", "accessKeyId and " + nobody,
		"accessKeySecret and " + nobody, "accessKeyId and no accessKeySecret and " + nobody,
	} {
		all["its value has no "+missing] = true
	}
	return all
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`,
		`{"SecretId": "minsc", "SecretKey": "boo", "Token": "hamster",
		"Authorization": ["Bearer evil", "Bearer good"]}`,
		`{"ACCESS_KEY_ID": " minsc ", "secret_id": "minsc", "secret_key": "boo",
		"authorization": ["", null, " "]}`,
		"\ufeff{\"accessKeyId\": \"\", \"accessKeySecret\": null, \"authorization\": {}}",
		`{"accessKeyId": 1, "accessKeySecret": [], "token": true, "authorization": 0.5e-7}`,
		`{"accessKeyId": "a", "accessKeyId": "b", "access_key_id": "c", "authorization": "\ud800"}`,
		"{\"\\u0061ccessKeyId\": \"\xff\", \"accessKeySecret\": \"\\u0000\"," +
			" \"authorization\": \"a\\nb\"}",
		`{"accessKeyId": "a", "accessKeySecret": "b", "authorization": "c", "redisPassword": 1}`,
		`{"redis_password": "d", "hashKey": "shorter than 16"}`,
		`[[[[[[[[{"accessKeyId": `, `null`, ``,
		`{"accessKeyId": "a", "accessKeySecret": "b",
		"supabase": ["v1,whsec_` + hookSecret + `", "", null],
		"zitadel": " 9pB2LvkN7mXqYc4RfTgHs6WdEa8UjZ3Kx1Qo ", "reports": "long enough for a key"}`,
		`{"accessKeyId": "a", "accessKeySecret": "b", "supabase": "v1,whsec_` + hookSecret +
			`|v1,whsec_short", "zitadel": "a b", "reports": "short"}`,
	} {
		f.Add([]byte(seed))
	}
	said := sentences()
	f.Fuzz(func(t *testing.T, value []byte) {
		input := bytes.Clone(value)
		s, err := Parse(value)
		require.Equal(t, input, value, "the value is only read")
		if err != nil {
			require.Nil(t, s)
			text := err.(*Error).Text
			require.True(t, said[text], text)
			return
		}
		id, secret, token := s.Key.GetCredential()
		callers := s.Values(Authorization)
		for _, secret := range s.Values(Supabase) {
			require.NotNil(t, HookKey(secret))
		}
		if len(callers) == 0 {
			require.NotEmpty(t, append(s.Values(Supabase), s.Values(Zitadel)...))
			return
		}
		for _, text := range append(slices.Clone(callers), id, secret) {
			require.NotEmpty(t, text)
		}
		for _, text := range append(slices.Clone(callers), id, secret, token) {
			require.Equal(t, strings.TrimSpace(text), text)
		}

		again, err := Parse(mustMarshal(map[string]any{
			"SecretId": id, "secret_key": secret, "TOKEN": token, "authorization": callers,
		}))
		require.NoError(t, err)
		require.True(t, s.Key.Equal(again.Key))
		require.Equal(t, callers, again.Values(Authorization))
	})
}

func mustMarshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
