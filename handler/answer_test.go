package handler_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/cloudfunction"

	"scf-sms/internal/testlog"
)

// answer is what the caller and the log are told.
type answer struct {
	StatusCode int
	Headers    map[string]string
	Body       string
	line       map[string]any // the invocation's line in the log
}

func (a answer) outcome() string { return a.line["outcome"].(string) }

// logged returns a field of the log line: a text, a number written as one, or "" if it isn't there.
func (a answer) logged(field string) string {
	switch value := a.line[field].(type) {
	case string:
		return value
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return ""
	}
}

// statuses is the contract's table.
var statuses = map[string]int{
	"sent":                    200,
	"bad_request":             400,
	"invalid_phone_number":    400,
	"unauthorized":            401,
	"destination_not_allowed": 403,
	"method_not_allowed":      405,
	"body_too_large":          413,
	"undeliverable":           422,
	"too_many_requests":       429,
	"misconfigured":           500,
	"provider_refused":        502,
	"provider_unavailable":    503,
	"outcome_unknown":         504,
}

// invoke hands an event to a function, and holds the answer and the log against what is true of every
// invocation.
func invoke(t testing.TB, ctx context.Context, h cloudfunction.Handler, log *testlog.Log, event []byte) answer {
	t.Helper()
	raw, err := h.Invoke(ctx, event)
	require.NoError(t, err)
	text := takeLog(log)
	a := readAnswer(t, raw, text)
	requireNothingPrivate(t, event, string(raw)+text)
	return a
}

var times = regexp.MustCompile(`"time":"[^"]*",`)

// takeLog returns what was logged since it was last asked, without the times: their digits could be
// anybody's.
func takeLog(log *testlog.Log) string { return times.ReplaceAllString(log.Take(), "") }

// readAnswer reads an answer and the line of its invocation. Both must be as the contract says.
func readAnswer(t testing.TB, raw []byte, log string) answer {
	t.Helper()
	a := readResponse(t, raw)
	a.line = readLine(t, log)
	require.Equal(t, statuses[a.outcome()], a.StatusCode, "the contract's status for %s", a.outcome())
	require.EqualValues(t, a.StatusCode, a.line["status"])
	require.Equal(t, a.line["requestId"], requestIDOf(t, a))
	level := map[int]string{2: "INFO", 4: "WARN", 5: "ERROR"}[a.StatusCode/100]
	require.Equal(t, level, a.line["level"])
	if a.outcome() == "misconfigured" || a.outcome() == "provider_refused" {
		require.NotEmpty(t, a.line["hint"], "the operator is told what to do")
	}
	return a
}

// readResponse reads an answer that must be an integrated response as the contract has it, to the
// letter.
func readResponse(t testing.TB, raw []byte) (a answer) {
	t.Helper()
	require.ElementsMatch(t, []string{"isBase64Encoded", "statusCode", "headers", "body"}, keys(t, raw))
	var encoded struct{ IsBase64Encoded bool }
	require.NoError(t, json.Unmarshal(raw, &encoded))
	require.False(t, encoded.IsBase64Encoded)
	require.NoError(t, json.Unmarshal(raw, &a))
	require.Contains(t, slices.Collect(maps.Values(statuses)), a.StatusCode)

	want := map[string]string{"cache-control": "no-store", "content-type": a.Headers["content-type"]}
	switch a.StatusCode {
	case 401:
		want["www-authenticate"] = "Bearer"
	case 405:
		want["allow"] = "POST"
	case 429, 503:
		want["retry-after"] = a.Headers["retry-after"]
		seconds, err := strconv.Atoi(a.Headers["retry-after"])
		require.NoError(t, err)
		require.True(t, 1 <= seconds && seconds <= 86400, "retry-after: %d", seconds)
	}
	require.Equal(t, want, a.Headers)
	return a
}

// requestIDOf returns the request id of an answer. Its body must have one of the contract's three
// forms.
func requestIDOf(t testing.TB, a answer) string {
	t.Helper()
	var body map[string]any
	switch a.Headers["content-type"] {
	case "application/json":
		require.Equal(t, 200, a.StatusCode)
		require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
		require.Len(t, body, 2)
		require.IsType(t, "", body["serialNo"])
		require.Equal(t, a.logged("serialNo"), body["serialNo"])
		return body["requestId"].(string)
	case "application/problem+json":
		require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
		require.Equal(t, map[string]any{
			"type": "about:blank", "title": http.StatusText(a.StatusCode), "code": a.outcome(),
			"status": float64(a.StatusCode), "requestId": body["requestId"],
		}, body)
		return body["requestId"].(string)
	default:
		require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
		require.NotEqual(t, 200, a.StatusCode)
		sentence, id, found := strings.Cut(strings.TrimSuffix(a.Body, ")"), " (")
		require.True(t, found && strings.HasSuffix(a.Body, ")"), a.Body)
		require.NotEmpty(t, sentence)
		return id
	}
}

func keys(t testing.TB, object []byte) []string {
	t.Helper()
	var all map[string]any
	require.NoError(t, json.Unmarshal(object, &all), "%s", object)
	return slices.Collect(maps.Keys(all))
}

// readLine returns the one line that an invocation writes. The cache of the secret may have written
// others. It holds no field that testdata/log-fields.txt doesn't name.
func readLine(t testing.TB, log string) map[string]any {
	t.Helper()
	var found map[string]any
	for text := range strings.Lines(log) {
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &line), text)
		if line["msg"] == "invocation" {
			require.Nil(t, found, "a second line: %s", text)
			found = line
		}
	}
	require.NotNil(t, found)
	requireKnownFields(t, found)
	return found
}

// requireNothingPrivate holds that a text has nothing in it that must never be in an answer or the log.
func requireNothingPrivate(t testing.TB, event []byte, text string) {
	t.Helper()
	for _, secret := range []string{
		somebodysIP, "caller-token", "AKID", "secret-key", "session-token",
		"SendStatusSet", `"payload"`, `\"payload\"`,
	} {
		require.NotContains(t, text, secret)
	}
	var e struct{ Body string }
	json.Unmarshal(event, &e)
	body, _ := base64.StdEncoding.DecodeString(e.Body)
	noDigit := func(r rune) bool { return r < '0' || r > '9' }
	for _, digits := range strings.FieldsFunc(string(event)+string(body), noDigit) {
		for i := range len(digits) - 4 {
			require.NotContains(t, text, digits[i:i+5], "five digits in a row of the event")
		}
	}
}
