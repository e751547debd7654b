package serve

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWebSitesAreKeptOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, tt := range []struct {
		name    string
		method  string
		path    string
		headers []string
		status  int
	}{
		{"the page itself may post", "POST", "restart",
			[]string{"Content-Type: application/json", "Sec-Fetch-Site: same-origin"}, 204},
		{"so may a program", "POST", "restart", []string{"Content-Type: application/json"}, 204},
		{"another site may not", "POST", "restart",
			[]string{"Content-Type: application/json", "Sec-Fetch-Site: cross-site"}, 403},
		{"nor another port of this machine", "POST", "restart",
			[]string{"Content-Type: application/json", "Sec-Fetch-Site: same-site"}, 403},
		{"nor a site in an old browser", "POST", "restart",
			[]string{"Content-Type: application/json", "Origin: https://example.com"}, 403},
		{"nor a form", "POST", "restart", []string{"Content-Type: text/plain"}, 415},
		{"nor a name that was pointed here", "POST", "restart",
			[]string{"Content-Type: application/json", "Host: example.com"}, 403},
		{"which may not read either", "GET", "app.js", []string{"Host: example.com:9000"}, 403},
		{"localhost is this machine", "GET", "app.js", []string{"Host: localhost:9000"}, 200},
		{"so is IPv6's", "GET", "app.js", []string{"Host: [::1]"}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _ := call(t, tt.method, b.url+ours+tt.path, "{}", tt.headers...)
			require.Equal(t, tt.status, status)
		})
	}
	t.Run("nor get the page under a name that was pointed here", func(t *testing.T) {
		status, _ := call(t, "GET", b.url+"/", "", "Accept: text/html", "Host: example.com")
		require.Equal(t, http.StatusForbidden, status)
	})
	t.Run("and nothing but the page's own script runs in it", func(t *testing.T) {
		_, headers, text := exchangeWith(t, "GET", b.url+"/", "", "Accept: text/html")
		policy := headers.Get("Content-Security-Policy")
		require.Regexp(t, `^default-src 'none'; script-src 'self'; style-src 'self'; `+
			`img-src data:; connect-src 'self'; `, policy)
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.NotContains(t, policy, "unsafe")
		require.Equal(t, "no-store", headers.Get("Cache-Control"))
		require.NotRegexp(t, `(src|href)="?https?:|style=|<style|<script>| on\w+=`, text)
		for name, kind := range map[string]string{"base.css": "text/css",
			"texts.en.js": "text/javascript", "app.js": "text/javascript"} {
			status, headers, text := exchangeWith(t, "GET", b.url+ours+name, "")
			require.Equal(t, http.StatusOK, status)
			require.Contains(t, headers.Get("Content-Type"), kind)
			require.NotRegexp(t, `@import|url\(|https?:`, text)
		}
	})
}
