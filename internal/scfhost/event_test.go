package scfhost

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvent(t *testing.T) {
	const gateway = `"headerParameters":{},"pathParameters":{},"queryStringParameters":{}`
	for _, test := range []struct {
		name    string
		shape   Shape
		method  string
		target  string
		headers http.Header
		body    string
		want    string
	}{
		{
			name:   "a POST to a function URL",
			method: "POST", target: "/?a=1&b=2",
			headers: http.Header{"Content-Type": {"application/json"}, "Accept": {"text/plain", "*/*"}, "X-Scf-Remote-Addr": {"1.1.1.1"}},
			body:    `{"to":"<&>"}`,
			want: `{"body":"{\"to\":\"<&>\"}","headers":{"accept":"text/plain, */*","content-length":"12","content-type":"application/json",
				"host":"example.com","x-scf-remote-addr":"192.0.2.1"},"httpMethod":"POST","path":"/","queryString":{"a":"1","b":"2"}}`,
		},
		{
			name:   "a GET of a function URL",
			method: "GET", target: "/health",
			want: `{"body":"","headers":{"host":"example.com","x-scf-remote-addr":"192.0.2.1"},"httpMethod":"GET","path":"/health","queryString":{}}`,
		},
		{
			name:   "a body that isn't text, to a function URL",
			method: "POST", target: "/",
			body: "\xff\x00",
			want: `{"body":"/wA=","headers":{"content-length":"2","host":"example.com","x-scf-remote-addr":"192.0.2.1"},
				"httpMethod":"POST","isBase64Encoded":true,"path":"/","queryString":{}}`,
		},
		{
			name:  "a POST through API Gateway",
			shape: APIGateway, method: "POST", target: "/test/value?foo=bar",
			headers: http.Header{"Authorization": {"Bearer x"}},
			body:    `{}`,
			want: `{"body":"{}","headers":{"authorization":"Bearer x","content-length":"2","host":"example.com","requestsource":"APIGW",
				"x-api-scheme":"http","x-qualifier":"$DEFAULT"},"httpMethod":"POST","isBase64Encoded":false,"path":"/test/value",
				"queryString":{"foo":"bar"},"requestContext":{"httpMethod":"POST","identity":{},"path":"/test/value",
				"serviceId":"service-scfhost0","sourceIp":"192.0.2.1","stage":"release"},` + gateway + `}`,
		},
		{
			name:  "a GET through API Gateway, without a body",
			shape: APIGateway, method: "GET", target: "/",
			want: `{"headers":{"host":"example.com","requestsource":"APIGW","x-api-scheme":"http","x-qualifier":"$DEFAULT"},
				"httpMethod":"GET","isBase64Encoded":false,"path":"/","queryString":{},"requestContext":{"httpMethod":"GET","identity":{},
				"path":"/","serviceId":"service-scfhost0","sourceIp":"192.0.2.1","stage":"release"},` + gateway + `}`,
		},
		{
			name:  "a body that isn't text, through API Gateway",
			shape: APIGateway, method: "POST", target: "/",
			body: "\xff",
			want: `{"body":"/w==","headers":{"content-length":"1","host":"example.com","requestsource":"APIGW","x-api-scheme":"http","x-qualifier":"$DEFAULT"},
				"httpMethod":"POST","isBase64Encoded":true,"path":"/","queryString":{},"requestContext":{"httpMethod":"POST","identity":{},
				"path":"/","serviceId":"service-scfhost0","sourceIp":"192.0.2.1","stage":"release"},` + gateway + `}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
			for name, values := range test.headers {
				r.Header[name] = values
			}
			event, err := Event(r, []byte(test.body), test.shape)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(event))
			assert.NotContains(t, string(event), `\u003c`, "it should be readable")
		})
	}
	t.Run("no such shape", func(t *testing.T) {
		_, err := Event(httptest.NewRequest("GET", "/", nil), nil, 7)
		assert.EqualError(t, err, "scfhost: no such event: Shape(7)")
	})
	t.Run("a request without the usual", func(t *testing.T) {
		r := &http.Request{Method: "GET", URL: httptest.NewRequest("GET", "http://example.com", nil).URL, RemoteAddr: "pipe"}
		event, err := Event(r, nil, FunctionURL)
		require.NoError(t, err)
		assert.JSONEq(t, `{"body":"","headers":{"x-scf-remote-addr":"pipe"},"httpMethod":"GET","path":"/","queryString":{}}`, string(event))
	})
}

func TestShapesHaveNames(t *testing.T) {
	assert.Equal(t, "function URL", FunctionURL.String())
	assert.Equal(t, "API Gateway", APIGateway.String())
}

func TestQueryString(t *testing.T) {
	for raw, want := range map[string]map[string]any{
		"":               {},
		"x=y":            {"x": "y"},
		"a=b&a=c&x=y&i":  {"a": []string{"b", "c"}, "x": "y", "i": true},
		"a=1&a=2&a=3":    {"a": []string{"1", "2", "3"}},
		"i&i=1":          {"i": []string{"", "1"}},
		"i=":             {"i": ""},
		"a%20b=%2B+&&":   {"a b": "+ "},
		"broken=100%&%z": {"broken": "100%", "%z": true},
	} {
		t.Run(raw, func(t *testing.T) { assert.Equal(t, want, queryString(raw)) })
	}
}
