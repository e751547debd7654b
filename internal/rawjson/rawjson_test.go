package rawjson

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFields(t *testing.T) {
	t.Parallel()
	for object, want := range map[string][]string{
		``: nil, ` `: nil, `[]`: nil, `5`: nil, `"{}"`: nil, `null`: nil, `{}`: nil, " \n{ \t}\r\n": nil,
		`{"a":1}`:                                {"a", "1"},
		" {\n \"a\" :\t1 ,\"b\": null } ":        {"a", "1", "b", "null"},
		`{"a":"}\"\\","b":{"c":[1,"]"]},"d":[]}`: {"a", `"}\"\\"`, "b", `{"c":[1,"]"]}`, "d", "[]"},
		`{"a":1,"a":2}`:                          {"a", "1", "a", "2"},
		`{"\u0061":-1.5e3,"":true}`:              {"a", "-1.5e3", "", "true"},
		`{"` + strings.Repeat("x", 300) + `":[[{"a":"["}]],"b":false}`: {"", `[[{"a":"["}]]`, "b", "false"},
	} {
		var got []string
		for name, value := range Fields([]byte(object)) {
			got = append(got, name, string(value))
		}
		require.Equal(t, want, got, object)
	}
	for range Fields([]byte(`{"a":1,"b":2}`)) {
		break
	}
}

// Whatever the object: the fields that encoding/json finds.
func FuzzFields(f *testing.F) {
	for _, object := range []string{``, `{}`, `{"a": {"b": [1, "x]}"]}, "c": "\\\"", "a": null}`, `[{"a": 1}]`, `{"\ud800": "é"}`} {
		f.Add([]byte(object))
	}
	plain := regexp.MustCompile(`^[A-Za-z0-9 _-]{1,40}$`)
	f.Fuzz(func(t *testing.T, object []byte) {
		if !json.Valid(object) {
			t.Skip()
		}
		var want map[string]json.RawMessage
		json.Unmarshal(object, &want)
		got := map[string]json.RawMessage{}
		for name, value := range Fields(object) {
			got[name] = value
		}
		for name, value := range want {
			if plain.MatchString(name) {
				require.Equal(t, string(value), string(got[name]), name)
			}
		}
		for name := range got {
			require.True(t, want[name] != nil || !plain.MatchString(name), name)
		}
	})
}
