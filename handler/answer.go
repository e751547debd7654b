package handler

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// response is API Gateway's integrated response, which function URLs take too
// (https://cloud.tencent.com/document/product/583/12513, https://cloud.tencent.com/document/product/583/96099).
type response struct {
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
}

// sent is the body of a 200.
type sent struct {
	RequestID string `json:"requestId"`
	SerialNo  string `json:"serialNo"`
}

// problem is the body of anything else for callers that ask for JSON (RFC 9457). Its type says that the status tells all
// there is to tell; code is the finer word.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	RequestID string `json:"requestId"`
}

// respond is the answer to the caller. It holds nothing of the request and nothing of Tencent's but the serial number:
// the platform logs answers, and Logto shows the text to the person who is signing in.
func respond(out outcome, rec *record) []byte {
	r := response{StatusCode: out.status, Headers: map[string]string{"cache-control": "no-store"}}
	if out.allow != "" {
		r.Headers["allow"] = out.allow
	}
	if out.status == http.StatusUnauthorized {
		r.Headers["www-authenticate"] = "Bearer"
	}
	if out.retryAfter > 0 {
		r.Headers["retry-after"] = strconv.Itoa(int((out.retryAfter + time.Second - 1) / time.Second))
	}
	switch {
	case out.status == http.StatusOK:
		r.Headers["content-type"] = "application/json"
		r.Body = encode(sent{rec.requestID, rec.id(out.serialNo)})
	case rec.wantsJSON:
		r.Headers["content-type"] = "application/problem+json"
		r.Body = encode(problem{"about:blank", http.StatusText(out.status), out.status, out.code, rec.requestID})
	default:
		r.Headers["content-type"] = "text/plain; charset=utf-8"
		r.Body = sentence(out.code, rec.locale) + " (" + rec.requestID + ")"
	}
	return []byte(encode(r))
}

// encode can't fail: what it is given are strings and numbers.
func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
