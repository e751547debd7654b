package handler_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/settings"
	"scf-sms/internal/template"
)

func withProblems(s *setup) {
	s.Problems = []settings.Problem{
		{Variable: "SIGN_NAME", Missing: true},
		{Variable: "TEMPLATES", Text: "no template"},
	}
}
func onlyMainland(s *setup) { s.AllowedCallingCodes = map[int]bool{86: true} }
func onlyAbroad(s *setup)   { s.AllowedCallingCodes = map[int]bool{1: true} }
func noMainlandText(s *setup) {
	s.Templates = template.Templates{{UsageType: template.Generic, Overseas: true, ID: "2220004"}}
}
func noGenericAtHome(s *setup) {
	noMainlandText(s)
	s.Templates = append(s.Templates, template.Template{UsageType: "Register", ID: "1110002"})
}
func noTextForAbroad(s *setup) {
	s.Templates = template.Templates{{UsageType: template.Generic, ID: "1110004"}}
}
func tooLargeBody() string { return strings.Repeat(" ", 64<<10+1) }

// A request that is wrong in several ways is told the first.
func TestInvoke_checksAreMadeInOrder(t *testing.T) {
	t.Parallel()
	nobody := fields{"authorization": absent}
	noCode := fields{"payload": fields{"code": "0482610"}}
	for _, tt := range []struct {
		name    string
		event   []byte
		change  func(*setup)
		outcome string
		hint    string
	}{
		{"the event, before anything", []byte("nonsense"), withProblems, "bad_request", "the event is not a JSON object"},
		{"the settings, before the method", eventWith(fields{"httpMethod": "GET"}), withProblems, "misconfigured", "SIGN_NAME is not set; TEMPLATES: no template"},
		{"the settings, before the caller", eventWith(fields{"headers": nobody}), withProblems, "misconfigured", ""},
		{"the method, before the size", eventWith(fields{"httpMethod": "GET", "headers": nobody, "body": tooLargeBody()}), nil, "method_not_allowed", ""},
		{"the method, before the caller", eventWith(fields{"httpMethod": "PUT", "headers": nobody, "body": "nonsense"}), nil, "method_not_allowed", ""},
		{"the size, before the caller", eventWith(fields{"headers": nobody, "body": tooLargeBody()}), nil, "body_too_large", ""},
		{"the caller, before base64", eventWith(fields{"headers": nobody, "isBase64Encoded": true, "body": "?"}), nil, "unauthorized", ""},
		{"the caller, before JSON", eventWith(fields{"headers": nobody, "body": "nonsense"}), nil, "unauthorized", ""},
		{"JSON, before the number", messageWith(fields{"to": "nonsense", "payload": "nonsense"}), nil, "bad_request", "payload is not a JSON object"},
		{"the number, before the code", messageWith(noCode, fields{"to": "nonsense"}), onlyAbroad, "invalid_phone_number", ""},
		{"the code, before the destination", messageWith(noCode), onlyAbroad, "bad_request", "payload.code is not a string of 1 to 6 digits"},
		{"the destination, before the template", smsTo(toMainland), func(s *setup) { onlyAbroad(s); noMainlandText(s) }, "destination_not_allowed", "the calling code is not in ALLOWED_CALLING_CODES"},
		{"the template for the mainland", smsTo(toMainland), noGenericAtHome, "misconfigured", `no template for china numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"china": "…"}}`},
		{"no template for the mainland at all", smsTo(toMainland), noMainlandText, "destination_not_allowed", `no template for china numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"china": "…"}}`},
		{"the template for abroad", smsTo(toAmerica), noTextForAbroad, "destination_not_allowed", `no template for overseas numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"overseas": "…"}}`},
		{"nothing is wrong", smsTo(toMainland), onlyMainland, "sent", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t, func(s *setup) {
				if tt.change != nil {
					tt.change(s)
				}
			})
			a := e.invoke(t, tt.event)
			require.Equal(t, tt.outcome, a.outcome())
			if tt.hint != "" {
				require.Equal(t, tt.hint, a.logged("hint"))
			}
			require.Equal(t, tt.outcome == "sent", *requests == 1)
		})
	}
}

func TestInvoke_problemsOfTheSettingsAnswerEveryEvent(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t, withProblems)
	for _, event := range []string{
		`{}`, `{"httpMethod": "GET"}`, `{"httpMethod": "HEAD"}`, `{"Type": "Timer"}`, string(smsTo(toMainland)), string(smsTo("1")),
	} {
		a := e.invoke(t, []byte(event))
		require.Equal(t, "misconfigured", a.outcome(), event)
		require.Equal(t, "SIGN_NAME is not set; TEMPLATES: no template", a.logged("hint"), "all of them")
		require.NotContains(t, a.Body, "SIGN_NAME")
	}
	a := e.invoke(t, eventWith(fields{"headers": fields{"accept": "application/json"}}))
	require.Equal(t, "application/problem+json", a.Headers["content-type"])
	require.Zero(t, *requests)

	e, requests = newAccepting(t, func(s *setup) { withProblems(s); s.Problems = s.Problems[:1] })
	require.Equal(t, "misconfigured", e.invoke(t, smsTo(toMainland)).outcome(), "one is enough")
	require.Zero(t, *requests)
}

func TestInvoke_bareNumbersAreReadAsConfigured(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	require.Equal(t, "1", e.invoke(t, smsTo(toAmerica)).logged("callingCode"))
	e, _ = newAccepting(t, func(s *setup) { s.BareChina = true })
	require.Equal(t, "86", e.invoke(t, smsTo(toAmerica)).logged("callingCode"))
	require.Equal(t, "1", e.invoke(t, smsTo("+"+toAmerica)).logged("callingCode"))
}
