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

// hurried ends once the only request met its outcome: a client that gives up on
// an answer that never comes, without a sleep.
func (w *world) hurried() context.Context {
	ctx, cancel := context.WithCancel(w.t.Context())
	go func() {
		defer cancel()
		w.cloud.Await(ctx, SendSms, 1)
	}()
	w.t.Cleanup(cancel)
	return ctx
}

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		fault   Fault
		hurried bool   // the client gives up
		want    string // Ok, the item's code, or the error's
		cause   error  // what the client's network told it
		sent    int
		told    bool // the outbox says that an answer was to follow
	}{
		"behave":                      {fault: Fault{}, want: "Ok", sent: 1, told: true},
		"error":                       {fault: Fault{Kind: Error, Code: "RequestLimitExceeded"}, want: "RequestLimitExceeded"},
		"error without a code":        {fault: Fault{Kind: Error}, want: "InternalError"},
		"refuse":                      {fault: Fault{Kind: Refuse, Code: "FailedOperation.PhoneNumberInBlacklist"}, want: "FailedOperation.PhoneNumberInBlacklist"},
		"http":                        {fault: Fault{Kind: HTTP, Body: "<html>"}, want: "ClientError.ParseJsonError"},
		"http with a status":          {fault: Fault{Kind: HTTP, Status: 503, Body: item200}, want: "ClientError.HttpStatusCodeError"},
		"body that is no JSON":        {fault: Fault{Kind: Body, Body: `{"Response":`}, want: "ClientError.ParseJsonError"},
		"reset-early":                 {fault: Fault{Kind: ResetEarly}, want: networks, cause: syscall.ECONNRESET},
		"reset-unsent":                {fault: Fault{Kind: ResetUnsent}, want: networks, cause: syscall.ECONNRESET},
		"reset-sent":                  {fault: Fault{Kind: ResetSent}, want: networks, cause: syscall.ECONNRESET, sent: 1},
		"eof-sent":                    {fault: Fault{Kind: EOFSent}, want: networks, cause: io.EOF, sent: 1},
		"hang-unsent":                 {fault: Fault{Kind: HangUnsent}, hurried: true, want: networks, cause: context.Canceled},
		"hang-sent":                   {fault: Fault{Kind: HangSent}, hurried: true, want: networks, cause: context.Canceled, sent: 1},
		"slow":                        {fault: Fault{Kind: Slow, Delay: time.Millisecond}, want: "Ok", sent: 1, told: true},
		"cut":                         {fault: Fault{Kind: Cut}, want: "ClientError.ParseJsonError", sent: 1},
		"huge":                        {fault: Fault{Kind: Huge}, want: "Ok", sent: 1, told: true},
		"delay":                       {fault: Fault{Kind: Delay, Delay: time.Millisecond}, want: "Ok", sent: 1, told: true},
		"redirect to nowhere":         {fault: Fault{Kind: Redirect, Status: http.StatusSeeOther, Location: "http://127.0.0.1:1/"}, want: networks, cause: syscall.ECONNREFUSED},
		"a kind that is a typo":       {fault: Fault{Kind: "refuze"}, want: "ClientError.ParseJsonError"},
		"error of one's own wording":  {fault: Fault{Kind: Error, Code: "X", Message: "y"}, want: "X"},
		"refuse with a code we guess": {fault: Fault{Kind: Refuse}, want: "InternalError"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.Script(SendSms, test.fault)
			ctx := t.Context()
			if test.hurried {
				ctx = w.hurried()
			}
			response, err := w.send(ctx, message())
			got := ""
			if err != nil {
				got = codeOf(t, err)
			} else {
				got = *response.Response.SendStatusSet[0].Code
			}
			assert.Equal(t, test.want, got)
			if test.cause != nil {
				assert.ErrorIs(t, err, test.cause)
			}

			outbox := w.cloud.Outbox()
			require.Len(t, outbox, test.sent)
			for _, m := range outbox {
				assert.Equal(t, test.told, m.Answered)
			}
			requests := w.cloud.Requests()
			require.Len(t, requests, 1)
			assert.Equal(t, test.fault.Kind, requests[0].Fault)
			assert.Equal(t, test.fault.Kind != ResetEarly, requests[0].Body != nil)

			assert.Equal(t, "Ok", w.sendOne(code(2)), "a fault is met once")
		})
	}
}

func TestFaultsOfSSM(t *testing.T) {
	for kind, want := range map[Kind]string{
		Error:     "ResourceUnavailable.NotPurchased",
		Refuse:    "ResourceUnavailable.NotPurchased",
		ResetSent: networks,
		Cut:       "ClientError.ParseJsonError",
	} {
		w := newWorld(t).asRole()
		w.cloud.Script(GetSecretValue, Fault{Kind: kind, Code: "ResourceUnavailable.NotPurchased"})
		_, err := w.read("sms-key", "SSM_Current")
		assert.Equal(t, want, codeOf(t, err), kind)
	}
}

func TestABodyIsGivenAsItIs(t *testing.T) {
	for _, body := range []string{"null", "{}", item200, ""} {
		cloud := New(Config{})
		cloud.Always(SendSms, &Fault{Kind: Body, Body: body})
		assert.Equal(t, body, post(cloud).Body.String())
	}
}

func TestARedirectGoesWhereItSays(t *testing.T) {
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: Redirect, Location: "http://elsewhere/"}, Fault{Kind: Redirect, Status: 302})
	w := post(cloud)
	assert.Equal(t, 307, w.Code)
	assert.Equal(t, "http://elsewhere/", w.Header().Get("Location"))
	w = post(cloud)
	assert.Equal(t, 302, w.Code)
	assert.Equal(t, "/", w.Header().Get("Location"))
}

func TestWithoutHTTP1AConnectionIsAborted(t *testing.T) {
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: ResetUnsent})
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { post(cloud) })
}

// post meets the cloud without a connection and without a signature.
func post(cloud *Cloud) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	r.Header.Set("X-TC-Action", SendSms)
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, r)
	return w
}

func TestAHugeAnswerIsStillTheAnswer(t *testing.T) {
	cloud := New(Config{})
	cloud.Script(SendSms, Fault{Kind: Huge})
	body := post(cloud).Body.Bytes()
	assert.Greater(t, len(body), padding)
	var v struct{ Response struct{ Error apiError } }
	require.NoError(t, json.Unmarshal(body, &v))
	assert.Equal(t, "AuthFailure.InvalidAuthorization", v.Response.Error.Code)
}

func TestAnEndlessAnswerIsValidAsFarAsItGoes(t *testing.T) {
	w := newWorld(t)
	w.cloud.Script(SendSms, Fault{Kind: Slow})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL, strings.NewReader("{}"))
	require.NoError(t, err)
	r.Header.Set("X-TC-Action", SendSms)
	response, err := w.transport.RoundTrip(r)
	require.NoError(t, err)
	defer response.Body.Close()
	some := make([]byte, 3)
	_, err = io.ReadFull(response.Body, some)
	require.NoError(t, err)
	assert.Equal(t, "{  ", string(some))
}

func TestADelayDoesNotSendForAClientThatLeft(t *testing.T) {
	w := newWorld(t)
	w.cloud.Script(SendSms, Fault{Kind: Delay, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for w.cloud.Count(SendSms) == 0 {
			runtime.Gosched()
		}
		cancel()
	}()
	_, err := w.send(ctx, message())
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, w.cloud.Await(t.Context(), SendSms, 1))
	assert.Empty(t, w.cloud.Outbox())
}

func TestAClientThatLeavesInTheMiddleOfItsRequest(t *testing.T) {
	w := newWorld(t)
	body, half := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, w.server.URL, body)
	require.NoError(t, err)
	r.Header.Set("X-TC-Action", SendSms)
	go func() {
		half.Write([]byte("{"))
		half.CloseWithError(io.ErrUnexpectedEOF)
	}()
	_, err = w.transport.RoundTrip(r)
	require.Error(t, err)
	require.NoError(t, w.cloud.Await(t.Context(), SendSms, 1))
	assert.Nil(t, w.cloud.Requests()[0].Body)
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, New(Config{}).Await(ctx, SendSms, 1), context.Canceled)
	assert.NoError(t, New(Config{}).Await(ctx, SendSms, 0))
}

func TestScriptedFaultsComeInOrderAndBeforeTheOthers(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) {
		a.Numbers = map[string]Fault{
			"+8613800138000": {Kind: Refuse, Code: "number"},
			"+8613800138001": {Kind: Error, Code: "number"},
		}
	})
	other := message(to("+8613800138001"))
	assert.Equal(t, "number", w.sendOne(message()))
	assert.Equal(t, "number", w.sendOne(other))

	w.cloud.Always(SendSms, &Fault{Kind: Error, Code: "standing"})
	w.cloud.Script(SendSms, Fault{Kind: Error, Code: "first"}, Fault{}, Fault{})
	w.cloud.Script(SendSms, Fault{Kind: Error, Code: "last"})
	assert.Equal(t, "first", w.sendOne(message()))
	assert.Equal(t, "Ok", w.sendOne(message()), "behave means: whatever the number wants")
	assert.Equal(t, "Ok", w.sendOne(other))
	assert.Equal(t, "last", w.sendOne(message()))
	assert.Equal(t, "standing", w.sendOne(message()))
	assert.Equal(t, "standing", w.sendOne(message()))

	w.cloud.Reset()
	assert.Equal(t, "standing", w.sendOne(message()), "a switch stays where it is")
	w.cloud.Always(SendSms, nil)
	assert.Equal(t, "number", w.sendOne(message()))
}

func TestAFaultIsOneActionsOnly(t *testing.T) {
	w := newWorld(t)
	w.cloud.Always(GetSecretValue, &Fault{Kind: Error})
	assert.Equal(t, "Ok", w.sendOne(message()))
}

func TestANumberAsksForAFault(t *testing.T) {
	const magic = "+8613800138000"
	refusal := Fault{Kind: Refuse, Code: "FailedOperation.PhoneNumberInBlacklist"}
	tests := map[string]struct {
		fault Fault
		spoil func(*world)
		want  string
		sent  int
	}{
		"to be refused":                  {refusal, nil, "FailedOperation.PhoneNumberInBlacklist", 0},
		"to behave":                      {Fault{}, nil, "Ok", 1},
		"for a reset after the send":     {Fault{Kind: ResetSent}, nil, networks, 1},
		"for a reset before the body":    {Fault{Kind: ResetEarly}, nil, networks, 0},
		"for an outer error":             {Fault{Kind: Error, Code: "RequestLimitExceeded"}, nil, "RequestLimitExceeded", 0},
		"but not with a key of nobody":   {Fault{Kind: ResetSent}, func(w *world) { w.key.SecretKey = "guess" }, "AuthFailure.SignatureFailure", 0},
		"but not without a region":       {refusal, func(w *world) { w.region = "" }, "MissingParameter", 0},
		"nor to be refused with a wrong": {refusal, func(w *world) { w.key.SecretKey = "guess" }, "AuthFailure.SignatureFailure", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.Update(func(a *Account) { a.Numbers = map[string]Fault{magic: test.fault} })
			if test.spoil != nil {
				test.spoil(w)
			}
			assert.Equal(t, test.want, w.sendOne(message(to("13800138000"))))
			assert.Len(t, w.cloud.Outbox(), test.sent)
		})
	}
}

func TestANumbersRefusalIsItsOwn(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) { a.Numbers = map[string]Fault{"+8613800138000": {Kind: Refuse, Code: "X"}} })
	response, err := w.send(t.Context(), message(to("+8613800138000", "+8613800138001")))
	require.NoError(t, err)
	assert.Equal(t, "X", *response.Response.SendStatusSet[0].Code)
	assert.Equal(t, "Ok", *response.Response.SendStatusSet[1].Code)
}

func TestANumbersFaultNeedsAReadableRequest(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) { a.Numbers = map[string]Fault{"+8613800138000": {Kind: HangSent}} })
	assert.Equal(t, "MissingParameter: The request is missing a required parameter `SmsSdkAppId`.",
		w.raw("sms", "2021-01-11", "SendSms", `{"PhoneNumberSet":["+8613800138000"]}`))
}

func TestEveryCodeHasAMessage(t *testing.T) {
	assert.Equal(t, "FailedOperation.Unheard", messageOf("FailedOperation.Unheard"))
	for _, code := range []string{"InternalError", "RequestLimitExceeded", "LimitExceeded.AppDailyLimit"} {
		assert.NotEqual(t, code, messageOf(code))
	}
}
