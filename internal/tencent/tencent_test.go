package tencent

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/internal/liveconn"
)

func TestDo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		handle http.HandlerFunc
		want   Error
		text   string
	}{
		{
			"Tencent's own error keeps its code",
			body(`{"Response":{"Error":{"Code":"AuthFailure.X","Message":"m"},"RequestId":"r-1"}}`),
			Error{Code: "AuthFailure.X", RequestID: "r-1", Reason: "refused"},
			"tencent cloud: AuthFailure.X",
		},
		{
			"null, on which the SDK panics", body("null"),
			Error{Reason: "unreadable answer"}, "tencent cloud: unreadable answer",
		},
		{
			"HTML", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadGateway)
				io.WriteString(w, "<html>")
			},
			Error{Reason: "unreadable answer"}, "tencent cloud: unreadable answer",
		},
		{
			"event stream", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, "{}")
			},
			Error{Reason: "unreadable answer"}, "tencent cloud: unreadable answer",
		},
		{
			"no answer: it may have been sent", func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			},
			Error{Reason: "connection closed", Ended: true}, "tencent cloud: connection closed",
		},
		{
			"a redirect, which the SDK would follow",
			http.RedirectHandler("/", http.StatusTemporaryRedirect).ServeHTTP,
			Error{Reason: "redirect refused"}, "tencent cloud: redirect refused",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.handle)
			defer server.Close()
			failure := sendSMS(t, t.Context(), server.URL)
			require.Equal(t, &tt.want, failure)
			require.EqualError(t, failure, tt.text)
		})
	}
}

func TestDo_notSent(t *testing.T) {
	t.Parallel()
	untrusted := httptest.NewTLSServer(body("{}"))
	defer untrusted.Close()
	require.Equal(t, &Error{NotSent: true, Reason: "no connection: certificate not trusted"},
		sendSMS(t, t.Context(), untrusted.URL))

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, &Error{NotSent: true, Reason: "no connection: cancelled"},
		sendSMS(t, cancelled, untrusted.URL))
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

// sendSMS makes a call through the SDK as the function does.
func sendSMS(t *testing.T, ctx context.Context, url string) *Error {
	endpoint, err := ParseEndpoint(url)
	require.NoError(t, err)
	key := common.NewCredential("id", "key")
	client, err := sms.NewClient(key, "ap-guangzhou", Profile(endpoint))
	require.NoError(t, err)
	client.WithHttpTransport(liveconn.NewTransport())
	return Do(func() error {
		_, err := client.SendSmsWithContext(ctx, sms.NewSendSmsRequest())
		return err
	})
}

func TestProfile(t *testing.T) {
	t.Parallel()
	p := Profile(Endpoint{"https", "sms.tencentcloudapi.com"})
	require.True(t, p.DisableRegionBreaker, "which would send the request to another host")
	require.False(t, p.UnsafeRetryOnConnectionFailure, "which would send it again")
	require.Zero(t, p.NetworkFailureMaxRetries)
	require.Zero(t, p.RateLimitExceededMaxRetries)
	require.False(t, p.Debug, "which would print it")
	require.Equal(t, "TC3-HMAC-SHA256", p.SignMethod)
	require.False(t, p.UnsignedPayload)
}

func TestIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		code, family string
		want         bool
	}{
		{"AuthFailure", "AuthFailure", true},
		{"AuthFailure.SignatureExpire", "AuthFailure", true},
		{"authfailure.signatureexpire", "AuthFailure.SignatureExpire", true},
		{"AUTHFAILURE.SignatureExpire", "authfailure", true},
		{"AuthFailures", "AuthFailure", false},
		{"AuthFailure", "AuthFailure.SignatureExpire", false},
		{"InvalidParameterValue.X", "InvalidParameter", false},
		{"", "AuthFailure", false},
	} {
		assert.Equal(t, tt.want, Is(tt.code, tt.family), "%s of %s", tt.code, tt.family)
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		setting string
		want    Endpoint
		problem string
	}{
		{"sms.tencentcloudapi.com", Endpoint{"https", "sms.tencentcloudapi.com"}, ""},
		{"sms.tencentcloudapi.com:8443", Endpoint{"https", "sms.tencentcloudapi.com:8443"}, ""},
		{
			"https://sms.ap-guangzhou.tencentcloudapi.com/",
			Endpoint{"https", "sms.ap-guangzhou.tencentcloudapi.com"}, "",
		},
		{"http://127.0.0.1:9001", Endpoint{"http", "127.0.0.1:9001"}, ""},
		{"http://127.8.8.8", Endpoint{"http", "127.8.8.8"}, ""},
		{"http://[::1]:9001", Endpoint{"http", "[::1]:9001"}, ""},
		{"http://localhost:9001", Endpoint{"http", "localhost:9001"}, ""},
		{"http://sms.tencentcloudapi.com", Endpoint{}, notLoopback},
		{"http://127.0.0.1.example.com", Endpoint{}, notLoopback},
		{"ftp://sms.tencentcloudapi.com", Endpoint{}, notHTTPS},
		{"https://key@sms.tencentcloudapi.com", Endpoint{}, moreThanAHost},
		{"sms.tencentcloudapi.com/v3", Endpoint{}, moreThanAHost},
		{"https://sms.tencentcloudapi.com?x", Endpoint{}, moreThanAHost},
		{"https://", Endpoint{}, noHost},
		{":443", Endpoint{}, noHost},
		{"a b", Endpoint{}, noHost},
		{"host:port", Endpoint{}, noHost},
		{"sms.tencentcloudapi.com:", Endpoint{}, noPort},
		{"sms.tencentcloudapi.com:0", Endpoint{}, noPort},
		{"sms.tencentcloudapi.com:65536", Endpoint{}, noPort},
	} {
		got, err := ParseEndpoint(tt.setting)
		assert.Equal(t, tt.want, got, tt.setting)
		if tt.problem == "" {
			assert.NoError(t, err, tt.setting)
		} else {
			assert.EqualError(t, err, tt.problem, tt.setting)
		}
	}
}

const (
	notHTTPS      = "must be https"
	notLoopback   = "must be https, unless it is a loopback address"
	noHost        = "must be host[:port] or a URL"
	moreThanAHost = "must have no user, path, query or fragment"
	noPort        = "must have a port between 1 and 65535, or none"
)
