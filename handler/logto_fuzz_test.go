package handler

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is read of a message is what its keys say exactly, whatever stands beside them.
func FuzzMessage(f *testing.F) {
	with := func(to, usageType, payload string) string {
		return `{"to": ` + to + `, "type": ` + usageType + `, "payload": ` + payload + `, "ip": "203.0.113.77"}`
	}
	const to, signIn, payload = `"8613681974253"`, `"SignIn"`, `{"code": "048261"}`
	for _, body := range []string{
		"", "null", "[]", "{}", with(to, signIn, payload),
		with("null", signIn, payload), with(to, `""`, payload), with(to, signIn, `"x"`),
		`{"TO": "1", "Payload": {}, "to": "8613681974253", "type": "SignIn", "payload": {"code": "048261"}}`,
		with(to, signIn, `{"code": 48261}`), with(to, signIn, `{"code": "0482610"}`),
		with(to, signIn, `{"code": "048261", "locale": " zh-CN ", "uiLocales": "zh-CN zh"}`),
		`{"to": "1", "to": "2", "type": "a", "payload": {"code": "1"}, "payload": {"locale": "en"}}`,
		`{"to":"\ud800","type":"\u0000"}`,
		"\ufeff" + with(to, signIn, `{"code": "048261", "locale": "en_US"}`),
	} {
		f.Add([]byte(body))
	}
	oneToSixDigits := regexp.MustCompile(`^[0-9]{1,6}$`)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := logtoMessage(body, nil)
		if m.passcode != "" {
			require.Regexp(t, oneToSixDigits, m.passcode)
		}
		require.Equal(t, strings.TrimSpace(m.locale), m.locale)
		if m.locale != "" {
			require.Equal(t, strings.Fields(m.locale), m.locales)
		}
		require.NotContains(t, m.locales, "")
		if err != nil {
			// The operator reads it. It holds nothing of the body, and nothing of encoding/json's.
			require.Regexp(t, `^[a-zA-Z0-9 ,.]+$`, err.Error())
			require.NotContains(t, err.Error(), "Go value")
			return
		}
		require.NotEmpty(t, m.usageType)

		// The reference: maps have no tolerance of case.
		var all map[string]any
		require.NoError(t, json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &all))
		require.Equal(t, all["to"], m.to)
		require.Equal(t, all["type"], m.usageType)
		payload, _ := all["payload"].(map[string]any)
		if code, _ := payload["code"].(string); oneToSixDigits.MatchString(code) {
			require.Equal(t, code, m.passcode)
		} else {
			require.Empty(t, m.passcode)
		}

		// Keys in another case change nothing.
		decoyed := maps.Clone(all)
		for _, decoy := range []string{"To", "TYPE", "Payload", "PAYLOAD"} {
			if _, taken := all[decoy]; !taken {
				decoyed[decoy] = map[string]any{"code": "1", "locale": "ja"}
			}
		}
		text, err := json.Marshal(decoyed)
		require.NoError(t, err)
		again, err := logtoMessage(text, nil)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
