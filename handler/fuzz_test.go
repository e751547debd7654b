package handler

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/secrets"
)

// fuzzTemplates have no digits in them that a number or a code could be found in.
var fuzzTemplates = Templates{
	{Usage: generic, ID: "generic", Params: []string{"{code}"}},
	{Usage: generic, ID: "generic-abroad", Overseas: true, Params: []string{"{code}"}},
	{Usage: "SignIn", ID: "sign-in", Locale: "en", Params: []string{"{code}", "ten"}},
}

// Whatever the event: a well-formed answer of the contract, at most one SMS, and only to a number in E.164; nothing of
// the number or the code in the answer or the log. Where there is no event, it is a proper one with the other parts in it.
func FuzzEvent(f *testing.F) {
	for _, event := range [][]byte{
		nil, []byte("null"), []byte("[]"), []byte("5"), []byte("{"), []byte(`{"httpMethod": "POST"}`),
		smsTo(toMainland), smsTo(toAmerica), smsTo("+44 (0)7700 900123"), smsTo("1"),
		eventWith(fields{"httpMethod": "GET"}),
		eventWith(fields{"headers": fields{"authorization": []string{theToken}, "accept": "application/json"}}),
		eventWith(fields{"headers": fields{"Authorization": "Bearer guess"}}),
		eventWith(inBase64(bodyWith())),
		eventWith(fields{"isBase64Encoded": "true", "body": "?"}),
		eventWith(fields{"body": nil}),
		eventWith(fields{"body": bodyWith(fields{"type": "Register", "payload": fields{"locale": "zh-HK", "uiLocales": "zh en"}})}),
		eventWith(fields{"body": bodyWith(fields{"payload": fields{"code": 5, "locale": nil}})}),
		eventWith(fields{"requestContext": fields{"requestId": "r"}, "queryString": fields{"a": []string{"b"}}}),
	} {
		f.Add(event, "", "", "", "")
	}
	f.Add([]byte(nil), toMainland, "SignIn", theCode, "en-GB")
	f.Add([]byte(nil), "+1 (650) 253-9187", "Other1", "0", "zh-Hant-HK")
	f.Add([]byte(nil), "004407700900123", "048261", "048261", "x-048261")
	one, _ := newKeys(f)
	f.Fuzz(func(t *testing.T, event []byte, to, usage, code, locale string) {
		if len(event) == 0 {
			event = eventWith(fields{"body": bodyWith(fields{"to": to, "type": usage, "payload": fields{"code": code, "locale": locale}})})
		}
		var numbers []string
		fn := newFunction(t, Config{
			Secrets:   &fakeSecrets{keys: []*secrets.Key{one}},
			Templates: fuzzTemplates,
			Transport: transportFunc(func(req *http.Request) (*http.Response, error) {
				var body struct{ PhoneNumberSet []string }
				require.NoError(t, json.NewDecoder(req.Body).Decode(&body))
				numbers = append(numbers, body.PhoneNumberSet...)
				return answering(200, accepted)(req)
			}),
		})
		raw, err := fn.Invoke(invocation(t.Context(), theRequest), event)
		require.NoError(t, err)
		log := fn.log.take()

		a := answer{response: readResponse(t, raw), line: readLine(t, log)}
		require.Equal(t, theRequest, requestIDOf(t, a))
		require.Equal(t, statuses[a.outcome()], a.StatusCode)
		require.Equal(t, a.StatusCode == 200, len(numbers) == 1)
		require.LessOrEqual(t, len(numbers), 1)
		if len(numbers) == 1 {
			require.Regexp(t, e164Form, numbers[0])
		}
		if bytes.Contains(event, []byte(theToken)) {
			requireHidden(t, string(raw)+log, theToken)
		}
		e, _ := parseEvent(event)
		m, _ := readMessage(e)
		n, _ := parseNumber(m.to, false)
		requireHidden(t, string(raw)+log, m.code, n.national)
	})
}

// requireHidden holds that text holds none of the secrets; those of a few characters can be in it by chance.
func requireHidden(t *testing.T, text string, hidden ...string) {
	for _, secret := range hidden {
		if len(secret) > 3 {
			require.NotContains(t, text, secret)
		}
	}
}

// What is read of a message is what its keys say exactly, whatever stands beside them.
func FuzzMessage(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", "{}", bodyWith(), bodyWith(fields{"to": nil}), bodyWith(fields{"type": ""}), bodyWith(fields{"payload": "x"}),
		bodyWith(fields{"TO": "1", "Payload": fields{}}), bodyWith(fields{"payload": fields{"code": 48261}}),
		bodyWith(fields{"payload": fields{"code": "0482610"}}), bodyWith(fields{"payload": fields{"locale": " zh-CN ", "uiLocales": "zh-CN zh"}}),
		`{"to": "1", "to": "2", "type": "a", "payload": {"code": "1"}, "payload": {"locale": "en"}}`, `{"to":"\ud800","type":"\u0000"}`,
	} {
		f.Add([]byte(body))
	}
	oneToSixDigits := regexp.MustCompile(`^[0-9]{1,6}$`)
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := parseMessage(body)
		if m.code != "" {
			require.Regexp(t, oneToSixDigits, m.code)
		}
		require.Equal(t, strings.TrimSpace(m.locale), m.locale)
		if m.locale != "" {
			require.Equal(t, strings.Fields(m.locale), m.locales)
		}
		require.NotContains(t, m.locales, "")
		if err != nil {
			requireClear(t, err.Error())
			return
		}
		require.NotEmpty(t, m.usage)

		// The reference: maps have no tolerance of case.
		var all map[string]any
		require.NoError(t, json.Unmarshal(body, &all))
		require.Equal(t, all["to"], m.to)
		require.Equal(t, all["type"], m.usage)
		payload, _ := all["payload"].(map[string]any)
		if code, _ := payload["code"].(string); oneToSixDigits.MatchString(code) {
			require.Equal(t, code, m.code)
		} else {
			require.Empty(t, m.code)
		}

		// Keys in another case change nothing.
		decoyed := maps.Clone(all)
		for _, decoy := range []string{"To", "TYPE", "Payload", "PAYLOAD"} {
			if _, taken := all[decoy]; !taken {
				decoyed[decoy] = map[string]any{"code": "1", "locale": "ja"}
			}
		}
		again, err := parseMessage([]byte(toJSON(decoyed)))
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

// Templates that are accepted are complete and can be relied on; those that are not come with a reason to read.
func FuzzTemplates(f *testing.F) {
	for _, setting := range []string{
		testTemplates, "", "null", "[]", "[{}]", "{}", `[` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": {"china": "1", "overseas": " 2 "}, "locale": "zh-Hant-HK", "params": ["{code}", "10"]}, ` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "templateCode": "1"}, ` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": "1", "name": "x"}]`, `[{"usageType": "SignIn", "params": [null]}]`,
	} {
		f.Add(setting, "SignIn", "zh-Hant-HK en")
		f.Add(setting, "Other", "fr-x-y")
	}
	f.Fuzz(func(t *testing.T, setting, usage, wanted string) {
		all, err := ParseTemplates(setting)
		if err != nil {
			require.Empty(t, all)
			requireClear(t, err.Error())
			return
		}
		for _, usage := range []string{"Register", "SignIn", "ForgotPassword", "Generic"} {
			require.True(t, slices.ContainsFunc(all, func(t Template) bool { return t.Usage == usage }), usage)
		}
		for _, template := range all {
			require.NotEmpty(t, template.Usage)
			require.NotEmpty(t, template.ID)
			require.Equal(t, strings.TrimSpace(template.ID), template.ID)
			require.Contains(t, strings.Join(template.params(theCode), " "), theCode)
			require.NotContains(t, strings.Join(template.params(theCode), " "), "{code}")
			require.True(t, template.Locale == "" || wellFormed(template.Locale))
			chosen, ok := all.choose(template.Usage, template.destination(), []string{template.Locale})
			require.True(t, ok)
			require.Equal(t, [2]string{template.Usage, strings.ToLower(template.Locale)}, [2]string{chosen.Usage, strings.ToLower(chosen.Locale)})
		}
		for _, to := range []destination{china, overseas} {
			chosen, ok := all.choose(usage, to, strings.Fields(wanted))
			if !ok {
				require.Zero(t, chosen)
				continue
			}
			require.Equal(t, to == overseas, chosen.Overseas)
			require.Contains(t, []string{usage, "Generic"}, chosen.Usage)
			if chosen.Locale != "" {
				require.True(t, slices.ContainsFunc(strings.Fields(wanted), func(tag string) bool {
					return strings.HasPrefix(strings.ToLower(tag)+"-", strings.ToLower(chosen.Locale)+"-")
				}), "%q for %q", chosen.Locale, wanted)
			}
		}
	})
}

var quoted = regexp.MustCompile(`"(\\.|[^"\\])*"`)

// requireClear holds that an error's text is one to be read by the operator.
func requireClear(t *testing.T, text string) {
	text = quoted.ReplaceAllString(text, "")
	require.NotEmpty(t, strings.TrimSpace(text))
	require.NotContains(t, text, "Go value", "encoding/json's view of things")
	require.NotContains(t, text, "%!", "a formatting error")
	require.NotContains(t, text, "0x", "a pointer")
	require.NotContains(t, text, "<nil>")
}

// Whatever Tencent's side answers: an outcome of the contract, no second request unless the first was provably refused
// before anything was done, and nothing of the answer but ids and codes that hold neither the number nor the code.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		accepted, "", "null", "{}", "[]", "<html>", `{"Response": null}`, `{"Response": {}}`, `{"Response": {"SendStatusSet": []}}`, `{"Response": {"SendStatusSet": [null]}}`,
		`{"Response": {"SendStatusSet": [{"Code": "ok"}, {"Code": "Ok"}]}}`, `{"Response": {"SendStatusSet": [{"SerialNo": "` + toMainland + `", "Code": "Ok"}]}}`,
		`{"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}], "RequestId": "` + theCode + `"}}`,
		`{"Response": {"Error": {"Code": "AuthFailure.SecretIdNotFound", "Message": "m"}, "RequestId": "r"}}`,
		`{"Response": {"Error": {"Code": "AuthFailure.SignatureExpire"}}}`, `{"Response": {"Error": {"Code": "RequestLimitExceeded"}}}`,
		`{"Response": {"Error": {"Code": "InternalError.` + theCode + `"}}}`, `{"code": 4000, "codeDesc": "AuthFailure", "message": "m"}`,
		`{"Response": {"Error": {"Code": "ClientError.ParseJsonError"}}}`, `{"response": {"sendstatusset": [{"code": "Ok"}]}}`,
	} {
		f.Add(200, "application/json", []byte(body))
		f.Add(502, "text/html", []byte(body))
	}
	f.Add(200, "text/event-stream", []byte("data: "+accepted+"\n\n"))
	f.Add(200, "application/octet-stream", []byte(accepted))
	one, two := newKeys(f)
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 200 || status > 599 {
			t.Skip("no status of an answer")
		}
		requests := 0
		fn := newFunction(t, Config{
			Secrets:    &fakeSecrets{keys: []*secrets.Key{one, two}},
			Templates:  fuzzTemplates,
			TimeBudget: time.Second, // too short to wait for the rate limit
			Transport: transportFunc(func(*http.Request) (*http.Response, error) {
				requests++
				return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body))}, nil
			}),
		})
		raw, err := fn.Invoke(invocation(t.Context(), theRequest), smsTo(toMainland))
		require.NoError(t, err)
		log := fn.log.take()

		a := answer{response: readResponse(t, raw), line: readLine(t, log)}
		require.Equal(t, theRequest, requestIDOf(t, a))
		require.Equal(t, statuses[a.outcome()], a.StatusCode)
		require.Contains(t, []int{200, 422, 429, 500, 502, 503, 504}, a.StatusCode)
		requireHidden(t, string(raw)+log, theCode, toMainland[2:], theToken)

		answered := readAnswer(body)
		if requests != 1 {
			require.Equal(t, 2, requests)
			require.True(t, answered.rejectsKey(), "a second request after %s", body)
		}
		if a.StatusCode == 200 {
			require.Len(t, answered.Response.SendStatusSet, 1)
			require.True(t, strings.EqualFold("Ok", answered.Response.SendStatusSet[0].Code))
			require.Empty(t, answered.Response.Error.Code)
		}
	})
}

// tencentAnswer is an answer as encoding/json reads it: the reference for what the SDK makes of it.
type tencentAnswer struct {
	Response struct {
		Error         struct{ Code string }
		SendStatusSet []struct{ Code string }
	}
	Code     int
	CodeDesc string
}

func readAnswer(body []byte) (a tencentAnswer) {
	// Read to the first event where it is a stream of them.
	if _, data, isStream := bytes.Cut(body, []byte("data:")); isStream && json.Unmarshal(body, &a) != nil {
		body, _, _ = bytes.Cut(data, []byte("\n"))
	}
	json.Unmarshal(body, &a)
	return a
}

// rejectsKey reports whether a code of the answer, at either layer or in the old API's form, is one of AuthFailure's.
func (a tencentAnswer) rejectsKey() bool {
	codes := []string{a.Response.Error.Code, a.CodeDesc}
	for _, status := range a.Response.SendStatusSet {
		codes = append(codes, status.Code)
	}
	return slices.ContainsFunc(codes, func(code string) bool {
		code = strings.ToLower(code)
		return strings.HasPrefix(code, "authfailure") && code != "authfailure.signatureexpire"
	})
}
