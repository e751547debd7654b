package handler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/template"
)

func TestInvoke_whoIsNotLetIn(t *testing.T) {
	t.Parallel()
	const (
		noHeader = "there is no Authorization header"
		several  = "there are several Authorization headers, and they differ"
		another  = "the Authorization header is not the secret's"
	)
	bare := strings.TrimPrefix(token, "Bearer ")
	for name, tt := range map[string]struct {
		headers any
		hint    string
	}{
		"no header":                         {fields{"authorization": absent}, noHeader},
		"an empty one":                      {fields{"authorization": ""}, noHeader},
		"null":                              {fields{"authorization": nil}, noHeader},
		"a number":                          {fields{"authorization": 5}, noHeader},
		"an object":                         {fields{"authorization": fields{"a": token}}, noHeader},
		"an empty list":                     {fields{"authorization": []string{}}, noHeader},
		"a list with something else":        {fields{"authorization": []any{token, 5}}, noHeader},
		"no headers at all":                 {nil, noHeader},
		"another header":                    {fields{"authorization": absent, "x-authorization": token}, noHeader},
		"one of 1 MB":                       {fields{"authorization": strings.Repeat("x", 1<<20)}, noHeader},
		"a wrong token":                     {fields{"authorization": "Bearer guess"}, another},
		"a part of it":                      {fields{"authorization": token[:len(token)-1]}, another},
		"more than it":                      {fields{"authorization": token + "x"}, another},
		"blanks around it":                  {fields{"authorization": " " + token + " "}, another},
		"the scheme in lower case":          {fields{"authorization": "bearer " + bare}, another},
		"the scheme alone":                  {fields{"authorization": "Bearer "}, another},
		"the token without its scheme":      {fields{"authorization": bare}, `the Authorization header lacks the "Bearer " that the secret has`},
		"the scheme twice":                  {fields{"authorization": "Bearer " + token}, `the Authorization header has a "Bearer " that the secret has not`},
		"two tokens, the first right":       {fields{"authorization": []string{token, "Bearer guess"}}, several},
		"two tokens, the second right":      {fields{"authorization": []string{"Bearer guess", token}}, several},
		"two tokens in two spellings":       {fields{"Authorization": "Bearer guess"}, several},
		"the right one beside an empty one": {fields{"AUTHORIZATION": ""}, several},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			a := e.invoke(t, eventWith(fields{"headers": tt.headers}))
			require.Equal(t, "unauthorized", a.outcome())
			require.Equal(t, tt.hint, a.logged("hint"))
			isProof := map[bool]string{true: "", false: "logto"}[slices.Contains([]string{noHeader, several}, tt.hint)]
			require.Equal(t, isProof, a.logged("caller"))
			require.NotContains(t, a.Headers, versionHeader)
			require.Empty(t, a.logged("type"), "nothing of a stranger's message is logged but its language")
			require.Zero(t, *requests)
		})
	}
}

// Who sends no token costs no call of SSM.
func TestInvoke_withoutATokenSSMIsNotAsked(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for _, value := range []any{absent, "", nil, []string{token, "Bearer guess"}} {
		a := e.invoke(t, eventWith(fields{"headers": fields{"authorization": value}}))
		require.Equal(t, "unauthorized", a.outcome())
	}
	require.Zero(t, e.cloud.Count(cloudsim.GetSecretValue))
	require.Equal(t, "unauthorized", e.invoke(t, eventWith(fields{"headers": fields{"authorization": "Bearer guess"}})).outcome())
	require.NotZero(t, e.cloud.Count(cloudsim.GetSecretValue))
}

func TestInvoke_eachTokenOfTheSecretIsLetIn(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions = map[string]cloudsim.SecretValue{"SSM_Current": {String: toJSON(fields{
			"accessKeyId": "AKIDone", "accessKeySecret": "one-secret-key", "authorization": []string{"Bearer caller-token-old", token},
		})}}
	})
	for header, want := range map[string]string{
		token: "sent", "Bearer caller-token-old": "sent", "Bearer caller-token": "unauthorized",
		token + "Bearer caller-token-old": "unauthorized",
	} {
		a := e.invoke(t, eventWith(fields{"headers": fields{"authorization": header}}))
		assert.Equal(t, want, a.outcome(), header)
	}
}

func TestInvoke_whatIsNoMessage(t *testing.T) {
	t.Parallel()
	const (
		bom        = "\ufeff"
		notObject  = "the body is not a JSON object"
		notBase64  = "the body is not base64"
		noTo       = "to is not a string"
		noType     = "type is not a string, or empty"
		noCode     = "payload.code is not a string of 1 to 6 digits"
		noFlatCode = "code is not a string of 1 to 6 digits"
	)
	plain := func(body any) fields { return fields{"body": body} }
	message := func(changes fields) fields { return plain(bodyWith(changes)) }
	for name, tt := range map[string]struct {
		event fields
		hint  string
	}{
		"no body":                {plain(absent), notObject},
		"null":                   {plain(nil), notObject},
		"an empty one":           {plain(""), notObject},
		"an empty one, base64":   {fields{"body": "", "isBase64Encoded": true}, notObject},
		"no body, base64":        {fields{"body": absent, "isBase64Encoded": "true"}, notObject},
		"no base64":              {fields{"body": bodyWith(), "isBase64Encoded": true}, notBase64},
		"base64 for URLs":        {fields{"body": "-_-_", "isBase64Encoded": true}, notBase64},
		"half of base64":         {fields{"body": "e30", "isBase64Encoded": true}, notBase64},
		"base64 nobody said":     {plain(inBase64(bodyWith())["body"]), notObject},
		"nonsense":               {plain("nonsense"), notObject},
		"a byte order mark":      {plain(bom), notObject},
		"two byte order marks":   {plain(bom + bom + bodyWith()), notObject},
		"a body of an object":    {plain(fields{"to": toMainland}), notObject},
		"a large one of those":   {plain(fields{"to": strings.Repeat("x", 1<<20)}), notObject},
		"a form":                 {plain("to=" + toMainland), notObject},
		"null in JSON":           {plain("null"), notObject},
		"a list":                 {plain("[" + bodyWith() + "]"), notObject},
		"more than an object":    {plain(bodyWith() + bodyWith()), notObject},
		"very deep JSON":         {plain(strings.Repeat("[", 60_000)), notObject},
		"no number":              {message(fields{"to": absent}), noTo},
		"a number as a number":   {message(fields{"to": 8613681974253}), noTo},
		"a number of null":       {message(fields{"to": nil}), noTo},
		"numbers":                {message(fields{"to": []string{toMainland}}), noTo},
		"no type":                {message(fields{"type": absent}), noType},
		"an empty type":          {message(fields{"type": ""}), noType},
		"a type of null":         {message(fields{"type": nil}), noType},
		"a type that's no text":  {message(fields{"type": []string{"SignIn"}}), noType},
		"a payload in text":      {message(fields{"payload": "code"}), "payload is not a JSON object"},
		"a payload in a list":    {message(fields{"payload": []string{passcode}}), "payload is not a JSON object"},
		"no payload and no code": {message(fields{"payload": absent}), noFlatCode},
		"a payload of null":      {message(fields{"payload": nil}), noCode},
		"TO":                     {message(fields{"to": absent, "TO": toMainland}), noTo},
		"Type":                   {message(fields{"type": absent, "Type": "SignIn"}), noType},
		"PAYLOAD":                {message(fields{"payload": absent, "PAYLOAD": fields{"code": passcode}}), noFlatCode},
		"Code":                   {message(fields{"payload": fields{"code": absent, "Code": passcode}}), noCode},
		"a code beside payload":  {message(fields{"payload": fields{"code": absent}, "code": passcode}), noCode},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			a := e.invoke(t, eventWith(tt.event))
			require.Equal(t, "bad_request", a.outcome())
			require.Equal(t, tt.hint, a.logged("hint"))
			require.Zero(t, *requests)
		})
	}
}

func TestInvoke_passcodeIsAStringOfOneToSixDigits(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for code, want := range map[any]string{
		"0":       "sent",
		"000000":  "sent",
		"12":      "sent",
		passcode:  "sent",
		"":        "bad_request",
		"0482610": "bad_request",
		" 048261": "bad_request",
		"04826 ":  "bad_request",
		"04-261":  "bad_request",
		"+48261":  "bad_request",
		"4826.1":  "bad_request",
		"48261\n": "bad_request",
		"abcdef":  "bad_request",
		"０４８":     "bad_request",
		"٠٤":      "bad_request",
		"48\x00":  "bad_request",
		48261:     "bad_request",
		true:      "bad_request",
		nil:       "bad_request",
	} {
		a := e.invoke(t, messageWith(fields{"payload": fields{"code": code}}))
		assert.Equal(t, want, a.outcome(), "%#v", code)
	}
}

func TestInvoke_byteOrderMarkIsSkipped(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	require.Equal(t, "sent", e.invoke(t, eventWith(fields{"body": "\ufeff" + bodyWith()})).outcome())
	require.Equal(t, "sent", e.invoke(t, eventWith(inBase64("\ufeff"+bodyWith()))).outcome())
}

// encoding/json alone would let a key in another case overwrite ours.
func TestInvoke_keysAreMatchedExactly(t *testing.T) {
	t.Parallel()
	for _, decoy := range []string{
		`{"to": "8613681974253", "TO": "16502539187", "type": "SignIn", "payload": {"code": "048261"}}`,
		`{"TO": "16502539187", "to": "8613681974253", "Type": "Register", "type": "SignIn", "Payload": {"code": "999999"}, "payload": {"code": "048261"}}`,
		`{"to": "8613681974253", "type": "SignIn", "payload": {"CODE": "999999", "code": "048261", "cOdE": 5, "LOCALE": 5}, "PAYLOAD": 5}`,
		`{"to": "8613681974253", "type": "SignIn", "payload": {"code": "048261", "application": {"name": "x"}, "user": {"to": "16502539187"}, "link": null}, "ip": 5, "extra": []}`,
	} {
		e := newEnv(t)
		a := e.invoke(t, eventWith(fields{"body": decoy}))
		require.Equal(t, "sent", a.outcome(), decoy)
		sent := e.cloud.Outbox()[0]
		require.Equal(t, []string{"+" + toMainland, "1110001", passcode}, []string{sent.PhoneNumber, sent.TemplateID, sent.Params[0]})
	}
}

// The message that goes out is that of the template, with the passcode in its place.
func TestInvoke_whatIsSent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		message fields
		to      string
		id      string
		params  []string
		sign    string
		sender  string
	}{
		{"to the mainland", nil, "+" + toMainland, "1110001", []string{passcode}, "示例", ""},
		{"abroad", fields{"to": toAmerica}, "+" + toAmerica, "2220001", []string{passcode}, "Example", "EXAMPLE"},
		{"Hong Kong is abroad", fields{"to": "85261937428"}, "+85261937428", "2220001", []string{passcode}, "Example", "EXAMPLE"},
		{"a code keeps its zeros, and Generic serves the rest", fields{"type": "NeverHeardOf", "payload": fields{"code": "000"}},
			"+" + toMainland, "1110004", []string{"000", "10"}, "示例", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, func(s *setup) { s.SMS.SignNameOverseas, s.SMS.SenderID = "Example", "EXAMPLE" })
			a := e.invoke(t, messageWith(tt.message))
			require.Equal(t, "sent", a.outcome())
			sent := e.cloud.Outbox()[0]
			require.Equal(t, []string{tt.to, tt.id, tt.sign, tt.sender, requestID, "1400006666", "AKIDone"},
				[]string{sent.PhoneNumber, sent.TemplateID, sent.SignName, sent.SenderID, sent.SessionContext, sent.SDKAppID, sent.KeyID})
			require.Equal(t, tt.params, sent.Params)
			require.Equal(t, `{"requestId":"`+requestID+`","serialNo":"`+sent.SerialNo+`"}`, a.Body)
		})
	}
}

// The page's language, or else those that the application asked for.
func TestInvoke_languageOfTheTemplate(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t, func(s *setup) {
		s.Templates = template.Templates{
			{UsageType: template.Generic, ID: "everybody"},
			{UsageType: template.Generic, Locale: "fr", ID: "french"},
			{UsageType: template.Generic, Locale: "zh", ID: "chinese"},
		}
	})
	for _, tt := range []struct {
		name    string
		payload fields
		want    string
	}{
		{"none", nil, "everybody"},
		{"locale", fields{"locale": "fr-CA"}, "french"},
		{"locale as Java writes it", fields{"locale": "fr_CA"}, "french"},
		{"uiLocales as Java writes them", fields{"uiLocales": "ja_JP zh_HK"}, "chinese"},
		{"uiLocales", fields{"uiLocales": "ja zh-HK fr"}, "chinese"},
		{"uiLocales with more blanks than needed", fields{"uiLocales": "  ja   fr "}, "french"},
		{"locale is stronger", fields{"locale": "fr", "uiLocales": "zh"}, "french"},
		{"also where there is nothing in it", fields{"locale": "ja", "uiLocales": "zh"}, "everybody"},
		{"an empty locale is none", fields{"locale": "", "uiLocales": "zh"}, "chinese"},
		{"so is one of blanks", fields{"locale": " ", "uiLocales": "zh"}, "chinese"},
		{"so is null", fields{"locale": nil, "uiLocales": "zh"}, "chinese"},
		{"so is what is no text", fields{"locale": []string{"fr"}, "uiLocales": "zh"}, "chinese"},
		{"uiLocales that are no text", fields{"uiLocales": []string{"fr"}}, "everybody"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := e.invoke(t, messageWith(fields{"payload": tt.payload}))
			require.Equal(t, tt.want, a.logged("template"))
		})
	}
}
