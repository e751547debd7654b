package callersim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// SignSupabase returns the headers by which Supabase proves a body that it posts: webhook-id,
// webhook-timestamp and webhook-signature of Standard Webhooks
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). A
// secret is v1,whsec_ and base64, as Supabase shows it. Several are those of a rotation: each
// signs, and Supabase joins the signatures by ", ", not by the blank of the specification
// (https://github.com/supabase/auth/blob/master/internal/hooks/hookshttp/hookshttp.go). An error
// holds no part of a secret.
func SignSupabase(id string, at time.Time, body []byte, secrets ...string) (http.Header, error) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		text, found := strings.CutPrefix(secret, "v1,whsec_")
		key, err := base64.StdEncoding.DecodeString(text)
		if !found || err != nil {
			return nil, errors.New("a Supabase secret is v1,whsec_ and base64")
		}
		sum := digest(key, id, ".", timestamp, ".", string(body))
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(sum))
	}
	header := http.Header{}
	header.Set("webhook-id", id)
	header.Set("webhook-timestamp", timestamp)
	header.Set("webhook-signature", strings.Join(signatures, ", "))
	return header, nil
}

// SignZITADEL returns the header by which ZITADEL proves a body that it posts. A key is the text
// that ZITADEL shows as signingKey, and its bytes are the key of the HMAC
// (https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go).
func SignZITADEL(at time.Time, body []byte, keys ...string) http.Header {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signature := "t=" + timestamp
	for _, key := range keys {
		sum := digest([]byte(key), timestamp, ".", string(body))
		signature += ",v1=" + hex.EncodeToString(sum)
	}
	header := http.Header{}
	header.Set("ZITADEL-Signature", signature)
	return header
}

func digest(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}
