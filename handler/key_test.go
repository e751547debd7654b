package handler_test

import (
	"cmp"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestInvoke_rejectedKeyIsReplacedOnce(t *testing.T) {
	t.Parallel()
	reject := func(code string) []cloudsim.Fault { return []cloudsim.Fault{{Kind: cloudsim.Error, Code: code}} }
	ssm := func(f cloudsim.Fault) *cloudsim.Fault { return &f }
	one, both := []string{"AKIDone"}, []string{"AKIDone", "AKIDtwo"}
	for _, tt := range []struct {
		name    string
		rotated bool             // the secret has another key by now, and the old one is disabled
		sms     []cloudsim.Fault // of the sends, beside that
		ssm     *cloudsim.Fault  // of the fetch after the first

		status  int
		signers []string // of SendSms requests
		fetches int
	}{
		{"another key is in the secret", true, nil, nil, 200, both, 2},
		{"AuthFailure", true, reject("AuthFailure"), nil, 200, both, 2},
		{"SignatureFailure", true, reject("AuthFailure.SignatureFailure"), nil, 200, both, 2},
		{"TokenFailure", true, reject("authfailure.tokenfailure"), nil, 200, both, 2},
		{"UnauthorizedOperation of the family", true, reject("AuthFailure.UnauthorizedOperation"), nil, 200, both, 2},
		{"SignatureExpire is the clock's fault", true, reject("AuthFailure.SignatureExpire"), nil, 502, one, 1},
		{"UnauthorizedOperation is not about the key", true, reject("UnauthorizedOperation"), nil, 502, one, 1},
		{"the same key is in the secret", false, reject("AuthFailure.SecretIdNotFound"), nil, 502, one, 2},
		{"the other key is rejected too", true, append(reject("AuthFailure.SecretIdNotFound"), reject("AuthFailure.SignatureFailure")...), nil, 502, both, 2},
		{"the rate limit follows", true, append(reject("AuthFailure.SecretIdNotFound"), reject("RequestLimitExceeded")...), nil, 200, append(both, "AKIDtwo"), 2},
		{"the rate limit goes before", true, reject("RequestLimitExceeded"), nil, 200, append(one, both...), 2},
		{"nobody knows what became of the second", true, []cloudsim.Fault{{}, {Kind: cloudsim.EOFSent}}, nil, 202, both, 2},
		{"SSM is away", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.HTTP}), 503, one, 5},
		{"SSM throttles", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}), 503, one, 5},
		{"SSM doesn't answer", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.HangUnsent}), 503, one, 3},
		{"SSM has no such secret", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound"}), 500, one, 2},
		{"SSM may not be read", true, nil, ssm(cloudsim.Fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"}), 500, one, 2},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			e := newEnvInBubble(t).fetched(t)
			if tt.rotated {
				e.rotate()
			}
			e.cloud.Script(cloudsim.SendSms, tt.sms...)
			e.cloud.Always(cloudsim.GetSecretValue, tt.ssm)

			a := e.invoke(t, smsTo(toMainland))
			require.Equal(t, tt.status, a.StatusCode)
			var signers []string
			first := "" // refusal
			for _, r := range e.cloud.Requests() {
				if r.Action == cloudsim.SendSms {
					signers = append(signers, r.SecretID)
					first = cmp.Or(first, r.Code)
				}
			}
			require.Equal(t, tt.signers, signers)
			require.Equal(t, tt.fetches, e.cloud.Count(cloudsim.GetSecretValue))
			if len(tt.signers) >= 2 || tt.ssm != nil {
				require.Equal(t, first, a.logged("firstRefusal"))
			}
			if tt.status != 202 {
				require.Len(t, e.cloud.Outbox(), map[bool]int{true: 1}[tt.status == 200])
			}
		})
	}
}

func TestInvoke_rejectedKeyIsNotUsedByTheNextInvocation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvInBubble(t).fetched(t)
		e.rotate()
		e.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.HTTP})
		require.Equal(t, 503, e.invoke(t, smsTo(toMainland)).StatusCode)

		e.cloud.Always(cloudsim.GetSecretValue, nil)
		a := e.invoke(t, smsTo(toMainland))
		require.Equal(t, 200, a.StatusCode)
		require.Equal(t, "1", a.logged("attempts"))
	})
}

// A key is replaced once in an invocation, but the second is known to be wrong all the same.
func TestInvoke_secondKeyThatIsRejectedIsDroppedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEnvInBubble(t).fetched(t)
		e.rotate()
		wrong := cloudsim.Fault{Kind: cloudsim.Error, Code: "AuthFailure.SecretIdNotFound"}
		e.cloud.Script(cloudsim.SendSms, wrong, wrong)
		require.Equal(t, 502, e.invoke(t, smsTo(toMainland)).StatusCode)
		require.Equal(t, 2, e.cloud.Count(cloudsim.GetSecretValue))

		a := e.invoke(t, smsTo(toMainland))
		require.Equal(t, 200, a.StatusCode)
		require.Equal(t, "1", a.logged("attempts"))
		require.Equal(t, 3, e.cloud.Count(cloudsim.GetSecretValue))
	})
}

func TestInvoke_withoutAKeyNothingIsSent(t *testing.T) {
	t.Parallel()
	type fault = cloudsim.Fault
	for _, tt := range []struct {
		name   string
		fault  fault
		status int
		code   string
	}{
		{"SSM is away", fault{Kind: cloudsim.HTTP, Body: "away"}, 503, ""},
		{"SSM throttles", fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}, 503, "RequestLimitExceeded"},
		{"SSM has a fault", fault{Kind: cloudsim.Error, Code: "InternalError"}, 503, "InternalError"},
		{"SSM doesn't answer", fault{Kind: cloudsim.HangUnsent}, 503, ""},
		{"there is no such secret", fault{Kind: cloudsim.Error, Code: "ResourceNotFound.SecretNotExist"}, 500, "ResourceNotFound.SecretNotExist"},
		{"it is disabled", fault{Kind: cloudsim.Error, Code: "ResourceUnavailable.ResourceDisabled"}, 500, "ResourceUnavailable.ResourceDisabled"},
		{"the role may not read it", fault{Kind: cloudsim.Error, Code: "UnauthorizedOperation"}, 500, "UnauthorizedOperation"},
		{"the role's key is not accepted", fault{Kind: cloudsim.Error, Code: "AuthFailure.TokenFailure"}, 500, "AuthFailure.TokenFailure"},
		{"its value can't be used", fault{Kind: cloudsim.Body, Body: `{"Response": {"SecretString": "one-secret-key", "RequestId": "request-a"}}`}, 500, ""},
	} {
		inBubble(t, tt.name, func(t *testing.T) {
			e := newEnvInBubble(t)
			e.cloud.Always(cloudsim.GetSecretValue, &tt.fault)
			a := e.invoke(t, smsTo(toMainland))
			require.Equal(t, tt.status, a.StatusCode)
			require.Equal(t, tt.code, a.logged("tencentCode"))
			require.NotEmpty(t, a.logged("hint"))
			require.Equal(t, "0", a.logged("attempts"))
			require.Zero(t, e.cloud.Count(cloudsim.SendSms))
		})
	}
}
