package handler_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// What each caller is told of each outcome. The log has the same of all.
func TestTold_everyOutcomeToEveryCaller(t *testing.T) {
	t.Parallel()
	const (
		failed  = "The code could not be sent. Please contact support if this continues."
		number  = "This phone number is not valid. Please check it and try again."
		country = "Codes cannot be sent to phone numbers in this country or region."
		busy    = "The service is busy. Please try again in a few seconds."
		later   = "Codes cannot be sent at the moment. Please try again later."
	)
	refusal := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Refuse, Code: code} }
	failure := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Error, Code: code} }
	guess := fields{"authorization": "Bearer guess", "webhook-id": "guess", "zitadel-signature": "t=" + now() + ",v1=" + strings.Repeat("0", 64)}
	for _, tt := range []struct {
		name     string
		outcome  string
		status   int // in the log; callers with a token are told it
		to, code string
		headers  fields // of these only those that the caller sends anyway
		event    fields
		settings func(*setup)
		ssm, sms *cloudsim.Fault
		text     string // "": it is told as accepted
		after    string // Retry-After, to callers with a token
		signed   int    // the status that Supabase and ZITADEL are told, if it is another
		plain    bool   // Supabase too is told it as all others are
	}{
		{name: "sent", outcome: "sent", status: 200},
		{name: "a code of eight digits", outcome: "bad_request", status: 400, code: "48261357", text: failed},
		{name: "a wrong number", outcome: "invalid_phone_number", status: 400, to: "861368197425", text: number},
		{name: "a calling code not allowed", outcome: "destination_not_allowed", status: 403, settings: onlyAbroad, text: country},
		{name: "no template", outcome: "misconfigured", status: 500, settings: noGenericAtHome, text: failed},
		{name: "problems", outcome: "misconfigured", status: 500, settings: withProblems, text: failed},
		{name: "no secret", outcome: "misconfigured", status: 500, ssm: failure("ResourceNotFound"), text: failed},
		{name: "SSM away", outcome: "provider_unavailable", status: 503, ssm: &cloudsim.Fault{Kind: cloudsim.HTTP}, text: later, after: "5"},
		{name: "too fast", outcome: "too_many_requests", status: 429, sms: refusal("LimitExceeded.GlobalSmsSendingRateLimit"),
			text: busy, after: "5"},
		{name: "no money", outcome: "provider_refused", status: 502,
			sms: refusal("FailedOperation.InsufficientBalanceInSmsPackage"), text: failed},
		{name: "the day's messages used up", outcome: "provider_unavailable", status: 503, sms: refusal("LimitExceeded.AppDailyLimit"),
			text: "Codes cannot be sent at the moment. Please try again in an hour.", after: "3600"},
		{name: "no whole answer", outcome: "outcome_unknown", status: 202, sms: &cloudsim.Fault{Kind: cloudsim.EOFSent}},
		{name: "an answer that says neither", outcome: "outcome_unknown", status: 504, sms: &cloudsim.Fault{Kind: cloudsim.HTTP},
			text:   "The code may be on its way. If it does not arrive, request a new one. Only the newest code is valid.",
			signed: 202},
		{name: "a wrong proof", outcome: "unauthorized", status: 401, headers: guess, text: failed, plain: true},
		{name: "GET", outcome: "method_not_allowed", status: 405, event: fields{"httpMethod": "GET"}, text: failed, plain: true},
		{name: "a large body", outcome: "body_too_large", status: 413, event: fields{"body": strings.Repeat("x", 512<<10+1)},
			text: failed, plain: true},
	} {
		for caller, event := range callers {
			inBubble(t, caller+": "+tt.name, func(t *testing.T) {
				e := newEnvInBubble(t, func(s *setup) {
					s.Now = eleven
					if tt.settings != nil {
						tt.settings(s)
					}
				})
				e.cloud.Always(cloudsim.SendSms, tt.sms)
				e.cloud.Always(cloudsim.GetSecretValue, tt.ssm)
				to, code := toMainland, passcode
				if tt.to != "" {
					to = tt.to
				}
				if tt.code != "" {
					code = tt.code
				}
				changes := fields{}
				if tt.headers != nil {
					name := map[string]string{"supabase": "webhook-id", "zitadel": "zitadel-signature"}[caller]
					if name == "" {
						name = "authorization"
					}
					value := tt.headers[name]
					if caller == "zitadel" {
						value = "t=" + now() + ",v1=" + strings.Repeat("0", 64)
					}
					changes["headers"] = fields{name: value}
				}
				a := e.invoke(t, event(t, to, code, "en", changes, tt.event))
				require.Equal(t, tt.outcome, a.outcome(), a.logged("hint"))
				require.EqualValues(t, tt.status, a.line["status"])
				require.Contains(t, []string{caller, ""}, a.logged("caller"))

				signed := caller == "supabase" || caller == "zitadel"
				status, body := tt.status, tt.text+" ("+requestID[:8]+")"
				if signed && tt.signed != 0 {
					status = tt.signed
				}
				switch {
				case status == 200:
					body = `{"requestId":"` + requestID + `","serialNo":"` + a.logged("serialNo") + `"}`
				case status == 202:
					body = `{"requestId":"` + requestID + `"}`
				case caller == "supabase" && !tt.plain:
					body = toJSON(fields{"error": fields{"http_code": status, "message": body}})
					status = 200
				case caller == "zitadel":
					// It has no language, and MfaVerification is to a number that nobody can choose.
					body = strings.Replace(body, number, "The phone number on this account is not valid. Please contact support.", 1)
				}
				require.Equal(t, status, a.StatusCode)
				if strings.HasPrefix(body, "{") {
					require.JSONEq(t, body, a.Body)
					require.Equal(t, "application/json", a.Headers["content-type"])
				} else {
					require.Equal(t, body, a.Body)
				}
				after := tt.after
				if signed {
					after = ""
				}
				require.Equal(t, after, a.Headers["retry-after"])
				authenticate := ""
				if tt.status == 401 && !signed {
					authenticate = "Bearer"
				}
				require.Equal(t, authenticate, a.Headers["www-authenticate"])
			})
		}
	}
}

// Callers that send Accept are told in problem details, but for Supabase's own form.
func TestTold_inProblemDetails(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	json := fields{"headers": fields{"accept": "application/json"}}
	for caller, want := range map[string]string{
		"logto": "application/problem+json", "flat": "application/problem+json",
		"zitadel": "application/problem+json", "supabase": "application/json",
	} {
		a := e.invoke(t, callers[caller](t, toMainland, "48261357", "en", json))
		require.Equal(t, "bad_request", a.outcome())
		require.Equal(t, want, a.Headers["content-type"], caller)
	}
}

// Supabase and ZITADEL hang up 5 s after they began to connect: they have their answer within 4,
// whatever TIME_BUDGET is, on a new instance too.
func TestTold_withinFourSeconds(t *testing.T) {
	t.Parallel()
	slow := func(d time.Duration) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Delay, Delay: d} }
	hang := &cloudsim.Fault{Kind: cloudsim.HangSent}
	for _, tt := range []struct {
		name     string
		ssm, sms *cloudsim.Fault
		budget   time.Duration
		outcome  string
		signed   time.Duration // when Supabase and ZITADEL are answered
		others   time.Duration
	}{
		{"SMS hangs", nil, hang, 8 * time.Second, "outcome_unknown", 3950 * time.Millisecond, 7950 * time.Millisecond},
		{"SSM is slow, and SMS hangs", slow(time.Second), hang, 8 * time.Second, "outcome_unknown",
			3950 * time.Millisecond, 7950 * time.Millisecond},
		{"SSM hangs", slow(time.Hour), nil, 8 * time.Second, "provider_unavailable", 2450 * time.Millisecond, 6450 * time.Millisecond},
		{"the budget is shorter", nil, hang, 3 * time.Second, "outcome_unknown", 2950 * time.Millisecond, 2950 * time.Millisecond},
		{"all is slow, and in time", slow(time.Second), slow(2 * time.Second), 8 * time.Second, "sent", 3 * time.Second, 3 * time.Second},
		{"the rate is exceeded until the end", nil, &cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"},
			8 * time.Second, "too_many_requests", 4 * time.Second, 8 * time.Second},
	} {
		for caller, event := range callers {
			inBubble(t, caller+": "+tt.name, func(t *testing.T) {
				e := newEnvInBubble(t, func(s *setup) { s.TimeBudget = tt.budget })
				e.cloud.Always(cloudsim.SendSms, tt.sms)
				e.cloud.Always(cloudsim.GetSecretValue, tt.ssm)
				began := time.Now()
				a := e.invoke(t, event(t, toMainland, passcode, "en"))
				took := time.Since(began)
				require.Equal(t, tt.outcome, a.outcome(), a.logged("hint"))
				want := tt.others
				if caller == "supabase" || caller == "zitadel" {
					want = tt.signed
				}
				require.LessOrEqual(t, took, want)
				if tt.outcome == "outcome_unknown" || tt.outcome == "sent" {
					require.Equal(t, want, took)
				}
				e.cloud.Always(cloudsim.GetSecretValue, nil)
				time.Sleep(2 * time.Hour) // what is under way ends
				synctest.Wait()
			})
		}
	}
}

// The platform's deadline bounds them, too.
func TestTold_withinThePlatformsDeadline(t *testing.T) {
	t.Parallel()
	inBubble(t, "supabase", func(t *testing.T) {
		e := newCanned(t, transportFunc(hanging), func(s *setup) { s.TimeBudget = 8 * time.Second })
		ctx, cancel := context.WithTimeout(invocation(t.Context(), requestID), 3*time.Second)
		defer cancel()
		began := time.Now()
		a := e.invokeIn(t, ctx, hookWith(t, hookBody()))
		require.Equal(t, 2500*time.Millisecond, time.Since(began))
		require.Equal(t, http.StatusAccepted, a.StatusCode)
	})
}

// A panic is told in the caller's form, and as accepted once a message may have been sent.
func TestTold_panic(t *testing.T) {
	t.Parallel()
	for caller, event := range callers {
		h, log := newWithFakes(t, &faulty{in: "Authorized"}, nil)
		a := invoke(t, invocation(t.Context(), requestID), h, log, event(t, toMainland, passcode, "en"))
		require.Equal(t, "misconfigured", a.outcome())
		assert.Equal(t, map[bool]int{true: 200, false: 500}[caller == "supabase"], a.StatusCode)
	}
}
