package main

import (
	"mime"
	"net"
	"net/http"
	"strings"
)

// guard keeps web sites away from the page and what it can do. The Host must be this machine's, or a name that somebody
// points here would make the page their own; a POST must come from the page itself; and it must say that it is JSON,
// which a browser doesn't let another site say without asking us.
func guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if !loopbackHost(hostname(r.Host)) {
			http.Error(rw, "this page is only for the machine it runs on", http.StatusForbidden)
			return
		}
		if err := origins.Check(r); err != nil {
			http.Error(rw, err.Error(), http.StatusForbidden)
			return
		}
		if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodGet && mediaType != "application/json" {
			http.Error(rw, "must be application/json", http.StatusUnsupportedMediaType)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}
