package handler_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
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

// Every outcome, as the caller that asks for JSON and the user of each language are told it.
func TestInvoke_everyOutcomeInEveryForm(t *testing.T) {
	t.Parallel()
	contactSupport := []string{"contact support", "联系客服", "聯絡客服", "サポートにお問い合わせください", "고객 지원에 문의"}
	unavailable := []string{"cannot be sent at the moment", "暂时无法发送", "暫時無法傳送", "現在、認証コードを送信できません", "지금은 인증번호를 보낼 수 없습니다"}
	tooMany := []string{"wait a while", "过于频繁", "過於頻繁", "リクエストが多すぎます", "요청이 너무 많습니다"}
	notHere := []string{"this country or region", "该国家或地区", "該國家或地區", "この国または地域", "이 국가 또는 지역"}
	refusal := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Refuse, Code: code} }
	failure := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Error, Code: code} }
	away := &cloudsim.Fault{Kind: cloudsim.HTTP}
	header := func(value any) fields { return fields{"headers": fields{"authorization": value}} }
	retryAfter := func(seconds string) map[string]string { return map[string]string{"retry-after": seconds} }
	bearer := map[string]string{"www-authenticate": "Bearer"}
	seen := map[string]bool{}
	for _, tt := range []struct {
		name     string
		outcome  string
		event    fields
		message  fields
		settings func(*setup)
		ssm, sms *cloudsim.Fault
		headers  map[string]string // beside content-type and cache-control
		text     []string          // a part of it, in English, 简体中文, 繁體中文, 日本語, 한국어; nil: no text
	}{
		{name: "nothing is wrong", outcome: "sent"},
		{name: "no code", outcome: "bad_request", message: fields{"payload": fields{"code": absent}}, text: contactSupport},
		{name: "no usage type", outcome: "bad_request", message: fields{"type": absent}, text: contactSupport},
		{name: "no number", outcome: "bad_request", message: fields{"to": absent}, text: contactSupport},
		{name: "a wrong number", outcome: "invalid_phone_number", message: fields{"to": "861368197425"},
			text: []string{"This phone number is not valid", "手机号码无效", "手機號碼無效", "電話番号が正しくありません", "전화번호가 올바르지 않습니다"}},
		{name: "a stranger", outcome: "unauthorized", event: header("Bearer guess"), headers: bearer, text: contactSupport},
		{name: "GET", outcome: "method_not_allowed", event: fields{"httpMethod": "GET"},
			headers: map[string]string{"allow": "POST"}, text: contactSupport},
		{name: "a calling code not allowed", outcome: "destination_not_allowed", settings: onlyAbroad, text: notHere},
		{name: "no template abroad", outcome: "destination_not_allowed", message: fields{"to": toAmerica}, settings: noTextForAbroad, text: notHere},
		{name: "no template at home", outcome: "misconfigured", settings: noMainlandText, text: contactSupport},
		{name: "a number that opted out", outcome: "undeliverable", sms: refusal("FailedOperation.PhoneNumberInBlacklist"),
			text: []string{"Please use another one", "请更换号码", "請更換號碼", "別の番号", "다른 번호"}},
		{name: "too often", outcome: "too_many_requests", sms: refusal("LimitExceeded.PhoneNumberThirtySecondLimit"),
			headers: retryAfter("30"), text: tooMany},
		{name: "too fast, and no time to wait", outcome: "too_many_requests", sms: failure("RequestLimitExceeded"),
			settings: func(s *setup) { s.TimeBudget = 1900 * time.Millisecond }, headers: retryAfter("1"), text: tooMany},
		{name: "problems", outcome: "misconfigured", settings: withProblems, text: contactSupport},
		{name: "no secret", outcome: "misconfigured", ssm: failure("ResourceNotFound"), text: contactSupport},
		{name: "no money", outcome: "provider_refused", sms: refusal("FailedOperation.InsufficientBalanceInSmsPackage"), text: contactSupport},
		{name: "a wrong key", outcome: "provider_refused", sms: failure("AuthFailure.SecretIdNotFound"), text: contactSupport},
		{name: "SSM away", outcome: "provider_unavailable", ssm: away, headers: retryAfter("5"), text: unavailable},
		{name: "a stranger, SSM away", outcome: "provider_unavailable", event: header("Bearer guess"), ssm: away,
			headers: retryAfter("5"), text: unavailable},
		{name: "no token, SSM away", outcome: "unauthorized", event: header(absent), ssm: away, headers: bearer, text: contactSupport},
		{name: "the day's messages used up", outcome: "provider_unavailable", sms: refusal("LimitExceeded.AppDailyLimit"),
			headers: retryAfter("3600"), text: unavailable},
		{name: "no answer", outcome: "outcome_unknown", sms: &cloudsim.Fault{Kind: cloudsim.EOFSent},
			text: []string{"may be on its way", "可能已发出", "可能已送出", "送信済みの可能性があります", "발송되었을 수 있습니다"}},
		{name: "a body too large", outcome: "body_too_large", event: fields{"body": tooLargeBody()}, // not read, so told in English
			text: []string{"contact support", "contact support", "contact support", "contact support", "contact support"}},
	} {
		seen[tt.outcome] = true
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, func(s *setup) {
				s.Now = eleven
				if tt.settings != nil {
					tt.settings(s)
				}
			})
			e.cloud.Always(cloudsim.SendSms, tt.sms)
			e.cloud.Always(cloudsim.GetSecretValue, tt.ssm)
			ask := func(locale string, accept string) answer {
				body := bodyWith(fields{"payload": fields{"locale": locale}}, tt.message)
				a := e.invoke(t, eventWith(fields{"headers": fields{"accept": accept}, "body": body}, tt.event))
				require.Equal(t, tt.outcome, a.outcome())
				want := map[string]string{"cache-control": "no-store", "content-type": a.Headers["content-type"]}
				maps.Copy(want, tt.headers)
				require.Equal(t, want, a.Headers)
				return a
			}
			for i, locale := range []string{"en", "zh-CN", "zh-TW", "ja", "ko"} {
				if tt.text == nil {
					for _, accept := range []string{"*/*", "application/json", "text/html"} {
						require.Equal(t, "application/json", ask(locale, accept).Headers["content-type"])
					}
					continue
				}
				a := ask(locale, "*/*")
				require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
				require.Contains(t, a.Body, tt.text[i])
				require.True(t, strings.HasSuffix(a.Body, " ("+requestID+")"), a.Body)
				require.NotContains(t, a.Body, "\n")
				for _, nothingForUsers := range []string{"Tencent", "腾讯", "SSM", "template", "模板", "key", "balance", "余额"} {
					require.NotContains(t, a.Body, nothingForUsers)
				}
				for _, accept := range []string{"application/json", "application/problem+json"} {
					a = ask(locale, accept)
					require.Equal(t, "application/problem+json", a.Headers["content-type"])
					require.JSONEq(t, toJSON(fields{
						"type": "about:blank", "title": http.StatusText(a.StatusCode), "status": a.StatusCode,
						"code": tt.outcome, "requestId": requestID,
					}), a.Body)
				}
			}
		})
	}
	for outcome := range statuses {
		require.True(t, seen[outcome], outcome)
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

// newWithFakes is a handler without anything behind it.
func newWithFakes(t testing.TB, s handler.Secrets, m handler.SMS) (*handler.Handler, *testlog.Log) {
	log := &testlog.Log{}
	return handler.New(handler.Config{
		Settings: settings.Settings{Templates: parseTemplates(t, templates), TimeBudget: time.Minute},
		Secrets:  s, SMS: m, Log: log.Logger(),
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
