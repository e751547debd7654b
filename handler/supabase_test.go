package handler_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/template"
)

// newKeeping is a function whose SMS accepts everything and keeps the requests.
func newKeeping(t testing.TB, changes ...func(*setup)) (e *env, requests *[]sendSms) {
	requests = &[]sendSms{}
	accept := answering(200, acceptance)
	return newCanned(t, transportFunc(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		var sent sendSms
		require.NoError(t, json.Unmarshal(body, &sent))
		*requests = append(*requests, sent)
		return accept(req)
	}), changes...), requests
}

type sendSms struct {
	PhoneNumberSet, TemplateParamSet []string
	TemplateId                       string
}

// Bodies that the real Supabase Auth posted.
func TestSupabase_recordedBodies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/supabase-recorded.json")
	require.NoError(t, err)
	var recorded []struct{ Name, ExpectTo, Body string }
	require.NoError(t, json.Unmarshal(text, &recorded))
	types := map[string]string{
		"sign-up": "Register", "change of number": "BindNewIdentifier", "MFA": "MfaVerification",
	}
	require.Len(t, recorded, len(types))
	for _, r := range recorded {
		for _, base64 := range []bool{false, true} {
			e, requests := newKeeping(t)
			var changes fields
			if base64 {
				changes = inBase64(r.Body)
			}
			a := e.invoke(t, hookWith(t, r.Body, changes))
			require.Equal(t, "sent", a.outcome(), r.Name)
			require.Equal(t, "supabase", a.logged("caller"))
			require.Equal(t, types[r.Name], a.logged("type"))
			require.Equal(t, []string{r.ExpectTo}, (*requests)[0].PhoneNumberSet)
			require.Equal(t, "482913", (*requests)[0].TemplateParamSet[0])
			require.Equal(t, `{"requestId":"`+requestID+`","serialNo":"serial-a"}`, a.Body)
		}
	}
}

func TestSupabase_whereTheCodeGoesAndWhatFor(t *testing.T) {
	t.Parallel()
	const (
		factor, other = "8613700000007", "8613700000008"
		signIn        = "SignIn"
		change        = "BindNewIdentifier"
		mfa           = "MfaVerification"
	)
	user := func(user fields) fields { return fields{"user": user} }
	old := fields{"sms": fields{"phone": absent}} // before 2.180
	second := func(phones ...any) fields {
		factors := []any{}
		for _, phone := range phones {
			factors = append(factors, fields{"factor_type": "phone", "phone": phone, "status": "verified"})
		}
		return fields{"sms": fields{"sms_type": "mfa"}, "user": fields{"factors": factors}}
	}
	changing := user(fields{"new_phone": other})
	for _, tt := range []struct {
		name      string
		body      []fields
		to        string
		usageType string
	}{
		{"sign-in", nil, toMainland, signIn},
		{"sign-up", []fields{user(fields{"phone_confirmed_at": absent})}, toMainland, "Register"},
		{"not confirmed yet", []fields{user(fields{"phone_confirmed_at": nil})}, toMainland, "Register"},
		{"a change of number", []fields{changing, {"sms": fields{"phone": other}}}, other, change},
		{"a change before the first was confirmed", []fields{
			changing, {"sms": fields{"phone": other}}, user(fields{"phone_confirmed_at": absent})}, other, change},
		{"a sign-in during a change", []fields{changing}, toMainland, signIn},
		{"an empty new number", []fields{user(fields{"new_phone": ""})}, toMainland, signIn},
		{"a second factor", []fields{second(factor), {"sms": fields{"phone": factor}}}, factor, mfa},
		{"a second factor during a change to it", []fields{
			second(other), changing, {"sms": fields{"phone": other}}}, other, mfa},
		{"another sms_type", []fields{{"sms": fields{"sms_type": "sms"}}}, toMainland, signIn},
		{"with a plus sign", []fields{{"sms": fields{"phone": "+" + other}}, changing}, other, change},

		{"old: sign-in", []fields{old}, toMainland, signIn},
		{"old: a phone of null", []fields{{"sms": fields{"phone": nil}}}, toMainland, signIn},
		{"old: an empty phone", []fields{{"sms": fields{"phone": ""}}}, toMainland, signIn},
		{"old: sign-up", []fields{old, user(fields{"phone_confirmed_at": absent})}, toMainland, "Register"},
		{"old: a change of number", []fields{old, changing}, other, change},
		{"old: a second factor", []fields{second(factor), old}, factor, mfa},
		{"old: a second factor during a change", []fields{second(factor), changing, old}, factor, mfa},
		{"old: a second factor beside one without a phone", []fields{second(nil, "", factor, 5), old}, factor, mfa},
		{"old: a second factor told twice", []fields{second(factor, factor), old}, factor, mfa},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, requests := newKeeping(t)
			a := e.invoke(t, hookWith(t, hookBody(tt.body...)))
			require.Equal(t, "sent", a.outcome(), a.logged("hint"))
			require.Equal(t, []string{"+" + tt.to}, (*requests)[0].PhoneNumberSet)
			require.Equal(t, tt.usageType, a.logged("type"))
		})
	}
}

func TestSupabase_whatIsNoMessage(t *testing.T) {
	t.Parallel()
	const (
		noFactor = "there is no sms.phone, and user.factors has no phone or several: " +
			"update Supabase Auth to 2.180 or newer, which says where the code is to go"
		noNumber = "there is no number in sms.phone, user.new_phone or user.phone"
		noCode   = "sms.otp is not a string of 1 to 6 digits: " +
			"set the length of codes to 6 in Supabase (GOTRUE_SMS_OTP_LENGTH)"
		notObject = "the body is not a JSON object"
	)
	mfa := func(factors any, more fields) string {
		return hookBody(fields{
			"sms": fields{"phone": absent, "sms_type": "mfa"}, "user": fields{"factors": factors},
		}, more)
	}
	phone := func(number string) fields { return fields{"phone": number} }
	for name, tt := range map[string]struct{ body, hint string }{
		"nothing":                {"", notObject},
		"nonsense":               {"nonsense", notObject},
		"a list":                 {"[" + hookBody() + "]", notObject},
		"an empty object":        {"{}", noNumber},
		"a body of Logto's":      {bodyWith(), noNumber},
		"a flat one":             {flatBody(), noNumber},
		"one of ZITADEL's":       {zitadelBody(), noNumber},
		"sms in a list":          {hookBody(fields{"sms": []string{}, "user": absent}), noNumber},
		"a phone as a number":    {hookBody(fields{"sms": fields{"phone": 8613681974253}}), "sms.phone is not a string"},
		"a phone in a list":      {hookBody(fields{"sms": fields{"phone": []string{toMainland}}}), "sms.phone is not a string"},
		"no number at all":       {hookBody(fields{"sms": fields{"phone": absent}, "user": fields{"phone": ""}}), noNumber},
		"a factor but no phone":  {mfa([]any{fields{"factor_type": "totp"}}, nil), noFactor},
		"no factors":             {mfa(absent, nil), noFactor},
		"none but being changed": {mfa(nil, fields{"user": fields{"new_phone": toMainland}}), noFactor},
		"factors in an object":   {mfa(fields{"phone": toMainland}, nil), noFactor},
		"two factors":            {mfa([]any{phone(toMainland), phone(toAmerica)}, nil), noFactor},
		"two among others":       {mfa([]any{phone(toMainland), phone(""), phone(toAmerica), phone(toMainland)}, nil), noFactor},
		"no code":                {hookBody(fields{"sms": fields{"otp": absent}}), noCode},
		"a code as a number":     {hookBody(fields{"sms": fields{"otp": 482613}}), noCode},
		"a code of eight digits": {hookBody(fields{"sms": fields{"otp": "48261357"}}), noCode},
		"a code of letters":      {hookBody(fields{"sms": fields{"otp": "AB12CD"}}), noCode},
		"a blank in the code":    {hookBody(fields{"sms": fields{"otp": " 48261"}}), noCode},
		"keys in another case":   {strings.Replace(hookBody(), `"otp"`, `"OTP"`, 1), noCode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			a := e.invoke(t, hookWith(t, tt.body))
			require.Equal(t, "bad_request", a.outcome())
			require.Equal(t, tt.hint, a.logged("hint"))
			require.Equal(t, "supabase", a.logged("caller"))
			require.True(t, strings.HasPrefix(a.Body, `{"error":{"http_code":400,"message":"The code could not be sent.`), a.Body)
			require.Zero(t, *requests)
		})
	}
}

// The application may keep the user's language in the user's metadata. Nothing else of the user is
// logged or answered: every test of this package looks for it.
func TestSupabase_language(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t, func(s *setup) {
		s.Templates = template.Templates{
			{UsageType: template.Generic, ID: "everybody"},
			{UsageType: template.Generic, Locale: "zh-TW", ID: "taiwan"},
		}
	})
	for _, tt := range []struct {
		metadata       any
		logged, chosen string
	}{
		{fields{"locale": "zh-TW"}, "zh-TW", "taiwan"},
		{fields{"locale": " zh_TW "}, "zh-TW", "taiwan"},
		{fields{"locale": "zh-TW-x-" + strings.Repeat("private-", 3) + "abc"}, "zh-TW-x-private-private-private-abc", "taiwan"},
		{fields{"locale": "zh-TW-x-" + strings.Repeat("private-", 3) + "abcd"}, "(not shown)", "taiwan"},
		{fields{"locale": personal}, "(not shown)", "everybody"},
		{fields{"locale": toMainland}, "(not shown)", "everybody"},
		{fields{"locale": "en-" + passcode}, "(not shown)", "everybody"},
		{fields{"locale": 5}, "", "everybody"},
		{fields{"locale": nil}, "", "everybody"},
		{fields{"Locale": "zh-TW"}, "", "everybody"},
		{"zh-TW", "", "everybody"},
		{absent, "", "everybody"},
	} {
		a := e.invoke(t, hookWith(t, hookBody(fields{"user": fields{"user_metadata": tt.metadata}})))
		require.Equal(t, "sent", a.outcome())
		assert.Equal(t, tt.logged, a.logged("locale"), "%v", tt.metadata)
		assert.Equal(t, tt.chosen, a.logged("template"), "%v", tt.metadata)
	}
	refused := hookBody(fields{"user": fields{"user_metadata": fields{"locale": "ja"}}, "sms": fields{"otp": "x"}})
	require.Contains(t, e.invoke(t, hookWith(t, refused)).Body, "サポート")
}

// Supabase posts the user's metadata twice, and people keep pictures in it.
func TestSupabase_bodyOf512KiB(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	const limit = 512 << 10
	sized := func(size int) string {
		body := hookBody(fields{"user": fields{"user_metadata": fields{"picture": "", "locale": "ja"}}})
		return strings.Replace(body, `"picture":"`, `"picture":"`+strings.Repeat("x", size-len(body)), 1)
	}
	for _, size := range []int{64<<10 + 1, limit} {
		require.Equal(t, "sent", e.invoke(t, hookWith(t, sized(size))).outcome())
		require.Equal(t, "sent", e.invoke(t, hookWith(t, "", inBase64(sized(size)),
			fields{"headers": hookHeaders(t, sized(size), time.Now())})).outcome())
	}
	require.Equal(t, 4, *requests)
	a := e.invoke(t, hookWith(t, sized(limit+1)))
	require.Equal(t, "body_too_large", a.outcome())
	require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
	require.Equal(t, 4, *requests)
}
