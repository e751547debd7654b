package tencent

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/codes.txt anew")

// codesFile says of each code what it means, for both APIs.
const codesFile = "testdata/codes.txt"

// halfPastTen is 22:30 in China, an hour and a half before Tencent counts daily limits anew.
var halfPastTen = time.Date(2026, 3, 1, 14, 30, 0, 0, time.UTC)

var apis = map[string]API{"SendSms": SendSms, "GetSecretValue": GetSecretValue}

var kinds = [...]string{
	Unclear: "Unclear", Accepted: "Accepted", NumberRefused: "NumberRefused",
	NumberLimited: "NumberLimited", Exhausted: "Exhausted", Busy: "Busy", Refused: "Refused",
	KeyRefused: "KeyRefused", Unavailable: "Unavailable",
}

// codesInFile returns the lines of testdata/codes.txt, and the "API code" among them.
func codesInFile(t *testing.T) (text string, named []string) {
	t.Helper()
	raw, err := os.ReadFile(codesFile)
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if api, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok && line[0] != '\t' && line[0] != '#' {
			require.Contains(t, apis, api)
			named = append(named, strings.TrimSpace(line))
		}
	}
	return string(raw), named
}

func meaning(name string) Meaning {
	api, code, _ := strings.Cut(name, " ")
	return Explain(apis[api], code, halfPastTen)
}

func TestExplain_codesFile(t *testing.T) {
	t.Parallel()
	text, named := codesInFile(t)
	comment, _, _ := strings.Cut(text, "\n\n")
	var now strings.Builder
	now.WriteString(comment + "\n\n")
	for _, name := range named {
		m := meaning(name)
		fmt.Fprintf(&now, "%s\n\t%s", name, kinds[m.Kind])
		if m.RetryAfter > 0 {
			fmt.Fprintf(&now, ", retry after %s", m.RetryAfter)
		}
		fmt.Fprintf(&now, "\n\t%s\n", cmp.Or(m.Hint, "(no hint)"))
	}
	if *update {
		require.NoError(t, os.WriteFile(codesFile, []byte(now.String()), 0o644))
		return
	}
	require.Equal(t, text, now.String(), "if that is right: go test ./internal/tencent -update")
}

func TestExplain_inEveryCase(t *testing.T) {
	t.Parallel()
	_, named := codesInFile(t)
	for _, name := range named {
		api, code, _ := strings.Cut(name, " ")
		for _, spelling := range []string{strings.ToLower(code), strings.ToUpper(code)} {
			assert.Equal(t, meaning(name), meaning(api+" "+spelling), spelling)
		}
	}
}

func TestExplain_everyCodeOfTheTableIsInTheFile(t *testing.T) {
	t.Parallel()
	_, named := codesInFile(t)
	for _, row := range codes {
		for code := range strings.FieldsSeq(row.codes) {
			_, isFamily := strings.CutSuffix(code, "*")
			name := row.api.name() + " " + code
			assert.True(t, isFamily || slices.Contains(named, name), name)
		}
	}
}

// Every row decides about some code of the file: none is hidden behind another, or has no test.
func TestExplain_everyRowOfTheTableDecides(t *testing.T) {
	t.Parallel()
	_, named := codesInFile(t)
	for _, row := range codes {
		assert.True(t, slices.ContainsFunc(named, func(name string) bool {
			api, code, _ := strings.Cut(name, " ")
			if apis[api] != row.api || !row.matches(code) {
				return false
			}
			m := meaning(name)
			return m.Kind == row.kind && m.Hint == row.hint
		}), row.codes)
	}
}

func (a API) name() string {
	for name, api := range apis {
		if api == a {
			return name
		}
	}
	return ""
}

// What the operator must act on says how.
func TestExplain_hints(t *testing.T) {
	t.Parallel()
	_, named := codesInFile(t)
	for _, name := range named {
		m := meaning(name)
		if m.Kind != Accepted && m.Kind != Unclear {
			assert.NotEmpty(t, m.Hint, name)
		}
	}
}

func TestExplain_noCode(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Meaning{Kind: Unclear}, Explain(SendSms, "", halfPastTen))
	assert.Equal(t, Unavailable, Explain(GetSecretValue, "", halfPastTen).Kind)
	assert.Equal(t, Meaning{}, Explain(API(7), "Ok", halfPastTen), "an API nobody knows")
}

func TestExplain_theDayEndsAtMidnightInChina(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		now  string
		left time.Duration
	}{
		{"2026-03-01T15:59:59.5Z", 500 * time.Millisecond},
		{"2026-03-01T16:00:00Z", 24 * time.Hour},
		{"2026-03-01T16:00:01Z", 24*time.Hour - time.Second},
		{"2026-03-02T00:00:00+08:00", 24 * time.Hour},
		{"2024-02-29T12:00:00-05:00", 23 * time.Hour},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		require.NoError(t, err)
		for _, code := range []string{"LimitExceeded.AppDailyLimit", "LimitExceeded.PhoneNumberDailyLimit"} {
			assert.Equal(t, tt.left, Explain(SendSms, code, now).RetryAfter, tt.now)
		}
	}
}
