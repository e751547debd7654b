package handler

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference is a body as maps have it, which have no tolerance of case.
type reference map[string]any

// readReference reads a body as encoding/json does. It reports false for one that a reader refuses.
func readReference(t *testing.T, body []byte, err error) (all reference, ok bool) {
	t.Helper()
	notObject := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &all) != nil || all == nil
	if err != nil {
		// The operator reads it. It holds nothing of the body.
		require.Regexp(t, `^[a-zA-Z0-9 _:,.]+$`, err.Error())
		require.Equal(t, notObject, err.Error() == "the body is not a JSON object")
		return nil, false
	}
	require.False(t, notObject)
	return all, true
}

// text returns what stands at the end of a path, "" for what is no string.
func (r reference) text(path ...string) string {
	var value any = map[string]any(r)
	for _, name := range path {
		fields, _ := value.(map[string]any)
		value = fields[name]
	}
	text, _ := value.(string)
	return text
}

// requirePasscode holds that the passcode is the code, if that is one.
func requirePasscode(t *testing.T, code string, m message) {
	t.Helper()
	if regexp.MustCompile(`^[0-9]{1,6}$`).MatchString(code) {
		require.Equal(t, code, m.passcode)
		require.Empty(t, m.noPasscode)
		return
	}
	require.Empty(t, m.passcode)
	require.NotEmpty(t, m.noPasscode)
}

// requireLocale holds that the language is the text, without blanks around it.
func requireLocale(t *testing.T, text string, m message) {
	t.Helper()
	require.Equal(t, strings.ReplaceAll(strings.TrimSpace(text), "_", "-"), m.locale)
	require.NotContains(t, m.locales, "")
}

func FuzzSupabaseMessage(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `{"sms": {"otp": "482913", "phone": "8613800138000"}, "user": {}}`,
		`{"sms":{"otp":"482913","sms_type":"mfa"},"user":{"phone":"1","new_phone":"2","factors":[{"phone":"3"},{"phone":""},5]}}`,
		`{"sms":{"otp":"482913"},"user":{"phone":"1","new_phone":"2","phone_confirmed_at":"x"}}`,
		`{"sms":{"phone":5},"metadata":{"uuid":"u","ip_address":"i"},"user":{"user_metadata":{"locale":" zh_CN "}}}`,
		`{"sms":{"sms_type":"mfa"},"user":{"factors":[{"phone":"3"},{"phone":"4"}]}}`,
		`{"sms":{"phone":"+2","PHONE":"3"},"SMS":{},"user":{"new_phone":"2"},"user":{"new_phone":"2"}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := supabaseMessage(body, nil)
		all, ok := readReference(t, body, err)
		if !ok {
			return
		}
		requirePasscode(t, all.text("sms", "otp"), m)
		requireLocale(t, all.text("user", "user_metadata", "locale"), m)
		require.Equal(t, all.text("metadata", "uuid"), m.mark)
		require.Equal(t, all.text("metadata", "ip_address"), m.ip)

		told, change := all.text("sms", "phone"), all.text("user", "new_phone")
		require.NotEmpty(t, m.to)
		switch {
		case told != "":
			require.Equal(t, told, m.to)
		case all.text("sms", "sms_type") == "mfa":
			user, _ := all["user"].(map[string]any)
			factors, _ := user["factors"].([]any)
			for _, factor := range factors {
				fields, _ := factor.(map[string]any)
				if phone, _ := fields["phone"].(string); phone != "" {
					require.Equal(t, phone, m.to, "never to one of several")
				}
			}
		default:
			require.Contains(t, []string{change, all.text("user", "phone")}, m.to)
		}
		require.Equal(t, all.text("sms", "sms_type") == "mfa", m.usageType == "MfaVerification")
		if m.usageType == "BindNewIdentifier" {
			require.Equal(t, strings.TrimPrefix(change, "+"), strings.TrimPrefix(m.to, "+"))
		}
	})
}

func FuzzZitadelMessage(f *testing.F) {
	for _, body := range []string{
		``, `[]`, `{}`, `{"contextInfo":{"recipientPhoneNumber":"+8613800138000","eventType":"session.otp.sms.challenged"},"args":{"oTP":"482913","code":"1"}}`,
		`{"contextInfo":{"recipientPhoneNumber":"+1"},"args":{"oTP":"","code":"482913"}}`,
		`{"contextInfo":{"recipientPhoneNumber":"+1","eventType":"user.human.phone.code.added"},"args":{"oTP":"48291357","OTP":"1"}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := zitadelMessage(body, nil)
		all, ok := readReference(t, body, err)
		if !ok {
			return
		}
		code := all.text("args", "oTP")
		if code == "" {
			code = all.text("args", "code")
		}
		requirePasscode(t, code, m)
		require.Equal(t, all.text("contextInfo", "recipientPhoneNumber"), m.to)
		require.Contains(t, []string{"BindNewIdentifier", "ForgotPassword", "MfaVerification", "Generic"}, m.usageType)
		require.Empty(t, m.locale+m.ip+m.mark)
	})
}

func FuzzFlatMessage(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `{"to":"1","code":"482913"}`, `{"to":"1","code":"482913","type":"SignIn","locale":"zh_CN","ip":"203.0.113.7"}`,
		`{"to":"1","type":null}`, `{"to":"1","type":""}`, `{"TO":"2","to":"1","locale":5}`,
	} {
		f.Add([]byte(body), []byte(`{"type":"Register","locale":" ja "}`))
		f.Add([]byte(body), []byte(`{"type":["a","b"],"locale":["fr"]}`))
	}
	f.Add([]byte(`{"to":"1"}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, body, query []byte) {
		if !json.Valid(query) {
			t.Skip()
		}
		m, err := flatMessage(body, query)
		all, ok := readReference(t, body, err)
		if !ok {
			return
		}
		requirePasscode(t, all.text("code"), m)
		require.Equal(t, all["to"], m.to)
		require.Equal(t, all.text("ip"), m.ip)
		require.NotEmpty(t, m.usageType)
		if usageType, told := all["type"]; told {
			require.Equal(t, usageType, m.usageType)
		}
		if _, told := all["locale"]; told {
			requireLocale(t, all.text("locale"), m)
		}
		stranger, _ := flatMessage(body, nil)
		if _, told := all["type"]; !told {
			require.Equal(t, "Generic", stranger.usageType)
		}
	})
}

// Whatever Tencent posts: no panic, a report for each entry, and nothing of a number but its end.
func FuzzReports(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{}`, `[null, 5, {}]`,
		`[{"user_receive_time":"2026-11-25 08:03:04","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD","description":"d","sid":"2845:1"}]`,
		`[{"mobile":"13800138000","report_status":"FAIL","errmsg":"MK:13800138000","sid":"2845:13800138000"}]`,
	} {
		f.Add([]byte(body))
	}
	word := regexp.MustCompile(`^[A-Za-z0-9:_-]{0,32}$`)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := reportsMessage(body, nil)
		var all []map[string]any
		var entries []any
		if json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &entries) != nil || entries == nil {
			require.EqualError(t, err, "the body is not a JSON list")
			return
		}
		require.NoError(t, err)
		require.Len(t, m.reports, len(entries))
		for _, entry := range entries {
			fields, _ := entry.(map[string]any)
			all = append(all, fields)
		}
		for i, r := range m.reports {
			require.Regexp(t, word, r.reason)
			require.True(t, len(r.numberEnds) == 0 || len(r.numberEnds) == 2)
			if r.serialNo == "" {
				require.Zero(t, r)
				continue
			}
			mobile, _ := all[i]["mobile"].(string)
			notDigit := func(c rune) bool { return c < '0' || c > '9' }
			if len(mobile) > 6 && !strings.ContainsFunc(mobile, notDigit) {
				require.NotContains(t, r.reason, mobile)
				require.False(t, slices.Contains(strings.FieldsFunc(r.serialNo, notDigit), mobile))
			}
		}
	})
}
