package dependability

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// What callers of the real binary sign with.
const (
	hookSecret = "whsec_Z29zc2lwcyBzZWNyZXQgb2YgdGhlIGhvb2sgMQ=="
	signingKey = "gossipsSigningKeyOfTheHttpProviderXyz"
)

// signedBySupabase is the event of a user of Supabase's who signs in. key is a secret of a hook.
func signedBySupabase(t *testing.T, key, to, code string) []byte {
	body := fmt.Sprintf(`{"metadata": {"uuid": %q, "ip_address": "203.0.113.7"}, `+
		`"user": {"email": "gossip@example.com", "phone": %q, "user_metadata": {"name": "gossip"}, `+
		`"phone_confirmed_at": "2026-05-13T11:52:48Z"}, "sms": {"otp": %q, "phone": %[2]q}}`,
		"gossip"+code, to, code)
	webhook, err := standardwebhooks.NewWebhook(key)
	require.NoError(t, err)
	now := time.Now()
	signature, err := webhook.Sign("msg_gossip", now, []byte(body))
	require.NoError(t, err)
	return event(map[string]string{
		"webhook-id": "msg_gossip", "webhook-timestamp": strconv.FormatInt(now.Unix(), 10),
		"webhook-signature": signature,
	}, body)
}

// signedByZitadel is the event of a user of ZITADEL's who signs in.
func signedByZitadel(_ *testing.T, key, to, code string) []byte {
	body := fmt.Sprintf(`{"contextInfo": {"recipientPhoneNumber": "+%s", `+
		`"eventType": "session.otp.sms.challenged"}, "templateData": {"text": "gossip %s"}, `+
		`"args": {"oTP": %[2]q, "userName": "gossip"}}`, to, code)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(now + "." + body))
	signature := "t=" + now + ",v1=" + hex.EncodeToString(mac.Sum(nil))
	return event(map[string]string{"zitadel-signature": signature}, body)
}

// Signed requests and forgeries by turns, in the real binary: each signed one becomes one message,
// no forged one becomes any, SSM is hardly asked, and nothing of a request is printed.
func TestSignedCallers(t *testing.T) {
	t.Parallel()
	forged := "whsec_" + base64.StdEncoding.EncodeToString([]byte("what somebody only guesses"))
	for name, caller := range map[string]struct {
		sign        func(t *testing.T, key, to, code string) []byte
		key, forged string
	}{
		"supabase": {signedBySupabase, hookSecret, forged},
		"zitadel":  {signedByZitadel, signingKey, strings.ToLower(signingKey)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSecrecyFixture(t, map[string]string{"TIME_BUDGET": "8s"}, "")
			s.secrets = append(s.secrets, hookSecret[6:], signingKey, "203.0.113.7", "example.com")
			s.sim.Cloud.Update(onlySigned)
			n, began := fewer(200), time.Now()
			for i := range n {
				number := fmt.Sprintf("86139%08d", 87_654_321-i*131)
				code := fmt.Sprint(739_164 + i)
				hidden := append(parts(number), code)
				signed := caller.sign(t, caller.key, number, code)
				forged := caller.sign(t, caller.forged, number, code)
				changed := bytes.ReplaceAll(signed, []byte(number), []byte("8613912345678"))
				require.Equal(t, 401, s.invoke(forged, "forged", hidden...))
				require.Equal(t, 200, s.invoke(signed, "signed", hidden...))
				require.Equal(t, 401, s.invoke(signIn(goodToken, number, code), "a token", hidden...))
				require.Equal(t, 401, s.invoke(changed, "another number", hidden...))
				message := s.sim.Cloud.Outbox()[i]
				require.Equal(t, "+"+number, message.PhoneNumber)
				require.Equal(t, []string{code}, message.Params)
			}
			require.Len(t, s.sim.Cloud.Outbox(), n)
			// An unknown proof makes SSM be asked every 5 s at most.
			most := 2 + int(time.Since(began)/(5*time.Second))
			require.LessOrEqual(t, s.sim.Cloud.Count(cloudsim.GetSecretValue), most)
		})
	}
}

// onlySigned puts a secret into the account that lets in who signs, and nobody with a token.
func onlySigned(a *cloudsim.Account) {
	a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: `{` +
		`"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", ` +
		`"supabase": "v1,` + hookSecret + `", "zitadel": ["old` + signingKey + `", "` + signingKey + `"]}`}
}

// Supabase asks again at once, with a new webhook-id, and voids the code of whatever is told as an
// error: an outage at Tencent is told as it reads it, by the real binary, within its time.
func TestSignedCallers_outage(t *testing.T) {
	t.Parallel()
	sim := startCloud(t, cloudsim.Options{})
	sim.Function.Env["TIME_BUDGET"] = "8s"
	sim.Cloud.Update(onlySigned)
	instance := startFunction(t, sim.Function)
	const noMoney = "FailedOperation.InsufficientBalanceInSmsPackage"
	for _, tt := range []struct {
		name          string
		fault         cloudsim.Fault
		hook, zitadel int
		body          string // of Supabase's
	}{
		{"sent", cloudsim.Fault{}, 200, 200, `"serialNo":`},
		{"no money", cloudsim.Fault{Kind: cloudsim.Refuse, Code: noMoney},
			200, 502, `{"error":{"http_code":502,`},
		{"a daily limit", cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.AppDailyLimit"},
			200, 503, `{"error":{"http_code":503,`},
		{"an answer that says neither", cloudsim.Fault{Kind: cloudsim.HTTP}, 202, 202, `{"requestId":`},
		{"a connection that ends", cloudsim.Fault{Kind: cloudsim.EOFSent}, 202, 202, `{"requestId":`},
	} {
		sim.Cloud.Always(cloudsim.SendSms, &tt.fault)
		for status, event := range map[*int][]byte{
			&tt.hook:    signedBySupabase(t, hookSecret, hiddenNumber, hiddenCode),
			&tt.zitadel: signedByZitadel(t, signingKey, hiddenNumber, hiddenCode),
		} {
			r, err := instance.Invoke(context.Background(), event)
			require.NoError(t, err)
			var a answer
			require.NoError(t, json.Unmarshal(r.Payload, &a))
			require.Equal(t, *status, a.StatusCode, "%s: %s", tt.name, r.Payload)
			require.NotContains(t, a.Headers, "retry-after")
			if status == &tt.hook {
				require.Contains(t, a.Body, tt.body, tt.name)
			}
		}
	}
}
