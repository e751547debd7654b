package scfhost

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask sends a request through a front to a function that returns result.
func ask(result Result) *http.Response {
	f := &Front{Invoke: func(context.Context, []byte) (Result, error) { return result, nil }}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

func TestFront_answers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, result string
		status       int
		headers      http.Header
		body         string
	}{
		{
			"an answer", `{"isBase64Encoded":false,"statusCode":201,` +
				`"headers":{"content-type":"text/html","X-A":"b"},"body":"hello"}`,
			201, http.Header{"Content-Type": {"text/html"}, "X-A": {"b"}}, "hello",
		},
		{"a status alone", `{"statusCode":204}`, 204, http.Header{}, ""},
		{"several values of a header", `{"statusCode":200,"headers":{"Key":["v1","v2"]},"body":""}`,
			200, http.Header{"Key": {"v1, v2"}}, ""},
		{"a body in base64", `{"isBase64Encoded":true,"statusCode":200,"body":"/wA="}`, 200,
			http.Header{}, "\xff\x00"},
		{
			"headers of the connection", `{"statusCode":200,` +
				`"headers":{"Content-Length":"99","connection":"x"},"body":"short"}`,
			200, http.Header{}, "short",
		},
		{"nulls", `{"isBase64Encoded":null,"statusCode":200,"headers":null,"body":null}`, 200,
			http.Header{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(Result{Payload: []byte(tt.result)})
			assert.Equal(t, tt.status, r.StatusCode)
			r.Header.Del("Date")
			for name := range r.Header {
				if r.Header[name] == nil {
					delete(r.Header, name)
				}
			}
			assert.Equal(t, tt.headers, r.Header)
			assert.Equal(t, tt.body, text(t, r))
		})
	}
}

func TestFront_resultsThatAreNoAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, result string
		status       int
	}{
		{"an object without statusCode", `{"message":"hello"}`, 200},
		{"a string", `"hello"`, 200},
		{"a list", `[{"statusCode":200}]`, 200},
		{"null", `null`, 200},
		{"a statusCode that isn't a number", `{"statusCode":"200"}`, 200},
		{"a statusCode that isn't whole", `{"statusCode":200.5}`, 200},
		{"a statusCode that is null", `{"statusCode":null}`, 200},
		{"StatusCode in another case", `{"StatusCode":200}`, 200},
		{"a statusCode nobody knows", `{"statusCode":99}`, 502},
		{"headers that aren't an object", `{"statusCode":200,"headers":[]}`, 502},
		{"a header that is a number", `{"statusCode":200,"headers":{"Retry-After":5}}`, 502},
		{"a header that is a list of numbers", `{"statusCode":200,"headers":{"Retry-After":[5]}}`,
			502},
		{"a body that is an object", `{"statusCode":200,"body":{}}`, 502},
		{"a body that isn't base64", `{"isBase64Encoded":true,"statusCode":200,"body":"!"}`, 502},
		{"isBase64Encoded that isn't a bool",
			`{"isBase64Encoded":"true","statusCode":200,"body":""}`, 502},
		{"no JSON", `hello`, 502},
		{"nothing", ``, 502},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := ask(Result{Payload: []byte(tt.result)})
			assert.Equal(t, tt.status, r.StatusCode)
			if tt.status == http.StatusOK {
				assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
				assert.Equal(t, tt.result, text(t, r))
			}
		})
	}
}

func TestFront_failures(t *testing.T) {
	t.Parallel()
	failed := Result{RequestID: "id"}
	failed.fail(errTimeout(3 * time.Second))
	const envelope = `{"errorCode":-1,"errorMessage":"Invoking task timed out after 3 seconds",` +
		`"requestId":"id","statusCode":433}`

	r := ask(failed)
	assert.Equal(t, 433, r.StatusCode)
	assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
	assert.Equal(t, envelope, text(t, r))
}

func TestFront_refuses(t *testing.T) {
	t.Parallel()
	unreachable := func(context.Context, []byte) (Result, error) { panic("invoked") }
	for _, tt := range []struct {
		name   string
		front  Front
		body   io.Reader
		status int
		want   string
	}{
		{"a body above 6 MB", Front{Invoke: unreachable},
			bytes.NewReader(make([]byte, maxPayload+1)), 406, "RequestTooLarge"},
		{"a body that breaks off", Front{Invoke: unreachable},
			iotest.ErrReader(io.ErrUnexpectedEOF), 400, "can't be read"},
		{
			"to answer when the function couldn't be run",
			Front{Invoke: func(context.Context, []byte) (Result, error) {
				return Result{},
					errors.New("no such file")
			}},
			nil, 500, `"errorMessage":"InternalError: no such file"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tt.front.ServeHTTP(w, httptest.NewRequest("POST", "/", tt.body))
			assert.Equal(t, tt.status, w.Code)
			assert.Contains(t, w.Body.String(), tt.want)
		})
	}
}

func TestFront_runsFunction(t *testing.T) {
	var seen Result
	f := &Front{
		Invoke: start(t, Function{}).Invoke,
		OnResult: func(r *http.Request, event []byte, result Result) {
			assert.Equal(t, "/sms", r.URL.Path)
			assert.Contains(t, string(event), `"path":"/sms"`)
			seen = result
		},
	}
	server := httptest.NewServer(f)
	defer server.Close()

	r, err := http.Post(server.URL+"/sms", "application/json", strings.NewReader(`{"to":"+86"}`))
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, 200, r.StatusCode)
	body := text(t, r)
	assert.Contains(t, body, `"body":"{\"to\":\"+86\"}"`,
		"the function returns its event, which is no answer, so it is the body")
	assert.Equal(t, string(seen.Payload), body)
	assert.True(t, seen.Cold)
}

func TestFront_clientHangsUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	f := &Front{Invoke: func(ctx context.Context, _ []byte) (Result, error) {
		cancel()
		assert.NoError(t, ctx.Err())
		return Result{Payload: []byte(`{}`)}, nil
	}}
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/", nil))
}
