package handler_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"scf-sms/secrets"
)

// Whatever stands in the headers: only what Standard Webhooks' library makes of a secret lets a
// request in, and what that library lets in is let in.
func FuzzHookHeaders(f *testing.F) {
	at := time.Now()
	body := hookBody()
	right := hookHeaders(f, body, at)["webhook-signature"].(string)
	for _, signature := range []string{
		right, "", "v1", "v1,", right + " " + right, right + ", " + right, "v1a," + right[3:], right[3:],
		strings.Repeat("v1,x ", 7) + right, strings.Repeat("v1,x ", 8) + right, "v1 " + right[3:], "v1," + right,
	} {
		f.Add("msg_webhook-id", fmt.Sprint(at.Unix()), signature, int64(0))
		f.Add("msg_webhook-id", "0"+fmt.Sprint(at.Unix()), signature, int64(1))
	}
	f.Add("", "", "", int64(400))
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, off int64) {
		h, log := newWithFakes(t, hookOnly{}, fakeSMS{})
		if timestamp == fmt.Sprint(at.Unix()) { // the seed's: of now, whenever that is
			timestamp = fmt.Sprint(time.Now().Unix() + off%400)
			signature = strings.ReplaceAll(signature, right, resigned(t, id, timestamp, body))
		}
		event := hookWith(t, body, fields{"headers": fields{
			"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature,
		}})
		raw, err := h.Invoke(invocation(t.Context(), requestID), event)
		require.NoError(t, err)
		a := readAnswer(t, raw, takeLog(log))
		webhook, err := standardwebhooks.NewWebhook(strings.TrimPrefix(hookSecret, "v1,"))
		require.NoError(t, err)
		headers := http.Header{}
		headers.Set("webhook-id", id)
		headers.Set("webhook-timestamp", timestamp)
		if a.outcome() == "unauthorized" {
			headers.Set("webhook-signature", signature)
			if webhook.Verify([]byte(body), headers) == nil {
				require.True(t, strings.Count(signature, "v1") > 8 || strings.HasPrefix(timestamp, "0") ||
					strings.HasPrefix(timestamp, "+") || nearTheEdge(timestamp), "%q %q %q", id, timestamp, signature)
			}
			return
		}
		for part := range strings.FieldsFuncSeq(signature, func(r rune) bool { return strings.ContainsRune(" ,\t", r) }) {
			headers.Set("webhook-signature", "v1,"+part)
			if webhook.Verify([]byte(body), headers) == nil {
				return
			}
		}
		require.True(t, nearTheEdge(timestamp), "%q %q %q", id, timestamp, signature)
	})
}

// resigned is the signature of the seeds for another id and time.
func resigned(t *testing.T, id, timestamp, body string) string {
	t.Helper()
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	require.NoError(t, err)
	webhook, err := standardwebhooks.NewWebhook(strings.TrimPrefix(hookSecret, "v1,"))
	require.NoError(t, err)
	signature, err := webhook.Sign(id, time.Unix(seconds, 0), []byte(body))
	require.NoError(t, err)
	return signature
}

// nearTheEdge reports whether it depends on the moment if a timestamp is too old or too new.
func nearTheEdge(timestamp string) bool {
	seconds, _ := strconv.ParseInt(timestamp, 10, 64)
	off := time.Until(time.Unix(seconds, 0)).Abs()
	return (off - 300*time.Second).Abs() < 10*time.Second
}

// hookOnly is a secret that has one hook's secret.
type hookOnly struct{}

func (hookOnly) Authorized(_ context.Context, p secrets.Proof) (bool, error) {
	return p.Field == secrets.Supabase && p.Matches([]string{hookSecret}), nil
}

func (hookOnly) Refresh(context.Context) error { return nil }

// Whatever stands in ZITADEL's header: it lets in what ZITADEL's own check would, and nothing else but
// what is written with blanks.
func FuzzZitadelHeader(f *testing.F) {
	body := zitadelBody()
	at := now()
	right := zitadelHeader(body, at)
	sum := right[len("t=")+len(at):]
	for _, header := range []string{
		right, "", "t=", "t=" + at, sum[1:], right + sum, right + ",t=" + at, right + ",t=1", "t=" + at + ",v1=x" + sum,
		"T=" + at + sum, "t=" + at + strings.ToUpper(sum), "t=" + at + ", v0=1" + sum, "t=" + at + strings.Repeat(",v1=00", 8) + sum,
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		// The seeds are of now, whenever that is.
		again := now()
		header = strings.ReplaceAll(header, at, again)
		header = strings.ReplaceAll(header, sum[4:], zitadelHeader(body, again)[len("t=")+len(again)+4:])
		h, log := newWithFakes(t, zitadelOnly{}, fakeSMS{})
		raw, err := h.Invoke(invocation(t.Context(), requestID), zitadelWith(body, fields{"headers": fields{"zitadel-signature": header}}))
		require.NoError(t, err)
		a := readAnswer(t, raw, takeLog(log))
		letIn := a.outcome() != "unauthorized"
		if zitadelsCheck(header, body) != letIn {
			require.True(t, strings.ContainsAny(header, " \t") || strings.Count(header, "v1=") > maxSignatures ||
				strings.Count(header, "t=") > 1 || strings.ToLower(header) != header || strings.Contains(header, "t=0") ||
				strings.ContainsAny(header, "+-") || strings.Count(header, "=") != strings.Count(header, ",")+1, "%q", header)
			if letIn {
				parts := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune(" ,\t", r) })
				var plain []string
				for _, part := range parts {
					if strings.Count(part, "=") == 1 {
						plain = append(plain, part)
					}
				}
				require.True(t, zitadelsCheck(strings.Join(plain, ","), body), "%q", header)
			}
		}
	})
}

const maxSignatures = 8

// zitadelsCheck is what ZITADEL's own package does to check a header
// (https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go).
func zitadelsCheck(header, body string) bool {
	var timestamp int64
	var signatures [][]byte
	for pair := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || strings.Contains(value, "=") {
			return false
		}
		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return false
			}
			timestamp = seconds
		case "v1":
			if signature, err := hex.DecodeString(value); err == nil {
				signatures = append(signatures, signature)
			}
		}
	}
	mac := hmac.New(sha256.New, []byte(signingKey))
	fmt.Fprintf(mac, "%d.%s", timestamp, body)
	return time.Since(time.Unix(timestamp, 0)).Abs() < 300*time.Second &&
		slices.ContainsFunc(signatures, func(s []byte) bool { return hmac.Equal(s, mac.Sum(nil)) })
}

// zitadelOnly is a secret that has one signing key.
type zitadelOnly struct{}

func (zitadelOnly) Authorized(_ context.Context, p secrets.Proof) (bool, error) {
	return p.Field == secrets.Zitadel && p.Matches([]string{signingKey}), nil
}

func (zitadelOnly) Refresh(context.Context) error { return nil }
