package sms_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
)

// Whatever becomes of a request that was written, there is no second one.
func TestSend_aWrittenRequestIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)

	const (
		accepted = tencent.Accepted
		unclear  = tencent.Unclear
		ok       = `{"Code": "Ok", "SerialNo": "serial-a"}`
	)
	type fault = cloudsim.Fault
	answer := func(body string) fault { return fault{Kind: cloudsim.Body, Body: body} }
	set := func(items string) fault {
		return answer(`{"Response": {"SendStatusSet": [` + items + `], "RequestId": "request-a"}}`)
	}
	redirect := func(status int) fault {
		return fault{Kind: cloudsim.Redirect, Status: status, Location: other.URL}
	}
	for _, tt := range []struct {
		name  string
		fault fault
		kind  tencent.Kind
		sent  int // messages in the outbox
		code  string
	}{
		// Connections.
		{"nothing is wrong", fault{}, accepted, 1, "Ok"},
		{"reset before the request is read", fault{Kind: cloudsim.ResetEarly}, unclear, 0, "connection reset"},
		{"reset before it is processed", fault{Kind: cloudsim.ResetUnsent}, unclear, 0, "connection reset"},
		{"reset in place of the answer", fault{Kind: cloudsim.ResetSent}, unclear, 1, "connection reset"},
		{"closed in place of the answer", fault{Kind: cloudsim.EOFSent}, unclear, 1, "connection closed"},
		{"closed within the answer", fault{Kind: cloudsim.Cut}, unclear, 1, "connection closed"},

		// Time.
		{"no answer, and nothing done", fault{Kind: cloudsim.HangUnsent}, unclear, 0, "timed out"},
		{"no answer, but sent", fault{Kind: cloudsim.HangSent}, unclear, 1, "timed out"},
		{"an answer without end", fault{Kind: cloudsim.Slow}, unclear, 1, "timed out"},
		{"a slow answer", fault{Kind: cloudsim.Slow, Delay: 100 * time.Millisecond}, accepted, 1, "Ok"},
		{"a late answer", fault{Kind: cloudsim.Delay, Delay: 100 * time.Millisecond}, accepted, 1, "Ok"},
		{"an answer that comes too late", fault{Kind: cloudsim.Delay, Delay: time.Hour}, unclear, 0, "timed out"},

		// HTTP.
		{"an answer over 1 MiB", fault{Kind: cloudsim.Huge}, unclear, 1, "answer too large"},
		{"a redirect to another host", redirect(307), unclear, 0, "redirect refused"},
		{"a redirect that would make it a GET", redirect(302), unclear, 0, "redirect refused"},
		{"a proxy's page", fault{Kind: cloudsim.HTTP, Body: "<html>Bad Gateway, +8613681974253</html>"}, unclear, 0, "unreadable answer"},
		{"an empty page", fault{Kind: cloudsim.HTTP, Status: 503}, unclear, 0, "unreadable answer"},
		{"JSON that is none of Tencent's", fault{Kind: cloudsim.HTTP, Status: 500, Body: `{"error": "down"}`}, unclear, 0, "unreadable answer"},

		// Answers.
		{"null", answer(`null`), unclear, 0, "unreadable answer"},
		{"nothing", answer(``), unclear, 0, "unreadable answer"},
		{"half a JSON text", answer(`{"Response": {"SendSt`), unclear, 0, "unreadable answer"},
		{"a list", answer(`[]`), unclear, 0, "unreadable answer"},
		{"an empty object", answer(`{}`), unclear, 0, "answer without a Response"},
		{"a Response of null", answer(`{"Response": null}`), unclear, 0, "answer without a Response"},
		{"an empty Response", answer(`{"Response": {}}`), unclear, 0, "answer without the number's status"},
		{"no status", set(``), unclear, 0, "answer without the number's status"},
		{"two statuses", set(ok + "," + ok), unclear, 0, "answer without the number's status"},
		{"a status of null", set(`null`), unclear, 0, "answer without the number's status"},
		{"the status of our number", set(`{"Code": "Ok", "SerialNo": "s", "PhoneNumber": "+8613681974253"}`), accepted, 0, "Ok"},
		{"without its plus sign", set(`{"Code": "Ok", "SerialNo": "s", "PhoneNumber": "8613681974253"}`), accepted, 0, "Ok"},
		{"the status of another number", set(`{"Code": "Ok", "SerialNo": "s", "PhoneNumber": "+8613681974254"}`), unclear, 0, "answer for another number"},
		{"a refusal of another number", set(`{"Code": "FailedOperation.PhoneNumberInBlacklist", "PhoneNumber": "+8613681974254"}`), unclear, 0, "answer for another number"},
		{"a status without a Code", set(`{"SerialNo": "serial-a"}`), unclear, 0, ""},
		{"a Code of null", set(`{"SerialNo": "serial-a", "Code": null}`), unclear, 0, ""},
		{"an empty Code", set(`{"SerialNo": "serial-a", "Code": ""}`), unclear, 0, ""},
		{"a Code that is a number", set(`{"Code": 0}`), unclear, 0, "unreadable answer"},
		{"ok in lower case", set(`{"Code": "ok", "SerialNo": "serial-a"}`), accepted, 0, "Ok"},
		{"OK in capitals", set(`{"Code": "OK", "SerialNo": "serial-a"}`), accepted, 0, "Ok"},
		{"Okay", set(`{"Code": "Okay"}`), unclear, 0, "Okay"},
		{"an error without a Code", answer(`{"Response": {"Error": {"Code": "", "Message": "?"}, "RequestId": "request-a"}}`), unclear, 0, "answer without the number's status"},
		{"an error beside a success", answer(`{"Response": {"Error": {"Code": "InternalError"}, "SendStatusSet": [` + ok + `]}}`), unclear, 0, "InternalError"},
		{"an error of the SDK's from the server", answer(`{"Response": {"Error": {"Code": "ClientError.NetworkError"}}}`), unclear, 0, "unreadable answer"},
		{"an error in the form of the old API", answer(`{"code": 4000, "codeDesc": "", "message": "?"}`), unclear, 0, "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ended := map[string]bool{"connection reset": true, "connection closed": true, "timed out": true}
			within := time.Minute
			if tt.code == "timed out" {
				within = 1500 * time.Millisecond
			}
			send := func() (*env, sms.Result) {
				e := newEnv(t)
				e.cloud.Script(cloudsim.SendSms, tt.fault)
				return e, e.sendWithin(t, within, toMainland)
			}
			e, r := send()
			// A busy machine may use up a short time before the request is written.
			for r.Kind == tencent.Unavailable && within < time.Minute {
				within *= 4
				e, r = send()
			}
			require.Equal(t, tt.kind, r.Kind)
			require.Equal(t, tt.code, r.Code)
			require.Equal(t, ended[tt.code], r.NoWholeAnswer)
			require.Equal(t, tt.kind == unclear, r.Hint == sms.HintUnclear)
			require.Equal(t, 1, r.Attempts)
			require.Empty(t, r.FirstRefusal)
			require.NoError(t, e.cloud.Await(t.Context(), cloudsim.SendSms, 1))
			require.Equal(t, 1, e.cloud.Count(cloudsim.SendSms))
			require.Len(t, e.cloud.Outbox(), tt.sent)
			require.Zero(t, elsewhere.Load(), "requests to another host")
		})
	}
}

func TestSend_withoutTimeNothingIsSent(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for range 20 {
		r := e.sendWithin(t, -time.Second, toMainland)
		require.Equal(t, tencent.Unavailable, r.Kind)
		require.Zero(t, r.Attempts)
		require.Contains(t, r.Hint, "TIME_BUDGET")
	}
	require.Zero(t, e.cloud.Count(cloudsim.SendSms))
}

// Nobody answers the connection's handshake until the time is over.
func TestSend_aConnectionThatTakesAllTheTimeIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	e := newEnv(t)
	e.Endpoint = tencent.Endpoint{Scheme: "https", Host: listener.Addr().String()}
	var r sms.Result
	// A busy machine may use up a short time before it connects.
	for d := 200 * time.Millisecond; r.Attempts == 0 && d < 2*time.Minute; d *= 4 {
		r = e.sendWithin(t, d, toMainland)
	}
	require.Equal(t, tencent.Unavailable, r.Kind)
	require.Equal(t, 1, r.Attempts)
	require.Empty(t, r.FirstRefusal)
	require.Equal(t, "no connection: timed out", r.Code)
}

func TestSend_theWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvInBubble(t)
		e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/4, cancel)
		began := time.Now()
		r := e.Send(ctx, toMainland)
		require.Equal(t, time.Second/4, time.Since(began))
		require.Equal(t, tencent.Busy, r.Kind)
		require.Equal(t, 1, r.Attempts)
	})
}
