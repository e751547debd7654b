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
	"unicode/utf8"

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

// statuses is the contract's table. An outcome_unknown is 202 where no whole answer came.
var statuses = map[string]int{
	"sent":                    200,
	"timer":                   200,
	"reports":                 200,
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
	a := answer{line: readLine(t, log)}
	readResponse(t, raw, &a)
	want := statuses[a.outcome()]
	if a.outcome() == "outcome_unknown" && a.logged("status") == "202" {
		want = 202
	}
	require.EqualValues(t, want, a.line["status"], "the contract's status for %s", a.outcome())
	signed := slices.Contains([]string{"supabase", "zitadel"}, a.logged("caller"))
	switch {
	case a.outcome() == "timer":
		require.Empty(t, a.Body)
	case strings.HasPrefix(a.Body, `{"error":`):
		requireError(t, a)
	case strings.HasPrefix(a.Body, `{"result":`):
		require.Equal(t, "reports", a.logged("caller"))
	default:
		requireRequestID(t, a)
		if told := want; signed && a.outcome() == "outcome_unknown" {
			require.Equal(t, 202, a.StatusCode)
		} else {
			require.Equal(t, told, a.StatusCode)
		}
	}
	level := map[int]string{2: "INFO", 4: "WARN", 5: "ERROR"}[want/100]
	switch {
	case a.outcome() == "outcome_unknown" && a.logged("duplicate") == "1":
		level = "WARN" // the line of the first is at ERROR
	case a.outcome() == "outcome_unknown":
		level = "ERROR"
	case a.outcome() == "sent" && a.line["level"] != "INFO":
		// The SMS went out, but uncounted. Which level that is: TestInvoke_withoutRedis.
		require.True(t, a.logged("limits") == "away" || a.logged("hint") != "")
		level = a.line["level"].(string)
	case a.outcome() == "timer", a.outcome() == "method_not_allowed" && a.line["level"] == "DEBUG":
		level = "DEBUG" // which methods are: TestInvoke_onlyPostIsAllowed
	}
	require.Equal(t, level, a.line["level"])
	if version, told := a.Headers[versionHeader]; told {
		require.Equal(t, a.line["version"], version)
	}
	if a.outcome() == "misconfigured" || a.outcome() == "provider_refused" {
		require.NotEmpty(t, a.line["hint"], "the operator is told what to do")
	}
	return a
}

// versionHeader is in every answer to a caller that proved itself, and in no other.
const versionHeader = "x-scf-sms-version"

// readResponse reads an answer that must be an integrated response as the contract has it, to the
// letter.
func readResponse(t testing.TB, raw []byte, a *answer) {
	t.Helper()
	require.ElementsMatch(t, []string{"isBase64Encoded", "statusCode", "headers", "body"}, keys(t, raw))
	var encoded struct{ IsBase64Encoded bool }
	require.NoError(t, json.Unmarshal(raw, &encoded))
	require.False(t, encoded.IsBase64Encoded)
	require.NoError(t, json.Unmarshal(raw, a))
	require.Contains(t, append(slices.Collect(maps.Values(statuses)), 202), a.StatusCode)

	want := map[string]string{"cache-control": "no-store"}
	for _, name := range []string{"content-type", versionHeader} {
		if value, told := a.Headers[name]; told {
			want[name] = value
		}
	}
	require.Equal(t, a.Body == "", a.Headers["content-type"] == "")
	byToken := slices.Contains([]string{"", "logto", "flat"}, a.logged("caller"))
	switch {
	case a.StatusCode == 401 && byToken:
		want["www-authenticate"] = "Bearer"
	case a.StatusCode == 405:
		want["allow"] = "POST"
	case (a.StatusCode == 429 || a.StatusCode == 503) && (byToken || a.logged("caller") == "reports"):
		want["retry-after"] = a.Headers["retry-after"]
		seconds, err := strconv.Atoi(a.Headers["retry-after"])
		require.NoError(t, err)
		// The longest limit of LIMITS is free again after 24 h and a sixteenth of that.
		require.True(t, 1 <= seconds && seconds <= 91800, "retry-after: %d", seconds)
	}
	require.Equal(t, want, a.Headers)
}

// requireError holds that the body is a refusal as Supabase reads it, with the status that the log has.
func requireError(t testing.TB, a answer) {
	t.Helper()
	require.Equal(t, 200, a.StatusCode)
	require.Equal(t, "application/json", a.Headers["content-type"])
	var body map[string]map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
	require.Len(t, body, 1)
	require.Len(t, body["error"], 2)
	require.Equal(t, a.line["status"], body["error"]["http_code"])
	id := a.logged("requestId")
	sentence, found := strings.CutSuffix(body["error"]["message"].(string), " ("+id[:min(len(id), 8)]+")")
	require.True(t, found, a.Body)
	require.NotEmpty(t, sentence)
	require.NotContains(t, []string{"unauthorized", "method_not_allowed", "body_too_large", "outcome_unknown"}, a.outcome())
}

// requireRequestID holds that the body has one of the contract's forms, and in it the request's id: the
// whole of it in JSON, and its first eight characters in a sentence.
func requireRequestID(t testing.TB, a answer) {
	t.Helper()
	id := a.logged("requestId")
	want := map[string]any{"requestId": id}
	switch a.Headers["content-type"] {
	case "application/json":
		require.Equal(t, 2, a.StatusCode/100)
		if a.StatusCode == 200 {
			want["serialNo"] = a.logged("serialNo")
		}
		require.JSONEq(t, toJSON(want), a.Body)
	case "application/problem+json":
		maps.Copy(want, map[string]any{
			"type": "about:blank", "title": http.StatusText(a.StatusCode), "code": a.outcome(), "status": a.StatusCode,
		})
		if a.StatusCode == 400 {
			want["detail"], _, _ = strings.Cut(a.logged("hint"), ": ")
		}
		require.JSONEq(t, toJSON(want), a.Body)
	default:
		require.Equal(t, "text/plain; charset=utf-8", a.Headers["content-type"])
		require.GreaterOrEqual(t, a.StatusCode, 400)
		sentence, found := strings.CutSuffix(a.Body, " ("+id[:min(len(id), 8)]+")")
		require.True(t, found, a.Body)
		require.LessOrEqual(t, utf8.RuneCountInString(sentence), 110)
		require.NotContains(t, sentence, "\n")
		require.NotEmpty(t, sentence)
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
		hookSecret[9:], otherHookSecret[9:], signingKey, reportsKey, personal,
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
