package cloudsim

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// The worked examples of https://cloud.tencent.com/document/api/362/4208.
const (
	docsTime = "1551113065"
	docsDate = "2019-02-25"
	docsBody = `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], ` +
		`"Name": "instance-name"}]}`
)

func docsRequest() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "https://cvm.tencentcloudapi.com/",
		strings.NewReader(docsBody))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-TC-Action", "DescribeInstances")
	return r
}

func TestSign_firstDocumentedExample(t *testing.T) {
	t.Parallel()
	canonical := canonicalRequest(docsRequest(), "cvm.tencentcloudapi.com",
		[]string{"content-type", "host"}, []byte(docsBody))

	assert.Equal(t, "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
		sha256Hex([]byte(docsBody)))
	assert.Equal(t, "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031",
		sha256Hex([]byte(canonical)))
	assert.Equal(t, "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c",
		sign("Gu5t9xGARNpq86cd98joQYCN3*******", docsDate, "cvm", docsTime, canonical))
}

func TestSign_secondDocumentedExample(t *testing.T) {
	t.Parallel()
	secretKey := strings.Repeat("*", 32)
	canonical := canonicalRequest(docsRequest(), "cvm.tencentcloudapi.com",
		[]string{"content-type", "host", "x-tc-action"}, []byte(docsBody))
	date, service, signing := deriveKeys(secretKey, docsDate, "cvm")

	assert.Equal(t, "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
		sha256Hex([]byte(canonical)))
	assert.Equal(t, "da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0",
		hex.EncodeToString(date))
	assert.Equal(t, "8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f",
		hex.EncodeToString(service))
	assert.Equal(t, "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af",
		hex.EncodeToString(signing))
	assert.Equal(t, "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
		sign(secretKey, docsDate, "cvm", docsTime, canonical))
}

func TestGateway_keys(t *testing.T) {
	t.Parallel()
	const (
		notFound     = "AuthFailure.SecretIdNotFound"
		badToken     = "AuthFailure.TokenFailure"
		badSignature = "AuthFailure.SignatureFailure"
	)
	tests := []struct {
		name              string
		id, secret, token string
		want              string
	}{
		{"a key that may", "AKIDroot", "root-secret", "", ""},
		{"a role with its token", "AKIDrole", "role-secret", "role-token", ""},
		{"a role without its token", "AKIDrole", "role-secret", "", notFound},
		{"a role with another token", "AKIDrole", "role-secret", "stale", badToken},
		{"a key with a token it hasn't", "AKIDroot", "root-secret", "role-token", badToken},
		{"an unknown id", "AKIDnobody", "root-secret", "", notFound},
		{"an id with a line break after it", "AKIDroot ", "root-secret", "", notFound},
		{"a disabled key", "AKIDold", "old-secret", "", notFound},
		{"a wrong secret key", "AKIDroot", "guess", "", badSignature},
		{"a key for another service", "AKIDsender", "sender-secret", "", "UnauthorizedOperation"},
		{"a key without permissions", "AKIDguest", "guest-secret", "", "UnauthorizedOperation"},
		{"a wrong secret key without the right", "AKIDguest", "guess", "", badSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.key = common.NewTokenCredential(tt.id, tt.secret, tt.token)
			_, err := e.read("sms-key", "SSM_Current")
			if tt.want == "" {
				require.NoError(t, err)
			} else {
				assert.Equal(t, tt.want, codeOf(t, err))
			}
			requests := e.cloud.Requests()
			require.Len(t, requests, 1)
			assert.Equal(t, tt.want, requests[0].Code)
			assert.Equal(t, tt.token != "", requests[0].Token)
		})
	}
}

func TestGateway_clocks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		ahead time.Duration
		want  string
	}{
		{"caller and cloud agree", 0, ""},
		{"cloud nearly five min ahead", 299 * time.Second, ""},
		{"cloud more than five ahead", 302 * time.Second, "AuthFailure.SignatureExpire"},
		{"cloud nearly five min behind", -299 * time.Second, ""},
		{"cloud more than five behind", -302 * time.Second, "AuthFailure.SignatureExpire"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signedAt := time.Unix(1551113065, 0)
			cloud := New(Config{Account: testAccount(),
				Now: func() time.Time { return signedAt.Add(tt.ahead) }})
			rec := httptest.NewRecorder()
			cloud.ServeHTTP(rec, signedRead(nil))
			assert.Equal(t, http.StatusOK, rec.Code)
			assert.Equal(t, tt.want, cloud.Requests()[0].Code)
		})
	}
}

const readBody = `{"SecretName":"sms-key","VersionId":"SSM_Current"}`

// signedRead is a GetSecretValue signed at docsTime; change spoils it after signing.
func signedRead(change func(*http.Request)) *http.Request {
	r := changedRead(nil)
	if change != nil {
		change(r)
	}
	return r
}

// changedRead is one that is signed after the change.
func changedRead(change func(*http.Request)) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/", strings.NewReader(readBody))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-TC-Action", "GetSecretValue")
	r.Header.Set("X-TC-Version", "2019-09-23")
	r.Header.Set("X-TC-Region", "ap-guangzhou")
	r.Header.Set("X-TC-Timestamp", docsTime)
	if change != nil {
		change(r)
	}
	return signRead(r, r.Host, "ssm", docsDate, "content-type", "host")
}

// signedAs is one that is signed for another host, service or date, or with other headers.
func signedAs(host, service, date string, signed ...string) *http.Request {
	return signRead(changedRead(nil), host, service, date, signed...)
}

func signRead(r *http.Request, host, service, date string, signed ...string) *http.Request {
	signature := sign("root-secret", date, service, r.Header.Get("X-TC-Timestamp"),
		canonicalRequest(r, host, signed, []byte(readBody)))
	r.Header.Set("Authorization", "TC3-HMAC-SHA256 Credential=AKIDroot/"+date+"/"+service+
		"/tc3_request, SignedHeaders="+strings.Join(signed, ";")+", Signature="+signature)
	return r
}

func TestGateway(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Host = name }
	}
	body := func(content io.Reader) func(*http.Request) {
		return func(r *http.Request) { r.Body = io.NopCloser(content) }
	}
	target := func(path string) func(*http.Request) {
		return func(r *http.Request) { r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?") }
	}
	const here = "127.0.0.1:8080"
	const (
		malformed    = "AuthFailure.InvalidAuthorization"
		badSignature = "AuthFailure.SignatureFailure"
		credential   = "TC3-HMAC-SHA256 Credential=a/b/c/"
		headers      = "SignedHeaders=content-type;host"
	)
	tests := []struct {
		name    string
		request *http.Request
		want    string
	}{
		{"nothing wrong", signedRead(nil), ""},
		{"more headers signed", signedAs(here, "ssm", docsDate, "content-type", "host",
			"x-tc-action"), ""},
		{"no Authorization", signedRead(set("Authorization", "")), malformed},
		{"another scheme", signedRead(set("Authorization", "Basic eDp5")), malformed},
		{"a part missing", signedRead(set("Authorization", credential+"tc3_request, Signature=d")),
			malformed},
		{"the parts out of order", signedRead(set("Authorization",
			"TC3-HMAC-SHA256 Signature=d, "+headers+", Credential=a/b/c/tc3_request")), malformed},
		{"a scope of another kind", signedRead(set("Authorization",
			credential+"aws4_request, "+headers+", Signature=d")), malformed},
		{"host not signed", signedAs(here, "ssm", docsDate, "content-type"), malformed},
		{"another service's scope", signedAs(here, "cvm", docsDate, "content-type", "host"),
			badSignature},
		{"the other service's scope", signedAs(here, "sms", docsDate, "content-type", "host"),
			"InvalidAction"},
		{"another day's scope", signedAs(here, "ssm", "2019-02-26", "content-type", "host"),
			badSignature},
		{"the host signed without its port", signedAs("127.0.0.1", "ssm", docsDate, "content-type",
			"host"), ""},
		{"the host signed with another port", signedAs("127.0.0.1:80", "ssm", docsDate,
			"content-type", "host"), badSignature},
		{"another host signed without a port", signedAs("localhost", "ssm", docsDate,
			"content-type", "host"), badSignature},
		{"an IPv6 host signed without its port", signRead(changedRead(host("[::1]:8080")), "[::1]",
			"ssm", docsDate, "content-type", "host"), ""},
		{"the content type changed", signedRead(set("Content-Type",
			"application/json; charset=utf-8")), badSignature},
		{"the host changed", signedRead(host("localhost")),
			badSignature},
		{"the other service's domain", signedRead(host("sms.tencentcloudapi.com")), badSignature},
		{"a signed content type in capitals", changedRead(set("Content-Type",
			"Application/JSON; charset=UTF-8")), ""},
		{"a signed content type of text", changedRead(set("Content-Type", "text/plain")),
			"InvalidRequest"},
		{"a path that isn't signed", signedRead(target("/v3")), badSignature},
		{"a query that isn't signed", signedRead(target("/?SecretName=other")), badSignature},
		{"a query that is signed", changedRead(target("/?SecretName=other")), ""},
		{"the body changed", signedRead(body(strings.NewReader("{}"))), badSignature},
		{"the payload said to be free", signedRead(set("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD")),
			badSignature},
		{"no timestamp", signedRead(set("X-TC-Timestamp", "")), "MissingParameter"},
		{"a timestamp that is none", signedRead(set("X-TC-Timestamp", "now")), "InvalidParameter"},
		{"a signed timestamp with a sign", changedRead(set("X-TC-Timestamp", "+"+docsTime)),
			"InvalidParameter"},
		{"a signed timestamp with a zero", changedRead(set("X-TC-Timestamp", "0"+docsTime)),
			"InvalidParameter"},
		{"no action", signedRead(set("X-TC-Action", "")), "MissingParameter"},
		{"an action of nobody", signedRead(set("X-TC-Action", "SendFax")), "InvalidAction"},
		{"an action of the other service", signedRead(set("X-TC-Action", "SendSms")),
			"InvalidAction"},
		{"no version", signedRead(set("X-TC-Version", "")), "MissingParameter"},
		{"another version", signedRead(set("X-TC-Version", "2019-07-11")), "NoSuchVersion"},
		{"another method", signedRead(func(r *http.Request) { r.Method = http.MethodGet }),
			"UnsupportedProtocol"},
		{"a body too large", signedRead(body(zeros{})),
			"RequestSizeLimitExceeded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			seconds, err := strconv.ParseInt(docsTime, 10, 64)
			require.NoError(t, err)
			cloud := New(Config{Account: testAccount(),
				Now: func() time.Time { return time.Unix(seconds, 0) }})
			rec := httptest.NewRecorder()
			cloud.ServeHTTP(rec, tt.request)

			assert.Equal(t, http.StatusOK, rec.Code)
			assert.Equal(t, "application/json", rec.Header().Get("Content-Type"))
			assert.Equal(t, tt.want, cloud.Requests()[0].Code)
			assert.Contains(t, rec.Body.String(),
				`"RequestId":"a0aabda6-cf91-4f3e-a81f-000000000001"`)
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestGateway_unsignedPayload(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	p := e.profile()
	p.UnsignedPayload = true
	client, err := sms.NewClient(e.key, e.region, p)
	require.NoError(t, err)
	client.WithHttpTransport(e.transport)
	response, err := client.SendSmsWithContext(t.Context(), message())
	require.NoError(t, err)
	assert.Equal(t, "Ok", *response.Response.SendStatusSet[0].Code)
}

func TestHostServes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host, service string
		want          bool
	}{
		{"127.0.0.1:8080", "sms", true},
		{"localhost", "ssm", true},
		{"127.0.0.1:8080", "cvm", false},
		{"sms.tencentcloudapi.com", "sms", true},
		{"sms.tencentcloudapi.com:443", "ssm", false},
		{"ssm.ap-guangzhou.tencentcloudapi.com", "ssm", true},
		{"ssm.ap-guangzhou.tencentcloudapi.com", "sms", false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, hostServes(tt.host, tt.service), "%s for %s", tt.host, tt.service)
	}
}
