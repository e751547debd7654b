package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// What main makes of the settings is to be seen only in what the binary does.
func TestBinary(t *testing.T) {
	root, err := checkout.Root()
	require.NoError(t, err)
	binary, err := checkout.Build(t.Context(), root)
	require.NoError(t, err)

	// started returns the function with other settings in front of a cloud of its own.
	started := func(t *testing.T, change func(*Simulation)) (*Simulation, *scfhost.Instance) {
		sim, err := Start(binary, filepath.Join(root, "testdata"), cloudsim.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { sim.Close() })
		sim.Function.Timeout = 10 * time.Second
		// That of testdata leaves SSM half a second until it is asked anew, and a busy machine needs more.
		sim.Function.Env["TIME_BUDGET"] = "8s"
		change(sim)
		instance, err := scfhost.New(sim.Function)
		require.NoError(t, err)
		t.Cleanup(func() { instance.Close() })
		return sim, instance
	}
	// post sends an SMS to a number, and get asks for what needs no secret.
	invoke := func(t *testing.T, instance *scfhost.Instance, event map[string]any) (int, scfhost.Result) {
		text, err := json.Marshal(event)
		require.NoError(t, err)
		result, err := instance.Invoke(t.Context(), text)
		require.NoError(t, err)
		var answer struct{ StatusCode int }
		require.NoError(t, json.Unmarshal(result.Payload, &answer))
		return answer.StatusCode, result
	}
	post := func(t *testing.T, instance *scfhost.Instance, to string) (int, scfhost.Result) {
		return invoke(t, instance, map[string]any{
			"httpMethod": "POST",
			"headers":    map[string]string{"Authorization": "Bearer example-token"},
			"body":       `{"to": "` + to + `", "type": "SignIn", "payload": {"code": "482913"}}`,
		})
	}
	get := func(t *testing.T, instance *scfhost.Instance) {
		status, _ := invoke(t, instance, map[string]any{"httpMethod": "GET"})
		require.Equal(t, http.StatusMethodNotAllowed, status)
	}

	t.Run("every setting of a call is in it", func(t *testing.T) {
		sim, instance := started(t, func(sim *Simulation) {
			for name, value := range map[string]string{
				"SECRET_NAME": "other", "SECRET_VERSION": "v2", "SECRET_REGION": "ap-shanghai",
				"SDK_APP_ID": "1400007777", "SIGN_NAME": "另一", "SIGN_NAME_OVERSEAS": "Other", "SENDER_ID": "OTHER", "SMS_REGION": "ap-beijing",
				"ALLOWED_CALLING_CODES": "86,44",
			} {
				sim.Function.Env[name] = value
			}
			sim.Cloud.Update(func(a *cloudsim.Account) {
				a.Secrets[0].Name, a.Secrets[0].Region = "other", "ap-shanghai"
				a.Secrets[0].Versions["v2"] = a.Secrets[0].Versions["SSM_Current"]
				delete(a.Secrets[0].Versions, "SSM_Current")
				a.Apps[0].SDKAppID = "1400007777"
				a.Signs = []cloudsim.Sign{{Name: "另一", Approved: true}, {Name: "Other", International: true, Approved: true}}
				a.SenderIDs = []string{"OTHER"}
			})
		})
		for _, to := range []string{"8613800138000", "447700900123"} {
			status, result := post(t, instance, to)
			require.Equal(t, http.StatusOK, status, result.Stdout)
		}
		status, _ := post(t, instance, "16502530000")
		require.Equal(t, http.StatusForbidden, status)

		requests := sim.Cloud.Requests()
		require.Len(t, requests, 3)
		require.Equal(t, "ap-shanghai", requests[0].Region)
		require.JSONEq(t, `{"SecretName": "other", "VersionId": "v2"}`, string(requests[0].Body))
		require.Equal(t, "ap-beijing", requests[1].Region)
		var home, abroad struct{ SmsSdkAppId, SignName, SenderId string }
		require.NoError(t, json.Unmarshal(requests[1].Body, &home))
		require.NoError(t, json.Unmarshal(requests[2].Body, &abroad))
		require.Equal(t, "1400007777 另一 ", strings.Join([]string{home.SmsSdkAppId, home.SignName, home.SenderId}, " "))
		require.Equal(t, "1400007777 Other OTHER", strings.Join([]string{abroad.SmsSdkAppId, abroad.SignName, abroad.SenderId}, " "))
	})

	t.Run("BARE_NUMBERS", func(t *testing.T) {
		sim, instance := started(t, func(sim *Simulation) { sim.Function.Env["BARE_NUMBERS"] = "china" })
		status, _ := post(t, instance, "16502530000")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "+8616502530000", sim.Cloud.Outbox()[0].PhoneNumber)
	})

	t.Run("TIME_BUDGET", func(t *testing.T) {
		sim, instance := started(t, func(sim *Simulation) { sim.Function.Env["TIME_BUDGET"] = "2s" })
		// On a busy machine the budget may end before the secret is there, or before the request is
		// written. Then the next one is on time.
		late := cloudsim.Fault{Kind: cloudsim.Delay, Delay: 8 * time.Second}
		for n, want := 0, http.StatusOK; want != 0; n++ {
			sent := sim.Cloud.Count(cloudsim.SendSms)
			status, result := post(t, instance, fmt.Sprintf("86138001380%02d", n))
			switch {
			case status == want && want == http.StatusOK:
				want = http.StatusAccepted
				sim.Cloud.Always(cloudsim.SendSms, &late)
			case status == want && sim.Cloud.Count(cloudsim.SendSms) > sent:
				want = 0 // the answer would have come, with more time
			default:
				require.Greater(t, result.Duration, 400*time.Millisecond, "%d %s", status, result.Stdout)
				require.Less(t, n, 20)
			}
		}
	})

	t.Run("SECRET_TTL", func(t *testing.T) {
		sim, instance := started(t, func(sim *Simulation) { sim.Function.Env["SECRET_TTL"] = "1ns" })
		post(t, instance, "8613800138000")
		require.Equal(t, 2, sim.Cloud.Count(cloudsim.GetSecretValue), "one for the token, one for the key")
	})

	t.Run("LOG_LEVEL", func(t *testing.T) {
		_, instance := started(t, func(sim *Simulation) { sim.Function.Env["LOG_LEVEL"] = "error" })
		_, result := post(t, instance, "8613800138000")
		require.Empty(t, result.Stdout)
	})

	t.Run("a setting that is wrong", func(t *testing.T) {
		sim, instance := started(t, func(sim *Simulation) { sim.Function.Env["SECRET_TTL"] = "soon" })
		status, result := post(t, instance, "8613800138000")
		require.Equal(t, http.StatusInternalServerError, status)
		require.Contains(t, result.Stdout, "SECRET_TTL")
		require.Empty(t, sim.Cloud.Requests())
	})

	// With credentials in its environment an instance gets ready before there is anything to send, and without a request
	// that Tencent SMS would count.
	t.Run("the secret and the connection for the SMS are there before they are needed", func(t *testing.T) {
		sms, err := Start(binary, filepath.Join(root, "testdata"), cloudsim.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { sms.Close() })
		sim, instance := started(t, func(sim *Simulation) {
			sim.Function.Env["SMS_ENDPOINT"] = sms.Server.URL
			sim.Function.RoleAtStart = true
		})
		get(t, instance)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, sim.Cloud.Await(ctx, cloudsim.GetSecretValue, 1), "nobody fetched the secret")
		require.Eventually(t, func() bool { return sms.Server.Connections() == 1 }, time.Minute, time.Millisecond)

		status, _ := post(t, instance, "8613800138000")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, 1, sim.Cloud.Count(cloudsim.GetSecretValue))
		require.Equal(t, 1, sms.Server.Connections())
		require.Len(t, sms.Cloud.Requests(), 1)
	})
	t.Run("the connection for the SMS is made while the secret is fetched", func(t *testing.T) {
		sms, err := Start(binary, filepath.Join(root, "testdata"), cloudsim.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { sms.Close() })
		sim, instance := started(t, func(sim *Simulation) { sim.Function.Env["SMS_ENDPOINT"] = sms.Server.URL })
		sim.Cloud.Always(cloudsim.GetSecretValue, &cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"})
		status, _ := post(t, instance, "8613800138000")
		require.Equal(t, http.StatusServiceUnavailable, status)
		require.Eventually(t, func() bool { return sms.Server.Connections() == 1 }, time.Minute, time.Millisecond)
		require.Empty(t, sms.Cloud.Requests())
	})
}
