package handler_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
)

var update = flag.Bool("update", false, "write testdata/log-fields.txt anew")

// logFields is the file with the fields of an invocation's line. Alarms and queries in CLS are written
// against them: a change of one breaks those.
const logFields = "testdata/log-fields.txt"

// knownFields are the fields of the file and their types.
var knownFields = sync.OnceValue(func() map[string]string {
	text, err := os.ReadFile(logFields)
	if err != nil {
		panic(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, kind, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			known[name] = kind
		}
	}
	return known
})

// typesOf returns the type of each field of a line: text or number. SCF ships nothing else to CLS.
func typesOf(t testing.TB, line map[string]any) map[string]string {
	t.Helper()
	types := map[string]string{}
	for name, value := range line {
		switch value.(type) {
		case string:
			types[name] = "text"
		case float64:
			types[name] = "number"
		default:
			require.FailNow(t, "neither text nor number", "%s is %v", name, value)
		}
	}
	return types
}

func requireKnownFields(t testing.TB, line map[string]any) {
	t.Helper()
	if *update {
		return
	}
	for name, kind := range typesOf(t, line) {
		require.Equal(t, knownFields()[name], kind, "%s is not in %s", name, logFields)
	}
}

// Every field of the file is written by one of these invocations, and no other.
func TestLog_fields(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	note := func(a answer) { maps.Copy(all, typesOf(t, a.line)) }

	e := newEnv(t)
	note(e.invoke(t, messageWith(fields{"payload": fields{"locale": "zh-CN"}})))
	e.rotate()
	e.cloud.Script(cloudsim.SendSms, cloudsim.Fault{}, cloudsim.Fault{Kind: cloudsim.Refuse, Code: "LimitExceeded.DailyLimit"})
	note(e.invoke(t, messageWith(fields{"to": toAmerica, "type": "Other", "payload": fields{"locale": "fr"}})))
	note(e.invoke(t, smsTo("861368197425")))
	note(e.invoke(t, reportsWith("[]")))
	h, log := newWithFakes(t, &faulty{in: "Authorized"}, nil)
	note(invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland)))

	for _, v := range []limits.Verdict{
		{Limit: limits.Limit{N: 5, W: time.Hour}, Scope: limits.Number, Wait: time.Minute},
		{Limit: limits.Limit{N: 5, W: time.Hour}, Decision: limits.Refused, Wait: time.Minute},
		{Decision: limits.Duplicate},
		{Decision: limits.Away, Cause: limits.NoAnswer},
	} {
		h, log = newLimited(t, fakeSecrets{}, fakeSMS{accepted}, &fakeLimits{verdict: v})
		note(invoke(t, invocation(t.Context(), requestID), h, log, smsTo(toMainland)))
	}

	// The tests look at lines without their time.
	_, err := e.Invoke(invocation(t.Context(), requestID), []byte("nonsense"))
	require.NoError(t, err)
	_, text, _ := strings.Cut(e.log.Take(), `"time":"`)
	written, _, _ := strings.Cut(text, `"`)
	_, err = time.Parse(time.RFC3339Nano, written)
	require.NoError(t, err)
	all["time"] = "text"

	var now strings.Builder
	now.WriteString("# The fields of the line that each invocation writes, and their types. docs/operating.md explains them.\n")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintln(&now, name, all[name])
	}
	if *update {
		require.NoError(t, os.WriteFile(logFields, []byte(now.String()), 0o644))
		return
	}
	manual, err := os.ReadFile("../docs/operating.md")
	require.NoError(t, err)
	for name := range all {
		require.Contains(t, string(manual), "`"+name+"`", "docs/operating.md explains every field")
	}
	want, err := os.ReadFile(logFields)
	require.NoError(t, err)
	require.Equal(t, string(want), now.String(), "if that is right, it is a change for every operator: go test ./handler -update")
}
