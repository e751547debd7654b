package serve

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"strings"

	"scf-sms/scripts/local/internal/words"
)

//go:embed page
var pageFiles embed.FS

// policy is the page's Content-Security-Policy: nothing runs in it but its own script, and it
// speaks to nobody but serve. The icon is in the page itself, as data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'"

// pageRoutes serves the page at / and what it loads under [ours].
func pageRoutes(mux *http.ServeMux) {
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // which it can't: the folder is embedded
	}
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", policy)
		http.ServeFileFS(rw, r, files, "page.html")
	})
	mux.HandleFunc("GET "+ours+"hints.zh.js", func(rw http.ResponseWriter, r *http.Request) {
		text, _ := json.Marshal(words.ChineseHints()) // strings always marshal
		rw.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		fmt.Fprintf(rw, "'use strict';\nconst hintsZH = %s;\n", text)
	})
	names, err := fs.Glob(files, "*.[jc]s*") // scripts and styles
	if err != nil {
		panic(err) // which it can't: the pattern is well-formed
	}
	for _, name := range names {
		mux.HandleFunc("GET "+ours+name, func(rw http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(rw, r, files, name)
		})
	}
}

// ownHost reports whether a Host header names this machine. A web site can point its own name at
// 127.0.0.1 (DNS rebinding): its script could then read the page and call the function.
// host.docker.internal is the name that Docker's containers have for it
// (https://docs.docker.com/desktop/features/networking/).
func ownHost(host string) bool {
	name := strings.Trim(host, "[]")
	if before, _, err := net.SplitHostPort(host); err == nil {
		name = before
	}
	return loopbackHost(name) || name == "host.docker.internal"
}

// guard keeps web sites away from the page and its switches. A POST must come from the page itself,
// and it must say that it is JSON, which a browser doesn't let another site say without asking us.
func guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if err := origins.Check(r); err != nil {
			http.Error(rw, err.Error(), http.StatusForbidden)
			return
		}
		mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.Method != http.MethodGet && mediaType != "application/json" {
			http.Error(rw, "must be application/json", http.StatusUnsupportedMediaType)
			return
		}
		next.ServeHTTP(rw, r)
	})
}
