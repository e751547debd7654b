package handler_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/phone"
	"scf-sms/internal/template"
)

// withoutDigits are templates with no digits in them that a number or a passcode could be found in.
func withoutDigits(s *setup) {
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

// Whatever the event: a well-formed answer of the contract, at most one SMS, and only to a number in
// E.164. Nothing of the number or the passcode is in the answer or the log. Where the event is empty,
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
		eventWith(fields{"requestContext": fields{"requestId": "r"}, "queryString": fields{"a": []string{"b"}}}),
	} {
		f.Add(event, "", "", "", "")
	}
	f.Add([]byte(nil), toMainland, "SignIn", passcode, "en-GB")
	f.Add([]byte(nil), "+1 (650) 253-9187", "Other1", "0", "zh-Hant-HK")
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
		raw, err := e.Invoke(invocation(t.Context(), requestID), event)
		require.NoError(t, err)
		log := takeLog(e.log)

		a := readAnswer(t, raw, log)
		require.Equal(t, requestID, a.logged("requestId"))
		require.Equal(t, a.StatusCode == 200, len(numbers) == 1)
		require.LessOrEqual(t, len(numbers), 1)
		if len(numbers) == 1 {
			require.Regexp(t, e164, numbers[0])
		}
		if bytes.Contains(event, []byte(token)) {
			requireHidden(t, string(raw)+log, token)
		}
		number, passcode := privateIn(event)
		requireHidden(t, string(raw)+log, passcode, number)
	})
}

// privateIn returns the number without its calling code and the passcode that an event holds, if it
// holds any.
func privateIn(event []byte) (number, passcode string) {
	var e struct {
		Body            string          `json:"body"`
		IsBase64Encoded json.RawMessage `json:"isBase64Encoded"`
	}
	json.Unmarshal(event, &e)
	body := []byte(e.Body)
	if strings.EqualFold(strings.Trim(string(e.IsBase64Encoded), `"`), "true") {
		body, _ = base64.StdEncoding.DecodeString(e.Body)
	}
	var message map[string]any
	json.Unmarshal(body, &message)
	to, _ := message["to"].(string)
	if n, ok := phone.Parse(to, false); ok {
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
		raw, err := e.Invoke(invocation(t.Context(), requestID), smsTo(toMainland))
		require.NoError(t, err)
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
