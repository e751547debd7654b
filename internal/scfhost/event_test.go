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
	t.Parallel()
	for _, tt := range []struct {
		name    string
		method  string
		target  string
		headers http.Header
		body    string
		want    string
	}{
		{
			name:   "a POST",
			method: "POST", target: "/?a=1&b=2",
			headers: http.Header{"Content-Type": {"application/json"},
				"Accept": {"text/plain", "*/*"}, "X-Scf-Remote-Addr": {"1.1.1.1"}},
			body: `{"to":"<&>"}`,
			want: `{"body":"{\"to\":\"<&>\"}","headers":{"accept":"text/plain, */*",
				"content-length":"12","content-type":"application/json",
				"host":"example.com","x-scf-remote-addr":"192.0.2.1"},"httpMethod":"POST",
				"path":"/","queryString":{"a":"1","b":"2"}}`,
		},
		{
			name:   "a GET",
			method: "GET", target: "/health",
			want: `{"body":"","headers":{"host":"example.com","x-scf-remote-addr":"192.0.2.1"},
				"httpMethod":"GET","path":"/health","queryString":{}}`,
		},
		{
			name:   "a body that isn't text",
			method: "POST", target: "/",
			body: "\xff\x00",
			want: `{"body":"/wA=","headers":{"content-length":"2","host":"example.com",
				"x-scf-remote-addr":"192.0.2.1"},
				"httpMethod":"POST","isBase64Encoded":true,"path":"/","queryString":{}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.target, strings.NewReader(tt.body))
			for name, values := range tt.headers {
				r.Header[name] = values
			}
			event, err := Event(r, []byte(tt.body))
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(event))
			assert.NotContains(t, string(event), `\u003c`, "it should be readable")
		})
	}
	t.Run("a request without the usual", func(t *testing.T) {
		r := &http.Request{Method: "GET",
			URL: httptest.NewRequest("GET", "http://example.com", nil).URL, RemoteAddr: "pipe"}
		event, err := Event(r, nil)
		require.NoError(t, err)
		assert.JSONEq(t, `{"body":"","headers":{"x-scf-remote-addr":"pipe"},"httpMethod":"GET",
			"path":"/","queryString":{}}`, string(event))
	})
}

func TestQueryString(t *testing.T) {
	t.Parallel()
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
