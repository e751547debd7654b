package secrets

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/cloudsim"
)

// invocation is the context of an invocation with an environment of its own.
func invocation(ctx context.Context, environment map[string]string) context.Context {
	return functioncontext.NewContext(ctx, &functioncontext.FunctionContext{RequestID: "r-1", Environment: environment})
}

func TestRequestToSSM(t *testing.T) {
	w := overTCP(t)
	w.requireKey(t, "minsc")
	requests := w.cloud.Requests()
	require.Len(t, requests, 1)
	require.Equal(t, "GetSecretValue", requests[0].Action)
	require.Equal(t, "2019-09-23", requests[0].Version)
	require.Equal(t, region, requests[0].Region)
	require.JSONEq(t, `{"SecretName": "sms-accesskey", "VersionId": "SSM_Current"}`, string(requests[0].Body))
}

func TestOneConnectionCarriesAllFetches(t *testing.T) {
	w := overTCP(t)
	for range 10 {
		w.cache.Reject(w.key(t))
	}
	w.requireFetches(t, 10)
	require.Equal(t, 1, w.server.Connections())
}

func TestRoleCredentials(t *testing.T) {
	without := func(role map[string]string, name string) map[string]string {
		role = maps.Clone(role)
		delete(role, name)
		return role
	}
	for _, tt := range []struct {
		name       string
		invocation map[string]string // nil: not of an invocation
		env        map[string]string
		signed     string // the secret id that signed; "": the function has no role
	}{
		{"the invocation's come first", role("2"), role("1"), "AKIDrole2"},
		{"the invocation's are enough", role("2"), nil, "AKIDrole2"},
		{"an invocation without any leaves it to the environment", map[string]string{"TZ": "UTC"}, role("1"), "AKIDrole1"},
		{"so does one with an empty id", map[string]string{"TENCENTCLOUD_SECRETID": ""}, role("1"), "AKIDrole1"},
		{"and a context that is no invocation's", nil, role("1"), "AKIDrole1"},
		{"there are none", nil, nil, ""},
		{"the environment's key is missing", nil, without(role("1"), "TENCENTCLOUD_SECRETKEY"), ""},
		{"the environment's id is missing", nil, without(role("1"), "TENCENTCLOUD_SECRETID"), ""},
		{"the invocation's id is not mixed with the environment's key", without(role("2"), "TENCENTCLOUD_SECRETKEY"), role("1"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			w.env = tt.env
			ctx := t.Context()
			if tt.invocation != nil {
				ctx = invocation(ctx, tt.invocation)
			}
			if tt.signed == "" {
				require.Equal(t, &Error{
					Permanent: true,
					Reason:    "the function has no role: TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY are not set",
				}, w.failure(t, ctx))
				w.requireFetches(t, 0)
				return
			}
			_, err := w.cache.Key(ctx)
			require.NoError(t, err)
			requests := w.cloud.Requests()
			require.Len(t, requests, 1)
			require.Equal(t, tt.signed, requests[0].SecretID)
			require.True(t, requests[0].Token)
		})
	}
}

func TestRoleCredentialsAreReadAtEachFetch(t *testing.T) {
	w := overTCP(t)
	signed := func(ctx context.Context) string {
		w.cache.Reject(w.cache.lastKey)
		_, err := w.cache.Key(ctx)
		require.NoError(t, err)
		requests := w.cloud.Requests()
		return requests[len(requests)-1].SecretID
	}
	require.Equal(t, "AKIDrole1", signed(t.Context()))
	w.env = role("2")
	require.Equal(t, "AKIDrole2", signed(t.Context()))
	require.Equal(t, "AKIDrole1", signed(invocation(t.Context(), role("1"))))
	require.Equal(t, "AKIDrole2", signed(t.Context()))
	t.Run("also from the process's environment", func(t *testing.T) {
		w.cache.Getenv = New(Config{}).Getenv
		for n := range 2 {
			n := string(rune('1' + n))
			for name, value := range role(n) {
				t.Setenv(name, value)
			}
			require.Equal(t, "AKIDrole"+n, signed(t.Context()))
		}
	})
}

func TestSSMRefuses(t *testing.T) {
	const permanent, temporary = true, false
	for _, tt := range []struct {
		code      string
		permanent bool
		hint      string // a word of what the operator is told to look at
	}{
		// Those SSM documents for GetSecretValue.
		{"ResourceNotFound", permanent, "SECRET_NAME"},
		{"ResourceNotFound.SecretNotExist", permanent, "SECRET_NAME"},
		{"ResourceUnavailable", permanent, "state"},
		{"ResourceUnavailable.NotPurchased", permanent, "not opened"},
		{"ResourceUnavailable.ResourceDisabled", permanent, "disabled"},
		{"ResourceUnavailable.ResourcePendingDeleted", permanent, "deleted"},
		{"ResourceUnavailable.ResourceUninitialized", permanent, "state"},
		{"UnauthorizedOperation", permanent, "ssm:GetSecretValue"},
		{"UnauthorizedOperation.AccessKmsError", permanent, "kms:Decrypt"},
		{"FailedOperation.AccessKmsError", permanent, "KMS"},
		{"OperationDenied", permanent, "role"},
		{"OperationDenied.RoleNotExist", permanent, "role"},
		{"InvalidParameterValue", permanent, "SECRET_NAME"},
		{"FailedOperation", temporary, "can't answer now"},
		{"FailedOperation.RotationForbidden", temporary, "can't answer now"},
		{"InternalError", temporary, "can't answer now"},

		// Those of every API of Tencent's.
		{"AuthFailure", permanent, "role"},
		{"AuthFailure.SecretIdNotFound", permanent, "role"},
		{"AuthFailure.SignatureFailure", permanent, "role"},
		{"AuthFailure.TokenFailure", permanent, "role"},
		{"AuthFailure.UnauthorizedOperation", permanent, "role"},
		{"AuthFailure.SignatureExpire", permanent, "clock"},
		{"InvalidParameter", permanent, "SECRET_NAME"},
		{"InvalidAction", permanent, "request"},
		{"InvalidRequest", permanent, "request"},
		{"MissingParameter", permanent, "SECRET_VERSION"},
		{"NoSuchVersion", permanent, "SSM_ENDPOINT"},
		{"UnknownParameter", permanent, "request"},
		{"UnsupportedOperation", permanent, "SECRET_REGION"},
		{"UnsupportedRegion", permanent, "SECRET_REGION"},
		{"LimitExceeded", temporary, "can't answer now"},
		{"RequestLimitExceeded", temporary, "can't answer now"},
		{"RequestLimitExceeded.UinLimitExceeded", temporary, "can't answer now"},
		{"ResourceInsufficient", temporary, "can't answer now"},

		// And whatever comes.
		{"resourceNOTfound.secretnotexist", permanent, "SECRET_NAME"},
		{"SomethingNew", temporary, "can't answer now"},
	} {
		t.Run(tt.code, func(t *testing.T) {
			w := overTCP(t)
			w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{
				Kind: cloudsim.Error, Code: tt.code, Message: "look what I know: AKIDhunter2",
			})
			failure := w.failure(t, t.Context())
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, tt.permanent, failure.Permanent)
			require.Contains(t, failure.Reason, tt.hint)
			require.NotContains(t, failure.Error(), "hunter")
			require.Equal(t, w.cloud.Requests()[0].RequestID, failure.RequestID)

			w.requireKey(t, "minsc")
			w.requireFetches(t, 2, "a refusal is not remembered")
		})
	}
}

func TestWhatTheOperatorGotWrong(t *testing.T) {
	change := func(f func(*cloudsim.Account)) func(*world) { return func(w *world) { w.cloud.Update(f) } }
	for _, tt := range []struct {
		name string
		harm func(*world)
		code string
	}{
		{"no such secret", func(w *world) { w.cache.Name = "smsaccesskey" }, "ResourceNotFound.SecretNotExist"},
		{"no such version", func(w *world) { w.cache.Version = "v1" }, "ResourceNotFound"},
		{"no such secret in the region", func(w *world) { w.cache.Region = "ap-shanghai" }, "ResourceNotFound.SecretNotExist"},
		{"no such region", func(w *world) { w.cache.Region = "guangzhou" }, "UnsupportedRegion"},
		{"a name no secret can have", func(w *world) { w.cache.Name = "sms accesskey" }, "InvalidParameterValue"},
		{"secret disabled", change(func(a *cloudsim.Account) { a.Secrets[0].State = cloudsim.StateDisabled }), "ResourceUnavailable.ResourceDisabled"},
		{"secret deleted", change(func(a *cloudsim.Account) { a.Secrets[0].State = cloudsim.StatePendingDelete }), "ResourceUnavailable.ResourcePendingDeleted"},
		{"role without permission", change(func(a *cloudsim.Account) { a.Keys[0].Allow = nil }), "UnauthorizedOperation"},
		{"role's credentials expired", func(w *world) { w.env["TENCENTCLOUD_SESSIONTOKEN"] = "of yesterday" }, "AuthFailure.TokenFailure"},
		{"role's credentials without their token", func(w *world) { delete(w.env, "TENCENTCLOUD_SESSIONTOKEN") }, "AuthFailure.SecretIdNotFound"},
		{"role's key wrong", func(w *world) { w.env["TENCENTCLOUD_SECRETKEY"] = "keyOfNobody" }, "AuthFailure.SignatureFailure"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			tt.harm(w)
			failure := w.failure(t, t.Context())
			require.Equal(t, tt.code, failure.Code)
			require.True(t, failure.Permanent)
			for _, value := range w.env {
				require.NotContains(t, failure.Error(), value)
			}
		})
	}
}

func TestSSMCannotBeUnderstood(t *testing.T) {
	const leak = `AKIDhunter2hunter2`
	for _, tt := range []struct {
		name   string
		fault  cloudsim.Fault
		reason string
	}{
		{"reset before the request was read", cloudsim.Fault{Kind: cloudsim.ResetUnsent}, "SSM gave no answer: connection reset"},
		{"reset instead of an answer", cloudsim.Fault{Kind: cloudsim.ResetSent}, "SSM gave no answer: connection reset"},
		{"closed instead of an answer", cloudsim.Fault{Kind: cloudsim.EOFSent}, "SSM gave no answer: connection closed"},
		{"half an answer", cloudsim.Fault{Kind: cloudsim.Cut}, "SSM gave no answer: connection closed"},
		{"an answer without end", cloudsim.Fault{Kind: cloudsim.Huge}, "SSM gave no answer: answer too large"},
		{"a redirect", cloudsim.Fault{Kind: cloudsim.Redirect, Location: "https://" + leak + ".example"}, "SSM gave no answer: redirect refused"},
		{"a proxy's error page", cloudsim.Fault{Kind: cloudsim.HTTP, Body: "<html>" + leak}, "SSM gave no answer: unreadable answer"},
		{"no JSON", cloudsim.Fault{Kind: cloudsim.Body, Body: leak}, "SSM gave no answer: unreadable answer"},
		{"an answer of another type", cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {"SecretString": {"id": "` + leak + `"}}}`}, "SSM gave no answer: unreadable answer"},
		{"null", cloudsim.Fault{Kind: cloudsim.Body, Body: "null"}, "SSM gave no answer: unreadable answer"},
		{"nothing in the envelope", cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"}, "SSM's answer was empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			w.cloud.Script(cloudsim.GetSecretValue, tt.fault)
			require.Equal(t, &Error{Reason: tt.reason}, w.failure(t, t.Context()), "and a later try may help")
			w.requireKey(t, "minsc")
		})
	}
}

func TestSSMCannotBeReached(t *testing.T) {
	w := overTCP(t)
	require.NoError(t, w.server.Refuse(true))
	require.Equal(t, &Error{Reason: "SSM gave no answer: no connection: connection refused"}, w.failure(t, t.Context()))
	require.NoError(t, w.server.Refuse(false))
	w.requireKey(t, "minsc")
}

func TestSecretBinary(t *testing.T) {
	answer := func(value string) cloudsim.Fault {
		return cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {` + value + `, "RequestId": "r-1"}}`}
	}
	t.Run("holds the same as a SecretString", func(t *testing.T) {
		w := overTCP(t)
		w.putValue(cloudsim.SecretValue{Binary: []byte(`{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`)})
		w.requireKey(t, "minsc")
		w.requireAllowed(t, "Bearer evil")
	})
	for _, tt := range []struct{ name, answer, reason string }{
		{"that is not base64", `"SecretBinary": "hunter2!"`, "the secret can't be used: its SecretBinary is not base64"},
		{"of bytes that are no text", `"SecretBinary": "AP/+3q2+7w=="`, "the secret can't be used: its value is not a JSON object"},
		{"that is empty, and an empty SecretString", `"SecretBinary": "", "SecretString": ""`, "the secret can't be used: its value is not a JSON object"},
		{"that is null, and a SecretString that is null", `"SecretBinary": null, "SecretString": null`, "the secret can't be used: its value is not a JSON object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := overTCP(t)
			w.cloud.Script(cloudsim.GetSecretValue, answer(tt.answer))
			require.Equal(t, &Error{Permanent: true, RequestID: "r-1", Reason: tt.reason}, w.failure(t, t.Context()))
		})
	}
}

func TestErrorInTheLog(t *testing.T) {
	w := overTCP(t)
	w.cloud.Script(cloudsim.GetSecretValue, cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceUnavailable.ResourceDisabled"})
	failure := w.failure(t, t.Context())
	require.EqualError(t, failure, "secret: the secret is disabled: enable it in the SSM console")
	w.cache.Log.Error("no", "error", failure)
	line := w.log.String()
	_, parts, found := strings.Cut(strings.TrimSpace(line), `"error":`)
	require.True(t, found)
	require.JSONEq(t, `{
		"reason": "the secret is disabled: enable it in the SSM console",
		"tencentCode": "ResourceUnavailable.ResourceDisabled",
		"tencentRequestId": "`+failure.RequestID+`"
	}`, strings.TrimSuffix(parts, "}"))
}
