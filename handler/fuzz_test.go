package handler_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/phone"
	"scf-sms/internal/template"
)

// withoutDigits are templates with no digits in them that a number or a passcode could be found in.
func withoutDigits(s *setup) {
	s.BareChina = true
	s.Templates = template.Templates{
		{UsageType: template.Generic, ID: "generic", Params: []string{"{code}"}},
		{UsageType: template.Generic, ID: "generic-abroad", Overseas: true, Params: []string{"{code}"}},
		{UsageType: "SignIn", ID: "sign-in", Locale: "en", Params: []string{"{code}", "ten"}},
	}
}

// requireHidden holds that a text has none of the secrets in it. Those of a few characters can be in it
// by chance.
func requireHidden(t *testing.T, text string, hidden ...string) {
	t.Helper()
	for _, secret := range hidden {
		if len(secret) > 3 {
			require.NotContains(t, text, secret)
		}
	}
}

// Whatever the event: a well-formed answer of the contract, at most one SMS, only for the right token,
// and only to a number in E.164 that has the digits which were asked for. Nothing of the number or the passcode is in the answer or the log. Where the event is empty,
// it is a proper one with the other parts in it.
func FuzzEvent(f *testing.F) {
	for _, event := range [][]byte{
		nil, []byte("null"), []byte("[]"), []byte("5"), []byte("{"), []byte(`{"httpMethod": "POST"}`),
		smsTo(toMainland), smsTo(toAmerica), smsTo("+44 (0)7700 900123"), smsTo("1"),
		eventWith(fields{"httpMethod": "GET"}),
		eventWith(fields{"headers": fields{"authorization": []string{token}, "accept": "application/json"}}),
		eventWith(fields{"headers": fields{"Authorization": "Bearer guess"}}),
		eventWith(inBase64(bodyWith())),
		eventWith(fields{"isBase64Encoded": "true", "body": "?"}),
		eventWith(fields{"body": nil}),
		messageWith(fields{"type": "Register", "payload": fields{"locale": "zh-HK", "uiLocales": "zh en"}}),
		messageWith(fields{"payload": fields{"code": 5, "locale": nil}}),
		hookWith(f, hookBody(), fields{"headers": fields{"webhook-timestamp": "1764115200"}}),
		zitadelWith(zitadelBody(), fields{"headers": fields{"zitadel-signature": "t=1764115200,v1=00"}}),
		reportsWith(toJSON([]any{reportWith()}), fields{"queryString": fields{"reports": "another key of reports"}}),
		eventWith(fields{"body": flatBody(), "queryString": fields{"type": "SignIn", "locale": "ja"}}),
		eventWith(fields{"requestContext": fields{"requestId": "r"}, "queryString": fields{"a": []string{"b"}}}),
	} {
		f.Add(event, "", "", "", "")
	}
	f.Add([]byte(nil), toMainland, "SignIn", passcode, "en-GB")
	f.Add([]byte(nil), "+1 (650) 253-9187", "Other1", "0", "zh-Hant-HK")
	f.Add([]byte(nil), "13681974253", "SignIn", "1234", "zh_TW")
	f.Add([]byte(nil), "54 11 15 2345 6789", "SignIn", "1234", "es_AR")
	f.Add([]byte(nil), "+375 8 029 123-45-67", "SignIn", "1234", "ru")
	f.Add([]byte(nil), "٨٦ 136–8197–4253", "Generic", "1234", "")
	f.Add([]byte(`{"Type": "Timer"}`), "", "", "", "")
	f.Add([]byte(nil), "004407700900123", "048261", "048261", "x-048261")
	e164 := regexp.MustCompile(`^\+[1-9][0-9]{5,14}$`)
	f.Fuzz(func(t *testing.T, event []byte, to, usageType, code, locale string) {
		if len(event) == 0 {
			event = messageWith(fields{"to": to, "type": usageType, "payload": fields{"code": code, "locale": locale}})
		}
		var numbers []string
		accept := answering(200, acceptance)
		e := newCanned(t, transportFunc(func(req *http.Request) (*http.Response, error) {
			var body struct{ PhoneNumberSet []string }
			require.NoError(t, json.NewDecoder(req.Body).Decode(&body))
			numbers = append(numbers, body.PhoneNumberSet...)
			return accept(req)
		}), withoutDigits)
		before := allocated()
		raw, err := e.Invoke(invocation(t.Context(), requestID), event)
		require.NoError(t, err)
		require.Less(t, allocated()-before, uint64(2<<20+64*len(event)), "bytes for an event of %d", len(event))
		log := takeLog(e.log)

		a := readAnswer(t, raw, log)
		require.Equal(t, requestID, a.logged("requestId"))
		require.Equal(t, a.outcome() == "sent", len(numbers) == 1)
		require.LessOrEqual(t, len(numbers), 1)
		if len(numbers) == 1 {
			require.Regexp(t, e164, numbers[0])
			requireToken(t, event)
			requireDigitsOf(t, event, numbers[0])
		}
		if bytes.Contains(event, []byte(token)) {
			requireHidden(t, string(raw)+log, token)
		}
		number, passcode := privateIn(event)
		requireHidden(t, string(raw)+log, passcode, number)
	})
}

// allocated returns the bytes that this process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// requireToken holds that an event's only token is the right one. It reads the event in its own way.
func requireToken(t *testing.T, event []byte) {
	var e struct {
		Method  any `json:"httpMethod"`
		Headers any `json:"headers"`
	}
	require.NoError(t, json.Unmarshal(event, &e))
	require.Equal(t, "POST", e.Method)
	headers, _ := e.Headers.(map[string]any)
	sent := 0
	for name, value := range headers {
		list, isList := value.([]any)
		if one, isString := value.(string); isString {
			list, isList = []any{one}, true
		}
		hasOther := slices.ContainsFunc(list, func(item any) bool { _, isString := item.(string); return !isString })
		if !strings.EqualFold(name, "authorization") || !isList || hasOther {
			continue
		}
		for _, item := range list {
			require.Equal(t, token, item)
			sent++
		}
	}
	require.Positive(t, sent)
}

// requireDigitsOf holds that a number is the one that an event asks for: its calling code stands in
// front, but for 00 or a mainland number without any, and its last six digits are the same. Between the
// two libphonenumber's rules drop and put in some.
func requireDigitsOf(t *testing.T, event []byte, number string) {
	to := messageIn(event)["to"].(string)
	given := digitsOf(to)
	plus := strings.ContainsAny(to, "+＋")
	if !plus && regexp.MustCompile(`^1[3-9][0-9]{9}$`).MatchString(given) {
		require.Equal(t, "+86"+given, number)
		return
	}
	if !plus {
		given = strings.TrimPrefix(given, "00")
	}
	n, err := phone.Parse(number, false)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(given, strconv.Itoa(n.CallingCode)), "%s for %s", number, given)
	require.Equal(t, given[max(0, len(given)-6):], number[max(1, len(number)-6):], "%s for %s", number, given)
}

// digitsOf returns the digits of a text, of whatever script, as ASCII.
func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return -1
		}
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		return '0' + (r - zero)
	}, text)
}

// messageIn returns the message that an event holds, nil if it holds none.
func messageIn(event []byte) (message map[string]any) {
	var e struct{ Body, IsBase64Encoded json.RawMessage }
	json.Unmarshal(event, &e)
	var body string
	json.Unmarshal(e.Body, &body)
	if strings.EqualFold(strings.Trim(string(e.IsBase64Encoded), `"`), "true") {
		decoded, _ := base64.StdEncoding.DecodeString(body)
		body = string(decoded)
	}
	json.Unmarshal([]byte(strings.TrimPrefix(body, "\ufeff")), &message)
	return message
}

// privateIn returns the number without its calling code and the passcode that an event holds, if it
// holds any.
func privateIn(event []byte) (number, passcode string) {
	message := messageIn(event)
	to, _ := message["to"].(string)
	if n, err := phone.Parse(to, true); err == nil {
		number = n.National
	}
	payload, _ := message["payload"].(map[string]any)
	if code, _ := payload["code"].(string); len(code) <= 6 && strings.Trim(code, "0123456789") == "" {
		passcode = code
	}
	return number, passcode
}

// Whatever Tencent's side answers: an outcome of the contract, no second request unless the first was
// provably refused before anything was done, and nothing of the answer but codes that hold neither the
// number nor the passcode, and ids that don't hold the number.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		acceptance, "", "null", "{}", "[]", "<html>", `{"Response": null}`, `{"Response": {}}`,
		`{"Response": {"SendStatusSet": []}}`, `{"Response": {"SendStatusSet": [null]}}`,
		`{"Response": {"SendStatusSet": [{"Code": "ok"}, {"Code": "Ok"}]}}`,
		`{"Response": {"SendStatusSet": [{"SerialNo": "` + toMainland + `", "Code": "Ok"}]}}`,
		`{"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}], "RequestId": "` + passcode + `"}}`,
		`{"Response": {"Error": {"Code": "AuthFailure.SecretIdNotFound", "Message": "m"}, "RequestId": "r"}}`,
		`{"Response": {"Error": {"Code": "AuthFailure.SignatureExpire"}}}`,
		`{"Response": {"Error": {"Code": "RequestLimitExceeded"}}}`,
		`{"Response": {"Error": {"Code": "InternalError.` + passcode + `"}}}`,
		`{"Response": {"Error": {"Code": "Ok"}}}`, `{"codeDesc": "ok", "code": 4000}`,
		`{"code": 4000, "codeDesc": "AuthFailure", "message": "m"}`,
		`{"Response": {"Error": {"Code": "ClientError.ParseJsonError"}}}`,
		`{"response": {"sendstatusset": [{"code": "Ok"}]}}`,
	} {
		f.Add(200, "application/json", []byte(body))
		f.Add(502, "text/html", []byte(body))
	}
	f.Add(200, "text/event-stream", []byte("data: "+acceptance+"\n\n"))
	f.Add(200, "application/octet-stream", []byte(acceptance))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 200 || status > 599 {
			t.Skip("no status of an answer")
		}
		requests, fetches := 0, 0
		e := wire(t, "https://tencentcloudapi.com", transportFunc(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("X-TC-Action") == cloudsim.GetSecretValue {
				fetches++ // the second brings another key
				secret := secretWith([]string{"one", "two"}[min(fetches, 2)-1])
				return answering(200, toJSON(fields{"Response": fields{"SecretString": secret}}))(req)
			}
			requests++
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
				Body: io.NopCloser(bytes.NewReader(body)),
			}, nil
		}), []func(*setup){withoutDigits, func(s *setup) {
			s.TimeBudget = time.Second // too short to wait for the rate limit
		}})
		var raw []byte
		synctest.Test(t, func(t *testing.T) { // or a busy machine could use up the budget
			var err error
			raw, err = e.Invoke(invocation(t.Context(), requestID), smsTo(toMainland))
			require.NoError(t, err)
		})
		a := readAnswer(t, raw, takeLog(e.log))
		require.Equal(t, requestID, a.logged("requestId"))
		require.Contains(t, []int{200, 422, 429, 500, 502, 503, 504}, a.StatusCode)

		for name, value := range a.line {
			if name == "serialNo" || name == "tencentRequestId" {
				requireAnID(t, value.(string))
			} else {
				requireHidden(t, toJSON(value), passcode, toMainland[2:], token)
			}
		}
		if a.StatusCode != 200 { // a 200 has the ids of the log, and nothing else
			requireHidden(t, string(raw), passcode, toMainland[2:], token)
		}

		answered := readTencents(body)
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

// requireAnID holds that a text can be an id, and doesn't repeat the number.
func requireAnID(t *testing.T, id string) {
	t.Helper()
	if id == "(not shown)" {
		return
	}
	require.Regexp(t, `^[A-Za-z0-9._:-]{0,128}$`, id)
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	for run := range strings.FieldsFuncSeq(id, notDigit) {
		require.NotEqual(t, toMainland, run)
		require.NotEqual(t, toMainland[2:], run)
	}
}

// tencents is an answer of Tencent's as encoding/json reads it: the reference for what the SDK makes of
// it.
type tencents struct {
	Response struct {
		Error         struct{ Code string }
		SendStatusSet []struct{ Code string }
	}
	Code     int
	CodeDesc string
}

func readTencents(body []byte) (a tencents) {
	// Read to the first event where it is a stream of them.
	if _, data, isStream := bytes.Cut(body, []byte("data:")); isStream && json.Unmarshal(body, &a) != nil {
		body, _, _ = bytes.Cut(data, []byte("\n"))
	}
	json.Unmarshal(body, &a)
	return a
}

// rejectsKey reports whether a code of the answer, at either layer or in the old API's form, is one of
// AuthFailure's.
func (a tencents) rejectsKey() bool {
	codes := []string{a.Response.Error.Code, a.CodeDesc}
	for _, status := range a.Response.SendStatusSet {
		codes = append(codes, status.Code)
	}
	return slices.ContainsFunc(codes, func(code string) bool {
		code = strings.ToLower(code)
		return strings.HasPrefix(code, "authfailure") && code != "authfailure.signatureexpire"
	})
}
