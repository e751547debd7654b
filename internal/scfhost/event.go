package scfhost

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

type urlEvent struct {
	Body            string            `json:"body"`
	Headers         map[string]string `json:"headers"`
	HTTPMethod      string            `json:"httpMethod"`
	IsBase64Encoded bool              `json:"isBase64Encoded,omitempty"`
	Path            string            `json:"path"`
	QueryString     map[string]any    `json:"queryString"`
}

// Event returns the event of a function URL (583/96099) that a request with this body becomes.
// Header names are in lower case, and several values of one are joined. That a body that isn't
// UTF-8 is in base64 is an assumption, because the documented event has no isBase64Encoded. So are
// the arrays for repeated query keys, which API Gateway made.
func Event(r *http.Request, body []byte) ([]byte, error) {
	headers := make(map[string]string, len(r.Header)+4)
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	if r.Host != "" {
		headers["host"] = r.Host
	}
	if len(body) > 0 {
		headers["content-length"] = strconv.Itoa(len(body))
	}
	text, encoded := string(body), !utf8.Valid(body)
	if encoded {
		text = base64.StdEncoding.EncodeToString(body)
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	headers["x-scf-remote-addr"] = cmp.Or(ip, r.RemoteAddr) // even if the client sent this header
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(urlEvent{
		Body:            text,
		Headers:         headers,
		HTTPMethod:      r.Method,
		IsBase64Encoded: encoded,
		Path:            cmp.Or(r.URL.Path, "/"),
		QueryString:     queryString(r.URL.RawQuery),
	})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// queryString reads a query as API Gateway did: a=1 is a string, a=1&a=2 an array, and a alone is
// true. url.ParseQuery can't tell the last from "a=".
func queryString(raw string) map[string]any {
	query := map[string]any{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, text, found := strings.Cut(pair, "=")
		name, text = unescape(name), unescape(text)
		switch before := query[name].(type) {
		case nil:
			query[name] = text
			if !found {
				query[name] = true
			}
		case string:
			query[name] = []string{before, text}
		case bool:
			query[name] = []string{"", text}
		case []string:
			query[name] = append(before, text)
		}
	}
	return query
}

// unescape returns s itself if it isn't properly escaped: no request is refused for its query.
func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
