package handler_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// What callers sign with. The secret of every test has these.
const (
	hookSecret      = "v1,whsec_c3VwYWJhc2UgdGVzdCBob29rIHNlY3JldCBvbmUh"
	otherHookSecret = "v1,whsec_YW5vdGhlciBvbmUgdGhhdCBpcyBiZWluZyByZXBsYWNlZA=="
	signingKey      = "qLmZxWvTbNcRkPdGhSfYjUaEoIqLmZxWvTbN"
	reportsKey      = "reports-key-of-the-tests"
	personal        = "Personal.Data" // of the user, in every body of Supabase's
)

// now is the time in seconds, as signatures have it.
func now() string { return strconv.FormatInt(time.Now().Unix(), 10) }

// hookHeaders are the headers of a body that Supabase posts, signed by Standard Webhooks' own library.
func hookHeaders(t testing.TB, body string, at time.Time, secrets ...string) fields {
	t.Helper()
	const id = "msg_webhook-id"
	if secrets == nil {
		secrets = []string{hookSecret}
	}
	var signatures []string
	for _, secret := range secrets {
		webhook, err := standardwebhooks.NewWebhook(strings.TrimPrefix(secret, "v1,"))
		require.NoError(t, err)
		signature, err := webhook.Sign(id, at, []byte(body))
		require.NoError(t, err)
		signatures = append(signatures, signature)
	}
	return fields{
		"authorization": absent, "webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10),
		"webhook-signature": strings.Join(signatures, ", "), // as Supabase joins them
	}
}

// hookWith is the event of a body that Supabase posts now.
func hookWith(t testing.TB, body string, changes ...fields) []byte {
	t.Helper()
	event := fields{"headers": hookHeaders(t, body, time.Now()), "body": body}
	return eventWith(append([]fields{event}, changes...)...)
}

// zitadelHeader signs a body as ZITADEL does.
func zitadelHeader(body, timestamp string, keys ...string) string {
	if keys == nil {
		keys = []string{signingKey}
	}
	header := "t=" + timestamp
	for _, key := range keys {
		mac := hmac.New(sha256.New, []byte(key))
		fmt.Fprintf(mac, "%s.%s", timestamp, body)
		header += ",v1=" + hex.EncodeToString(mac.Sum(nil))
	}
	return header
}

// zitadelWith is the event of a body that ZITADEL posts now.
func zitadelWith(body string, changes ...fields) []byte {
	event := fields{"headers": fields{
		"authorization": absent, "zitadel-signature": zitadelHeader(body, now()),
	}, "body": body}
	return eventWith(append([]fields{event}, changes...)...)
}

// hookBody is what Supabase posts for a user who signs in, with changes.
func hookBody(changes ...fields) string {
	return toJSON(merge(fields{
		"metadata": fields{
			"uuid": "b2f1c0de-aaaa-4bbb-8ccc-dddddddddddd", "time": "2026-11-25T23:25:20Z",
			"name": "send-sms", "ip_address": somebodysIP,
		},
		"user": fields{
			"id": personal + "id", "aud": "authenticated", "role": "authenticated", "email": personal + "@example.com",
			"phone": toMainland, "phone_confirmed_at": "2026-05-13T11:52:48.157306Z",
			"app_metadata":  fields{"provider": "phone", "providers": []string{"phone"}},
			"user_metadata": fields{"name": personal},
			"identities":    []fields{{"identity_data": fields{"name": personal}, "provider": "phone"}},
			"is_anonymous":  false,
		},
		"sms": fields{"otp": passcode, "phone": toMainland},
	}, changes...))
}

// zitadelBody is what ZITADEL posts for a user who signs in with a second factor, with changes.
func zitadelBody(changes ...fields) string {
	return toJSON(merge(fields{
		"contextInfo": fields{
			"recipientPhoneNumber": "+" + toMainland, "eventType": "session.otp.sms.challenged",
			"provider": fields{"id": "p", "description": "test"},
		},
		"templateData": fields{"title": "t", "text": passcode + " is your one-time password", "primaryColor": "#fff"},
		"args":         fields{"oTP": passcode, "code": passcode, "lastPhone": "+" + toMainland, "userName": personal},
	}, changes...))
}

// flatBody is what a program posts that can fill in strings only, with changes.
func flatBody(changes ...fields) string {
	return toJSON(merge(fields{"to": "+" + toMainland, "code": passcode}, changes...))
}

// callers are all that can ask for a message, with a body of each that is right but for changes of
// the number, the code and the page's language, where it can be told.
var callers = map[string]func(t testing.TB, to, code, locale string, changes ...fields) []byte{
	"logto": func(_ testing.TB, to, code, locale string, changes ...fields) []byte {
		body := bodyWith(fields{"to": to, "payload": fields{"code": code, "locale": locale}})
		return eventWith(append([]fields{{"body": body}}, changes...)...)
	},
	"flat": func(_ testing.TB, to, code, locale string, changes ...fields) []byte {
		body := flatBody(fields{"to": to, "code": code, "type": "SignIn", "locale": locale})
		return eventWith(append([]fields{{"body": body}}, changes...)...)
	},
	"supabase": func(t testing.TB, to, code, locale string, changes ...fields) []byte {
		return hookWith(t, hookBody(fields{
			"user": fields{"user_metadata": fields{"locale": locale}}, "sms": fields{"phone": to, "otp": code},
		}), changes...)
	},
	"zitadel": func(_ testing.TB, to, code, _ string, changes ...fields) []byte {
		return zitadelWith(zitadelBody(fields{
			"contextInfo": fields{"recipientPhoneNumber": to}, "args": fields{"oTP": code},
		}), changes...)
	},
}
