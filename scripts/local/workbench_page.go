package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
)

//go:embed page.html
var page string

// pageHandler serves the page. Nothing runs in it but its own script, and it speaks to nobody but us.
func pageHandler() http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'",
		"script-src '" + hashOf("script") + "'",
		"style-src '" + hashOf("style") + "'",
		"img-src data:",
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
	}, "; ")
	return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Security-Policy", policy)
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.Write([]byte(page))
	})
}

// hashOf returns the hash by which a policy allows the page's one element of that name.
func hashOf(element string) string {
	text := regexp.MustCompile("(?s)<" + element + ">(.*)</" + element + ">").FindStringSubmatch(page)[1]
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
