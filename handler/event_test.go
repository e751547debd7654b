package handler_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	e, requests := newAccepting(t)
	for _, event := range []string{
		"", " ", "nonsense", "null", "[]", "[{}]", "5", `"text"`, "true", "{", `{"httpMethod": "POST"}}`, "\xff",
		`{"httpMethod": 5}`, `{"httpMethod": "POST", "headers": "text"}`,
		`{"httpMethod": "POST", "headers": []}`, `{"httpMethod": "POST", "body": {}}`,
	} {
		a := e.invoke(t, []byte(event))
		assert.Equal(t, "bad_request", a.outcome(), event)
		assert.Equal(t, "not an event", a.logged("hint"), event)
	}
	assert.Zero(t, *requests)
}

func TestInvoke_onlyPostIsAllowed(t *testing.T) {
	t.Parallel()
	e, requests := newAccepting(t)
	for _, method := range []any{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "", nil, absent} {
		assert.Equal(t, "method_not_allowed", e.invoke(t, eventWith(fields{"httpMethod": method})).outcome(), "%v", method)
	}
	assert.Zero(t, *requests)
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
		a := e.invoke(t, eventWith(fields{"httpMethod": "GET", "headers": fields{"accept": tt.accept}}))
		assert.Equal(t, tt.json, a.Headers["content-type"] == "application/problem+json", "%v", tt.accept)
	}
}
