package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/handler"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/settings"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
	"scf-sms/internal/testlog"
	"scf-sms/secrets"
)

// Every outcome, as the caller that asks for JSON and the person who is signing in are told it.
// internal/sentence has the sentences in all languages.
func TestInvoke_everyOutcomeInEveryForm(t *testing.T) {
	t.Parallel()
	const (
		failed      = "The code could not be sent. Please contact support if this continues."
		wrongNumber = "This phone number is not valid. Please check it and try again."
		notHere     = "Codes cannot be sent to phone numbers in this country or region."
		accepted    = "" // no sentence: it is told as accepted
	)
	refusal := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Refuse, Code: code} }
	failure := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Error, Code: code} }
	away := &cloudsim.Fault{Kind: cloudsim.HTTP}
	header := func(value any) fields { return fields{"headers": fields{"authorization": value}} }
	after := func(seconds string) map[string]string { return map[string]string{"retry-after": seconds} }
	bearer := map[string]string{"www-authenticate": "Bearer"}
	// TestInvoke_timerKeepsTheInstanceWarm, TestReports_eachIsALine
	seen := map[string]bool{"timer": true, "reports": true}
	for _, tt := range []struct {
		name     string
		outcome  string
		event    fields
		message  fields
		settings func(*setup)
		ssm, sms *cloudsim.Fault
		headers  map[string]string // beside content-type, cache-control and the version
		stranger bool              // the caller has not proved itself, so it isn't told the version
		text     string
	}{
		{name: "nothing is wrong", outcome: "sent", text: accepted},
		{name: "no code", outcome: "bad_request", message: fields{"payload": fields{"code": absent}}, text: failed},
		{name: "no usage type", outcome: "bad_request", message: fields{"type": absent}, text: failed},
		{name: "no number", outcome: "bad_request", message: fields{"to": absent}, text: failed},
		{name: "no base64", outcome: "bad_request", event: fields{"isBase64Encoded": true}, text: failed},
		{name: "a wrong number", outcome: "invalid_phone_number", message: fields{"to": "861368197425"}, text: wrongNumber},
		{name: "a wrong number of an account", outcome: "invalid_phone_number",
			message: fields{"to": "861368197425", "type": "MfaVerification"}, text: "The phone number on this account is not valid. Please contact support."},
		{name: "a stranger", outcome: "unauthorized", event: header("Bearer guess"), headers: bearer, stranger: true, text: failed},
		{name: "GET", outcome: "method_not_allowed", event: fields{"httpMethod": "GET"}, stranger: true,
			headers: map[string]string{"allow": "POST"}, text: failed},
		{name: "a calling code not allowed", outcome: "destination_not_allowed", settings: onlyAbroad, text: notHere},
		{name: "no template abroad", outcome: "destination_not_allowed", message: fields{"to": toAmerica}, settings: noTextForAbroad, text: notHere},
		{name: "no template at home", outcome: "misconfigured", settings: noGenericAtHome, text: failed},
		{name: "a number that opted out", outcome: "undeliverable", sms: refusal("FailedOperation.PhoneNumberInBlacklist"),
			text: "This phone number cannot receive codes. Please use another one."},
		{name: "an account's number that opted out", outcome: "undeliverable", sms: refusal("FailedOperation.PhoneNumberInBlacklist"),
			message: fields{"type": "ForgotPassword"}, text: "This phone number cannot receive codes. Please contact support."},
		{name: "too often", outcome: "too_many_requests", sms: refusal("LimitExceeded.PhoneNumberThirtySecondLimit"),
			headers: after("30"), text: "Too many codes have been requested. Please try again in 30 seconds."},
		{name: "an hour too often", outcome: "too_many_requests", sms: refusal("LimitExceeded.PhoneNumberOneHourLimit"),
			headers: after("3600"), text: "Too many codes have been requested. Please try again in an hour."},
		{name: "a day too often, in the morning", outcome: "too_many_requests", sms: refusal("LimitExceeded.PhoneNumberDailyLimit"),
			settings: func(s *setup) { s.Now = func() time.Time { return eleven().Add(-16 * time.Hour) } },
			headers:  after("61200"), text: "Too many codes have been requested. Please try again tomorrow."},
		{name: "too fast, and no time to wait", outcome: "too_many_requests", sms: failure("RequestLimitExceeded"),
			settings: func(s *setup) { s.TimeBudget = 1900 * time.Millisecond }, headers: after("1"),
			text: "The service is busy. Please try again in a few seconds."},
		{name: "too many go abroad", outcome: "too_many_requests", sms: refusal("LimitExceeded.GlobalSmsSendingRateLimit"),
			headers: after("5"), text: "The service is busy. Please try again in a few seconds."},
		{name: "problems", outcome: "misconfigured", settings: withProblems, stranger: true, text: failed},
		{name: "no secret", outcome: "misconfigured", ssm: failure("ResourceNotFound"), stranger: true, text: failed},
		{name: "no money", outcome: "provider_refused", sms: refusal("FailedOperation.InsufficientBalanceInSmsPackage"), text: failed},
		{name: "a wrong key", outcome: "provider_refused", sms: failure("AuthFailure.SecretIdNotFound"), text: failed},
		{name: "SSM away", outcome: "provider_unavailable", ssm: away, headers: after("5"), stranger: true,
			text: "Codes cannot be sent at the moment. Please try again later."},
		{name: "a stranger, SSM away", outcome: "provider_unavailable", event: header("Bearer guess"), ssm: away,
			headers: after("5"), stranger: true, text: "Codes cannot be sent at the moment. Please try again later."},
		{name: "no token, SSM away", outcome: "unauthorized", event: header(absent), ssm: away, headers: bearer, stranger: true, text: failed},
		{name: "the day's messages used up", outcome: "provider_unavailable", sms: refusal("LimitExceeded.AppDailyLimit"),
			headers: after("3600"), text: "Codes cannot be sent at the moment. Please try again in an hour."},
		{name: "no answer", outcome: "outcome_unknown", sms: &cloudsim.Fault{Kind: cloudsim.EOFSent}, text: accepted},
		{name: "an answer that says neither", outcome: "outcome_unknown", sms: away,
			text: "The code may be on its way. If it does not arrive, request a new one. Only the newest code is valid."},
		{name: "a body too large", outcome: "body_too_large", event: fields{"body": tooLargeBody()}, stranger: true, text: failed},
	} {
		seen[tt.outcome] = true
		inBubble(t, tt.name, func(t *testing.T) {
			e := newEnvInBubble(t, func(s *setup) {
				s.Now = eleven
				if tt.settings != nil {
					tt.settings(s)
				}
			})
			e.cloud.Always(cloudsim.SendSms, tt.sms)
			e.cloud.Always(cloudsim.GetSecretValue, tt.ssm)
			ask := func(accept string) answer {
				body := bodyWith(fields{"payload": fields{"locale": "en"}}, tt.message)
				a := e.invoke(t, eventWith(fields{"headers": fields{"accept": accept}, "body": body}, tt.event))
				require.Equal(t, tt.outcome, a.outcome())
				want := map[string]string{"cache-control": "no-store", "content-type": a.Headers["content-type"]}
				maps.Copy(want, tt.headers)
				if !tt.stranger {
					want[versionHeader] = "build-a"
				}
				require.Equal(t, want, a.Headers)
				return a
			}
			if tt.text == accepted {
				for _, accept := range []string{"*/*", "application/json", "text/html"} {
					a := ask(accept)
					require.Equal(t, "application/json", a.Headers["content-type"])
					require.Equal(t, map[string]int{"sent": 200, "outcome_unknown": 202}[tt.outcome], a.StatusCode)
				}
				return
			}
			require.Equal(t, tt.text+" ("+requestID[:8]+")", ask("*/*").Body)
			for _, accept := range []string{"application/json", "application/problem+json"} {
				require.Equal(t, "application/problem+json", ask(accept).Headers["content-type"])
			}
		})
	}
	for outcome := range statuses {
		require.True(t, seen[outcome], outcome)
	}
}

// What is wrong with a request is told in fixed words to callers that ask for JSON.
func TestInvoke_detailOfABadRequest(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for want, event := range map[string]fields{
		"the body is not base64":                            {"isBase64Encoded": true},
		"the body is not a JSON object":                     {"body": "[]"},
		"to is not a string":                                {"body": bodyWith(fields{"to": 1})},
		"type is not a string, or empty":                    {"body": bodyWith(fields{"type": ""})},
		"payload is not a JSON object":                      {"body": bodyWith(fields{"payload": 1})},
		"payload.code is not a string of 1 to 6 digits":     {"body": bodyWith(fields{"payload": fields{"code": "48291357"}})},
		"no number of this calling code has so many digits": {"body": bodyWith(fields{"to": "+441"})},
		"a mainland number without its calling code":        {"body": bodyWith(fields{"to": "13681974253"})},
		"a mainland number without its calling code, or one of a special service of +1": {
			"body": bodyWith(fields{"to": "19005551234"})},
	} {
		a := e.invoke(t, eventWith(fields{"headers": fields{"accept": "application/json"}}, event))
		require.Equal(t, 400, a.StatusCode)
		var problem struct{ Detail string }
		require.NoError(t, json.Unmarshal([]byte(a.Body), &problem))
		require.Equal(t, want, problem.Detail)
	}
}

// Logto's console tries the connector with the type Generic and no locale. Who does that is an
// administrator, and is told what to change.
func TestInvoke_administratorIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		header   = "The Authorization header is not the one in the secret. The function's log says how it differs."
		number   = "This is not a mobile number with its calling code, such as 86 for mainland China."
		code     = "This country is not in ALLOWED_CALLING_CODES."
		template = "Generic has no template in TEMPLATES for numbers of this destination."
	)
	test := fields{"type": "Generic", "payload": fields{"code": "000000"}}
	guess := fields{"headers": fields{"authorization": "Bearer guess"}}
	for _, tt := range []struct {
		name    string
		event   fields
		message fields
		change  func(*setup)
		want    string
		status  int
	}{
		{"another header", guess, nil, nil, header, 401},
		{"no header", fields{"headers": fields{"authorization": absent}}, nil, nil, header, 401},
		{"a number without its calling code", nil, fields{"to": "13681974253"}, nil, number, 400},
		{"a calling code that is not in the list", nil, nil, onlyAbroad, code, 403},
		{"no template abroad", nil, fields{"to": toAmerica}, noTextForAbroad, template, 403},
		{"no template at home", nil, nil, noGenericAtHome, template, 500},
		{"no mainland templates at all", nil, nil, noMainlandText, template, 403},

		{"nothing that an administrator knows more of", nil, fields{"payload": fields{"code": 5}}, nil, "The code could not be sent.", 400},
		{"a page's language", guess, fields{"payload": fields{"locale": "en"}}, nil, "The code could not be sent.", 401},
		{"another type", guess, fields{"type": "SignIn"}, nil, "The code could not be sent.", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, _ := newAccepting(t, func(s *setup) {
				if tt.change != nil {
					tt.change(s)
				}
			})
			a := e.invoke(t, eventWith(fields{"body": bodyWith(test, tt.message)}, tt.event))
			require.Equal(t, tt.status, a.StatusCode)
			require.True(t, strings.HasPrefix(a.Body, tt.want), a.Body)
		})
	}
}

// fakeSMS is an SMS that always comes to the same.
type fakeSMS struct{ result sms.Result }

func (f fakeSMS) Send(context.Context, sms.Message) sms.Result { return f.result }

// fakeSecrets lets in who sends the token.
type fakeSecrets struct{}

func (fakeSecrets) Authorized(_ context.Context, p secrets.Proof) (bool, error) {
	return p.Matches([]string{token}), nil
}

func (fakeSecrets) Refresh(context.Context) error { return nil }

// newWithFakes is a handler without anything behind it.
func newWithFakes(t testing.TB, s handler.Secrets, m handler.SMS) (*handler.Handler, *testlog.Log) {
	return newLimited(t, s, m, nil)
}

// newLimited is newWithFakes with limits.
func newLimited(
	t testing.TB, s handler.Secrets, m handler.SMS, l handler.Limiter,
) (*handler.Handler, *testlog.Log) {
	log := &testlog.Log{}
	return handler.New(handler.Config{
		Settings: settings.Settings{Templates: parseTemplates(t, templates), TimeBudget: time.Minute},
		Secrets:  s, SMS: m, Limits: l, Log: log.Logger(),
	}), log
}

func TestInvoke_everyKindOfTencents(t *testing.T) {
	t.Parallel()
	type meaning = tencent.Meaning
	for _, tt := range []struct {
		name       string
		meaning    meaning
		outcome    string
		retryAfter string
	}{
		{"Accepted", meaning{Kind: tencent.Accepted}, "sent", ""},
		{"NumberRefused", meaning{Kind: tencent.NumberRefused}, "undeliverable", ""},
		{"NumberLimited", meaning{Kind: tencent.NumberLimited, RetryAfter: time.Hour}, "too_many_requests", "3600"},
		{"Busy", meaning{Kind: tencent.Busy, RetryAfter: time.Second}, "too_many_requests", "1"},
		{"Exhausted", meaning{Kind: tencent.Exhausted, RetryAfter: time.Minute}, "provider_unavailable", "60"},
		{"Unavailable", meaning{Kind: tencent.Unavailable}, "provider_unavailable", "5"},
		{"Refused", meaning{Kind: tencent.Refused}, "provider_refused", ""},
		{"KeyRefused", meaning{Kind: tencent.KeyRefused}, "provider_refused", ""},
		{"Unclear", meaning{Kind: tencent.Unclear}, "outcome_unknown", ""},
		{"one that is not known", meaning{Kind: 99}, "outcome_unknown", ""},
		{"a wait of less than a second", meaning{Kind: tencent.Exhausted, RetryAfter: 1}, "provider_unavailable", "1"},
		{"a wait of more", meaning{Kind: tencent.Exhausted, RetryAfter: time.Second + 1}, "provider_unavailable", "2"},
		{"a wait where none is told", meaning{Kind: tencent.Refused, RetryAfter: time.Hour}, "provider_refused", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := sms.Result{Attempts: 1}
			r.Meaning = tt.meaning
			r.Hint, r.Code = "what to do", "Some.Code"
			h, log := newWithFakes(t, fakeSecrets{}, fakeSMS{r})
			a := invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland))
			require.Equal(t, tt.outcome, a.outcome())
			require.Equal(t, tt.retryAfter, a.Headers["retry-after"])
			require.Equal(t, "what to do", a.logged("hint"))
			require.Equal(t, "Some.Code", a.logged("tencentCode"))
		})
	}
}

// failingSecrets has no secret to hold a proof against.
type failingSecrets struct{ err error }

func (s failingSecrets) Authorized(context.Context, secrets.Proof) (bool, error) { return false, s.err }

func (s failingSecrets) Refresh(context.Context) error { return s.err }

func TestInvoke_withoutASecret(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err           error
		outcome, hint string
	}{
		{errors.New("whatever"), "provider_unavailable", "whatever"},
		{&secrets.Error{Kind: secrets.Unreachable, Text: "timed out"}, "provider_unavailable", "SSM gave no answer: timed out"},
		{&secrets.Error{Kind: secrets.Unreachable, Code: "A.B", Text: "later perhaps"}, "provider_unavailable", "later perhaps"},
		{&secrets.Error{Kind: secrets.Refused, Code: "A.B", Text: "never"}, "misconfigured", "never"},
		{&secrets.Error{Kind: secrets.NoRole, Text: "no role"}, "misconfigured", "no role"},
		{&secrets.Error{Kind: secrets.Unusable, Text: "it is empty"}, "misconfigured", "the secret can't be used: it is empty"},
	} {
		t.Run(tt.hint, func(t *testing.T) {
			t.Parallel()
			code := ""
			if e, ok := errors.AsType[*secrets.Error](tt.err); ok {
				code = e.Code
			}
			for _, parts := range []struct {
				secrets handler.Secrets
				sms     handler.SMS
			}{
				{failingSecrets{tt.err}, nil},                          // to let the caller in
				{fakeSecrets{}, fakeSMS{sms.Result{KeyError: tt.err}}}, // to sign with
			} {
				h, log := newWithFakes(t, parts.secrets, parts.sms)
				a := invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland))
				require.Equal(t, tt.outcome, a.outcome())
				require.Equal(t, tt.hint, a.logged("hint"))
				require.Equal(t, code, a.logged("tencentCode"))
				require.Equal(t, "0", a.logged("attempts"))
			}
		})
	}
}

func TestInvoke_retryAfterIsInWholeSecondsAndNeverZero(t *testing.T) {
	t.Parallel()
	almostMidnight := time.Date(2026, 3, 1, 15, 59, 59, 999_999_999, time.UTC)
	e := newEnv(t, func(s *setup) { s.Now = func() time.Time { return almostMidnight } })
	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberDailyLimit"})
	require.Equal(t, "1", e.invoke(t, smsTo(toMainland)).Headers["retry-after"])
}
