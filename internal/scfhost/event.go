package scfhost

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Shape is the form of the event an HTTP request becomes.
type Shape int

const (
	// FunctionURL is the event of a function URL (583/96099): body, headers, httpMethod, path and queryString.
	FunctionURL Shape = iota
	// APIGateway is the event of an API Gateway trigger (583/12513).
	APIGateway
)

func (s Shape) String() string {
	switch s {
	case FunctionURL:
		return "function URL"
	case APIGateway:
		return "API Gateway"
	}
	return "Shape(" + strconv.Itoa(int(s)) + ")"
}

// requestContext has no requestId: the document's sample does, captured events don't.
type requestContext struct {
	HTTPMethod string   `json:"httpMethod"`
	Identity   struct{} `json:"identity"`
	Path       string   `json:"path"`
	ServiceID  string   `json:"serviceId"`
	SourceIP   string   `json:"sourceIp"`
	Stage      string   `json:"stage"`
}

type urlEvent struct {
	Body            string            `json:"body"`
	Headers         map[string]string `json:"headers"`
	HTTPMethod      string            `json:"httpMethod"`
	IsBase64Encoded bool              `json:"isBase64Encoded,omitempty"`
	Path            string            `json:"path"`
	QueryString     map[string]any    `json:"queryString"`
}

type gatewayEvent struct {
	Body                  string            `json:"body,omitempty"` // a captured GET has none
	HeaderParameters      map[string]string `json:"headerParameters"`
	Headers               map[string]string `json:"headers"`
	HTTPMethod            string            `json:"httpMethod"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
	Path                  string            `json:"path"`
	PathParameters        map[string]string `json:"pathParameters"`
	QueryString           map[string]any    `json:"queryString"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	RequestContext        requestContext    `json:"requestContext"`
}

// Event returns the event that a request with this body becomes. Header names are in lower case and several values of
// one are joined. A body that isn't UTF-8 is sent in base64; for a function URL, whose documented event has no
// isBase64Encoded, that is an assumption, and so are the arrays for repeated query keys, which API Gateway makes.
func Event(r *http.Request, body []byte, shape Shape) ([]byte, error) {
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
	path := r.URL.Path
	if path == "" {
		path = "/"
	}

	switch shape {
	case FunctionURL:
		headers["x-scf-remote-addr"] = clientIP(r) // whatever the client says it is
		return encode(urlEvent{
			Body:            text,
			Headers:         headers,
			HTTPMethod:      r.Method,
			IsBase64Encoded: encoded,
			Path:            path,
			QueryString:     queryString(r.URL.RawQuery),
		})
	case APIGateway:
		headers["requestsource"] = "APIGW"
		headers["x-api-scheme"] = "http"
		headers["x-qualifier"] = "$DEFAULT"
		none := map[string]string{}
		return encode(gatewayEvent{
			Body:                  text,
			HeaderParameters:      none,
			Headers:               headers,
			HTTPMethod:            r.Method,
			IsBase64Encoded:       encoded,
			Path:                  path,
			PathParameters:        none,
			QueryString:           queryString(r.URL.RawQuery),
			QueryStringParameters: none,
			RequestContext: requestContext{
				HTTPMethod: r.Method,
				Path:       path,
				ServiceID:  "service-scfhost0",
				SourceIP:   clientIP(r),
				Stage:      "release",
			},
		})
	}
	return nil, fmt.Errorf("scfhost: no such event: %v", shape)
}

// queryString is the gateway's reading of a query: a=1 is a string, a=1&a=2 an array, and a alone is true.
// url.ParseQuery can't tell the last from "a=".
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

// unescape leaves alone what isn't properly escaped: a request isn't refused for its query.
func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// encode is json.Marshal, but leaves <, > and & readable.
func encode(event any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(event); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
