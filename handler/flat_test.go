package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/template"
)

func TestFlat_message(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		body            fields
		query           any
		usageType, lang string
	}{
		{"two strings", nil, absent, "Generic", ""},
		{"with a type and a language", fields{"type": "SignIn", "locale": "zh_CN"}, absent, "SignIn", "zh-CN"},
		{"those in the query string", nil, fields{"type": "Register", "locale": "zh-HK"}, "Register", "zh-HK"},
		{"the body's are stronger", fields{"type": "SignIn", "locale": "ja"}, fields{"type": "Register", "locale": "fr"}, "SignIn", "ja"},
		{"each for itself", fields{"locale": "ja"}, fields{"type": "Register", "locale": "fr"}, "Register", "ja"},
		{"an empty language in the body is one", fields{"locale": ""}, fields{"locale": "fr"}, "Generic", ""},
		{"so is one that's no text", fields{"locale": 5}, fields{"locale": "fr"}, "Generic", ""},
		{"repeated ones in the query string", nil, fields{"type": []string{"SignIn", "Register"}, "locale": []string{"ja", "fr"}}, "Generic", ""},
		{"a list of one", nil, fields{"type": []string{"Register"}}, "Register", ""},
		{"no text", nil, fields{"type": 5, "locale": true}, "Generic", ""},
		{"an empty type", nil, fields{"type": ""}, "Generic", ""},
		{"names in another case", nil, fields{"Type": "Register", "LOCALE": "ja"}, "Generic", ""},
		{"a number and a code", nil, fields{"to": toAmerica, "code": "735201"}, "Generic", ""},
		{"a query string in a string", nil, "type=Register", "Generic", ""},
		{"other keys", fields{"content": "x", "TO": toAmerica, "Code": "1", "user": fields{"type": "x"}}, absent, "Generic", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, requests := newKeeping(t)
			a := e.invoke(t, eventWith(fields{"body": flatBody(tt.body), "queryString": tt.query}))
			require.Equal(t, "sent", a.outcome(), a.logged("hint"))
			require.Equal(t, "flat", a.logged("caller"))
			require.Equal(t, tt.usageType, a.logged("type"))
			require.Equal(t, tt.lang, a.logged("locale"))
			require.Equal(t, []string{"+" + toMainland}, (*requests)[0].PhoneNumberSet)
			require.Equal(t, passcode, (*requests)[0].TemplateParamSet[0])
		})
	}
}

func TestFlat_whatIsNoMessage(t *testing.T) {
	t.Parallel()
	const (
		noType = "type is not a string, or empty"
		noCode = "code is not a string of 1 to 6 digits"
	)
	for name, tt := range map[string]struct {
		body fields
		hint string
	}{
		"no number":              {fields{"to": absent}, "to is not a string"},
		"a number as a number":   {fields{"to": 8613681974253}, "to is not a string"},
		"no code":                {fields{"code": absent}, noCode},
		"a code as a number":     {fields{"code": 48261}, noCode},
		"a code of eight digits": {fields{"code": "48261357"}, noCode},
		"an empty type":          {fields{"type": ""}, noType},
		"a type of null":         {fields{"type": nil}, noType},
		"a type that's no text":  {fields{"type": []string{"SignIn"}}, noType},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			a := e.invoke(t, eventWith(fields{"body": flatBody(tt.body), "queryString": fields{"type": "SignIn"}}))
			require.Equal(t, "bad_request", a.outcome())
			require.Equal(t, tt.hint, a.logged("hint"))
			require.Zero(t, *requests)
		})
	}
}

// Logto's body has all that belongs to it. What stands in the URL is not the user's.
func TestLogto_queryStringIsNotRead(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	query := fields{"queryString": fields{"type": "Register", "locale": "ja"}}
	a := e.invoke(t, eventWith(query))
	require.Equal(t, "SignIn", a.logged("type"))
	require.Empty(t, a.logged("locale"))
	a = e.invoke(t, eventWith(query, fields{"body": bodyWith(fields{"type": absent})}))
	require.Equal(t, "bad_request", a.outcome())
}

// The query string is read after the proof: a stranger's doesn't choose the language.
func TestFlat_queryStringOfAStranger(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	a := e.invoke(t, eventWith(fields{
		"headers": fields{"authorization": "Bearer guess"}, "body": flatBody(), "queryString": fields{"locale": "ja"},
	}))
	require.Equal(t, "unauthorized", a.outcome())
	require.Contains(t, a.Body, "The code could not be sent")
	require.Empty(t, a.logged("locale"))
}

// Who uses a flat body is no administrator who tries Logto's connector, also with the type Generic.
func TestFlat_isToldWhatAPersonIsTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body   fields
		change func(*setup)
		want   string
	}{
		{fields{"to": "13681974253"}, func(*setup) {}, "This phone number is not valid."},
		{nil, onlyAbroad, "Codes cannot be sent to phone numbers in this country or region."},
		{nil, noMainlandText, "Codes cannot be sent to phone numbers in this country or region."},
	} {
		e, _ := newAccepting(t, tt.change)
		a := e.invoke(t, eventWith(fields{"body": flatBody(tt.body)}))
		require.Contains(t, a.Body, tt.want)
		require.Equal(t, template.Generic, a.logged("type"))
	}
}
