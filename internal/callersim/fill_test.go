package callersim

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFill(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	secrets := map[string]string{"supabase": "v1,whsec_c2VjcmV0", "zitadel": "key"}
	secret := func(field string) string { return secrets[field] }
	headers := func(event string) map[string]string {
		filled, err := Fill([]byte(event), secret, now)
		require.NoError(t, err)
		var e struct{ Headers map[string]string }
		require.NoError(t, json.Unmarshal(filled, &e))
		return e.Headers
	}
	const event = `{"body": "{}", "headers": {"webhook-id": "msg_1", "webhook-timestamp": "{now}",
		"webhook-signature": "{supabase}", "ZITADEL-Signature": "t={now-6m},v1={zitadel}"}}`

	got := headers(event)
	require.Equal(t, map[string]string{
		"webhook-id": "msg_1", "webhook-timestamp": "1800000000",
		"webhook-signature": "v1,O+nAl75pcWDICUxOtGxAfRQQXT4PwM4Q9Y5NQzdCPag=",
		"ZITADEL-Signature": "t=1799999640,v1=" +
			"4d059cb4d71ea62a14556b6d1025c182310f32b94a73a53aec00879af0bb69a3",
	}, got)

	t.Run("another secret makes another signature", func(t *testing.T) {
		other := headers(strings.Replace(event, "{supabase}", "{supabase v1,whsec_b3RoZXI=}", 1))
		require.Len(t, other["webhook-signature"], len(got["webhook-signature"]))
		require.NotEqual(t, got["webhook-signature"], other["webhook-signature"])
	})
	t.Run("a body in base64 is signed as its bytes", func(t *testing.T) {
		encoded := headers(strings.Replace(event, `"body": "{}"`,
			`"body": "e30=", "isBase64Encoded": true`, 1))
		require.Equal(t, got, encoded)
	})
	t.Run("what has no blanks stays as it is", func(t *testing.T) {
		for _, text := range []string{`[1]`, `{"headers": 7}`, `{"body": "{\"now\": 1}"}`} {
			filled, err := Fill([]byte(text), secret, now)
			require.NoError(t, err)
			require.Equal(t, text, string(filled))
		}
	})
	t.Run("without a secret nothing can be signed", func(t *testing.T) {
		_, err := Fill([]byte(event), func(string) string { return "" }, now)
		require.ErrorContains(t, err, "the secret has no zitadel to sign with")
	})
}
