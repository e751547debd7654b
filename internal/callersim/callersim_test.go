package callersim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

const (
	supabaseSecret = "v1,whsec_ZXhhbXBsZS1zdXBhYmFzZS1ob29rLXNlY3JldC0wMQ=="
	otherSecret    = "v1,whsec_YW5vdGhlci1zdXBhYmFzZS1ob29rLXNlY3JldC0wMg=="
	zitadelKey     = "ExampleZitadelSigningKey000000000001"
)

// Standard Webhooks' own library takes what SignSupabase signs.
func TestSignSupabase_isStandardWebhooks(t *testing.T) {
	t.Parallel()
	body := []byte(`{"sms":{"otp":"482913"}}`)
	header, err := SignSupabase("msg_1", time.Now(), body, supabaseSecret)
	require.NoError(t, err)
	verifier, err := standardwebhooks.NewWebhook(strings.TrimPrefix(supabaseSecret, "v1,"))
	require.NoError(t, err)
	require.NoError(t, verifier.Verify(body, header))
	require.Error(t, verifier.Verify(append(body, ' '), header))

	other, err := SignSupabase("msg_1", time.Now(), body, otherSecret)
	require.NoError(t, err)
	require.Error(t, verifier.Verify(body, other))

	t.Run("two secrets make two signatures, joined as Supabase joins them", func(t *testing.T) {
		at := time.Unix(1_800_000_000, 0)
		one, _ := SignSupabase("msg_1", at, body, supabaseSecret)
		two, _ := SignSupabase("msg_1", at, body, otherSecret)
		both, err := SignSupabase("msg_1", at, body, supabaseSecret, otherSecret)
		require.NoError(t, err)
		require.Equal(t, one.Get("webhook-signature")+", "+two.Get("webhook-signature"),
			both.Get("webhook-signature"))
	})
	t.Run("a secret of another form is not shown", func(t *testing.T) {
		for _, secret := range []string{"whsec_AAAA", "v1,whsec_?", "v1a,whsk_AAAA", ""} {
			_, err := SignSupabase("msg_1", time.Now(), body, secret)
			require.EqualError(t, err, "a Supabase secret is v1,whsec_ and base64")
		}
	})
}

// It is rebuilt here from pkg/actions/signing.go, step by step.
func TestSignZITADEL(t *testing.T) {
	t.Parallel()
	body := []byte(`{"args":{"oTP":"482913"}}`)
	mac := hmac.New(sha256.New, []byte(zitadelKey))
	mac.Write([]byte("1800000000"))
	mac.Write([]byte("."))
	mac.Write(body)
	want := "t=1800000000,v1=" + hex.EncodeToString(mac.Sum(nil))
	require.Equal(t, want,
		SignZITADEL(time.Unix(1_800_000_000, 0), body, zitadelKey).Get("ZITADEL-Signature"))
}

func TestRequests(t *testing.T) {
	t.Parallel()
	m := Message{To: "+86 13800138000", Type: "MfaVerification", Code: "482913", Locale: "zh-CN",
		UILocales: "zh en"}
	at := time.Unix(1_800_000_000, 0)
	for _, tt := range []struct {
		caller      Caller
		proof, body string
	}{
		{Logto(), "Bearer t", `{"to":"+86 13800138000","type":"MfaVerification",` +
			`"payload":{"code":"482913","locale":"zh-CN","uiLocales":"zh en"}}`},
		{Flat(), "Bearer t", `{"to":"+86 13800138000","type":"MfaVerification","code":"482913",` +
			`"locale":"zh-CN"}`},
		{Supabase(), supabaseSecret, `{"metadata":{"uuid":"*",` +
			`"time":"2026-11-25T23:25:20.093177Z","name":"send-sms","ip_address":"203.0.113.7"},` +
			`"sms":{"otp":"482913","phone":"8613800138000","sms_type":"mfa"},` +
			`"user":{"id":"d6b5d590-245e-4902-bc29-d7fc836b5a5c","aud":"authenticated",` +
			`"role":"authenticated","email":"","phone":"8613800138000",` +
			`"phone_confirmed_at":"2026-11-25T23:25:20.093177Z",` +
			`"user_metadata":{"email_verified":false,"phone_verified":false,"locale":"zh-CN"},` +
			`"app_metadata":{"provider":"phone","providers":["phone"]},"identities":[],` +
			`"created_at":"2026-11-25T23:25:20.093177Z",` +
			`"updated_at":"2026-11-25T23:25:20.093177Z","is_anonymous":false}}`},
		{ZITADEL(), zitadelKey, `{"contextInfo":{"recipientPhoneNumber":"+86 13800138000",` +
			`"eventType":"session.otp.sms.challenged",` +
			`"provider":{"id":"285181292935381355","description":"scf-sms"}},` +
			`"templateData":{"title":"ZITADEL","text":"482913 is your code."},` +
			`"args":{"oTP":"482913","expiry":300000000000,"lastPhone":"+86 13800138000"}}`},
	} {
		m := m
		if tt.caller.Name == "zitadel" {
			m.Locale = "" // it can't tell one
		}
		r, err := tt.caller.Request(m, tt.proof, at)
		require.NoError(t, err, tt.caller.Name)
		body := regexp.MustCompile(`"uuid":"[0-9a-f-]{36}"`).
			ReplaceAllString(string(r.Body), `"uuid":"*"`)
		require.JSONEq(t, tt.body, body, tt.caller.Name)
		require.Equal(t, "application/json", r.Header.Get("Content-Type"))
	}
	_, err := ZITADEL().Request(m, zitadelKey, at)
	require.EqualError(t, err, "zitadel can't tell a language")
	_, err = Supabase().Request(Message{Type: "Generic"}, supabaseSecret, at)
	require.EqualError(t, err, "supabase can't tell the type Generic, "+
		"only SignIn, Register, BindNewIdentifier, MfaVerification")
}

// What the table of docs/callers.md says becomes of each answer.
func TestTold(t *testing.T) {
	t.Parallel()
	header := func(contentType, retryAfter string) http.Header {
		h := http.Header{}
		h.Set("Content-Type", contentType)
		h.Set("Retry-After", retryAfter)
		return h
	}
	const text, jsonType = "text/plain; charset=utf-8", "application/json"
	refusal, err := json.Marshal(map[string]any{
		"error": map[string]any{"http_code": 429, "message": "Too many."}})
	require.NoError(t, err)
	for _, tt := range []struct {
		name   string
		caller Caller
		answer Answer
		want   Told
	}{
		{"Logto takes a 202 for sent", Logto(), Answer{202, header(jsonType, ""), []byte("{}"), ""},
			Told{true, 202, "{}", 1}},
		{"and shows what else it gets", Logto(), Answer{422, header(text, ""), []byte("No."), ""},
			Told{false, 422, "No.", 1}},
		{"Supabase takes any object for sent", Supabase(),
			Answer{202, header(jsonType, ""), []byte(`{"requestId":"r"}`), ""},
			Told{true, 200, "", 1}},
		{"but one with an error, which it passes on", Supabase(),
			Answer{200, header(jsonType, ""), refusal, ""}, Told{false, 429, "Too many.", 1}},
		{"though not in MFA", Supabase(),
			Answer{200, header(jsonType, ""), refusal, "MfaVerification"},
			Told{false, 500, "error invoking hook", 1}},
		{"nor an answer in text", Supabase(), Answer{200, header(text, ""), []byte("ok"), ""},
			Told{false, 400, "Invalid JSON response. Received content-type: " + text, 1}},
		{"it asks three times at once after a Retry-After", Supabase(),
			Answer{503, header(text, "60"), nil, ""},
			Told{false, 500, "Service currently unavailable due to hook", 3}},
		{"it says so where a proof is wrong", Supabase(), Answer{401, header(text, ""), nil, ""},
			Told{false, 500, "Hook requires authorization token", 1}},
		{"and nothing of what else went wrong", Supabase(), Answer{502, header(text, ""), nil, ""},
			Told{false, 500, "Unexpected status code returned from hook: 502", 1}},
		{"ZITADEL takes a 202 for sent", ZITADEL(), Answer{202, header(jsonType, ""), nil, ""},
			Told{true, 0, "", 1}},
		{"and asks again after all else", ZITADEL(), Answer{422, header(text, ""), nil, ""},
			Told{false, 0, "", 3}},
	} {
		require.Equal(t, tt.want, tt.caller.Told(tt.answer), tt.name)
	}
}
