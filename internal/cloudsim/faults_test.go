package cloudsim

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	item200  = `{"Response":{"SendStatusSet":[],"RequestId":"r"}}`
	networks = "ClientError.NetworkError"
)

// hurried ends once the only request met its outcome: a client that gives up on an answer that
// never comes, without a sleep.
func (e *env) hurried() context.Context {
	ctx, cancel := context.WithCancel(e.t.Context())
	go func() {
		defer cancel()
		e.cloud.Await(ctx, SendSms, 1)
	}()
	e.t.Cleanup(cancel)
	return ctx
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		fault   Fault
		hurried bool   // the client gives up
		want    string // Ok, the item's code, or the error's
		cause   error  // what the client's network told it
		sent    int
		told    bool // the outbox says that an answer was to follow
	}{
		{name: "behave", fault: Fault{}, want: "Ok", sent: 1, told: true},
		{name: "error", fault: Fault{Kind: Error, Code: "RequestLimitExceeded"},
			want: "RequestLimitExceeded"},
		{name: "error without a code", fault: Fault{Kind: Error}, want: "InternalError"},
		{name: "refuse", fault: Fault{Kind: Refuse, Code: "FailedOperation.PhoneNumberInBlacklist"},
			want: "FailedOperation.PhoneNumberInBlacklist"},
		{name: "http", fault: Fault{Kind: HTTP, Body: "<html>"},
			want: "ClientError.ParseJsonError"},
		{name: "http with a status", fault: Fault{Kind: HTTP, Status: 503, Body: item200},
			want: "ClientError.HttpStatusCodeError"},
		{name: "body that is no JSON", fault: Fault{Kind: Body, Body: `{"Response":`},
			want: "ClientError.ParseJsonError"},
		{name: "reset-early", fault: Fault{Kind: ResetEarly}, want: networks,
			cause: syscall.ECONNRESET},
		{name: "reset-unsent", fault: Fault{Kind: ResetUnsent}, want: networks,
			cause: syscall.ECONNRESET},
		{name: "reset-sent", fault: Fault{Kind: ResetSent}, want: networks,
			cause: syscall.ECONNRESET, sent: 1},
		{name: "eof-sent", fault: Fault{Kind: EOFSent}, want: networks, cause: io.EOF, sent: 1},
		{name: "hang-unsent", fault: Fault{Kind: HangUnsent}, hurried: true, want: networks,
			cause: context.Canceled},
		{name: "hang-sent", fault: Fault{Kind: HangSent}, hurried: true, want: networks,
			cause: context.Canceled, sent: 1},
		{name: "slow", fault: Fault{Kind: Slow, Delay: time.Millisecond}, want: "Ok", sent: 1,
			told: true},
		{name: "cut", fault: Fault{Kind: Cut}, want: "ClientError.ParseJsonError", sent: 1},
		{name: "huge", fault: Fault{Kind: Huge}, want: "Ok", sent: 1, told: true},
		{name: "delay", fault: Fault{Kind: Delay, Delay: time.Millisecond}, want: "Ok", sent: 1,
			told: true},
		{name: "redirect to nowhere", fault: Fault{Kind: Redirect, Status: http.StatusSeeOther,
			Location: "http://127.0.0.1:1/"}, want: networks, cause: syscall.ECONNREFUSED},
		{name: "a kind that is a typo", fault: Fault{Kind: "refuze"},
			want: "ClientError.ParseJsonError"},
		{name: "error of one's own wording", fault: Fault{Kind: Error, Code: "X", Message: "y"},
			want: "X"},
		{name: "refuse with a code we guess", fault: Fault{Kind: Refuse}, want: "InternalError"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.cloud.Script(SendSms, tt.fault)
			ctx := t.Context()
			if tt.hurried {
				ctx = e.hurried()
			}
			response, err := e.send(ctx, message())
			got := ""
			if err != nil {
				got = codeOf(t, err)
			} else {
				got = *response.Response.SendStatusSet[0].Code
			}
			assert.Equal(t, tt.want, got)
			if tt.cause != nil {
				assert.ErrorIs(t, err, tt.cause)
			}

			outbox := e.cloud.Outbox()
			require.Len(t, outbox, tt.sent)
			for _, m := range outbox {
				assert.Equal(t, tt.told, m.Answered)
			}
			requests := e.cloud.Requests()
			require.Len(t, requests, 1)
			assert.Equal(t, tt.fault.Kind, requests[0].Fault)
			assert.Equal(t, tt.fault.Kind != ResetEarly, requests[0].Body != nil)

			assert.Equal(t, "Ok", e.sendOne(code(2)), "a fault is met once")
		})
	}
}

func TestFaults_ofSSM(t *testing.T) {
	t.Parallel()
	for kind, want := range map[Kind]string{
		Error:     "ResourceUnavailable.NotPurchased",
		Refuse:    "ResourceUnavailable.NotPurchased",
		ResetSent: networks,
		Cut:       "ClientError.ParseJsonError",
	} {
		e := newEnv(t).asRole()
		e.cloud.Script(GetSecretValue, Fault{Kind: kind, Code: "ResourceUnavailable.NotPurchased"})
		_, err := e.read("sms-key", "SSM_Current")
		assert.Equal(t, want, codeOf(t, err), kind)
	}
}

func TestFaults_body(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"null", "{}", item200, ""} {
		cloud := New(Config{})
		cloud.Always(SendSms, &Fault{Kind: Body, Body: body})
		assert.Equal(t, body, post(cloud).Body.String())
	}
}

func TestFaults_redirect(t *testing.T) {
	t.Parallel()
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: Redirect, Location: "http://elsewhere/"},
		Fault{Kind: Redirect, Status: 302})
	rec := post(cloud)
	assert.Equal(t, 307, rec.Code)
	assert.Equal(t, "http://elsewhere/", rec.Header().Get("Location"))
	rec = post(cloud)
	assert.Equal(t, 302, rec.Code)
	assert.Equal(t, "/", rec.Header().Get("Location"))
}

func TestFaults_withoutHTTP1(t *testing.T) {
	t.Parallel()
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: ResetUnsent})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { post(cloud) })
}

// post meets the cloud without a connection and without a signature.
func post(cloud *Cloud) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("X-TC-Action", SendSms)
	rec := httptest.NewRecorder()
	cloud.ServeHTTP(rec, r)
	return rec
}

func TestFaults_huge(t *testing.T) {
	t.Parallel()
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: Huge})
	body := post(cloud).Body.Bytes()
	assert.Greater(t, len(body), padding)
	var v struct{ Response struct{ Error apiError } }
	require.NoError(t, json.Unmarshal(body, &v))
	assert.Equal(t, "AuthFailure.InvalidAuthorization", v.Response.Error.Code)
}

func TestFaults_slowWithoutEnd(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Script(SendSms, Fault{Kind: Slow})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.server.URL,
		strings.NewReader("{}"))
	require.NoError(t, err)
	r.Header.Set("X-TC-Action", SendSms)
	response, err := e.transport.RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	some := make([]byte, 3)
	_, err = io.ReadFull(response.Body, some)
	require.NoError(t, err)
	assert.Equal(t, "{  ", string(some))
}

func TestFaults_delayOutlastsClient(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Script(SendSms, Fault{Kind: Delay, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for e.cloud.Count(SendSms) == 0 {
			runtime.Gosched()
		}
		cancel()
	}()
	_, err := e.send(ctx, message())
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, e.cloud.Await(t.Context(), SendSms, 1))
	assert.Empty(t, e.cloud.Outbox())
}

func TestCloud_clientLeavesWithinRequest(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	body, half := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, e.server.URL, body)
	require.NoError(t, err)
	r.Header.Set("X-TC-Action", SendSms)
	go func() {
		half.Write([]byte("{"))
		half.CloseWithError(io.ErrUnexpectedEOF)
	}()
	_, err = e.transport.RoundTrip(r)
	require.Error(t, err)
	require.NoError(t, e.cloud.Await(t.Context(), SendSms, 1))
	assert.Nil(t, e.cloud.Requests()[0].Body)
}

func TestAwait_endsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, New(Config{}).Await(ctx, SendSms, 1), context.Canceled)
	assert.NoError(t, New(Config{}).Await(ctx, SendSms, 0))
}

func TestScript_order(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Numbers = map[string]Fault{
			"+8613800138000": {Kind: Refuse, Code: "number"},
			"+8613800138001": {Kind: Error, Code: "number"},
		}
	})
	other := message(to("+8613800138001"))
	assert.Equal(t, "number", e.sendOne(message()))
	assert.Equal(t, "number", e.sendOne(other))

	e.cloud.Always(SendSms, &Fault{Kind: Error, Code: "standing"})
	e.cloud.Script(SendSms, Fault{Kind: Error, Code: "first"}, Fault{}, Fault{})
	e.cloud.Script(SendSms, Fault{Kind: Error, Code: "last"})
	assert.Equal(t, "first", e.sendOne(message()))
	assert.Equal(t, "Ok", e.sendOne(message()), "behave means: whatever the number wants")
	assert.Equal(t, "Ok", e.sendOne(other))
	assert.Equal(t, "last", e.sendOne(message()))
	assert.Equal(t, "standing", e.sendOne(message()))
	assert.Equal(t, "standing", e.sendOne(message()))

	e.cloud.Reset()
	assert.Equal(t, "standing", e.sendOne(message()), "a switch stays where it is")
	e.cloud.Always(SendSms, nil)
	assert.Equal(t, "number", e.sendOne(message()))
}

func TestAlways_concernsOneAction(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Always(GetSecretValue, &Fault{Kind: Error})
	assert.Equal(t, "Ok", e.sendOne(message()))
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	const magic = "+8613800138000"
	refusal := Fault{Kind: Refuse, Code: "FailedOperation.PhoneNumberInBlacklist"}
	tests := []struct {
		name  string
		fault Fault
		spoil func(*env)
		want  string
		sent  int
	}{
		{"to be refused", refusal, nil, "FailedOperation.PhoneNumberInBlacklist", 0},
		{"to behave", Fault{}, nil, "Ok", 1},
		{"for a reset after the send", Fault{Kind: ResetSent}, nil, networks, 1},
		{"for a reset before the body", Fault{Kind: ResetEarly}, nil, networks, 0},
		{"for an outer error", Fault{Kind: Error, Code: "RequestLimitExceeded"}, nil,
			"RequestLimitExceeded", 0},
		{"but not with a key of nobody", Fault{Kind: ResetSent},
			func(e *env) { e.key.SecretKey = "guess" }, "AuthFailure.SignatureFailure", 0},
		{"but not without a region", refusal, func(e *env) { e.region = "" }, "MissingParameter",
			0},
		{"nor to be refused with a wrong", refusal, func(e *env) { e.key.SecretKey = "guess" },
			"AuthFailure.SignatureFailure", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.cloud.Update(func(a *Account) { a.Numbers = map[string]Fault{magic: tt.fault} })
			if tt.spoil != nil {
				tt.spoil(e)
			}
			assert.Equal(t, tt.want, e.sendOne(message(to("13800138000"))))
			assert.Len(t, e.cloud.Outbox(), tt.sent)
		})
	}
}

func TestNumbers_refusalConcernsOneNumber(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Numbers = map[string]Fault{"+8613800138000": {Kind: Refuse,
			Code: "X"}}
	})
	response, err := e.send(t.Context(), message(to("+8613800138000", "+8613800138001")))
	require.NoError(t, err)
	assert.Equal(t, "X", *response.Response.SendStatusSet[0].Code)
	assert.Equal(t, "Ok", *response.Response.SendStatusSet[1].Code)
}

func TestNumbers_needReadableRequest(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Numbers = map[string]Fault{"+8613800138000": {Kind: HangSent}}
	})
	assert.Equal(t, "MissingParameter: The request is missing a required parameter `SmsSdkAppId`.",
		e.raw("sms", "2021-01-11", "SendSms", `{"PhoneNumberSet":["+8613800138000"]}`))
}

func TestMessageOf(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "FailedOperation.Unheard", messageOf("FailedOperation.Unheard"))
	for _, code := range []string{"InternalError", "RequestLimitExceeded"} {
		assert.NotEqual(t, code, messageOf(code))
	}
}
