package handler_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/template"
)

func TestLog_saysWhatHappened(t *testing.T) {
	t.Parallel()
	times := func(line map[string]any) map[string]any {
		line = maps.Clone(line)
		for _, field := range []string{"ssmMs", "smsMs", "ms"} {
			require.IsType(t, 0.0, line[field])
			require.GreaterOrEqual(t, line[field], 0.0)
			delete(line, field)
		}
		return line
	}
	type line = map[string]any
	e := newEnv(t)
	a := e.invoke(t, messageWith(fields{"payload": fields{"locale": "zh-CN"}}))
	require.Equal(t, line{
		"level": "INFO", "msg": "invocation", "requestId": requestID, "version": "build-a", "caller": "logto",
		"outcome": "sent", "status": 200.0, "type": "SignIn", "locale": "zh-CN",
		"callingCode": 86.0, "numberEnds": "53", "template": "1110001", "templateType": "SignIn",
		"tencentCode": "Ok", "tencentRequestId": e.cloud.Requests()[1].RequestID,
		"serialNo": e.cloud.Outbox()[0].SerialNo, "attempts": 1.0, "coldStart": 1.0,
	}, times(a.line))

	e.rotate()
	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{}, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberDailyLimit"})
	a = e.invoke(t, smsTo(toAmerica))
	require.Equal(t, line{
		"level": "WARN", "msg": "invocation", "requestId": requestID, "version": "build-a", "caller": "logto",
		"outcome": "too_many_requests", "status": 429.0, "type": "SignIn",
		"callingCode": 1.0, "numberEnds": "87", "template": "2220001", "templateType": "SignIn",
		"hint":        "the number got all it may get in a day: the limits are in the SMS console (application, frequency limits)",
		"tencentCode": "LimitExceeded.PhoneNumberDailyLimit", "tencentRequestId": e.cloud.Requests()[4].RequestID,
		"firstRefusal": "AuthFailure.SecretIdNotFound", "attempts": 2.0, "coldStart": 0.0,
	}, times(a.line))

	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"})
	a = e.invoke(t, messageWith(fields{"to": toAmerica, "type": "MfaVerification", "payload": fields{"locale": "fr-CA"}}))
	require.Equal(t, line{
		"level": "ERROR", "msg": "invocation", "requestId": requestID, "version": "build-a", "caller": "logto",
		"outcome": "provider_refused", "status": 502.0, "type": "MfaVerification", "locale": "fr-CA",
		"callingCode": 1.0, "numberEnds": "87",
		"template": "2220004", "templateType": "Generic", "templateLocale": "fr",
		"tencentCode": "UnauthorizedOperation", "tencentRequestId": e.cloud.Requests()[5].RequestID,
		"hint": "the AccessKey's user may not send: grant it sms:SendSms on *", "attempts": 1.0, "coldStart": 0.0,
	}, times(a.line))

	a = e.invoke(t, []byte("nonsense"))
	require.Equal(t, line{
		"level": "WARN", "msg": "invocation", "requestId": requestID, "version": "build-a",
		"outcome": "bad_request", "status": 400.0, "hint": "the event is not a JSON object", "attempts": 0.0, "coldStart": 0.0,
	}, times(a.line))
}

// A build that was told no version says none.
func TestLog_version(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t, func(s *setup) { s.Options.Version = "" })
	require.NotContains(t, e.invoke(t, smsTo(toMainland)).line, "version")
}

// A refused number's line has as much of it as the operator needs to find the mistake.
func TestLog_numberThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ to, callingCode, digits, ends, hint string }{
		{"186123456789", "1", "12", "89", "no number of this calling code has so many digits"},
		{"+86 123 4567 8901", "86", "13", "01", "not the form of this calling code's numbers"},
		{"13681974253", "", "11", "53", "a mainland number without its calling code: " +
			"the caller must put 86 before it, or set BARE_NUMBERS=china"},
		{"19005551234", "", "11", "34", "a mainland number without its calling code, or one of a " +
			"special service of +1: the caller must put 86 before a mainland number"},
		{"999 1234 5678", "", "11", "78", "no such calling code: the caller must send the number with its calling code"},
		{"+19005551234", "1", "11", "34", "a number of a special service: premium-rate"},
		{"nonsense", "", "", "", "not a phone number"},
		{"048261", "", "6", "", ""}, // too short for its end to be shown: it may be a passcode
	} {
		e, requests := newAccepting(t)
		a := e.invoke(t, smsTo(tt.to))
		assert.Equal(t, "invalid_phone_number", a.outcome(), tt.to)
		assert.Equal(t, tt.callingCode, a.logged("callingCode"), tt.to)
		assert.Equal(t, tt.digits, a.logged("digits"), tt.to)
		assert.Equal(t, tt.ends, a.logged("numberEnds"), tt.to)
		assert.Contains(t, a.logged("hint"), tt.hint, tt.to)
		assert.Zero(t, *requests, tt.to)
	}
}

// What a caller sends goes to the log only where it can't be a number or a passcode.
func TestLog_whatCouldBeAnythingIsNotShown(t *testing.T) {
	t.Parallel()
	const hidden = "(not shown)"
	e, _ := newAccepting(t, func(s *setup) {
		s.Templates = template.Templates{
			{UsageType: "Configured2", ID: "1110001"}, {UsageType: template.Generic, ID: "1110004"},
		}
	})
	usageType := func(value any) fields { return fields{"type": value} }
	locale := func(value any) fields { return fields{"payload": fields{"locale": value}} }
	for _, tt := range []struct {
		field string
		sent  fields
		want  string
	}{
		{"type", usageType("MfaVerification"), "MfaVerification"},
		{"type", usageType("A type of one's own"), "A type of one's own"},
		{"type", usageType("my_type-of.mine"), "my_type-of.mine"},
		{"type", usageType("Digit1"), hidden},
		{"type", usageType("for " + toMainland), hidden},
		{"type", usageType("line\nbreak"), hidden},
		{"type", usageType("类型"), hidden},
		{"type", usageType(strings.Repeat("x", 101)), hidden},
		{"type", usageType("caller-token-kvx"), hidden},
		{"type", usageType("Configured2"), "Configured2"},
		{"locale", locale("token-kvx"), hidden},
		{"locale", locale("zh-Hant-HK"), "zh-Hant-HK"},
		{"locale", locale("es-419"), "es-419"},
		{"locale", locale(" en "), "en"},
		{"locale", locale("en-48261"), hidden},
		{"locale", locale(passcode), hidden},
		{"locale", locale("zh_CN"), "zh-CN"},
		{"locale", locale("zh_Hans_CN"), "zh-Hans-CN"},
		{"locale", locale("token_kvx"), hidden},
		{"locale", locale("en US"), hidden},
		{"locale", locale(strings.Repeat("en-", 12) + "en"), hidden},
		{"locale", locale(absent), ""},
		{"locale", fields{"payload": fields{"locale": "es-419", "code": "419"}}, hidden},
	} {
		a := e.invoke(t, messageWith(tt.sent))
		assert.Equal(t, "sent", a.outcome())
		assert.Equal(t, tt.want, a.logged(tt.field), "%v", tt.sent)
	}
}

func TestLog_passcodeInALocaleOfACallerThatIsNotServed(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	tells := fields{"payload": fields{"locale": "en-482", "code": "482"}}
	for name, event := range map[string][]byte{
		"the method is wrong": eventWith(fields{"httpMethod": "GET", "body": bodyWith(tells)}),
		"the number is wrong": messageWith(tells, fields{"to": 1}),
		"the token is wrong":  eventWith(fields{"headers": fields{"authorization": "guess"}, "body": bodyWith(tells)}),
	} {
		require.Equal(t, "(not shown)", e.invoke(t, event).logged("locale"), name)
	}
}

// Tencent's answers could repeat what they are about.
func TestLog_TencentsEchoIsNotShown(t *testing.T) {
	t.Parallel()
	const id, hidden = "5000:1045_a-b.c", "(not shown)"
	answered := func(response fields) *env { return newCanned(t, answering(200, toJSON(fields{"Response": response}))) }
	for _, tt := range []struct{ given, shown string }{
		{id, id},
		{"", ""},
		{toMainland, hidden},
		{"+" + toMainland, hidden},
		{"5000:" + toMainland[2:], hidden},
		{toMainland + ":5000", hidden},
		{"id for " + passcode, hidden},
		{strings.Repeat("a", 128), strings.Repeat("a", 128)},
		{strings.Repeat("a", 129), hidden},
		{"line\nbreak", hidden},
		{"编号", hidden},
	} {
		t.Run(tt.given, func(t *testing.T) {
			t.Parallel()
			a := answered(fields{"RequestId": tt.given, "SendStatusSet": []fields{
				{"Code": "Ok", "SerialNo": tt.given, "PhoneNumber": toMainland, "Message": passcode},
			}}).invoke(t, smsTo(toMainland))
			require.Equal(t, "sent", a.outcome())
			require.Equal(t, tt.shown, a.logged("tencentRequestId"))
			require.Equal(t, tt.shown, a.logged("serialNo"))
			require.JSONEq(t, toJSON(fields{"requestId": requestID, "serialNo": tt.shown}), a.Body)

			a = answered(fields{"RequestId": tt.given, "Error": fields{
				"Code": "InvalidParameter", "Message": toMainland + passcode,
			}}).invoke(t, smsTo(toMainland))
			require.Equal(t, "provider_refused", a.outcome())
			require.Equal(t, tt.shown, a.logged("tencentRequestId"))
		})
	}
	for _, code := range []string{
		"FailedOperation." + toMainland, "FailedOperation." + passcode, "FailedOperation.+" + toMainland,
		"FailedOperation.\n", "FailedOperation.号码", "FailedOperation." + strings.Repeat("x", 100),
	} {
		for _, response := range []fields{
			{"Error": fields{"Code": code}}, {"SendStatusSet": []fields{{"Code": code}}},
		} {
			a := answered(response).invoke(t, smsTo(toMainland))
			require.Equal(t, "provider_refused", a.outcome())
			require.Equal(t, hidden, a.logged("tencentCode"))
		}
	}

	// Of a first attempt, too.
	e := newEnv(t).fetched(t)
	e.rotate()
	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure." + passcode})
	a := e.invoke(t, smsTo(toMainland))
	require.Equal(t, "sent", a.outcome())
	require.Equal(t, hidden, a.logged("firstRefusal"))
}

// The digits of a passcode stand in many an id by chance: it is passed on whole.
// The serial number is shown whole. The request id is shown unless it repeats the passcode.
func TestLog_idsInWhichThePasscodeStands(t *testing.T) {
	t.Parallel()
	for id, shown := range map[string]string{
		"5000:1045" + passcode + "9157053": "5000:1045" + passcode + "9157053",
		"a" + passcode + "b":               "(not shown)",
		passcode:                           "(not shown)",
		"5000:" + passcode:                 "(not shown)",
	} {
		e := newCanned(t, answering(200, toJSON(fields{"Response": fields{
			"RequestId": id, "SendStatusSet": []fields{{"Code": "Ok", "SerialNo": id}},
		}})))
		raw, err := e.Invoke(invocation(t.Context(), requestID), smsTo(toMainland))
		require.NoError(t, err)
		a := readAnswer(t, raw, takeLog(e.log))
		require.Equal(t, shown, a.logged("tencentRequestId"))
		require.Equal(t, id, a.logged("serialNo"))
		require.JSONEq(t, toJSON(fields{"requestId": requestID, "serialNo": id}), a.Body)
	}
}
