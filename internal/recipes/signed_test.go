package recipes

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
)

// bodyOf returns the body of an event in testdata.
func bodyOf(t *testing.T, name string) string {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "testdata", "events", name+".json"))
	require.NoError(t, err)
	var event struct{ Body string }
	require.NoError(t, json.Unmarshal(text, &event))
	return event.Body
}

// Supabase signs with this library. The bodies are what the real server sent.
func TestSupabase(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	hook, err := standardwebhooks.NewWebhook(strings.TrimPrefix(supabaseSecret, "v1,"))
	require.NoError(t, err)
	post := func(t *testing.T, body string) (int, string) {
		t.Helper()
		now := time.Now()
		signature, err := hook.Sign("9d2f6a7e", now, []byte(body))
		require.NoError(t, err)
		return f.post(t, body, http.Header{"Webhook-Id": {"9d2f6a7e"},
			"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
			"Webhook-Signature": {signature}})
	}
	for _, tt := range []struct{ event, to, usageType string }{
		{"supabase-sign-in", "+8613800138000", "SignIn"},
		{"supabase-sign-up", "+8613800138000", "Register"},
		{"supabase-change-of-number", "+8613912345678", "BindNewIdentifier"},
		{"supabase-mfa", "+8613700000007", "MfaVerification"},
		{"supabase-before-2-180-mfa", "+8613700000007", "MfaVerification"},
	} {
		status, text := post(t, bodyOf(t, tt.event))
		require.Equal(t, 200, status, text)
		require.Contains(t, text, `"serialNo"`, tt.event)
		require.Equal(t, tt.to, f.sent(t).PhoneNumber, tt.event)
		require.Contains(t, f.logged(), fmt.Sprintf(`"type":%q`, tt.usageType), tt.event)
	}
	t.Run("a body of 400 KB is read", func(t *testing.T) {
		large := strings.Replace(bodyOf(t, "supabase-sign-in"), `"user_metadata":{`,
			`"user_metadata":{"avatar":"`+strings.Repeat("A", 400_000)+`",`, 1)
		status, text := post(t, large)
		require.Equal(t, 200, status, text)
		require.NotNil(t, f.sent(t))
	})
	t.Run("a refusal is told as Supabase passes it on", func(t *testing.T) {
		status, text := post(t, bodyOf(t, "supabase-refused"))
		require.Equal(t, 200, status)
		var told struct {
			Error struct {
				Code    int    `json:"http_code"`
				Message string `json:"message"`
			} `json:"error"`
		}
		require.NoError(t, json.Unmarshal([]byte(text), &told))
		require.Equal(t, 422, told.Error.Code)
		require.Contains(t, told.Error.Message, sentence)
	})
}

// ZITADEL signs as here, which is rebuilt from its pkg/actions/signing.go.
func TestZITADEL(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	post := func(t *testing.T, body string) (int, string) {
		t.Helper()
		now := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(zitadelKey))
		mac.Write([]byte(now + "." + body))
		signature := "t=" + now + ",v1=" + hex.EncodeToString(mac.Sum(nil))
		return f.post(t, body, http.Header{"Zitadel-Signature": {signature}})
	}
	for _, tt := range []struct{ event, usageType string }{
		{"zitadel-otp", "MfaVerification"},
		{"zitadel-otp-from-the-queue", "MfaVerification"},
		{"zitadel-phone-verification", "BindNewIdentifier"},
		{"zitadel-password", "ForgotPassword"},
	} {
		status, text := post(t, bodyOf(t, tt.event))
		require.Equal(t, 200, status, text)
		require.NotNil(t, f.sent(t), tt.event)
		require.Contains(t, f.logged(), fmt.Sprintf(`"type":%q`, tt.usageType), tt.event)
	}
	t.Run("the hint names the generator of a code that is too long", func(t *testing.T) {
		status, _ := post(t, bodyOf(t, "zitadel-code-of-eight-digits"))
		require.Equal(t, 400, status)
		require.Contains(t, f.logged(), "OTPSMS")
	})
}
