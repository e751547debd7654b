package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
)

var _ common.CredentialIface = (*Key)(nil)

// content is what a secret's value means.
type content struct {
	id, key, token string
	callers        []string
}

func TestValueIsUnderstood(t *testing.T) {
	plain := content{"minsc", "boo", "", []string{"Bearer evil"}}
	temporary := content{"minsc", "boo", "hamster", []string{"Bearer evil"}}
	rotating := content{"minsc", "boo", "", []string{"Bearer evil", "Bearer good"}}
	for _, tt := range []struct {
		name, value string
		want        content
	}{
		{"our names", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`, plain},
		{"Tencent's names", `{"SecretId": "minsc", "SecretKey": "boo", "Token": "hamster", "authorization": "Bearer evil"}`, temporary},
		{"Tencent's names in snake case", `{"secret_id": "minsc", "secret_key": "boo", "token": "hamster", "authorization": "Bearer evil"}`, temporary},
		{"names in capitals", `{"ACCESS_KEY_ID": "minsc", "ACCESS_KEY_SECRET": "boo", "TOKEN": "hamster", "AUTHORIZATION": "Bearer evil"}`, temporary},
		{"names of both kinds", `{"accessKeyId": "minsc", "SecretKey": "boo", "authorization": "Bearer evil"}`, plain},
		{"underscores anywhere", `{"_access_key_id_": "minsc", "access__keysecret": "boo", "author_ization": "Bearer evil"}`, plain},
		{"a list with one token", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": ["Bearer evil"]}`, plain},
		{"a list with two", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": ["Bearer evil", "Bearer good"]}`, rotating},
		{"tokens under two spellings", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "Authorization": "Bearer evil", "authorization": "Bearer good"}`, rotating},
		{"blanks around everything", "\n {\"accessKeyId\": \" minsc\\n\", \"accessKeySecret\": \"\\tboo \", \"token\": \" hamster \", \"authorization\": \" Bearer evil\\r\\n\"} \n", temporary},
		{"blanks around the tokens of a list", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": [" Bearer evil", "Bearer good\u3000"]}`, rotating},
		{"empty entries in the list", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": ["", "Bearer evil", " ", null, "Bearer good"]}`, rotating},
		{"a token that is empty", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "token": " ", "authorization": "Bearer evil"}`, plain},
		{"a token that is null", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "token": null, "authorization": "Bearer evil"}`, plain},
		{"the same key under two names", `{"accessKeyId": "minsc", "SecretId": "minsc ", "accessKeySecret": "boo", "authorization": "Bearer evil"}`, plain},
		{"other names", `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil", "note": {"by": ["me"]}, "": 1}`, plain},
		{"a byte order mark", "\ufeff" + `{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`, plain},
		{"text that JSON escapes", `{"accessKeyId": "m\u0069nsc", "accessKeySecret": "b\u006fo", "authorization": "Bearer \u0065vil"}`, plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			for _, value := range []cloudsim.SecretValue{{String: tt.value}, {Binary: []byte(tt.value)}} {
				w.putValue(value)
				key := w.key(t)
				require.Equal(t, tt.want.id, key.GetSecretId())
				require.Equal(t, tt.want.key, key.GetSecretKey())
				require.Equal(t, tt.want.token, key.GetToken())
				id, secret, token := key.GetCredential()
				require.Equal(t, []string{tt.want.id, tt.want.key, tt.want.token}, []string{id, secret, token})
				require.Equal(t, tt.want.callers, w.cache.held.callers())
				for _, caller := range tt.want.callers {
					w.requireAllowed(t, caller)
				}
				w.requireRefused(t, "")
				w.cache.Reject(key)
			}
		})
	}
}

func TestValueCannotBeUsed(t *testing.T) {
	const noObject = "its value is not a JSON object"
	for _, tt := range []struct{ name, value, reason string }{
		{"no JSON", `AKIDhunter2`, noObject},
		{"nothing but a blank", ` `, noObject},
		{"half a JSON text", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish`, noObject},
		{"something after it", `{"accessKeyId": "AKIDhunter2"} swordfish`, noObject},
		{"two objects", `{"accessKeyId": "AKIDhunter2"}{"accessKeySecret": "swordfish"}`, noObject},
		{"null", `null`, noObject},
		{"a string", `"AKIDhunter2"`, noObject},
		{"a number", `1234567890`, noObject},
		{"a list", `[{"accessKeyId": "AKIDhunter2"}]`, noObject},
		{"a file of settings", "accessKeyId=AKIDhunter2\naccessKeySecret=swordfish\n", noObject},
		{"an object that is empty", `{}`, "its value has no accessKeyId and no accessKeySecret and no authorization"},
		{"other names", `{"hunter2": "swordfish", "user": "AKIDhunter2"}`, "its value has no accessKeyId and no accessKeySecret and no authorization"},

		{"no id", `{"accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its value has no accessKeyId"},
		{"an id that is empty", `{"accessKeyId": "", "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its value has no accessKeyId"},
		{"an id of blanks", `{"accessKeyId": " \n", "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its value has no accessKeyId"},
		{"an id that is null", `{"accessKeyId": null, "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its value has no accessKeyId"},
		{"an id that is a number", `{"accessKeyId": 1234567890, "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its accessKeyId is not a string"},
		{"an id that is an object", `{"SecretId": {"hunter2": "swordfish"}}`, "its accessKeyId is not a string"},
		{"no key", `{"accessKeyId": "AKIDhunter2", "authorization": "Bearer open sesame"}`, "its value has no accessKeySecret"},
		{"a key that is a list", `{"accessKeyId": "AKIDhunter2", "SECRET_KEY": ["swordfish"], "authorization": "Bearer open sesame"}`, "its accessKeySecret is not a string"},
		{"a token that is a list", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "token": ["rosebud"], "authorization": "Bearer open sesame"}`, "its token is not a string"},
		{"two ids", `{"accessKeyId": "AKIDhunter2", "SecretId": "AKIDhunter3", "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its accessKeyId is there twice, with two values"},
		{"an id on two lines", `{"accessKeyId": "AKIDhunter2\nAKIDhunter3", "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"}`, "its accessKeyId has a line break or another control character in it"},
		{"two keys, one of them empty", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "SecretKey": "", "authorization": "Bearer open sesame"}`, "its accessKeySecret is there twice, with two values"},

		{"no authorization", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish"}`, "its value has no authorization"},
		{"an authorization that is empty", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": ""}`, "its value has no authorization"},
		{"an authorization of blanks", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": "\t\u00a0"}`, "its value has no authorization"},
		{"an authorization that is null", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": null}`, "its value has no authorization"},
		{"an authorization that is an empty list", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": []}`, "its value has no authorization"},
		{"an authorization of empty entries", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": ["", " ", null]}`, "its value has no authorization"},
		{"an authorization that is a number", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": 1234567890}`, "its authorization is neither a string nor a list of strings"},
		{"an authorization that is an object", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": {"Bearer": "open sesame"}}`, "its authorization is neither a string nor a list of strings"},
		{"an authorization that is a list of lists", `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": [["open sesame"]]}`, "its authorization is neither a string nor a list of strings"},
		{"nothing but an authorization", `{"authorization": "Bearer open sesame"}`, "its value has no accessKeyId and no accessKeySecret"},
		{"bytes that are no text", "\xff\xfe{\x00\"\x00hunter2", noObject},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			for _, value := range []cloudsim.SecretValue{{String: tt.value}, {Binary: []byte(tt.value)}} {
				w.putValue(value)
				failure := w.failure(t, t.Context())
				require.True(t, failure.Permanent)
				require.Empty(t, failure.Code)
				require.Equal(t, "the secret can't be used: "+tt.reason, failure.Reason)
				requireHoldsNoPartOf(t, tt.value, everyFormatOf(t, failure))

				allowed, err := w.cache.Authorized(t.Context(), "Bearer open sesame")
				require.False(t, allowed)
				require.Equal(t, failure.Reason, err.(*Error).Reason)
			}
		})
	}
}

// requireHoldsNoPartOf fails if five bytes of the value are in the text, the names of its fields aside.
func requireHoldsNoPartOf(t *testing.T, value, text string) {
	t.Helper()
	const gap = "\x00\x00"
	value = strings.NewReplacer("accessKeyId", gap, "accessKeySecret", gap, "SecretId", gap, "SecretKey", gap, "SECRET_KEY", gap,
		"authorization", gap, "token", gap).Replace(value)
	for i := range max(0, len(value)-4) {
		require.False(t, strings.Contains(text, value[i:i+5]), "%q is in it", value[i:i+5])
	}
}

// everyFormatOf is all that a program could print of its arguments by accident, as they are and inside of something.
func everyFormatOf(t *testing.T, args ...any) string {
	t.Helper()
	var out bytes.Buffer
	for _, arg := range args {
		text, _ := json.Marshal(arg) // most can't be encoded, which is fine
		out.Write(text)
		for _, v := range []any{arg, &arg, []any{arg}, map[string]any{"v": arg}, struct{ V, v any }{arg, arg}} {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
				fmt.Fprintf(&out, format+"\n", v)
			}
			for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				slog.New(h).With("with", v).WithGroup("group").Error("message", "v", v, slog.Group("g", "v", v))
			}
		}
		if err, ok := arg.(error); ok {
			fmt.Fprintln(&out, err.Error(), fmt.Errorf("wrapped: %w", err))
		}
	}
	require.NotZero(t, out.Len())
	return out.String()
}

func TestNothingPrintsASecret(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.putValue(cloudsim.SecretValue{String: `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "token": "rosebud", "authorization": ["Bearer open sesame", "Basic abracadabra"]}`})
		key := w.key(t)
		held := w.cache.held
		role, err := w.cache.role(t.Context())
		require.NoError(t, err)
		synctest.Wait() // formatting looks into everything, without a lock
		printed := everyFormatOf(t,
			key, *key, &key, held, *held, w.cache, &w.cache, w.cache.Config, &w.cache.Config, role,
			struct{ Key *Key }{key}, struct{ key Key }{*key}, struct{ held secret }{*held},
		)

		w.cache.Reject(key)
		w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.Error, Message: "AKIDhunter2 swordfish rosebud"})
		printed += everyFormatOf(t, w.failure(t, t.Context()))
		w.putValue(cloudsim.SecretValue{String: `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": "Bearer open sesame"`})
		printed += everyFormatOf(t, w.failure(t, t.Context()))
		w.env["TENCENTCLOUD_SECRETKEY"] = "wrong"
		printed += everyFormatOf(t, w.failure(t, t.Context()))
		w.env["TENCENTCLOUD_SECRETKEY"] = ""
		printed += everyFormatOf(t, w.failure(t, t.Context()))
		printed = strings.ToLower(printed + w.log.String())

		for _, text := range []string{"AKIDhunter2", "swordfish", "rosebud", "sesame", "abracadabra", "AKIDrole", "keyOfRole", "sessionOfRole"} {
			for _, form := range []string{text, fmt.Sprintf("%x", text), strings.Trim(fmt.Sprint([]byte(text)), "[]")} {
				require.False(t, strings.Contains(printed, strings.ToLower(form)), form)
			}
		}
	})
}

func TestLogOfAFailedRefreshHoldsNoSecret(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.requireKey(t, "minsc")
		const value = `{"accessKeyId": "AKIDhunter2", "accessKeySecret": "swordfish", "authorization": 1234567890}`
		w.putValue(cloudsim.SecretValue{String: value})
		pass(ttl)
		w.requireKey(t, "minsc")
		require.Contains(t, w.log.String(), "its authorization is neither a string nor a list of strings")
		requireHoldsNoPartOf(t, value, w.log.String())
	})
}

// sentences are all that parse may say: none has room for a part of the value.
func sentences() map[string]bool {
	all := map[string]bool{
		"its value is not a JSON object":                              true,
		"its authorization is neither a string nor a list of strings": true,
	}
	for _, field := range []string{"accessKeyId", "accessKeySecret", "token"} {
		all["its "+field+" is not a string"] = true
		all["its "+field+" is there twice, with two values"] = true
		all["its "+field+" has a line break or another control character in it"] = true
	}
	for _, missing := range []string{
		"accessKeyId", "accessKeySecret", "authorization",
		"accessKeyId and no accessKeySecret", "accessKeyId and no authorization", "accessKeySecret and no authorization",
		"accessKeyId and no accessKeySecret and no authorization",
	} {
		all["its value has no "+missing] = true
	}
	return all
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`,
		`{"SecretId": "minsc", "SecretKey": "boo", "Token": "hamster", "Authorization": ["Bearer evil", "Bearer good"]}`,
		`{"ACCESS_KEY_ID": " minsc ", "secret_id": "minsc", "secret_key": "boo", "authorization": ["", null, " "]}`,
		"\ufeff{\"accessKeyId\": \"\", \"accessKeySecret\": null, \"authorization\": {}}",
		`{"accessKeyId": 1, "accessKeySecret": [], "token": true, "authorization": 0.5e-7}`,
		`{"accessKeyId": "a", "accessKeyId": "b", "access_key_id": "c", "authorization": "\ud800"}`,
		"{\"\\u0061ccessKeyId\": \"\xff\", \"accessKeySecret\": \"\\u0000\", \"authorization\": \"\\n\"}",
		`[[[[[[[[{"accessKeyId": `, `null`, ``,
	} {
		f.Add([]byte(seed))
	}
	said := sentences()
	f.Fuzz(func(t *testing.T, value []byte) {
		input := bytes.Clone(value)
		s, err := parse(value)
		require.Equal(t, input, value, "the value is only read")
		if err != nil {
			require.Nil(t, s)
			require.True(t, said[err.Error()], err.Error())
			return
		}
		for _, text := range append(s.callers(), s.key.GetSecretId(), s.key.GetSecretKey()) {
			require.NotEmpty(t, text)
		}
		for _, text := range append(s.callers(), s.key.GetSecretId(), s.key.GetSecretKey(), s.key.GetToken()) {
			require.Equal(t, strings.TrimSpace(text), text)
		}
		require.NotEmpty(t, s.callers())
		for _, caller := range s.callers() {
			require.True(t, s.authorizes(caller))
			require.False(t, s.authorizes(strings.Join(s.callers(), "")+"x"))
		}
		require.False(t, s.authorizes(""))

		again, err := parse(mustMarshal(map[string]any{
			"SecretId": s.key.GetSecretId(), "secret_key": s.key.GetSecretKey(), "TOKEN": s.key.GetToken(), "authorization": s.callers(),
		}))
		require.NoError(t, err)
		require.True(t, s.key.equal(again.key))
		require.Equal(t, s.callers(), again.callers())
	})
}

func mustMarshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
