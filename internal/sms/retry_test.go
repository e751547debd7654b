package sms_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/loopback"
	"scf-sms/internal/tencent"
)

func TestSend_aConnectionThatDiedWhileIdleIsNoReasonToFail(t *testing.T) {
	t.Parallel()
	for _, reset := range []bool{false, true} {
		e := newEnv(t)
		for i := range 3 {
			r := e.send(t, toMainland)
			require.Equal(t, tencent.Accepted, r.Kind)
			require.Equal(t, 1, r.Attempts)
			require.Len(t, e.cloud.Outbox(), i+1)
			e.server.CloseIdle(reset)
			loopback.Settle()
		}
	}
}

func TestSend_aRefusedConnectionIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	const refused = "no connection: connection refused"
	for _, tt := range []struct {
		name    string
		refused int // attempts
		kind    tencent.Kind
		code    string
		sent    int
	}{
		{"refused once, then listening again", 1, tencent.Accepted, "Ok", 1},
		{"refused for good", 3, tencent.Unavailable, refused, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			attempt, transport := 0, e.Transport
			e.Transport = transportFunc(func(req *http.Request) (*http.Response, error) {
				attempt++
				require.NoError(t, e.server.Refuse(attempt <= tt.refused))
				return transport.RoundTrip(req)
			})
			r := e.send(t, toMainland)
			require.Equal(t, tt.kind, r.Kind)
			require.Equal(t, tt.code, r.Code)
			require.Equal(t, refused, r.FirstRefusal)
			require.Equal(t, 2, r.Attempts)
			require.Zero(t, r.RetryAfter, "nobody knows when")
			require.Equal(t, tt.sent, e.cloud.Count(cloudsim.SendSms))
			require.Len(t, e.cloud.Outbox(), tt.sent)
		})
	}
}

// secure is a cloud that speaks TLS, one for the whole process: Go reads SSL_CERT_FILE only once.
var secure = sync.OnceValues(func() (*cloudsim.Cloud, *cloudsim.Server) {
	cloud := newCloud()
	server, err := cloudsim.Start(cloud, cloudsim.Options{TLS: true})
	if err != nil {
		panic(err)
	}
	return cloud, server
})

func TestSend_aConnectionWithBrokenTLSIsTriedOnceMore(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only there can a test say which authorities are trusted")
	}
	cloud, server := secure()
	certificates := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(certificates, server.CertPEM(), 0o600))
	t.Setenv("SSL_CERT_FILE", certificates)

	for _, tt := range []struct {
		name        string
		broken      int // connections
		kind        tencent.Kind
		attempts    int
		sent        int
		connections int
	}{
		{"whole", 0, tencent.Accepted, 1, 1, 1},
		{"broken once", 1, tencent.Accepted, 2, 1, 2},
		{"broken for good", 100, tencent.Unavailable, 2, 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud.Reset()
			e := newSender(t, cloud, server.URL, newTransport(t))
			before := server.Connections()
			server.BreakTLS(tt.broken)

			r := e.send(t, toMainland)
			require.Equal(t, tt.kind, r.Kind, r.Code)
			require.Equal(t, tt.attempts, r.Attempts)
			require.Equal(t, tt.sent, cloud.Count(cloudsim.SendSms))
			require.Len(t, cloud.Outbox(), tt.sent)
			require.Equal(t, tt.connections, server.Connections()-before)
			server.BreakTLS(0)
		})
	}
}

// Tencent counts requests by the second, and refuses before it does anything.
func TestSend_afterTheRateLimit(t *testing.T) {
	t.Parallel()
	type faults = []cloudsim.Fault
	limit := cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded.UinLimitExceeded"}
	perNumber := cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.PhoneNumberThirtySecondLimit"}
	wrongKey := cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.SecretIdNotFound"}
	for _, tt := range []struct {
		name     string
		faults   faults
		time     time.Duration
		kind     tencent.Kind
		attempts int
		sent     int
		waited   time.Duration
	}{
		{"once", faults{limit}, 8 * time.Second, tencent.Accepted, 2, 1, time.Second},
		{"six times", faults{limit, limit, limit, limit, limit, limit}, 8 * time.Second, tencent.Accepted, 7, 1, 6 * time.Second},
		{"until no time is left", slices.Repeat(faults{limit}, 20), 8 * time.Second, tencent.Busy, 8, 0, 6*time.Second + 812500*time.Microsecond},
		{"then another limit", faults{limit, perNumber}, 8 * time.Second, tencent.NumberLimited, 2, 0, time.Second},
		{"then a rejected key", faults{limit, wrongKey}, 8 * time.Second, tencent.Accepted, 3, 1, time.Second},
		{"then two rejected keys", faults{limit, wrongKey, wrongKey}, 8 * time.Second, tencent.KeyRefused, 3, 0, time.Second},
		{"before and after a rejected key", faults{limit, wrongKey, limit}, 8 * time.Second, tencent.Accepted, 4, 1, 2 * time.Second},
		{"less time, and a shorter wait", faults{limit}, 2 * time.Second, tencent.Accepted, 2, 1, 812500 * time.Microsecond},
		{"just time enough to wait and to send", faults{limit}, 1250 * time.Millisecond, tencent.Accepted, 2, 1, 250 * time.Millisecond},
		{"time to wait, but then none to send", faults{limit}, 1250*time.Millisecond - 1, tencent.Busy, 1, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEnvInBubble(t)
				e.cloud.Script(cloudsim.SendSms, tt.faults...)
				began := time.Now()

				r := e.sendWithin(t, tt.time, toMainland)
				require.Equal(t, tt.waited, time.Since(began))
				require.Equal(t, tt.kind, r.Kind)
				require.Equal(t, tt.attempts, r.Attempts)
				require.Len(t, e.cloud.Outbox(), tt.sent)
				require.Equal(t, tt.attempts > 1, r.FirstRefusal == limit.Code)
				require.Zero(t, r.SendTime, "waiting is not sending")
			})
		})
	}
}

func TestSend_aRejectedKeyIsReplacedOnce(t *testing.T) {
	t.Parallel()
	reject := func(codes ...string) (faults []cloudsim.Fault) {
		for _, code := range codes {
			faults = append(faults, cloudsim.Fault{Kind: cloudsim.Error, Code: code})
		}
		return faults
	}
	one, both := []string{"AKIDone"}, []string{"AKIDone", "AKIDtwo"}
	for _, tt := range []struct {
		name     string
		faults   []cloudsim.Fault
		kind     tencent.Kind
		signers  []string // of the SendSms requests
		rejected int      // keys
	}{
		{"the key is accepted", nil, tencent.Accepted, one, 0},
		{"AuthFailure", reject("AuthFailure"), tencent.Accepted, both, 1},
		{"SecretIdNotFound", reject("AuthFailure.SecretIdNotFound"), tencent.Accepted, both, 1},
		{"TokenFailure, in lower case", reject("authfailure.tokenfailure"), tencent.Accepted, both, 1},
		{"UnauthorizedOperation of the family", reject("AuthFailure.UnauthorizedOperation"), tencent.Accepted, both, 1},
		{"SignatureExpire is the clock's fault", reject("AuthFailure.SignatureExpire"), tencent.Refused, one, 0},
		{"UnauthorizedOperation is not about the key", reject("UnauthorizedOperation"), tencent.Refused, one, 0},
		{"the other key is rejected too", reject("AuthFailure.SecretIdNotFound", "AuthFailure.SignatureFailure"), tencent.KeyRefused, both, 2},
		{"nobody knows what became of the second", append(reject("AuthFailure"), cloudsim.Fault{Kind: cloudsim.EOFSent}), tencent.Unclear, both, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.cloud.Script(cloudsim.SendSms, tt.faults...)
			r := e.send(t, toMainland)
			require.Equal(t, tt.kind, r.Kind, r.Code)
			require.Equal(t, tt.signers, e.signers())
			require.Equal(t, []*tencent.Key{keyOne, keyTwo}[:tt.rejected], append([]*tencent.Key{}, e.keys.rejected...))
			require.Equal(t, len(tt.signers), r.Attempts)
			first := ""
			if r.Attempts == 2 {
				first = tt.faults[0].Code
			}
			require.Equal(t, first, r.FirstRefusal)
		})
	}
}

// The key is compared by value: a secret that was fetched again may hold the same.
func TestSend_theSameKeyIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.keys.held = []*tencent.Key{keyOne, tencent.NewKey("AKIDone", "one-secret-key", "")}
	e.cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.SecretIdNotFound"})
	r := e.send(t, toMainland)
	require.Equal(t, tencent.KeyRefused, r.Kind)
	require.Equal(t, 1, r.Attempts)
	require.Empty(t, r.FirstRefusal)
	require.Equal(t, 2, e.keys.asked)
}

func TestSend_withoutAKeyNothingIsSent(t *testing.T) {
	t.Parallel()
	noKey := errors.New("SSM is away")

	e := newEnv(t)
	e.keys.held, e.keys.then = nil, noKey
	r := e.send(t, toMainland)
	require.ErrorIs(t, r.KeyError, noKey)
	require.Zero(t, r.Attempts)
	require.Zero(t, e.cloud.Count(cloudsim.SendSms))

	e = newEnv(t)
	e.keys.held, e.keys.then = []*tencent.Key{keyOne}, noKey
	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.TokenFailure"})
	r = e.send(t, toMainland)
	require.ErrorIs(t, r.KeyError, noKey)
	require.Equal(t, 1, r.Attempts)
	require.Equal(t, "AuthFailure.TokenFailure", r.FirstRefusal)
	require.Empty(t, e.cloud.Outbox())
}

func TestSend_timesAreThoseOfTheCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvInBubble(t)
		carried := e.Transport
		e.Transport = transportFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			return carried.RoundTrip(req)
		})
		e.keys.delay = 200 * time.Millisecond
		e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure"})
		r := e.send(t, toMainland)
		require.Equal(t, tencent.Accepted, r.Kind)
		require.Equal(t, 400*time.Millisecond, r.KeyTime)
		require.Equal(t, 600*time.Millisecond, r.SendTime)
	})
}
