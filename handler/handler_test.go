package handler

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/secrets"
)

// newFake is a function whose cloud accepts everything. It counts the requests it gets.
func newFake(t testing.TB, changes ...func(*Config)) (f *function, requests *int) {
	requests = new(int)
	one, two := newKeys(t)
	c := Config{
		Secrets: &fakeSecrets{keys: []*secrets.Key{one, two}},
		Transport: transportFunc(func(req *http.Request) (*http.Response, error) {
			*requests++
			return answering(200, accepted)(req)
		}),
	}
	for _, change := range changes {
		change(&c)
	}
	return newFunction(t, c), requests
}

func withProblems(c *Config) { c.Problems = []string{"SIGN_NAME is not set", "TEMPLATES: no template"} }
func onlyMainland(c *Config) { c.AllowedCallingCodes = map[int]bool{86: true} }
func onlyAbroad(c *Config)   { c.AllowedCallingCodes = map[int]bool{1: true} }
func noMainlandText(c *Config) {
	c.Templates = Templates{{Usage: generic, Overseas: true, ID: "2220004"}}
}
func noTextForAbroad(c *Config) { c.Templates = Templates{{Usage: generic, ID: "1110004"}} }
func tooLargeBody() string      { return strings.Repeat(" ", 64<<10+1) }
func inBase64(body string) fields {
	return fields{"isBase64Encoded": true, "body": base64.StdEncoding.EncodeToString([]byte(body))}
}

// A request that is wrong in several ways is told the first.
func TestChecksAreMadeInOrder(t *testing.T) {
	nobody := fields{"authorization": absent}
	noCode := fields{"payload": fields{"code": "0482610"}}
	for _, test := range []struct {
		name    string
		event   []byte
		config  func(*Config)
		outcome string
		hint    string
	}{
		{"the configuration, before anything", []byte("nonsense"), withProblems, "misconfigured", "SIGN_NAME is not set; TEMPLATES: no template"},
		{"the configuration, before the caller", eventWith(fields{"headers": nobody}), withProblems, "misconfigured", ""},
		{"the method, before the size", eventWith(fields{"httpMethod": "GET", "headers": nobody, "body": tooLargeBody()}), nil, "method_not_allowed", ""},
		{"the method, before the caller", eventWith(fields{"httpMethod": "PUT", "headers": nobody, "body": "nonsense"}), nil, "method_not_allowed", ""},
		{"the size, before the caller", eventWith(fields{"headers": nobody, "body": tooLargeBody()}), nil, "body_too_large", ""},
		{"the caller, before base64", eventWith(fields{"headers": nobody, "isBase64Encoded": true, "body": "?"}), nil, "unauthorized", ""},
		{"the caller, before JSON", eventWith(fields{"headers": nobody, "body": "nonsense"}), nil, "unauthorized", ""},
		{"JSON, before the number", eventWith(fields{"body": bodyWith(fields{"to": "nonsense", "payload": "nonsense"})}), nil, "bad_request", "payload is not a JSON object"},
		{"the number, before the code", eventWith(fields{"body": bodyWith(noCode, fields{"to": "nonsense"})}), onlyAbroad, "invalid_phone_number", ""},
		{"the code, before the destination", eventWith(fields{"body": bodyWith(noCode)}), onlyAbroad, "bad_request", "payload.code is not a string of 1 to 6 digits"},
		{"the destination, before the template", smsTo(toMainland), func(c *Config) { onlyAbroad(c); noMainlandText(c) }, "destination_not_allowed", "the calling code is not in ALLOWED_CALLING_CODES"},
		{"the template for the mainland", smsTo(toMainland), noMainlandText, "misconfigured", `no template for china numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"china": "…"}}`},
		{"the template for abroad", smsTo(toAmerica), noTextForAbroad, "destination_not_allowed", `no template for overseas numbers: write one in TEMPLATES, as {"usageType": "Generic", "templateCode": {"overseas": "…"}}`},
		{"nothing is wrong", smsTo(toMainland), onlyMainland, "sent", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, requests := newFake(t, func(c *Config) {
				if test.config != nil {
					test.config(c)
				}
			})
			a := f.invoke(t, test.event)
			require.Equal(t, test.outcome, a.outcome())
			if test.hint != "" {
				require.Equal(t, test.hint, a.logged("hint"))
			}
			require.Equal(t, test.outcome == "sent", *requests == 1)
		})
	}
}

func TestProblemsOfTheConfigurationAnswerEveryEvent(t *testing.T) {
	f, requests := newFake(t, withProblems)
	for _, event := range []string{"", "null", "nonsense", `{}`, `{"httpMethod": "GET"}`, string(smsTo(toMainland)), string(smsTo("1"))} {
		a := f.invoke(t, []byte(event))
		require.Equal(t, "misconfigured", a.outcome(), event)
		require.Equal(t, "SIGN_NAME is not set; TEMPLATES: no template", a.logged("hint"), "all of them")
		require.NotContains(t, a.Body, "SIGN_NAME")
	}
	a := f.invoke(t, eventWith(fields{"headers": fields{"accept": "application/json"}}))
	require.Equal(t, "application/problem+json", a.Headers["content-type"])
	f.Problems = f.Problems[:1]
	require.Equal(t, "misconfigured", f.invoke(t, smsTo(toMainland)).outcome(), "one is enough")
	require.Zero(t, *requests)
}

// Every outcome but success, as the caller who asks for JSON and the user of each language are told it.
func TestEveryOutcomeInEveryForm(t *testing.T) {
	contactSupport := []string{"contact support", "联系客服", "聯絡客服", "サポートにお問い合わせください", "고객 지원에 문의"}
	unavailable := []string{"cannot be sent at the moment", "暂时无法发送", "暫時無法傳送", "現在、認証コードを送信できません", "지금은 인증번호를 보낼 수 없습니다"}
	refusal := func(code string) *cloudsim.Fault { return &cloudsim.Fault{Kind: cloudsim.Refuse, Code: code} }
	away := func(s *stage) { s.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.HTTP}) }
	for _, test := range []struct {
		name    string
		outcome string
		event   fields
		message fields
		sms     *cloudsim.Fault
		before  func(*stage)
		headers map[string]string // beside content-type and cache-control
		text    []string          // a part of it, in English, 简体中文, 繁體中文, 日本語, 한국어
	}{
		{name: "no code", outcome: "bad_request", message: fields{"payload": fields{"code": absent}}, text: contactSupport},
		{name: "no usage type", outcome: "bad_request", message: fields{"type": absent}, text: contactSupport},
		{name: "no number", outcome: "bad_request", message: fields{"to": absent}, text: contactSupport},
		{name: "a wrong number", outcome: "invalid_phone_number", message: fields{"to": "861368197425"},
			text: []string{"This phone number is not valid", "手机号码无效", "手機號碼無效", "電話番号が正しくありません", "전화번호가 올바르지 않습니다"}},
		{name: "a stranger", outcome: "unauthorized", event: fields{"headers": fields{"authorization": "Bearer guess"}},
			headers: map[string]string{"www-authenticate": "Bearer"}, text: contactSupport},
		{name: "GET", outcome: "method_not_allowed", event: fields{"httpMethod": "GET"}, headers: map[string]string{"allow": "POST"}, text: contactSupport},
		{name: "a calling code not allowed", outcome: "destination_not_allowed", before: func(s *stage) { s.AllowedCallingCodes = map[int]bool{} },
			text: []string{"this country or region", "该国家或地区", "該國家或地區", "この国または地域", "이 국가 또는 지역"}},
		{name: "a number that opted out", outcome: "undeliverable", sms: refusal("FailedOperation.PhoneNumberInBlacklist"),
			text: []string{"Please use another one", "请更换号码", "請更換號碼", "別の番号", "다른 번호"}},
		{name: "too often", outcome: "too_many_requests", sms: refusal("LimitExceeded.PhoneNumberThirtySecondLimit"),
			headers: map[string]string{"retry-after": "30"},
			text:    []string{"wait a while", "过于频繁", "過於頻繁", "リクエストが多すぎます", "요청이 너무 많습니다"}},
		{name: "problems", outcome: "misconfigured", before: func(s *stage) { withProblems(&s.Config) }, text: contactSupport},
		{name: "no secret", outcome: "misconfigured", text: contactSupport,
			before: func(s *stage) { s.cloud.Update(func(a *cloudsim.Account) { a.Secrets = nil }) }},
		{name: "no money", outcome: "provider_refused", sms: refusal("FailedOperation.InsufficientBalanceInSmsPackage"), text: contactSupport},
		{name: "SSM away", outcome: "provider_unavailable", before: away, headers: map[string]string{"retry-after": "5"}, text: unavailable},
		{name: "a stranger, SSM away", outcome: "provider_unavailable", event: fields{"headers": fields{"authorization": "Bearer guess"}}, before: away,
			headers: map[string]string{"retry-after": "5"}, text: unavailable},
		{name: "no token, SSM away", outcome: "unauthorized", event: fields{"headers": fields{"authorization": absent}}, before: away,
			headers: map[string]string{"www-authenticate": "Bearer"}, text: contactSupport},
		{name: "the day's messages used up", outcome: "provider_unavailable", sms: refusal("LimitExceeded.AppDailyLimit"),
			headers: map[string]string{"retry-after": "3600"}, text: unavailable},
		{name: "no answer", outcome: "outcome_unknown", sms: &cloudsim.Fault{Kind: cloudsim.EOFSent},
			text: []string{"may be on its way", "可能已发出", "可能已送出", "送信済みの可能性があります", "발송되었을 수 있습니다"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, func(c *Config) { c.Now = eleven })
			if test.before != nil {
				test.before(s)
			}
			s.cloud.Always(cloudsim.SendSms, test.sms)
			ask := func(locale string, accept string) answer {
				body := bodyWith(fields{"payload": fields{"locale": locale}}, test.message)
				a := s.invoke(t, eventWith(fields{"headers": fields{"accept": accept}, "body": body}, test.event))
				require.Equal(t, test.outcome, a.outcome())
				want := map[string]string{"cache-control": "no-store", "content-type": a.Headers["content-type"]}
				maps.Copy(want, test.headers)
				require.Equal(t, want, a.Headers)
				return a
			}
			for i, locale := range []string{"en", "zh-CN", "zh-TW", "ja", "ko"} {
				a := ask(locale, "*/*")
				require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
				require.Contains(t, a.Body, test.text[i])
				require.True(t, strings.HasSuffix(a.Body, " ("+theRequest+")"), a.Body)
				require.NotContains(t, a.Body, "\n")
				for _, nothingForUsers := range []string{"Tencent", "腾讯", "SSM", "template", "模板", "key", "balance", "余额"} {
					require.NotContains(t, a.Body, nothingForUsers)
				}

				for _, accept := range []string{"application/json", "application/problem+json"} {
					a = ask(locale, accept)
					require.Equal(t, "application/problem+json", a.Headers["content-type"])
					require.JSONEq(t, toJSON(fields{
						"type": "about:blank", "title": http.StatusText(a.StatusCode), "status": a.StatusCode,
						"code": test.outcome, "requestId": theRequest,
					}), a.Body)
				}
			}
		})
	}
}

// What a body that is too large says of the user's language isn't read.
func TestBodyTooLargeIsAnsweredInEnglish(t *testing.T) {
	f, _ := newFake(t)
	a := f.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": fields{"locale": "ja", "more": tooLargeBody()}})}))
	require.Equal(t, "The verification code could not be sent. Please contact support if this continues. ("+theRequest+")", a.Body)
}

func TestLanguageIsThatOfThePage(t *testing.T) {
	const (
		english     = "Please use another one"
		simplified  = "请更换号码"
		traditional = "請更換號碼"
		japanese    = "別の番号"
		korean      = "다른 번호"
	)
	for payload, want := range map[string]string{
		`{}`:                         english,
		`{"locale": null}`:           english,
		`{"locale": 5}`:              english,
		`{"locale": ""}`:             english,
		`{"locale": "en-GB"}`:        english,
		`{"locale": "fr"}`:           english,
		`{"locale": "jav"}`:          english,
		`{"locale": "zhx-CN"}`:       english,
		`{"Locale": "ja"}`:           english,
		`{"uiLocales": "ja"}`:        english,
		`{"locale": "zh"}`:           simplified,
		`{"locale": "zh-CN"}`:        simplified,
		`{"locale": "zh-SG"}`:        simplified,
		`{"locale": "ZH-cn"}`:        simplified,
		`{"locale": "zh-Hans"}`:      simplified,
		`{"locale": "zh-Hans-HK"}`:   simplified,
		`{"locale": "zh-TW"}`:        traditional,
		`{"locale": "zh-HK"}`:        traditional,
		`{"locale": "zh-MO"}`:        traditional,
		`{"locale": "zh-Hant"}`:      traditional,
		`{"locale": "zh-Hant-CN"}`:   traditional,
		`{"locale": " zh-hant-hk "}`: traditional,
		`{"locale": "ja"}`:           japanese,
		`{"locale": "ja-JP"}`:        japanese,
		`{"locale": "ko"}`:           korean,
		`{"locale": "KO-kr"}`:        korean,
	} {
		f, _ := newFake(t, func(c *Config) {
			c.Transport = answering(200, `{"Response":{"Error":{"Code":"FailedOperation.PhoneNumberInBlacklist"}}}`)
		})
		body := strings.Replace(payload, "{", `{"code": "`+theCode+`", `, 1)
		body = strings.Replace(`{"to": "`+toMainland+`", "type": "SignIn", "payload": `+body+`}`, ", }", "}", 1)
		assert.Contains(t, f.invoke(t, eventWith(fields{"body": body})).Body, want, payload)
	}
}

func TestAcceptDecidesTheForm(t *testing.T) {
	for _, test := range []struct {
		accept any
		json   bool
	}{
		{absent, false},
		{nil, false},
		{"", false},
		{"*/*", false},
		{"text/plain", false},
		{"application/xml", false},
		{"application/jsonp", false},
		{"text/html, application/*", false},
		{5, false},
		{"application/json", true},
		{"Application/JSON", true},
		{"application/problem+json", true},
		{"application/json; charset=utf-8", true},
		{"text/html, application/json;q=0.5", true},
		{"application/json, text/plain, */*", true}, // a browser's libraries
		{[]string{"text/html", "application/json"}, true},
		{[]string{}, false},
	} {
		f, _ := newFake(t)
		a := f.invoke(t, eventWith(fields{"httpMethod": "GET", "headers": fields{"accept": test.accept}}))
		assert.Equal(t, test.json, a.Headers["content-type"] == "application/problem+json", "%v", test.accept)
	}
}

func TestEventsOfEveryShape(t *testing.T) {
	gateway := fields{
		"requestContext":        fields{"serviceId": "service-f94sy04v", "httpMethod": "POST", "requestId": "c6af9ac6", "identity": fields{}, "sourceIp": somebodysIP, "stage": "release"},
		"isBase64Encoded":       false,
		"pathParameters":        fields{},
		"queryStringParameters": fields{},
		"headerParameters":      fields{"Refer": somebodysIP},
		"stageVariables":        fields{"stage": "release"},
	}
	for name, changes := range map[string]fields{
		"a function URL's":             nil,
		"API Gateway's":                gateway,
		"API Gateway's in base64":      merge(gateway, inBase64(bodyWith())),
		"base64 in a string":           merge(inBase64(bodyWith()), fields{"isBase64Encoded": "true"}),
		"base64 in a string, True":     merge(inBase64(bodyWith()), fields{"isBase64Encoded": "True"}),
		"no base64":                    {"isBase64Encoded": false},
		"no base64 in a string":        {"isBase64Encoded": "false"},
		"base64 null":                  {"isBase64Encoded": nil},
		"base64 in a number":           {"isBase64Encoded": 0},
		"base64 in an object":          {"isBase64Encoded": fields{"true": true}},
		"a query with lists and flags": {"queryString": fields{"a": []string{"b", "c"}, "i": true, "n": 1, "x": nil}},
		"a query in a string":          {"queryString": "a=b"},
		"no query":                     {"queryString": absent},
		"a query of null":              {"queryString": nil},
		"a requestContext of null":     {"requestContext": nil},
		"header names in capitals":     {"headers": fields{"authorization": absent, "AUTHORIZATION": theToken}},
		"header names capitalized":     {"headers": fields{"authorization": absent, "Authorization": theToken}},
		"the same token twice":         {"headers": fields{"Authorization": theToken}},
		"the token in a list":          {"headers": fields{"authorization": []string{theToken}}},
		"the same token in a list":     {"headers": fields{"authorization": []string{theToken, theToken}}},
		"headers that are no strings":  {"headers": fields{"x-number": 1, "x-null": nil, "x-object": fields{}, "x-list": []any{1, nil}}},
		"keys nobody knows":            {"version": 2, "cookies": []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			f, requests := newFake(t)
			require.Equal(t, "sent", f.invoke(t, eventWith(changes)).outcome())
			require.Equal(t, 1, *requests)
		})
	}
}

func TestWhatIsNoEventIs400(t *testing.T) {
	for _, event := range []string{
		"", " ", "nonsense", "null", "[]", "[{}]", "5", `"text"`, "true", "{", `{"httpMethod": "POST"}}`, "\xff",
		`{"httpMethod": 5}`, `{"httpMethod": "POST", "headers": "text"}`, `{"httpMethod": "POST", "headers": []}`, `{"httpMethod": "POST", "body": {}}`,
	} {
		f, requests := newFake(t)
		a := f.invoke(t, []byte(event))
		assert.Equal(t, "bad_request", a.outcome(), event)
		assert.Equal(t, "not an event", a.logged("hint"), event)
		assert.Zero(t, *requests)
	}
}

func TestOnlyPostIsAllowed(t *testing.T) {
	for _, method := range []any{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "", nil, absent} {
		f, _ := newFake(t)
		assert.Equal(t, "method_not_allowed", f.invoke(t, eventWith(fields{"httpMethod": method})).outcome(), "%v", method)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	for name, headers := range map[string]any{
		"no header":                         fields{"authorization": absent},
		"an empty one":                      fields{"authorization": ""},
		"null":                              fields{"authorization": nil},
		"a number":                          fields{"authorization": 5},
		"an empty list":                     fields{"authorization": []string{}},
		"no headers at all":                 nil,
		"a wrong token":                     fields{"authorization": "Bearer guess"},
		"the token without its scheme":      fields{"authorization": strings.TrimPrefix(theToken, "Bearer ")},
		"the scheme in lower case":          fields{"authorization": strings.Replace(theToken, "B", "b", 1)},
		"a part of it":                      fields{"authorization": theToken[:len(theToken)-1]},
		"more than it":                      fields{"authorization": theToken + "x"},
		"two tokens, the first right":       fields{"authorization": []string{theToken, "Bearer guess"}},
		"two tokens, the second right":      fields{"authorization": []string{"Bearer guess", theToken}},
		"two tokens in two spellings":       fields{"Authorization": "Bearer guess"},
		"the right one beside an empty one": fields{"AUTHORIZATION": ""},
		"another header":                    fields{"authorization": absent, "x-authorization": theToken},
	} {
		t.Run(name, func(t *testing.T) {
			f, requests := newFake(t)
			a := f.invoke(t, eventWith(fields{"headers": headers}))
			require.Equal(t, "unauthorized", a.outcome())
			require.Zero(t, *requests)
		})
	}
}

func TestBodyMayHave64KiB(t *testing.T) {
	padded := func(size int) string { return bodyWith() + strings.Repeat(" ", size-len(bodyWith())) }
	for size := 64<<10 - 3; size <= 64<<10+3; size++ { // base64 pads each three bytes in its own way
		want := "sent"
		if size > 64<<10 {
			want = "body_too_large"
		}
		wrapped := inBase64(padded(size)) // at 76 characters, as MIME does
		wrapped["body"] = regexp.MustCompile(`.{1,76}`).ReplaceAllString(wrapped["body"].(string), "$0\r\n")
		for name, event := range map[string][]byte{
			"plain": eventWith(fields{"body": padded(size)}), "in base64": eventWith(inBase64(padded(size))), "in lines of it": eventWith(wrapped),
		} {
			f, _ := newFake(t)
			assert.Equal(t, want, f.invoke(t, event).outcome(), "%d bytes %s", size, name)
		}
	}
	f, _ := newFake(t)
	megabyte := eventWith(fields{"isBase64Encoded": true, "body": strings.Repeat("?", 1<<20)})
	assert.Equal(t, "body_too_large", f.invoke(t, megabyte).outcome(), "before anything is decoded")
}

func TestWhatIsNoMessageIs400(t *testing.T) {
	plain := func(body any) fields { return fields{"body": body} }
	message := func(changes fields) fields { return plain(bodyWith(changes)) }
	for name, test := range map[string]struct {
		event fields
		hint  string
	}{
		"no body":               {plain(absent), "the body is not a JSON object"},
		"null":                  {plain(nil), "the body is not a JSON object"},
		"an empty one":          {plain(""), "the body is not a JSON object"},
		"an empty one, base64":  {fields{"body": "", "isBase64Encoded": true}, "the body is not a JSON object"},
		"no body, base64":       {fields{"body": absent, "isBase64Encoded": "true"}, "the body is not a JSON object"},
		"no base64":             {fields{"body": bodyWith(), "isBase64Encoded": true}, "the body is not base64"},
		"base64 for URLs":       {fields{"body": "-_-_", "isBase64Encoded": true}, "the body is not base64"},
		"half of base64":        {fields{"body": "e30", "isBase64Encoded": true}, "the body is not base64"},
		"base64 nobody said":    {plain(inBase64(bodyWith())["body"]), "the body is not a JSON object"},
		"nonsense":              {plain("nonsense"), "the body is not a JSON object"},
		"a form":                {plain("to=" + toMainland), "the body is not a JSON object"},
		"null in JSON":          {plain("null"), "the body is not a JSON object"},
		"a list":                {plain("[" + bodyWith() + "]"), "the body is not a JSON object"},
		"more than an object":   {plain(bodyWith() + bodyWith()), "the body is not a JSON object"},
		"very deep JSON":        {plain(strings.Repeat("[", 60_000)), "the body is not a JSON object"},
		"no number":             {message(fields{"to": absent}), "to is not a string"},
		"a number as a number":  {message(fields{"to": 8613681974253}), "to is not a string"},
		"a number of null":      {message(fields{"to": nil}), "to is not a string"},
		"numbers":               {message(fields{"to": []string{toMainland}}), "to is not a string"},
		"no type":               {message(fields{"type": absent}), "type is not a string, or empty"},
		"an empty type":         {message(fields{"type": ""}), "type is not a string, or empty"},
		"a type of null":        {message(fields{"type": nil}), "type is not a string, or empty"},
		"a type that's no text": {message(fields{"type": []string{"SignIn"}}), "type is not a string, or empty"},
		"a payload in text":     {message(fields{"payload": "code"}), "payload is not a JSON object"},
		"a payload in a list":   {message(fields{"payload": []string{theCode}}), "payload is not a JSON object"},
		"no payload":            {message(fields{"payload": absent}), "payload.code is not a string of 1 to 6 digits"},
		"a payload of null":     {message(fields{"payload": nil}), "payload.code is not a string of 1 to 6 digits"},
		"TO":                    {message(fields{"to": absent, "TO": toMainland}), "to is not a string"},
		"Type":                  {message(fields{"type": absent, "Type": "SignIn"}), "type is not a string, or empty"},
		"PAYLOAD":               {message(fields{"payload": absent, "PAYLOAD": fields{"code": theCode}}), "payload.code is not a string of 1 to 6 digits"},
		"Code":                  {message(fields{"payload": fields{"code": absent, "Code": theCode}}), "payload.code is not a string of 1 to 6 digits"},
		"a code beside payload": {message(fields{"payload": absent, "code": theCode}), "payload.code is not a string of 1 to 6 digits"},
	} {
		t.Run(name, func(t *testing.T) {
			f, requests := newFake(t)
			a := f.invoke(t, eventWith(test.event))
			require.Equal(t, "bad_request", a.outcome())
			require.Equal(t, test.hint, a.logged("hint"))
			require.Zero(t, *requests)
		})
	}
}

func TestCodeIsAStringOfOneToSixDigits(t *testing.T) {
	for code, want := range map[any]string{
		"0":       "sent",
		"000000":  "sent",
		"12":      "sent",
		theCode:   "sent",
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
		f, _ := newFake(t)
		a := f.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": fields{"code": code}})}))
		assert.Equal(t, want, a.outcome(), "%#v", code)
	}
}

// encoding/json alone would let a key in another case overwrite ours.
func TestKeysAreMatchedExactly(t *testing.T) {
	for _, decoy := range []string{
		`{"to": "8613681974253", "TO": "16502539187", "type": "SignIn", "payload": {"code": "048261"}}`,
		`{"TO": "16502539187", "to": "8613681974253", "Type": "Register", "type": "SignIn", "Payload": {"code": "999999"}, "payload": {"code": "048261"}}`,
		`{"to": "8613681974253", "type": "SignIn", "payload": {"CODE": "999999", "code": "048261", "cOdE": 5, "LOCALE": 5}, "PAYLOAD": 5}`,
		`{"to": "8613681974253", "type": "SignIn", "payload": {"code": "048261", "application": {"name": "x"}, "user": {"to": "16502539187"}, "link": null}, "ip": 5, "extra": []}`,
	} {
		s := newStage(t)
		a := s.invoke(t, eventWith(fields{"body": decoy}))
		require.Equal(t, "sent", a.outcome(), decoy)
		sent := s.cloud.Outbox()[0]
		require.Equal(t, []string{"+" + toMainland, "1110001", theCode}, []string{sent.PhoneNumber, sent.TemplateID, sent.Params[0]})
	}
}

func TestBareNumbersAreReadAsConfigured(t *testing.T) {
	f, _ := newFake(t)
	require.Equal(t, "1", f.invoke(t, smsTo(toAmerica)).logged("callingCode"))
	f, _ = newFake(t, func(c *Config) { c.BareChina = true })
	require.Equal(t, "86", f.invoke(t, smsTo(toAmerica)).logged("callingCode"))
	require.Equal(t, "1", f.invoke(t, smsTo("+"+toAmerica)).logged("callingCode"))
}

// idle is a Transport that answers nothing until the request's time is over.
func idle(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

// idleSecrets is an SSM that answers nothing.
type idleSecrets struct{ fakeSecrets }

func (idleSecrets) Authorized(ctx context.Context, _ string) (bool, error) {
	<-ctx.Done()
	return false, &secrets.Error{Reason: "SSM gave no answer in time"}
}

// lateKey is an SSM that has let the caller in from what it held, and then answers nothing.
type lateKey struct{ fakeSecrets }

func (lateKey) Key(ctx context.Context) (*secrets.Key, error) {
	<-ctx.Done()
	return nil, &secrets.Error{Reason: "SSM gave no answer in time"}
}

func TestAnswerComesBeforeThePlatformsDeadline(t *testing.T) {
	after := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	never := func() time.Time { return time.Unix(0, 0) }
	for _, test := range []struct {
		name     string
		deadline func() time.Time
		budget   time.Duration
		answered time.Duration
	}{
		{"the budget is shorter", after(20 * time.Second), 8 * time.Second, 7950 * time.Millisecond},
		{"the deadline is shorter, less half a second", after(3 * time.Second), 8 * time.Second, 2500 * time.Millisecond},
		{"the deadline is just the budget", after(8 * time.Second), 8 * time.Second, 7500 * time.Millisecond},
		{"a quarter is left where half a second would be too much", after(time.Second), 8 * time.Second, 750 * time.Millisecond},
		{"the deadline is near", after(100 * time.Millisecond), 8 * time.Second, 75 * time.Millisecond},
		{"there is none", nil, 8 * time.Second, 7950 * time.Millisecond},
		{"a quarter is left where that would be too much", nil, 100 * time.Millisecond, 75 * time.Millisecond},
		{"the host sent none, which the library takes for 1970", never, 8 * time.Second, 7950 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			one, _ := newKeys(t)
			synctest.Test(t, func(t *testing.T) {
				ctx := invocation(t.Context(), theRequest)
				if test.deadline != nil {
					var cancel context.CancelFunc
					ctx, cancel = context.WithDeadline(ctx, test.deadline())
					defer cancel()
				}
				f := newFunction(t, Config{Secrets: &fakeSecrets{keys: []*secrets.Key{one}}, Transport: transportFunc(idle), TimeBudget: test.budget})
				began := time.Now()
				a := f.invokeIn(t, ctx, smsTo(toMainland))
				require.Equal(t, test.answered, time.Since(began))
				require.Equal(t, "outcome_unknown", a.outcome(), "it was sent, and nobody knows")
				require.Equal(t, "1", a.logged("attempts"))
				require.EqualValues(t, test.answered.Milliseconds(), a.line["smsMs"])
				require.EqualValues(t, test.answered.Milliseconds(), a.line["ms"])

			})
		})
	}
}

func TestSSMMayTakeHalfOfTheTime(t *testing.T) {
	for name, idle := range map[string]Secrets{
		"to let the caller in": &idleSecrets{},
		"for the key":          &lateKey{fakeSecrets{[]*secrets.Key{nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFunction(t, Config{Secrets: idle, Transport: answering(200, accepted), TimeBudget: 8 * time.Second})
				began := time.Now()
				a := f.invoke(t, smsTo(toMainland))
				require.Equal(t, 3975*time.Millisecond, time.Since(began))
				require.Equal(t, "provider_unavailable", a.outcome())
				require.EqualValues(t, 3975, a.line["ssmMs"])
			})
		})
	}
}

func TestDeadlineThatIsOverSendsNothing(t *testing.T) {
	one, _ := newKeys(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithDeadline(invocation(t.Context(), theRequest), time.Now().Add(-time.Hour))
		defer cancel()
		f := newFunction(t, Config{Secrets: &fakeSecrets{keys: []*secrets.Key{one}}, Transport: answering(200, accepted)})
		began := time.Now()
		require.Equal(t, "provider_unavailable", f.invokeIn(t, ctx, smsTo(toMainland)).outcome())
		require.Zero(t, time.Since(began))
	})
}

// The invocation that its caller gave up is finished all the same: its SMS may be on its way.
func TestCancelledInvocationIsFinished(t *testing.T) {
	f, requests := newFake(t)
	ctx, cancel := context.WithCancel(invocation(t.Context(), theRequest))
	cancel()
	require.Equal(t, "sent", f.invokeIn(t, ctx, smsTo(toMainland)).outcome())
	require.Equal(t, 1, *requests)
}

func TestInvocationWithoutAnIDIsAnsweredAllTheSame(t *testing.T) {
	f, _ := newFake(t)
	for _, ctx := range []context.Context{t.Context(), invocation(t.Context(), "")} {
		a := f.invokeIn(t, ctx, smsTo(toMainland))
		require.Equal(t, `{"requestId":"unknown","serialNo":"serial-a"}`, a.Body)
	}
}

// panickingSecrets panics in one of its methods, with a value that nobody may see.
type panickingSecrets struct {
	fakeSecrets
	in string
}

func (s *panickingSecrets) panicIn(method string) {
	if s.in == method {
		panic(errors.New("secret-key " + toMainland + " " + theCode + " " + theToken))
	}
}

func (s *panickingSecrets) Authorized(ctx context.Context, header string) (bool, error) {
	s.panicIn("Authorized")
	return s.fakeSecrets.Authorized(ctx, header)
}
func (s *panickingSecrets) Key(ctx context.Context) (*secrets.Key, error) {
	s.panicIn("Key")
	return s.fakeSecrets.Key(ctx)
}
func (s *panickingSecrets) Reject(k *secrets.Key) {
	s.panicIn("Reject")
	s.fakeSecrets.Reject(k)
}

func TestPanicIsAnAnswer(t *testing.T) {
	const rejected = `{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound"},"RequestId":"request-a"}}`
	one, two := newKeys(t)
	panicking := transportFunc(func(req *http.Request) (*http.Response, error) {
		panic(req)
	})
	for _, test := range []struct {
		name      string
		in        string
		transport http.RoundTripper
		now       func() time.Time
		outcome   string
		attempts  string
		place     string // in the log
	}{
		{"before the caller is known", "Authorized", answering(200, accepted), nil, "misconfigured", "0", "panickingSecrets).Authorized"},
		{"before the attempt", "Key", answering(200, accepted), nil, "misconfigured", "0", "panickingSecrets).Key"},
		{"within the attempt", "", panicking, nil, "outcome_unknown", "1", ""},
		{"after the attempt", "Reject", answering(200, rejected), nil, "outcome_unknown", "1", "panickingSecrets).Reject"},
		{"in the clock", "", answering(200, rejected), func() time.Time { panic(theToken) }, "outcome_unknown", "1", "TestPanicIsAnAnswer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFunction(t, Config{
				Secrets:   &panickingSecrets{fakeSecrets{[]*secrets.Key{one, two}}, test.in},
				Transport: test.transport, Now: test.now,
			})
			a := f.invoke(t, smsTo(toMainland))
			require.Equal(t, test.outcome, a.outcome())
			require.Equal(t, test.attempts, a.logged("attempts"))
			require.Contains(t, a.logged("panic"), test.place)
			if test.place != "" {
				require.Contains(t, a.logged("panic"), "Handler).Invoke:")
			}

			// The instance lives on.
			f.Secrets, f.Transport, f.Now = &fakeSecrets{keys: []*secrets.Key{one}}, answering(200, accepted), time.Now
			require.Equal(t, "sent", f.invoke(t, smsTo(toMainland)).outcome())
		})
	}
}

func TestLogLineSaysWhatHappened(t *testing.T) {
	times := func(line map[string]any) map[string]any {
		line = maps.Clone(line)
		for _, field := range []string{"ssmMs", "smsMs", "ms"} {
			require.IsType(t, 0.0, line[field])
			require.GreaterOrEqual(t, line[field], 0.0)
			delete(line, field)
		}
		return line
	}
	s := newStage(t)
	a := s.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": fields{"locale": "zh-CN"}})}))
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "invocation", "requestId": theRequest, "outcome": "sent", "status": 200.0,
		"type": "SignIn", "locale": "zh-CN", "callingCode": 86.0, "numberEnds": "53", "template": "1110001",
		"tencentCode": "Ok", "tencentRequestId": s.cloud.Requests()[1].RequestID, "serialNo": s.cloud.Outbox()[0].SerialNo,
		"attempts": 1.0, "coldStart": true,
	}, times(a.line))

	s.rotate()
	s.cloud.Script(cloudsim.SendSms, cloudsim.Fault{}, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberDailyLimit"})
	a = s.invoke(t, smsTo(toAmerica))
	require.Equal(t, map[string]any{
		"level": "WARN", "msg": "invocation", "requestId": theRequest, "outcome": "too_many_requests", "status": 429.0,
		"hint": "the number got all it may get in a day" + hintLimits,
		"type": "SignIn", "callingCode": 1.0, "numberEnds": "87", "template": "2220001",
		"tencentCode": "LimitExceeded.PhoneNumberDailyLimit", "tencentRequestId": s.cloud.Requests()[4].RequestID,
		"firstRefusal": "AuthFailure.SecretIdNotFound", "attempts": 2.0, "coldStart": false,
	}, times(a.line))

	s.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"})
	a = s.invoke(t, smsTo(toMainland))
	require.Equal(t, map[string]any{
		"level": "ERROR", "msg": "invocation", "requestId": theRequest, "outcome": "provider_refused", "status": 502.0,
		"type": "SignIn", "callingCode": 86.0, "numberEnds": "53", "template": "1110001",
		"tencentCode": "UnauthorizedOperation", "tencentRequestId": s.cloud.Requests()[5].RequestID,
		"hint": hintCAM, "attempts": 1.0, "coldStart": false,
	}, times(a.line))

	a = s.invoke(t, []byte("nonsense"))
	require.Equal(t, map[string]any{
		"level": "WARN", "msg": "invocation", "requestId": theRequest, "outcome": "bad_request", "status": 400.0,
		"hint": "not an event", "attempts": 0.0, "coldStart": false,
	}, times(a.line))
}

// What a caller sends goes to the log only where it can't be a number or a code.
func TestWhatCouldBeAnythingIsNotLogged(t *testing.T) {
	long := strings.Repeat("x", 101)
	for _, test := range []struct {
		field string
		sent  fields
		want  string
	}{
		{"type", fields{"type": "MfaVerification"}, "MfaVerification"},
		{"type", fields{"type": "A type of one's own"}, "A type of one's own"},
		{"type", fields{"type": "my_type-of.mine"}, "my_type-of.mine"},
		{"type", fields{"type": "Digit1"}, "(not shown)"},
		{"type", fields{"type": "for " + toMainland}, "(not shown)"},
		{"type", fields{"type": "line\nbreak"}, "(not shown)"},
		{"type", fields{"type": "类型"}, "(not shown)"},
		{"type", fields{"type": long}, "(not shown)"},
		{"type", fields{"type": "caller-token-kvx"}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": "token-kvx"}}, "(not shown)"},
		{"type", fields{"type": "Configured2"}, "Configured2"},
		{"locale", fields{"payload": fields{"locale": "zh-Hant-HK"}}, "zh-Hant-HK"},
		{"locale", fields{"payload": fields{"locale": "es-419"}}, "es-419"},
		{"locale", fields{"payload": fields{"locale": " en "}}, "en"},
		{"locale", fields{"payload": fields{"locale": "en-48261"}}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": theCode}}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": "zh_CN"}}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": "en US"}}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": strings.Repeat("en-", 12) + "en"}}, "(not shown)"},
		{"locale", fields{"payload": fields{"locale": absent}}, ""},
		{"locale", fields{"payload": fields{"locale": "es-419", "code": "419"}}, "(not shown)"},
	} {
		f, _ := newFake(t, func(c *Config) {
			c.Templates = Templates{{Usage: "Configured2", ID: "1110001"}, {Usage: generic, ID: "1110004"}}
		})
		a := f.invoke(t, eventWith(fields{"body": bodyWith(test.sent)}))
		assert.Equal(t, "sent", a.outcome())
		assert.Equal(t, test.want, a.logged(test.field), "%v", test.sent)
	}
}

func TestCodeInALocaleIsNotLoggedOfACallerWhoIsNotServedEither(t *testing.T) {
	f, _ := newFake(t)
	body := bodyWith(fields{"payload": fields{"locale": "en-482", "code": "482"}})
	for _, event := range []fields{{"httpMethod": "GET", "body": body}, {"body": bodyWith(fields{"to": 1, "payload": fields{"locale": "en-482", "code": "482"}})}} {
		require.Equal(t, "(not shown)", f.invoke(t, eventWith(event)).logged("locale"))
	}
}

func TestIDIsNotShownWhereItRepeatsTheCodeByMoreThanChance(t *testing.T) {
	const id = "5000:1045710669157053657800000048"
	for code, shown := range map[string]string{
		"":       id,
		"8":      id,
		"48":     id,
		"048":    id, // as short as that it is in half of all ids
		"0048":   "(not shown)",
		"00048":  "(not shown)",
		"000048": "(not shown)",
		"104571": "(not shown)",
		"482913": id,
		"000000": id, // of Logto's console: everybody knows it
	} {
		r := &record{code: code}
		require.Equal(t, shown, r.id(id), code)
	}
}

// Tencent's answers could repeat what they are about.
func TestTencentsEchoIsNotShown(t *testing.T) {
	const id = "5000:1045_a-b.c"
	for _, test := range []struct{ given, shown string }{
		{id, id},
		{"", ""},
		{toMainland, "(not shown)"},
		{"+" + toMainland, "(not shown)"},
		{"5000:" + toMainland[2:], "(not shown)"},
		{"a" + theCode + "b", "(not shown)"},
		{"id for " + theCode, "(not shown)"},
		{strings.Repeat("a", 128), strings.Repeat("a", 128)},
		{strings.Repeat("a", 129), "(not shown)"},
		{"line\nbreak", "(not shown)"},
		{"编号", "(not shown)"},
	} {
		fake := func(status string, extra fields) (*function, answer) {
			f, _ := newFake(t, func(c *Config) {
				c.Transport = answering(200, toJSON(fields{"Response": merge(fields{"RequestId": test.given}, extra)}))
			})
			a := f.invoke(t, smsTo(toMainland))
			require.Equal(t, status, a.outcome())
			require.Equal(t, test.shown, a.logged("tencentRequestId"))
			return f, a
		}
		_, a := fake("sent", fields{"SendStatusSet": []fields{{"Code": "Ok", "SerialNo": test.given, "PhoneNumber": toMainland, "Message": theCode}}})
		require.Equal(t, test.shown, a.logged("serialNo"))
		require.JSONEq(t, toJSON(fields{"requestId": theRequest, "serialNo": test.shown}), a.Body)
		fake("provider_refused", fields{"Error": fields{"Code": "InvalidParameter", "Message": toMainland + theCode}})
	}

	for _, code := range []string{
		"FailedOperation." + toMainland, "FailedOperation." + theCode, "FailedOperation.+" + toMainland,
		"FailedOperation.\n", "FailedOperation.号码", "FailedOperation." + strings.Repeat("x", 100),
	} {
		for _, response := range []fields{{"Error": fields{"Code": code}}, {"SendStatusSet": []fields{{"Code": code}}}} {
			f, _ := newFake(t, func(c *Config) { c.Transport = answering(200, toJSON(fields{"Response": response})) })
			a := f.invoke(t, smsTo(toMainland))
			require.Equal(t, "provider_refused", a.outcome())
			require.Equal(t, "(not shown)", a.logged("tencentCode"))
		}
	}

	// Of a first attempt, too.
	answers := []string{`{"Response":{"Error":{"Code":"AuthFailure.` + theCode + `"}}}`, accepted}
	f, _ := newFake(t, func(c *Config) {
		c.Transport = transportFunc(func(req *http.Request) (*http.Response, error) {
			answer := answers[0]
			answers = answers[1:]
			return answering(200, answer)(req)
		})
	})
	a := f.invoke(t, smsTo(toMainland))
	require.Equal(t, "sent", a.outcome())
	require.Equal(t, "(not shown)", a.logged("firstRefusal"))

	// A short code is in half of all ids by chance.
	f, _ = newFake(t, func(c *Config) {
		c.Transport = answering(200, toJSON(fields{"Response": fields{"SendStatusSet": []fields{{"Code": "Ok", "SerialNo": id}}}}))
	})
	a = f.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": fields{"code": "104"}})}))
	require.Equal(t, id, a.logged("serialNo"))
}

func TestSentencesDifferInEveryLanguage(t *testing.T) {
	for outcome := range statuses {
		if outcome == "sent" {
			continue
		}
		var all []string
		for _, locale := range []string{"en", "zh-CN", "zh-TW", "ja", "ko"} {
			s := sentence(outcome, locale)
			assert.NotEmpty(t, s)
			assert.Less(t, len([]rune(s)), 120, "short")
			all = append(all, s)
		}
		slices.Sort(all)
		assert.Len(t, slices.Compact(all), int(languages), outcome)
	}
}
