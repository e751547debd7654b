package secrets

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	f := overTCP(t)
	r := role("2")
	credential := NewKey(
		r["TENCENTCLOUD_SECRETID"], r["TENCENTCLOUD_SECRETKEY"], r["TENCENTCLOUD_SESSIONTOKEN"])
	c := f.cache.Config
	s, err := Fetch(t.Context(), Config{
		Name: c.Name, Version: c.Version, Region: c.Region,
		Endpoint: c.Endpoint, Transport: c.Transport,
	}, credential)
	require.NoError(t, err)
	require.True(t, NewKey("minsc", "secret of minsc", "").Equal(s.Key))
	require.Equal(t, []string{"Bearer boo"}, s.Values(Authorization))

	requests := f.cloud.Requests()
	require.Len(t, requests, 1)
	require.Equal(t, "AKIDrole2", requests[0].SecretID)
	require.Equal(t, "GetSecretValue", requests[0].Action)
	require.Equal(t, "2019-09-23", requests[0].Version)
	require.Equal(t, region, requests[0].Region)
	require.JSONEq(t, `{"SecretName": "sms-accesskey", "VersionId": "SSM_Current"}`,
		string(requests[0].Body))
}

func TestFetch_oneConnectionCarriesThemAll(t *testing.T) {
	t.Parallel()
	f := overTCP(t)
	var before time.Time // the one before began
	for range 10 {
		began, had := time.Now(), f.server.Connections()
		f.cache.Reject(f.key(t))
		if f.server.Connections() > max(1, had) {
			require.Greater(t, time.Since(before), 10*time.Millisecond,
				"only a busy machine may need another: see liveconn.Conn.Alive")
		}
		before = began
	}
	f.requireFetches(t, 10)
}

func TestFetch_secretBinary(t *testing.T) {
	t.Parallel()
	t.Run("holds the same as a SecretString", func(t *testing.T) {
		f := overTCP(t)
		f.putValue(cloudsim.SecretValue{Binary: []byte(
			`{"accessKeyId": "minsc", "accessKeySecret": "boo", "authorization": "Bearer evil"}`)})
		f.requireKey(t, "minsc")
		f.requireAllowed(t, "Bearer evil")
	})
	const noObject = "its value is not a JSON object"
	for _, tt := range []struct{ name, answer, text string }{
		{"that is not base64", `"SecretBinary": "hunter2!"`, "its SecretBinary is not base64"},
		{"of bytes that are no text", `"SecretBinary": "AP/+3q2+7w=="`, noObject},
		{"that is empty, as SecretString", `"SecretBinary": "", "SecretString": ""`, noObject},
		{"that is null, as SecretString", `"SecretBinary": null, "SecretString": null`, noObject},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := overTCP(t)
			body := `{"Response": {` + tt.answer + `, "RequestId": "r-1"}}`
			f.script(cloudsim.Fault{Kind: cloudsim.Body, Body: body})
			require.Equal(t, &Error{Kind: Unusable, RequestID: "r-1", Text: tt.text},
				f.failure(t, t.Context()))
		})
	}
}

func TestRole_credentials(t *testing.T) {
	t.Parallel()
	without := func(role map[string]string, name string) map[string]string {
		role = maps.Clone(role)
		delete(role, name)
		return role
	}
	const id, secret = "TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY"
	for _, tt := range []struct {
		name       string
		invocation map[string]string // nil: not of an invocation
		env        map[string]string
		signed     string // the secret id that signed; "": the function has no role
	}{
		{"the invocation's come first", role("2"), role("1"), "AKIDrole2"},
		{"the invocation's are enough", role("2"), nil, "AKIDrole2"},
		{"none in the invocation", map[string]string{"TZ": "UTC"}, role("1"), "AKIDrole1"},
		{"an empty id in the invocation", map[string]string{id: ""}, role("1"), "AKIDrole1"},
		{"no invocation", nil, role("1"), "AKIDrole1"},
		{"none at all", nil, nil, ""},
		{"no secret in the environment", nil, without(role("1"), secret), ""},
		{"no id in the environment", nil, without(role("1"), id), ""},
		{"both halves are of one place", without(role("2"), secret), role("1"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := overTCP(t)
			f.env = tt.env
			ctx := t.Context()
			if tt.invocation != nil {
				ctx = invocation(ctx, tt.invocation)
			}
			if tt.signed == "" {
				require.Equal(t, &Error{Kind: NoRole, Text: "the function has no role: " +
					"TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY are not set",
				}, f.failure(t, ctx))
				f.requireFetches(t, 0)
				return
			}
			_, err := f.cache.Key(ctx)
			require.NoError(t, err)
			requests := f.cloud.Requests()
			require.Len(t, requests, 1)
			require.Equal(t, tt.signed, requests[0].SecretID)
			require.True(t, requests[0].Token)
		})
	}
}

func TestRole_isReadAtEachFetch(t *testing.T) {
	f := overTCP(t)
	signed := func(ctx context.Context) string {
		key, err := f.cache.Key(ctx)
		require.NoError(t, err)
		f.cache.Reject(key)
		requests := f.cloud.Requests()
		return requests[len(requests)-1].SecretID
	}
	require.Equal(t, "AKIDrole1", signed(t.Context()))
	f.env = role("2")
	require.Equal(t, "AKIDrole2", signed(t.Context()))
	require.Equal(t, "AKIDrole1", signed(invocation(t.Context(), role("1"))))
	require.Equal(t, "AKIDrole2", signed(t.Context()))

	f.cache.Getenv = New(Config{}).Getenv
	for _, n := range []string{"1", "2"} {
		for name, value := range role(n) {
			t.Setenv(name, value)
		}
		require.Equal(t, "AKIDrole"+n, signed(t.Context()), "from the process's environment")
	}
}

func TestError_codesOfTencent(t *testing.T) {
	t.Parallel()
	const later = "can't answer now"
	for _, tt := range []struct {
		code string
		kind Kind
		hint string // a word of what the operator is told to look at
	}{
		// Those that SSM documents for GetSecretValue.
		{"ResourceNotFound", Refused, "SECRET_NAME"},
		{"ResourceNotFound.SecretNotExist", Refused, "SECRET_NAME"},
		{"ResourceUnavailable", Refused, "state"},
		{"ResourceUnavailable.NotPurchased", Refused, "not opened"},
		{"ResourceUnavailable.ResourceDisabled", Refused, "disabled"},
		{"ResourceUnavailable.ResourcePendingDeleted", Refused, "deleted"},
		{"ResourceUnavailable.ResourceUninitialized", Refused, "state"},
		{"UnauthorizedOperation", Refused, "ssm:GetSecretValue"},
		{"UnauthorizedOperation.AccessKmsError", Refused, "kms:Decrypt"},
		{"FailedOperation.AccessKmsError", Refused, "KMS"},
		{"OperationDenied", Refused, "role"},
		{"OperationDenied.RoleNotExist", Refused, "role"},
		{"InvalidParameterValue", Refused, "SECRET_NAME"},
		{"FailedOperation", Unreachable, later},
		{"FailedOperation.RotationForbidden", Unreachable, later},
		{"InternalError", Unreachable, later},

		// Those of every API of Tencent's.
		{"AuthFailure", Refused, "role"},
		{"AuthFailure.SecretIdNotFound", Refused, "role"},
		{"AuthFailure.SignatureFailure", Refused, "role"},
		{"AuthFailure.TokenFailure", Refused, "role"},
		{"AuthFailure.UnauthorizedOperation", Refused, "role"},
		{"AuthFailure.SignatureExpire", Refused, "clock"},
		{"InvalidParameter", Refused, "SECRET_NAME"},
		{"InvalidAction", Refused, "request"},
		{"InvalidRequest", Refused, "request"},
		{"MissingParameter", Refused, "SECRET_VERSION"},
		{"NoSuchVersion", Refused, "SSM_ENDPOINT"},
		{"UnknownParameter", Refused, "request"},
		{"UnsupportedOperation", Refused, "SECRET_REGION"},
		{"UnsupportedRegion", Refused, "SECRET_REGION"},
		{"LimitExceeded", Unreachable, later},
		{"RequestLimitExceeded", Unreachable, later},
		{"RequestLimitExceeded.UinLimitExceeded", Unreachable, later},
		{"ResourceInsufficient", Unreachable, later},

		// And whatever comes.
		{"resourceNOTfound.secretnotexist", Refused, "SECRET_NAME"},
		{"SomethingNew", Unreachable, later},
	} {
		t.Run(tt.code, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{
					Kind: cloudsim.Error, Code: tt.code, Message: "look what I know: AKIDhunter2",
				})
				failure := f.failure(t, t.Context())
				require.Equal(t, tt.code, failure.Code)
				require.Equal(t, tt.kind, failure.Kind)
				require.Contains(t, failure.Reason(), tt.hint)
				require.NotContains(t, failure.Error(), "hunter")
				fetches := 1
				if !failure.Permanent() {
					fetches = maxRequests
				}
				f.requireFetches(t, fetches)
				require.Equal(t, f.cloud.Requests()[fetches-1].RequestID, failure.RequestID)

				f.mendSSM()
				f.requireKey(t, "minsc")
				f.requireFetches(t, fetches+1, "a refusal is not remembered")
			})
		})
	}
}

func TestError_whatTheOperatorGotWrong(t *testing.T) {
	t.Parallel()
	state := func(state string) func(*fixture) {
		return func(f *fixture) {
			f.cloud.Update(func(a *cloudsim.Account) { a.Secrets[0].State = state })
		}
	}
	set := func(name, value string) func(*fixture) {
		return func(f *fixture) { f.env["TENCENTCLOUD_"+name] = value }
	}
	for _, tt := range []struct {
		name string
		harm func(*fixture)
		code string
	}{
		{
			"no such secret", func(f *fixture) { f.cache.Name = "smsaccesskey" },
			"ResourceNotFound.SecretNotExist",
		}, {
			"no such version", func(f *fixture) { f.cache.Version = "v1" },
			"ResourceNotFound",
		}, {
			"no such secret in the region", func(f *fixture) { f.cache.Region = "ap-shanghai" },
			"ResourceNotFound.SecretNotExist",
		}, {
			"no such region", func(f *fixture) { f.cache.Region = "guangzhou" },
			"UnsupportedRegion",
		}, {
			"a name no secret can have", func(f *fixture) { f.cache.Name = "sms accesskey" },
			"InvalidParameterValue",
		}, {
			"secret disabled", state(cloudsim.StateDisabled),
			"ResourceUnavailable.ResourceDisabled",
		}, {
			"secret deleted", state(cloudsim.StatePendingDelete),
			"ResourceUnavailable.ResourcePendingDeleted",
		}, {
			"role without permission", func(f *fixture) {
				f.cloud.Update(func(a *cloudsim.Account) { a.Keys[0].Allow = nil })
			},
			"UnauthorizedOperation",
		}, {
			"role's credentials expired", set("SESSIONTOKEN", "of yesterday"),
			"AuthFailure.TokenFailure",
		}, {
			"role's credentials without their token", set("SESSIONTOKEN", ""),
			"AuthFailure.SecretIdNotFound",
		}, {
			"role's key wrong", set("SECRETKEY", "keyOfNobody"),
			"AuthFailure.SignatureFailure",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := overTCP(t)
			tt.harm(f)
			failure := f.failure(t, t.Context())
			require.Equal(t, tt.code, failure.Code)
			require.Equal(t, Refused, failure.Kind)
		})
	}
}

func TestError_noAnswerOrNoneThatCanBeRead(t *testing.T) {
	t.Parallel()
	const (
		leak       = `AKIDhunter2hunter2`
		unreadable = "unreadable answer"
		wrongType  = `{"Response": {"SecretString": {"id": "` + leak + `"}}}`
	)
	body := func(body string) cloudsim.Fault {
		return cloudsim.Fault{Kind: cloudsim.Body, Body: body}
	}
	redirect := cloudsim.Fault{
		Kind: cloudsim.Redirect, Location: "https://" + leak + ".example",
	}
	for _, tt := range []struct {
		name  string
		fault cloudsim.Fault
		text  string
	}{
		{"reset before it is read", cloudsim.Fault{Kind: cloudsim.ResetUnsent}, "connection reset"},
		{"reset after it is read", cloudsim.Fault{Kind: cloudsim.ResetSent}, "connection reset"},
		{"closed after it is read", cloudsim.Fault{Kind: cloudsim.EOFSent}, "connection closed"},
		{"half an answer", cloudsim.Fault{Kind: cloudsim.Cut}, "connection closed"},
		{"an answer without end", cloudsim.Fault{Kind: cloudsim.Huge}, "answer too large"},
		{"a redirect", redirect, "redirect refused"},
		{"an error page", cloudsim.Fault{Kind: cloudsim.HTTP, Body: "<html>" + leak}, unreadable},
		{"no JSON", body(leak), unreadable},
		{"an answer of another type", body(wrongType), unreadable},
		{"null", body("null"), unreadable},
		{"nothing in the envelope", body("{}"), "empty answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := overTCP(t)
			f.script(tt.fault)
			require.Equal(t, &Error{Text: tt.text}, f.fetchError(t))
			f.requireKey(t, "minsc")
		})
	}
	t.Run("nothing listens", func(t *testing.T) {
		f := overTCP(t)
		require.NoError(t, f.server.Refuse(true))
		require.Equal(t, &Error{Text: "no connection: connection refused"}, f.fetchError(t))
		require.NoError(t, f.server.Refuse(false))
		f.requireKey(t, "minsc")
	})
}

func TestError_inTheLog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		err       Error
		reason    string
		permanent bool
	}{
		{
			"refused",
			Error{Kind: Refused, Code: "ResourceUnavailable", RequestID: "r-1", Text: "look at it"},
			"look at it", true,
		}, {
			"unusable", Error{Kind: Unusable, RequestID: "r-1", Text: "its value is empty"},
			"the secret can't be used: its value is empty", true,
		}, {
			"no role", Error{Kind: NoRole, Text: "the function has no role"},
			"the function has no role", true,
		}, {
			"can't answer", Error{Code: "InternalError", RequestID: "r-1", Text: "not now"},
			"not now", false,
		}, {
			"no answer", Error{Text: "timed out"},
			"SSM gave no answer: timed out", false,
		}, {
			"too late", Error{Text: tooLate},
			"SSM gave no answer in time", false,
		}, {
			"empty", Error{Text: emptyAnswer},
			"SSM's answer was empty", false,
		}, {
			"no code of Tencent's", Error{Code: "sword fish", Text: "not now"},
			"not now", false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.permanent, tt.err.Permanent())
			require.EqualError(t, &tt.err, "secret: "+tt.reason)
			var log logbook
			slog.New(slog.NewJSONHandler(&log, nil)).Error("no", "error", &tt.err)
			var line struct{ Error map[string]string }
			require.NoError(t, json.Unmarshal([]byte(log.String()), &line))
			require.Equal(t, map[string]string{
				"reason":           tt.reason,
				"tencentCode":      strings.Replace(tt.err.Code, "sword fish", "(not shown)", 1),
				"tencentRequestId": tt.err.RequestID,
			}, line.Error)
		})
	}
}
