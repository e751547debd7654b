package app_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"

	"scf-sms/internal/app"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/testlog"
)

const (
	templates = `[
		{"usageType": "SignIn", "templateCode": "1110001"},
		{"usageType": "Register", "templateCode": "1110001"},
		{"usageType": "ForgotPassword", "templateCode": "1110001"},
		{"usageType": "Generic", "templateCode": "1110001"}
	]`
	event = `{
		"httpMethod": "POST", "headers": {"authorization": "Bearer t"},
		"body": "{\"to\": \"8613681974253\", \"type\": \"SignIn\", \"payload\": {\"code\": \"048261\"}}"
	}`
)

// endpoints are two servers of one cloud, so that their connections can be told apart.
func endpoints(t *testing.T) (cloud *cloudsim.Cloud, ssm, sms *cloudsim.Server) {
	cloud = cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{
			{SecretID: "AKIDone", SecretKey: "k", Allow: []string{"sms:SendSms"}},
			{SecretID: "AKIDrole", SecretKey: "k", Allow: []string{"ssm:GetSecretValue"}},
		},
		Secrets: []cloudsim.Secret{{Name: "s", Versions: map[string]cloudsim.SecretValue{
			"SSM_Current": {String: `{"secretId": "AKIDone", "secretKey": "k", "authorization": "Bearer t"}`},
		}}},
		Apps:      []cloudsim.App{{SDKAppID: "1400006666"}},
		Signs:     []cloudsim.Sign{{Name: "示例", Approved: true}},
		Templates: []cloudsim.Template{{ID: "1110001", Text: "{1}", Approved: true}},
	}})
	for _, server := range []**cloudsim.Server{&ssm, &sms} {
		var err error
		*server, err = cloudsim.Start(cloud, cloudsim.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { (*server).Close() })
	}
	return cloud, ssm, sms
}

// newFunction wires a function as main does, from environment variables.
func newFunction(t *testing.T, env map[string]string, now func() time.Time) (*app.Function, *testlog.Log) {
	transport := liveconn.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	log := &testlog.Log{}
	getenv := func(name string) string { return env[name] }
	s := settings.Read(getenv)
	s.TimeBudget = time.Minute // the machine may be busy
	return app.New(s, app.Options{
		Version: "build-a", Log: log, Transport: transport, Getenv: getenv, Now: now,
	}), log
}

func invoke(t *testing.T, f *app.Function) string {
	t.Helper()
	ctx := functioncontext.NewContext(t.Context(), &functioncontext.FunctionContext{RequestID: "r"})
	raw, err := f.Invoke(ctx, []byte(event))
	require.NoError(t, err)
	return string(raw)
}

func TestNew_settingsReachEverything(t *testing.T) {
	t.Parallel()
	cloud, ssm, sms := endpoints(t)
	env := map[string]string{
		"SECRET_NAME": "s", "SDK_APP_ID": "1400006666", "SIGN_NAME": "示例", "TEMPLATES": templates,
		"SSM_ENDPOINT": ssm.URL, "SMS_ENDPOINT": sms.URL, "SMS_REGION": "ap-nanjing",
		"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "k",
	}
	f, log := newFunction(t, env, nil)
	require.Contains(t, invoke(t, f), `"statusCode":200`)
	require.Equal(t, 1, log.Count(`"outcome":"sent"`, `"version":"build-a"`))
	requests := cloud.Requests()
	require.Len(t, requests, 2)
	require.Equal(t, "ap-guangzhou AKIDrole", requests[0].Region+" "+requests[0].SecretID)
	require.Equal(t, "ap-nanjing AKIDone", requests[1].Region+" "+requests[1].SecretID)

	env["LOG_LEVEL"] = "error"
	f, log = newFunction(t, env, nil)
	require.Contains(t, invoke(t, f), `"statusCode":`)
	require.Empty(t, log.String(), "neither INFO nor WARN")
}

func TestNew_problemsOfTheSettings(t *testing.T) {
	t.Parallel()
	f, log := newFunction(t, nil, nil)
	require.Contains(t, invoke(t, f), `"statusCode":500`)
	require.Equal(t, 1, log.Count("SECRET_NAME is not set", "SDK_APP_ID is not set", "TEMPLATES is not set"))
}

// The connection of the SMS is opened while the secret is on its way.
func TestNew_opensTheConnectionAhead(t *testing.T) {
	t.Parallel()
	cloud, ssm, sms := endpoints(t)
	cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.HangUnsent})
	f, _ := newFunction(t, map[string]string{
		"SECRET_NAME": "s", "SDK_APP_ID": "1400006666", "SIGN_NAME": "示例", "TEMPLATES": templates,
		"SSM_ENDPOINT": ssm.URL, "SMS_ENDPOINT": sms.URL,
		"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "k",
	}, nil)
	f.Secrets.Prefetch()
	require.Eventually(t, func() bool { return sms.Connections() == 1 }, time.Minute, time.Millisecond)
	require.Zero(t, cloud.Count(cloudsim.SendSms))
}

// Limits are counted where REDIS_URL says. Its connection is opened while the secret is on its way.
func TestNew_limits(t *testing.T) {
	t.Parallel()
	cloud, ssm, sms := endpoints(t)
	redis := miniredis.RunT(t)
	env := map[string]string{
		"SECRET_NAME": "s", "SDK_APP_ID": "1400006666", "SIGN_NAME": "示例", "TEMPLATES": templates,
		"SSM_ENDPOINT": ssm.URL, "SMS_ENDPOINT": sms.URL,
		"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "k",
	}
	f, log := newFunction(t, env, nil)
	invoke(t, f)
	require.Nil(t, f.Limits)
	require.Zero(t, redis.TotalConnectionCount(), "nothing connects without REDIS_URL")
	require.Equal(t, 1, log.Count(`"outcome":"sent"`))

	env["REDIS_URL"] = "redis://" + redis.Addr()
	env["LIMITS"] = `{"number": "2/1h", "dedupe": "none"}`
	f, log = newFunction(t, env, nil)
	t.Cleanup(f.Limits.CloseIdleConnections)
	f.Limits.ClaimTime, f.Limits.SettleTime = time.Minute, time.Minute // the machine may be busy
	f.Secrets.Prefetch()
	require.Eventually(t, func() bool { return redis.TotalConnectionCount() == 1 },
		time.Minute, time.Millisecond)
	require.Empty(t, redis.Keys())
	cloud.Reset()
	cloud.Update(func(a *cloudsim.Account) { a.Limits = cloudsim.Limits{ThirtySeconds: -1} })
	for range 3 {
		invoke(t, f)
	}
	require.Equal(t, 1, redis.TotalConnectionCount())
	require.Equal(t, 2, log.Count(`"outcome":"sent"`, `"limitsMs":`))
	require.Equal(t, 1, log.Count(`"outcome":"too_many_requests"`, `"limit":"number 2/1h"`))
	require.Len(t, cloud.Outbox(), 2)
}

// The clock says when the secret is due, and when Tencent counts its limits anew.
func TestNew_oneClockForAll(t *testing.T) {
	t.Parallel()
	cloud, ssm, sms := endpoints(t)
	clock := time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC) // 23:00 in China
	f, _ := newFunction(t, map[string]string{
		"SECRET_NAME": "s", "SDK_APP_ID": "1400006666", "SIGN_NAME": "示例", "TEMPLATES": templates,
		"SSM_ENDPOINT": ssm.URL, "SMS_ENDPOINT": sms.URL,
		"TENCENTCLOUD_SECRETID": "AKIDrole", "TENCENTCLOUD_SECRETKEY": "k",
	}, func() time.Time { return clock })
	cloud.Always(cloudsim.SendSms, &cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.AppDailyLimit"})
	require.Contains(t, invoke(t, f), `"retry-after":"3600"`)
	require.Equal(t, 1, cloud.Count(cloudsim.GetSecretValue))
	clock = clock.Add(10 * time.Minute)
	require.Contains(t, invoke(t, f), `"retry-after":"3000"`)
	require.Equal(t, 2, cloud.Count(cloudsim.GetSecretValue))
}
