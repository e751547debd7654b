package handler

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// Whatever becomes of the one request, there is no second one.
func TestRequestThatWasWrittenIsNeverSentAgain(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)

	const ok = `{"Code": "Ok", "SerialNo": "serial-a"}`
	answer := func(body string) cloudsim.Fault { return cloudsim.Fault{Kind: cloudsim.Body, Body: body} }
	set := func(items string) cloudsim.Fault {
		return answer(`{"Response": {"SendStatusSet": [` + items + `], "RequestId": "request-a"}}`)
	}
	for _, test := range []struct {
		name   string
		fault  cloudsim.Fault
		status int
		sent   int    // messages in the outbox
		code   string // tencentCode in the log
	}{
		// Connections.
		{"nothing is wrong", cloudsim.Fault{}, 200, 1, "Ok"},
		{"reset before the request is read", cloudsim.Fault{Kind: cloudsim.ResetEarly}, 504, 0, "connection reset"},
		{"reset before it is processed", cloudsim.Fault{Kind: cloudsim.ResetUnsent}, 504, 0, "connection reset"},
		{"reset in place of the answer", cloudsim.Fault{Kind: cloudsim.ResetSent}, 504, 1, "connection reset"},
		{"closed in place of the answer", cloudsim.Fault{Kind: cloudsim.EOFSent}, 504, 1, "connection closed"},
		{"closed within the answer", cloudsim.Fault{Kind: cloudsim.Cut}, 504, 1, "connection closed"},

		// Time.
		{"no answer, and nothing done", cloudsim.Fault{Kind: cloudsim.HangUnsent}, 504, 0, "timed out"},
		{"no answer, but sent", cloudsim.Fault{Kind: cloudsim.HangSent}, 504, 1, "timed out"},
		{"an answer without end", cloudsim.Fault{Kind: cloudsim.Slow}, 504, 1, "timed out"},
		{"a slow answer", cloudsim.Fault{Kind: cloudsim.Slow, Delay: 100 * time.Millisecond}, 200, 1, "Ok"},
		{"a late answer", cloudsim.Fault{Kind: cloudsim.Delay, Delay: 100 * time.Millisecond}, 200, 1, "Ok"},
		{"an answer that comes too late", cloudsim.Fault{Kind: cloudsim.Delay, Delay: time.Hour}, 504, 0, "timed out"},

		// HTTP.
		{"an answer over 1 MiB", cloudsim.Fault{Kind: cloudsim.Huge}, 504, 1, "answer too large"},
		{"a redirect to another host", cloudsim.Fault{Kind: cloudsim.Redirect, Location: other.URL}, 504, 0, "redirect refused"},
		{"a redirect that would make it a GET", cloudsim.Fault{Kind: cloudsim.Redirect, Status: 302, Location: other.URL}, 504, 0, "redirect refused"},
		{"a proxy's page", cloudsim.Fault{Kind: cloudsim.HTTP, Body: "<html>Bad Gateway, +" + toMainland + "</html>"}, 504, 0, "unreadable answer"},
		{"an empty page", cloudsim.Fault{Kind: cloudsim.HTTP, Status: 503}, 504, 0, "unreadable answer"},
		{"JSON that is none of Tencent's", cloudsim.Fault{Kind: cloudsim.HTTP, Status: 500, Body: `{"error": "down"}`}, 504, 0, "unreadable answer"},

		// Answers.
		{"null", answer(`null`), 504, 0, "unreadable answer"},
		{"nothing", answer(``), 504, 0, "unreadable answer"},
		{"half a JSON text", answer(`{"Response": {"SendSt`), 504, 0, "unreadable answer"},
		{"a list", answer(`[]`), 504, 0, "unreadable answer"},
		{"an empty object", answer(`{}`), 504, 0, "answer without a Response"},
		{"a Response of null", answer(`{"Response": null}`), 504, 0, "answer without a Response"},
		{"an empty Response", answer(`{"Response": {}}`), 504, 0, "answer without the number's status"},
		{"no status", set(``), 504, 0, "answer without the number's status"},
		{"two statuses", set(ok + "," + ok), 504, 0, "answer without the number's status"},
		{"a status of null", set(`null`), 504, 0, "answer without the number's status"},
		{"a status without a Code", set(`{"SerialNo": "serial-a"}`), 504, 0, ""},
		{"a Code of null", set(`{"SerialNo": "serial-a", "Code": null}`), 504, 0, ""},
		{"an empty Code", set(`{"SerialNo": "serial-a", "Code": ""}`), 504, 0, ""},
		{"a Code that is a number", set(`{"Code": 0}`), 504, 0, "unreadable answer"},
		{"ok in lower case", set(`{"Code": "ok", "SerialNo": "serial-a"}`), 200, 0, "Ok"},
		{"OK in capitals", set(`{"Code": "OK", "SerialNo": "serial-a"}`), 200, 0, "Ok"},
		{"Okay", set(`{"Code": "Okay"}`), 504, 0, "Okay"},
		{"an error without a Code", answer(`{"Response": {"Error": {"Code": "", "Message": "?"}, "RequestId": "request-a"}}`), 504, 0, "answer without the number's status"},
		{"an error beside a success", answer(`{"Response": {"Error": {"Code": "InternalError"}, "SendStatusSet": [` + ok + `]}}`), 504, 0, "InternalError"},
		{"an error of the SDK's from the server", answer(`{"Response": {"Error": {"Code": "ClientError.NetworkError"}}}`), 504, 0, "unreadable answer"},
		{"an error in the form of the old API", answer(`{"code": 4000, "codeDesc": "", "message": "?"}`), 504, 0, "refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, func(c *Config) {
				if test.code == "timed out" {
					c.TimeBudget = 1500 * time.Millisecond
				}
			}).fetched(t)
			s.cloud.Script(cloudsim.SendSms, test.fault)

			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, test.status, a.StatusCode)
			require.Equal(t, test.code, a.logged("tencentCode"))
			require.Equal(t, "1", a.logged("attempts"))
			require.NoError(t, s.cloud.Await(t.Context(), cloudsim.SendSms, 1))
			require.Equal(t, 1, s.cloud.Count(cloudsim.SendSms))
			require.Len(t, s.cloud.Outbox(), test.sent)
			require.Zero(t, elsewhere.Load(), "requests to another host")
		})
	}
}

func TestConnectionThatDiedWhileIdleIsNoReasonToFail(t *testing.T) {
	for _, reset := range []bool{false, true} {
		s := newStage(t)
		for i := range 3 {
			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, 200, a.StatusCode)
			require.Equal(t, "1", a.logged("attempts"))
			require.Len(t, s.cloud.Outbox(), i+1)
			s.server.CloseIdle(reset)
		}
	}
}

func TestConnectionThatIsRefusedIsTriedOnceMore(t *testing.T) {
	for _, test := range []struct {
		name     string
		refused  int // attempts
		status   int
		attempts string
		first    string
	}{
		{"refused once, then listening again", 1, 200, "2", "no connection: connection refused"},
		{"refused for good", 3, 503, "2", "no connection: connection refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t).fetched(t)
			attempt, transport := 0, tencent.NewTransport()
			s.Transport = transportFunc(func(req *http.Request) (*http.Response, error) {
				attempt++
				require.NoError(t, s.server.Refuse(attempt <= test.refused))
				return transport.RoundTrip(req)
			})
			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, test.status, a.StatusCode)
			require.Equal(t, test.attempts, a.logged("attempts"))
			require.Equal(t, test.first, a.logged("firstRefusal"))
			sent := 0
			if test.status == 200 {
				sent = 1
			} else {
				require.Equal(t, "5", a.Headers["retry-after"])
			}
			require.Equal(t, sent, s.cloud.Count(cloudsim.SendSms))
			require.Len(t, s.cloud.Outbox(), sent)
		})
	}
}

// secure is a cloud behind TLS, one for the whole process: Go reads SSL_CERT_FILE only once.
var secure = sync.OnceValues(func() (*cloudsim.Cloud, *cloudsim.Server) {
	cloud := newCloud()
	server, err := cloudsim.Start(cloud, cloudsim.Options{TLS: true})
	if err != nil {
		panic(err)
	}
	return cloud, server
})

func TestConnectionWithBrokenTLSIsTriedOnceMore(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only there can a test say which authorities are trusted")
	}
	cloud, server := secure()
	certificates := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(certificates, server.CertPEM(), 0o600))
	t.Setenv("SSL_CERT_FILE", certificates)

	for _, test := range []struct {
		name        string
		broken      int // connections
		status      int
		attempts    string
		sent        int
		connections int
	}{
		{"whole", 0, 200, "1", 1, 1},
		{"broken once", 1, 200, "2", 1, 2},
		{"broken for good", 100, 503, "2", 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			cloud.Reset()
			s := assemble(t, cloud, tencent.NewTransport(), server.URL, nil)
			server.BreakTLS(0)
			s.fetched(t)
			transport := tencent.NewTransport() // not the one with a connection from the fetch
			t.Cleanup(transport.CloseIdleConnections)
			s.Transport = transport
			before := server.Connections()
			server.BreakTLS(test.broken)

			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, test.status, a.StatusCode)
			require.Equal(t, test.attempts, a.logged("attempts"))
			require.Equal(t, test.sent, cloud.Count(cloudsim.SendSms))
			require.Len(t, cloud.Outbox(), test.sent)
			require.Equal(t, test.connections, server.Connections()-before)
			server.BreakTLS(0)
		})
	}
}

func TestNothingIsSentWithoutTimeForIt(t *testing.T) {
	s := newStage(t).fetched(t)
	ctx, cancel := context.WithDeadline(invocation(t.Context(), theRequest), time.Now().Add(-time.Second))
	defer cancel()
	for range 20 {
		a := s.invokeIn(t, ctx, smsTo(toMainland))
		require.Equal(t, 503, a.StatusCode)
		require.Equal(t, "0", a.logged("attempts"))
		require.Contains(t, a.logged("hint"), "TIME_BUDGET")
	}
	require.Zero(t, s.cloud.Count(cloudsim.SendSms))
}

// Nobody answers the connection's handshake, until the time is over.
func TestConnectionThatTakesAllTheTimeIsNotTriedAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	s := newStage(t, func(c *Config) {
		c.TimeBudget = 200 * time.Millisecond
		c.Endpoint = tencent.Endpoint{Scheme: "https", Host: listener.Addr().String()}
	}).fetched(t)
	a := s.invoke(t, smsTo(toMainland))
	require.Equal(t, 503, a.StatusCode)
	require.Equal(t, "1", a.logged("attempts"))
	require.Equal(t, "no connection: timed out", a.logged("tencentCode"))
}

// Tencent counts requests by the second, and refuses before it does anything.
func TestAfterTheRateLimitThereIsOneMoreAttemptIfTimeAllows(t *testing.T) {
	limit := cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded.UinLimitExceeded"}
	for _, test := range []struct {
		name     string
		faults   []cloudsim.Fault
		budget   time.Duration
		status   int
		attempts string
		sent     int
		waited   time.Duration
	}{
		{"once", []cloudsim.Fault{limit}, 8 * time.Second, 200, "2", 1, time.Second},
		{"twice", []cloudsim.Fault{limit, limit}, 8 * time.Second, 429, "2", 0, time.Second},
		{"then another limit", []cloudsim.Fault{limit, {Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberThirtySecondLimit"}}, 8 * time.Second, 429, "2", 0, time.Second},
		{"then a rejected key: there is no third attempt", []cloudsim.Fault{limit, {Kind: cloudsim.Error, Code: "AuthFailure.SecretIdNotFound"}}, 8 * time.Second, 502, "2", 0, time.Second},
		{"just time enough to wait, to send and to answer", []cloudsim.Fault{limit}, 2050 * time.Millisecond, 200, "2", 1, time.Second},
		{"time to wait, but then none to send", []cloudsim.Fault{limit}, 2050*time.Millisecond - 1, 429, "1", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStageInBubble(t, func(c *Config) { c.TimeBudget = test.budget }).fetched(t)
				s.cloud.Script(cloudsim.SendSms, test.faults...)
				began := time.Now()

				a := s.invoke(t, smsTo(toMainland))
				require.Equal(t, test.waited, time.Since(began))
				require.Equal(t, test.status, a.StatusCode)
				require.Equal(t, test.attempts, a.logged("attempts"))
				require.Len(t, s.cloud.Outbox(), test.sent)
				if test.attempts == "2" {
					require.Equal(t, limit.Code, a.logged("firstRefusal"))
				}
			})
		})
	}
}

func TestWaitEndsWithTheInvocation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, wait(ctx, time.Hour))
}

func TestWithoutADeadlineHalfOfItIsNone(t *testing.T) {
	ctx, cancel := half(t.Context())
	defer cancel()
	_, bounded := ctx.Deadline()
	require.False(t, bounded)
}

// shortIfHanging makes the time budget short where SSM would be waited for.
func shortIfHanging(ssm *cloudsim.Fault) func(*Config) {
	return func(c *Config) {
		if ssm != nil && ssm.Kind == cloudsim.HangUnsent {
			c.TimeBudget = 2 * time.Second
		}
	}
}

func TestRejectedKeyIsReplacedOnce(t *testing.T) {
	reject := func(code string) []cloudsim.Fault { return []cloudsim.Fault{{Kind: cloudsim.Error, Code: code}} }
	ssm := func(f cloudsim.Fault) *cloudsim.Fault { return &f }
	for _, test := range []struct {
		name    string
		rotated bool             // the secret has another key by now, and the old one is disabled
		sms     []cloudsim.Fault // of the sends, beside that
		ssm     *cloudsim.Fault  // of the fetch after the first

		status  int
		signers []string // of SendSms requests
		fetches int
	}{
		{"another key is in the secret", true, nil, nil, 200, []string{"AKIDone", "AKIDtwo"}, 2},
		{"AuthFailure", true, reject("AuthFailure"), nil, 200, []string{"AKIDone", "AKIDtwo"}, 2},
		{"SignatureFailure", true, reject("AuthFailure.SignatureFailure"), nil, 200, []string{"AKIDone", "AKIDtwo"}, 2},
		{"TokenFailure", true, reject("authfailure.tokenfailure"), nil, 200, []string{"AKIDone", "AKIDtwo"}, 2},
		{"UnauthorizedOperation of the family", true, reject("AuthFailure.UnauthorizedOperation"), nil, 200, []string{"AKIDone", "AKIDtwo"}, 2},
		{"SignatureExpire is the clock's fault", true, reject("AuthFailure.SignatureExpire"), nil, 502, []string{"AKIDone"}, 1},
		{"UnauthorizedOperation is not about the key", true, reject("UnauthorizedOperation"), nil, 502, []string{"AKIDone"}, 1},
		{"the same key is in the secret", false, reject("AuthFailure.SecretIdNotFound"), nil, 502, []string{"AKIDone"}, 2},
		{"the other key is rejected too", true, append(reject("AuthFailure.SecretIdNotFound"), reject("AuthFailure.SignatureFailure")...), nil, 502, []string{"AKIDone", "AKIDtwo"}, 2},
		{"after a rejection there is no wait for the rate limit", true, append(reject("AuthFailure.SecretIdNotFound"), reject("RequestLimitExceeded")...), nil, 429, []string{"AKIDone", "AKIDtwo"}, 2},
		{"nobody knows what became of the second", true, []cloudsim.Fault{{}, {Kind: cloudsim.EOFSent}}, nil, 504, []string{"AKIDone", "AKIDtwo"}, 2},
		{"SSM is away", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.HTTP}), 503, []string{"AKIDone"}, 2},
		{"SSM throttles", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}), 503, []string{"AKIDone"}, 2},
		{"SSM doesn't answer", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.HangUnsent}), 503, []string{"AKIDone"}, 2},
		{"SSM has no such secret", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"}), 500, []string{"AKIDone"}, 2},
		{"SSM may not be read", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"}), 500, []string{"AKIDone"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, shortIfHanging(test.ssm)).fetched(t)
			if test.rotated {
				s.rotate()
			}
			s.cloud.Script(cloudsim.SendSms, test.sms...)
			s.cloud.Always(cloudsim.GetSecretValue, test.ssm)

			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, test.status, a.StatusCode)
			var signers []string
			for _, r := range s.cloud.Requests() {
				if r.Action == cloudsim.SendSms {
					signers = append(signers, r.SecretID)
				}
			}
			require.Equal(t, test.signers, signers)
			require.Equal(t, test.fetches, s.cloud.Count(cloudsim.GetSecretValue))
			if len(test.signers) == 2 || test.ssm != nil {
				require.Contains(t, strings.ToLower(a.logged("firstRefusal")), "authfailure")
			}
			if test.status != 504 {
				require.Len(t, s.cloud.Outbox(), map[bool]int{true: 1}[test.status == 200])
			}
		})
	}
}

func TestRejectedKeyIsNotUsedByTheNextInvocation(t *testing.T) {
	s := newStage(t).fetched(t)
	s.rotate()
	s.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.HTTP})
	require.Equal(t, 503, s.invoke(t, smsTo(toMainland)).StatusCode)

	a := s.invoke(t, smsTo(toMainland))
	require.Equal(t, 200, a.StatusCode)
	require.Equal(t, "1", a.logged("attempts"))
}

// The second attempt is the last one, but its key is known to be wrong all the same.
func TestKeyRejectedAtTheSecondAttemptIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStageInBubble(t).fetched(t)
		s.rotate()
		s.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
		require.Equal(t, 502, s.invoke(t, smsTo(toMainland)).StatusCode)

		a := s.invoke(t, smsTo(toMainland))
		require.Equal(t, 200, a.StatusCode)
		require.Equal(t, "1", a.logged("attempts"))
	})
}

func TestWithoutAKeyNothingIsSent(t *testing.T) {
	for _, test := range []struct {
		name   string
		fault  cloudsim.Fault
		status int
		code   string
	}{
		{"SSM is away", cloudsim.Fault{Kind: cloudsim.HTTP, Body: "away"}, 503, ""},
		{"SSM throttles", cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}, 503, "RequestLimitExceeded"},
		{"SSM has a fault", cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"}, 503, "InternalError"},
		{"SSM doesn't answer", cloudsim.Fault{Kind: cloudsim.HangUnsent}, 503, ""},
		{"there is no such secret", cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound.SecretNotExist"}, 500, "ResourceNotFound.SecretNotExist"},
		{"it is disabled", cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceUnavailable.ResourceDisabled"}, 500, "ResourceUnavailable.ResourceDisabled"},
		{"the role may not read it", cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"}, 500, "UnauthorizedOperation"},
		{"the role's key is not accepted", cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.TokenFailure"}, 500, "AuthFailure.TokenFailure"},
		{"its value can't be used", cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {"SecretString": "one-secret-key", "RequestId": "request-a"}}`}, 500, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, shortIfHanging(&test.fault))
			s.cloud.Always(cloudsim.GetSecretValue, &test.fault)
			a := s.invoke(t, smsTo(toMainland))
			require.Equal(t, test.status, a.StatusCode)
			require.Equal(t, test.code, a.logged("tencentCode"))
			require.NotEmpty(t, a.logged("hint"))
			require.Equal(t, "0", a.logged("attempts"))
			require.Zero(t, s.cloud.Count(cloudsim.SendSms))
		})
	}
}

// failingSecrets lets everybody in and has no key.
type failingSecrets struct {
	fakeSecrets
	err error
}

func (s *failingSecrets) Key(context.Context) (*secrets.Key, error) { return nil, s.err }

func TestSecretsErrorsDecideBetweenNowAndForGood(t *testing.T) {
	for _, test := range []struct {
		err    error
		status int
	}{
		{errors.New("whatever"), 503},
		{&secrets.Error{Reason: "later perhaps"}, 503},
		{&secrets.Error{Reason: "never", Permanent: true}, 500},
	} {
		f := newFunction(t, Config{Secrets: &failingSecrets{err: test.err}, Transport: answering(200, accepted)})
		a := f.invoke(t, smsTo(toMainland))
		require.Equal(t, test.status, a.StatusCode)
		require.Equal(t, "0", a.logged("attempts"))
	}
}

func TestRequestSaysWhatTheContractSays(t *testing.T) {
	for _, test := range []struct {
		name   string
		body   fields
		config func(*Config)
		want   fields
	}{
		{
			"to the mainland", fields{"to": toMainland}, nil,
			fields{"PhoneNumberSet": []any{"+" + toMainland}, "TemplateId": "1110001", "TemplateParamSet": []any{theCode}, "SignName": "示例"},
		},
		{
			"a signature and a sender for abroad are not for the mainland", fields{"to": toMainland},
			func(c *Config) { c.SignNameOverseas, c.SenderID = "Example", "EXAMPLE" },
			fields{"PhoneNumberSet": []any{"+" + toMainland}, "TemplateId": "1110001", "TemplateParamSet": []any{theCode}, "SignName": "示例"},
		},
		{
			"abroad, where the signature for the mainland is not for", fields{"to": toAmerica}, nil,
			fields{"PhoneNumberSet": []any{"+" + toAmerica}, "TemplateId": "2220001", "TemplateParamSet": []any{theCode}},
		},
		{
			"abroad with a signature", fields{"to": toAmerica}, func(c *Config) { c.SignNameOverseas = "Example" },
			fields{"PhoneNumberSet": []any{"+" + toAmerica}, "TemplateId": "2220001", "TemplateParamSet": []any{theCode}, "SignName": "Example"},
		},
		{
			"abroad with a sender", fields{"to": toAmerica}, func(c *Config) { c.SenderID = "EXAMPLE" },
			fields{"PhoneNumberSet": []any{"+" + toAmerica}, "TemplateId": "2220001", "TemplateParamSet": []any{theCode}, "SenderId": "EXAMPLE"},
		},
		{
			"Hong Kong is abroad", fields{"to": "85261937428"}, nil,
			fields{"PhoneNumberSet": []any{"+85261937428"}, "TemplateId": "2220001", "TemplateParamSet": []any{theCode}},
		},
		{
			"parameters are texts, in order, and a code keeps its zeros", fields{"type": "NeverHeardOf", "payload": fields{"code": "000"}}, nil,
			fields{"PhoneNumberSet": []any{"+" + toMainland}, "TemplateId": "1110004", "TemplateParamSet": []any{"000", "10"}, "SignName": "示例"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(t, func(c *Config) {
				if test.config != nil {
					test.config(c)
				}
			})
			s.Region = "ap-nanjing"
			a := s.invoke(t, eventWith(fields{"body": bodyWith(test.body)}))
			require.Equal(t, 200, a.StatusCode, a.line)

			requests := s.cloud.Requests()
			last := requests[len(requests)-1]
			require.Equal(t, []string{"SendSms", "2021-01-11", "ap-nanjing", "AKIDone"}, []string{last.Action, last.Version, last.Region, last.SecretID})
			var got map[string]any
			require.NoError(t, json.Unmarshal(last.Body, &got))
			require.Equal(t, map[string]any(merge(test.want, fields{"SmsSdkAppId": "1400006666", "SessionContext": theRequest})), got)
			require.Equal(t, `{"requestId":"`+theRequest+`","serialNo":"`+s.cloud.Outbox()[0].SerialNo+`"}`, a.Body)
		})
	}
}

func TestSessionContextStaysBelow512Bytes(t *testing.T) {
	for _, length := range []int{1, 511, 512, 5000} {
		s := newStage(t)
		id := strings.Repeat("x", length)
		a := s.invokeIn(t, invocation(t.Context(), id), smsTo(toMainland))
		require.Equal(t, 200, a.StatusCode)
		require.Equal(t, id[:min(length, 511)], s.cloud.Outbox()[0].SessionContext)
	}
}

// One Handler may serve several invocations at once: none takes another's number, code or key.
func TestInvocationsAtOnceDontMix(t *testing.T) {
	s := newStage(t)
	const callers = 40
	cold := atomic.Int64{}
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			to, code := "86136819742"+string(rune('0'+i/10))+string(rune('0'+i%10)), "0482"+string(rune('0'+i/10))+string(rune('0'+i%10))
			raw, err := s.Invoke(invocation(t.Context(), to), eventWith(fields{"body": bodyWith(fields{"to": to, "payload": fields{"code": code}})}))
			assert.NoError(t, err)
			assert.Contains(t, string(raw), `"statusCode":200`)
		})
	}
	wg.Wait()
	for line := range strings.Lines(s.log.take()) {
		if strings.Contains(line, `"coldStart":true`) {
			cold.Add(1)
		}
	}
	require.EqualValues(t, 1, cold.Load())
	require.Equal(t, 1, s.cloud.Count(cloudsim.GetSecretValue))
	require.Len(t, s.cloud.Outbox(), callers)
	for _, m := range s.cloud.Outbox() {
		require.Equal(t, "+"+m.SessionContext, m.PhoneNumber)
		require.Equal(t, []string{"0482" + m.PhoneNumber[len(m.PhoneNumber)-2:]}, m.Params)
	}
}
