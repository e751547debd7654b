package handler_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestZitadel_message(t *testing.T) {
	t.Parallel()
	about := func(eventType any) fields { return fields{"contextInfo": fields{"eventType": eventType}} }
	const other = "735201"
	for _, tt := range []struct {
		name            string
		body            fields
		usageType, code string
	}{
		{"a second factor", nil, "MfaVerification", passcode},
		{"a second factor in a login of old", about("user.human.mfa.otp.sms.code.added"), "MfaVerification", passcode},
		{"a number to be verified", about("user.human.phone.code.added"), "BindNewIdentifier", passcode},
		{"a password to be reset", about("user.human.password.code.added"), "ForgotPassword", passcode},
		{"an event of another type", about("user.human.invite.code.added"), "Generic", passcode},
		{"no type", about(absent), "Generic", passcode},
		{"a type that's no text", about(5), "Generic", passcode},
		{"oTP alone", fields{"args": fields{"code": absent}}, "MfaVerification", passcode},
		{"code alone", fields{"args": fields{"oTP": absent, "code": other}}, "MfaVerification", other},
		{"an empty oTP", fields{"args": fields{"oTP": "", "code": other}}, "MfaVerification", other},
		{"two that differ", fields{"args": fields{"code": other}}, "MfaVerification", passcode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, requests := newKeeping(t)
			a := e.invoke(t, zitadelWith(zitadelBody(tt.body)))
			require.Equal(t, "sent", a.outcome(), a.logged("hint"))
			require.Equal(t, "zitadel", a.logged("caller"))
			require.Equal(t, tt.usageType, a.logged("type"))
			require.Equal(t, []string{"+" + toMainland}, (*requests)[0].PhoneNumberSet)
			require.Equal(t, tt.code, (*requests)[0].TemplateParamSet[0])
		})
	}
}

func TestZitadel_whatIsNoMessage(t *testing.T) {
	t.Parallel()
	const (
		notObject = "the body is not a JSON object"
		noNumber  = "contextInfo.recipientPhoneNumber is not a string, or empty"
	)
	noCode := func(generator string) string {
		return "neither args.oTP nor args.code is a string of 1 to 6 digits: " +
			"set ZITADEL's secret generator " + generator + " to length 6, with digits alone"
	}
	code := func(eventType, code string) string {
		args := fields{"oTP": absent, "code": code}
		if eventType == "session.otp.sms.challenged" {
			args = fields{"oTP": code, "code": code}
		}
		return zitadelBody(fields{"contextInfo": fields{"eventType": eventType}, "args": args})
	}
	for name, tt := range map[string]struct{ body, hint string }{
		"nonsense":                  {"nonsense", notObject},
		"an empty object":           {"{}", noNumber},
		"a body of Logto's":         {bodyWith(), noNumber},
		"one of Supabase's":         {hookBody(), noNumber},
		"no number":                 {zitadelBody(fields{"contextInfo": fields{"recipientPhoneNumber": absent}}), noNumber},
		"a number as a number":      {zitadelBody(fields{"contextInfo": fields{"recipientPhoneNumber": 5}}), noNumber},
		"eight digits, the default": {code("session.otp.sms.challenged", "48261357"), noCode("OTPSMS")},
		"letters, the default":      {code("user.human.phone.code.added", "4X26B1"), noCode("PhoneVerificationCode")},
		"letters of a password":     {code("user.human.password.code.added", "4X26B1"), noCode("PasswordVerificationCode")},
		"letters of something else": {code("something.else", "4X26B1"), noCode("that makes this code")},
		"no code":                   {zitadelBody(fields{"args": fields{"oTP": absent, "code": absent}}), noCode("OTPSMS")},
		"a code as a number":        {zitadelBody(fields{"args": fields{"oTP": 482613, "code": absent}}), noCode("OTPSMS")},
		"eight digits, and fewer":   {zitadelBody(fields{"args": fields{"oTP": "48261357"}}), noCode("OTPSMS")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			a := e.invoke(t, zitadelWith(tt.body))
			require.Equal(t, "bad_request", a.outcome())
			require.Equal(t, tt.hint, a.logged("hint"))
			require.Equal(t, 400, a.StatusCode)
			require.Zero(t, *requests)
		})
	}
}

// Signatures that openssl made:
// printf '946684800.{"args":…}' | openssl dgst -sha256 -hmac KEY
func TestZitadel_knownSignatures(t *testing.T) {
	t.Parallel()
	const body = `{"contextInfo":{"recipientPhoneNumber":"+8613681974253"},"args":{"oTP":"048261"}}`
	for name, header := range map[string]string{
		"the key":              "t=946684800,v1=1beaa43d5d36f1149dff7db8746e3f0d9266d34183a30d29fcced03f39df3fd6",
		"the other key":        "t=946684800,v1=ffab9def76f36105ec5c6b819985e8daf10841ef187600dd57cc1ef76559baef",
		"blanks behind commas": "t=946684800, v1=1beaa43d5d36f1149dff7db8746e3f0d9266d34183a30d29fcced03f39df3fd6",
		"signatures first":     "v1=1beaa43d5d36f1149dff7db8746e3f0d9266d34183a30d29fcced03f39df3fd6,t=946684800",
	} {
		inBubble(t, name, func(t *testing.T) {
			e, requests := newAccepting(t)
			a := e.invoke(t, zitadelWith(body, fields{"headers": fields{"zitadel-signature": header}}))
			require.Equal(t, "sent", a.outcome(), a.logged("hint"))
			require.Equal(t, 1, *requests)
			synctest.Wait()
		})
	}
}
