package handler_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestInvoke_eventsOfEveryShape(t *testing.T) {
	t.Parallel()
	gateway := fields{
		"requestContext": fields{
			"serviceId": "service-f94sy04v", "httpMethod": "POST", "requestId": "c6af9ac6",
			"identity": fields{}, "sourceIp": somebodysIP, "stage": "release",
		},
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
		"header names in capitals":     {"headers": fields{"authorization": absent, "AUTHORIZATION": token}},
		"header names capitalized":     {"headers": fields{"authorization": absent, "Authorization": token}},
		"the same token twice":         {"headers": fields{"Authorization": token}},
		"the token in a list":          {"headers": fields{"authorization": []string{token}}},
		"the same token in a list":     {"headers": fields{"authorization": []string{token, token}}},
		"headers that are no strings":  {"headers": fields{"x-number": 1, "x-null": nil, "x-object": fields{}, "x-list": []any{1, nil}}},
		"keys nobody knows":            {"version": 2, "cookies": []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, requests := newAccepting(t)
			require.Equal(t, "sent", e.invoke(t, eventWith(changes)).outcome())
			require.Equal(t, 1, *requests)
		})
	}
}

func TestInvoke_whatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*setup){func(*setup) {}, withProblems} { // it is the first check
		e, requests := newAccepting(t, change)
		for _, event := range []string{
			"", " ", "nonsense", "null", "[]", "[{}]", "5", `"text"`, "true", "{", `{"httpMethod": "POST"}}`, "\xff",
			strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000),
		} {
			a := e.invoke(t, []byte(event))
			assert.Equal(t, "bad_request", a.outcome(), event)
			assert.Equal(t, "the event is not a JSON object", a.logged("hint"), event)
		}
		assert.Zero(t, *requests)
	}
}

// A field of a wrong type is as if it were absent, and takes no other with it.
func TestInvoke_fieldsOfAWrongType(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	wrong := []any{nil, true, 5, "text", []any{}, []string{"x"}, fields{}, fields{"a": 1}}
	for _, tt := range []struct {
		field   string
		is      string // a type that isn't wrong
		outcome string // of an event in which the field is wrong
		hint    string
	}{
		{"httpMethod", "string", "method_not_allowed", "the event has no httpMethod"},
		{"headers", "object", "unauthorized", "there is no Authorization header"},
		{"body", "string", "bad_request", "the body is not a JSON object"},
		{"isBase64Encoded", "", "sent", ""},
		{"Type", "", "sent", ""},
		{"queryString", "", "sent", ""},
		{"requestContext", "", "sent", ""},
		{"path", "", "sent", ""},
	} {
		for _, value := range append(wrong, absent) {
			_, isString := value.(string)
			_, isObject := value.(fields)
			isRight := isString && tt.is == "string" || isObject && tt.is == "object"
			if isRight || tt.field == "isBase64Encoded" && value == true {
				continue
			}
			a := e.invoke(t, eventWith(fields{tt.field: value}))
			assert.Equal(t, tt.outcome, a.outcome(), "%s is %v", tt.field, value)
			assert.Contains(t, a.logged("hint"), tt.hint, "%s is %v", tt.field, value)
		}
	}
	a := e.invoke(t, eventWith(fields{"body": 5, "headers": fields{"authorization": "guess"}}))
	require.Equal(t, "unauthorized", a.outcome(), "a wrong body costs no header")
}

func TestInvoke_onlyPostIsAllowed(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	for method, level := range map[any]string{
		"GET": "DEBUG", "HEAD": "DEBUG", "OPTIONS": "DEBUG", // uptime probes
		"PUT": "WARN", "PATCH": "WARN", "DELETE": "WARN", "post": "WARN", "get": "WARN", "": "WARN", nil: "WARN", absent: "WARN",
	} {
		a := e.invoke(t, eventWith(fields{"httpMethod": method}))
		assert.Equal(t, "method_not_allowed", a.outcome(), "%v", method)
		assert.Equal(t, level, a.logged("level"), "%v", method)
		isNone := method == "" || method == nil || method == absent
		assert.Equal(t, isNone, strings.Contains(a.logged("hint"), "no httpMethod"), "%v", method)
	}
	assert.Zero(t, *requests)
}

// What SCF's console sends as a test, and other triggers, gets a hint that says what belongs there.
func TestInvoke_eventsOfOtherTriggers(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for name, event := range map[string]string{
		"the console's Hello World": `{"key1": "test value 1", "key2": "test value 2"}`,
		"an empty object":           `{}`,
		"COS":                       `{"Records": [{"cos": {"cosObject": {"key": "x"}}, "event": {"eventName": "cos:ObjectCreated:Put"}}]}`,
		"CMQ":                       `{"Records": [{"CMQ": {"type": "topic", "msgBody": "x"}}]}`,
		"CLS":                       `{"clslogs": {"data": "x"}}`,
		"a message for the URL":     bodyWith(),
	} {
		a := e.invoke(t, []byte(event))
		require.Equal(t, "method_not_allowed", a.outcome(), name)
		require.Equal(t, "WARN", a.logged("level"), name)
		require.Contains(t, a.logged("hint"), "testdata/events", name)
	}
}

func TestInvoke_timerKeepsTheInstanceWarm(t *testing.T) {
	t.Parallel()
	timer := fields{"Type": "Timer", "TriggerName": "EveryFiveMinutes", "Time": "2026-11-25T11:49:00Z", "Message": "warm"}
	e := newEnv(t)
	for range 3 {
		a := e.invoke(t, []byte(toJSON(timer)))
		require.Equal(t, "timer", a.outcome())
		require.Equal(t, answer{
			StatusCode: 200, Headers: map[string]string{"cache-control": "no-store"}, line: a.line,
		}, a)
		require.Equal(t, "DEBUG", a.logged("level"))
	}
	require.Equal(t, 1, e.cloud.Count(cloudsim.GetSecretValue), "the secret is fetched, and then fresh")
	require.Zero(t, e.cloud.Count(cloudsim.SendSms))
	require.Equal(t, "sent", e.invoke(t, smsTo(toMainland)).outcome())
	require.Equal(t, 1, e.cloud.Count(cloudsim.GetSecretValue))

	for _, wrong := range []fields{{"httpMethod": nil}, {"headers": nil, "body": nil}, {"httpMethod": 5, "headers": "x"}} {
		require.Equal(t, "timer", e.invoke(t, []byte(toJSON(merge(timer, wrong)))).outcome(), "as if absent: %v", wrong)
	}
	for _, posted := range []fields{
		{"httpMethod": "POST"}, {"httpMethod": ""}, {"headers": fields{}}, {"body": ""}, {"Type": "timer"}, {"Type": nil},
	} {
		require.NotEqual(t, "timer", e.invoke(t, []byte(toJSON(merge(timer, posted)))).outcome(), "%v", posted)
	}
}

// Settings with problems are told of at ERROR. That SSM has no secret is told at debug, with a hint: the
// next request will say it aloud.
func TestInvoke_timerThatFindsSomethingWrong(t *testing.T) {
	t.Parallel()
	timer := []byte(`{"Type": "Timer"}`)
	e, _ := newAccepting(t, withProblems)
	a := e.invoke(t, timer)
	require.Equal(t, "misconfigured", a.outcome())
	require.Equal(t, "ERROR", a.logged("level"))

	e = newEnv(t)
	e.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"})
	a = e.invoke(t, timer)
	require.Equal(t, 200, a.StatusCode)
	require.Empty(t, a.Body)
	require.Equal(t, "DEBUG", a.logged("level"))
	require.Contains(t, a.logged("hint"), "SSM has no such secret")

	// An old secret does until SSM is back.
	e = newEnv(t, func(s *setup) { s.Secret.TTL = time.Nanosecond }).fetched(t)
	e.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"})
	require.Equal(t, "timer", e.invoke(t, timer).outcome())
	require.Equal(t, 2, e.cloud.Count(cloudsim.GetSecretValue), "it was due")
}

func TestInvoke_bodyMayHave64KiB(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	padded := func(size int) string { return bodyWith() + strings.Repeat(" ", size-len(bodyWith())) }
	for size := 64<<10 - 3; size <= 64<<10+3; size++ { // base64 pads each three bytes in its own way
		want := "sent"
		if size > 64<<10 {
			want = "body_too_large"
		}
		wrapped := inBase64(padded(size)) // at 76 characters, as MIME does
		wrapped["body"] = regexp.MustCompile(`.{1,76}`).ReplaceAllString(wrapped["body"].(string), "$0\r\n")
		for name, event := range map[string][]byte{
			"plain":          eventWith(fields{"body": padded(size)}),
			"in base64":      eventWith(inBase64(padded(size))),
			"in lines of it": eventWith(wrapped),
		} {
			assert.Equal(t, want, e.invoke(t, event).outcome(), "%d bytes %s", size, name)
		}
	}
	assert.Equal(t, 4*3, *requests)
	for name, body := range map[string]string{
		"all of it escaped":           strings.ReplaceAll(toJSON(padded(64<<10)), " ", `\u0020`),
		"base64, all of that escaped": `"` + strings.ReplaceAll(inBase64(padded(64 << 10))["body"].(string), "I", `\u0049`) + `"`,
	} {
		event := eventWith(fields{"body": json.RawMessage(body), "isBase64Encoded": strings.HasPrefix(name, "base64")})
		assert.Contains(t, string(event), `\u00`, name)
		assert.Equal(t, "sent", e.invoke(t, event).outcome(), name)
	}
	megabyte := eventWith(fields{"isBase64Encoded": true, "body": strings.Repeat("?", 1<<20)})
	assert.Equal(t, "body_too_large", e.invoke(t, megabyte).outcome(), "before anything is decoded")
}

func TestInvoke_acceptDecidesTheForm(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for _, tt := range []struct {
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
		a := e.invoke(t, eventWith(fields{"httpMethod": "PUT", "headers": fields{"accept": tt.accept}}))
		assert.Equal(t, tt.json, a.Headers["content-type"] == "application/problem+json", "%v", tt.accept)
	}
}
