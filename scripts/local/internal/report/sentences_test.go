package report

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

// Lines of small logs. The messages are of 10:00 UTC.
const (
	invocation = `{"time":"2026-11-22T10:00:00Z","msg":"invocation","status":200,`
	ofA        = `{"time":"2026-11-22T10:00:06Z","msg":"report","serialNo":"A",`

	messageA  = invocation + `"outcome":"sent","callingCode":86,"serialNo":"A"}`
	messageB  = invocation + `"outcome":"sent","callingCode":852,"serialNo":"B"}`
	noNumber  = invocation + `"outcome":"sent"}`
	repeatA   = invocation + `"outcome":"sent","callingCode":86,"serialNo":"A","duplicate":1}`
	unclear   = invocation + `"outcome":"outcome_unknown","callingCode":86}`
	strange   = invocation + `"outcome":"brand_new","callingCode":4711}`
	noLimits  = invocation + `"outcome":"sent","callingCode":86,"limits":"away","serialNo":"C"}`
	arrivedA  = ofA + `"delivered":1,"reason":"DELIVRD","receivedAt":"2026-11-22T18:00:04+08:00"}`
	lostA     = ofA + `"delivered":0,"reason":"UNDELIV","receivedAt":"2026-11-22T18:00:03+08:00"}`
	earlyA    = ofA + `"delivered":1,"receivedAt":"2026-11-22T10:00:04+08:00"}`
	sameSecA  = ofA + `"delivered":1,"receivedAt":"2026-11-22T09:59:59Z"}`
	timelessA = ofA + `"delivered":1,"receivedAt":"soon"}`
	stale     = `{"time":"2026-11-22T10:00:09Z","msg":"` + secrets.NotRefreshed + `"}`
)

func TestSmallLogs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		says string
		log  []string
		want []string // lines of the report, with single blanks
	}{
		{"a message and its report", []string{messageA, arrivedA},
			[]string{"1 of 1 requests sent an SMS (100.0%). Of the 1 with a delivery report 1 " +
				"arrived", "+86 1 1 0 0 100.0% 4.0 s 4.0 s"}},
		{"a report before its message", []string{arrivedA, messageA},
			[]string{"+86 1 1 0 0 100.0% 4.0 s 4.0 s"}},
		{"a report that came twice", []string{messageA, arrivedA, arrivedA},
			[]string{"+86 1 1 0 0 100.0% 4.0 s 4.0 s",
				"Reports that came again, and count once: 1."}},
		{"a report that was put right", []string{messageA, lostA, arrivedA},
			[]string{"+86 1 1 0 0 100.0% 4.0 s 4.0 s",
				"Reports that came again, and count once: 1."}},
		{"one put right before the message", []string{lostA, arrivedA, messageA},
			[]string{"+86 1 1 0 0 100.0% 4.0 s 4.0 s"}},
		{"the right one first", []string{arrivedA, messageA, lostA},
			[]string{"+86 1 1 0 0 100.0% 4.0 s 4.0 s"}},
		{"a message that didn't arrive", []string{messageA, lostA},
			[]string{"+86 1 0 1 0 0.0% – –", "UNDELIV 1 the phone is off or out of service, or the " +
				"number is barred:"}},
		{"no report", []string{messageA, noNumber},
			[]string{"There are no delivery reports: whether they arrived isn't known.",
				"+86 1 0 0 1 – – –", "not known 1 0 0 1 – – –"}},
		{"a report of another log's message", []string{messageB, arrivedA},
			[]string{"+852 1 0 0 1 – – –",
				"Reports of messages that this log doesn't have: 1."}},
		{"a report from before its message", []string{messageA, earlyA},
			[]string{"+86 1 1 0 0 100.0% – –",
				"Reports of a time before their message was sent: 1, by up to 7 h 59 min."}},
		{"a report of the same second", []string{messageA, sameSecA},
			[]string{"+86 1 1 0 0 100.0% – –"}},
		{"a report without a time", []string{messageA, timelessA},
			[]string{"+86 1 1 0 0 100.0% – –"}},
		{"a duplicate sends nothing", []string{messageA, repeatA},
			[]string{"1 of 2 requests sent an SMS (50.0%).", "sent 2 100.0% Tencent accepted",
				"duplicate: sent 1", "all 1 0 ms"}},
		{"the same line twice is one message more, not one more that arrived",
			[]string{messageA, messageA, arrivedA}, []string{"+86 2 1 0 1 100.0% 4.0 s 4.0 s"}},
		{"what nobody knows", []string{unclear, strange},
			[]string{"None of 2 requests sent an SMS.", "brand_new 1 50.0%",
				"outcome_unknown 1 50.0% no clear answer: may have been sent"}},
		{"Redis away", []string{noLimits},
			[]string{"! 1 × Redis was away, so limits weren't counted: REDIS_URL and its network"}},
		{"a secret that grows old", []string{messageA, stale},
			[]string{"! 1 × the secret couldn't be refreshed: the role and SSM"}},
		{"nothing to mend", []string{messageA},
			[]string{"✓ Nothing: no request failed for a reason that you must mend."}},
		{"lines that can't be read", []string{messageA, "{", "x", `{"msg":"report"}`},
			[]string{"Lines that can't be read: 3 (line 2, 3, 4)."}},
		{"lines of others", []string{messageA, `{"a":1}`, `{"msg":"START"}`},
			[]string{"Other lines: 2 (without a msg; START)."}},
	} {
		out, err := run(t, "", strings.Join(tt.log, "\n"))
		require.NoError(t, err, tt.says)
		plain := strings.Join(strings.Fields(out), " ")
		for _, want := range tt.want {
			require.Contains(t, plain, want, "%s:\n%s", tt.says, out)
		}
	}
}

func TestNothingToReport(t *testing.T) {
	t.Parallel()
	const nothing = "report: no line of the function's log"
	for log, want := range map[string]string{
		"":                  nothing,
		"\n\n":              nothing,
		`{"msg":"START"}`:   nothing,
		"no JSON\n{":        nothing + "; 2 lines can't be read, the first is line 1",
		"[1,2":              nothing + "; 2 lines can't be read, the first is line 1",
		"\x1f\x8bno gzip\n": "report: standard input: gzip: invalid header",
	} {
		_, err := run(t, "", log)
		require.EqualError(t, err, want, log)
	}
	_, err := run(t, "", messageA, "-since", "1h")
	require.EqualError(t, err, "report: no line of the last 1h0m0s; 1 line before")
}

// A file's last hours are those before its last line; those of standard input are before now.
func TestSince(t *testing.T) {
	t.Parallel()
	d := record(5, 500)
	path := filepath.Join(t.TempDir(), "log.json")
	require.NoError(t, os.WriteFile(path, []byte(d.text()), 0o644))
	inLast := func(hours float64, end int64) (n int) {
		for _, l := range d.lines {
			if strings.Contains(l.text, `"msg":"invocation"`) &&
				l.at.UnixMilli() >= end-int64(hours*3600*1000) {
				n++
			}
		}
		return n
	}
	s := summarize(t, "", "-since", "6h", path)
	require.Equal(t, inLast(6, d.lines[len(d.lines)-1].at.UnixMilli()), s.Lines.Invocations)
	require.NotZero(t, s.Lines.Skipped)
	nine := d.start.AddDate(0, 0, 1).UnixMilli() + 9*3600*1000
	s = summarize(t, d.text(), "-since", "18h")
	require.Equal(t, inLast(18, nine), s.Lines.Invocations)
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	for _, log := range []string{messageA, "[" + messageA + "]", "time,msg\n1,2\n"} {
		err := (&command{remember: 1}).run(ctx, nil,
			term.Stdio{In: strings.NewReader(log), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestPageThatCantBeWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, err := run(t, "", messageA, "-html", filepath.Join(folder, "no", "page.html"))
	require.ErrorContains(t, err, "no such file or directory")
	_, err = run(t, "", messageA, "-html", folder)
	require.Error(t, err)
}

func TestPrices(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "it has no price",
		"# nothing\n":           "it has no price",
		"86,0.045":              "line 1: it needs three values; write 86, 0.045, CNY",
		"86，0.045，CNY":          "line 1: it needs three values; write 86, 0.045, CNY",
		"# all\n86;0,045;CNY":   "line 2: it needs three values; write 86, 0.045, CNY",
		"CN,0.045,CNY":          `line 1: "CN" is no calling code; write 86, or * for all others`,
		"86,0.045,CNY\n0,1,CNY": `line 2: "0" is no calling code; write 86, or * for all others`,
		"86,-1,CNY":             `line 1: "-1" is no price; write 0.045`,
		"86,NaN,CNY":            `line 1: "NaN" is no price; write 0.045`,
		"86,free,CNY":           `line 1: "free" is no price; write 0.045`,
		"86,1,":                 `line 1: "" is no currency; write CNY`,
		"86,1,CNY\n+86,2,CNY":   "line 2: +86 has a price already",
	} {
		_, err := parsePrices(strings.NewReader(text))
		require.EqualError(t, err, want, text)
	}
	list, err := parsePrices(strings.NewReader("\ufeff" + priceList))
	require.NoError(t, err)
	require.Equal(t, prices{86: {.045, "CNY"}, 62: {.4, "CNY"}, 0: {.06, "USD"}}, list)

	path := filepath.Join(t.TempDir(), "prices.csv")
	require.NoError(t, os.WriteFile(path, []byte("852, 0.5, CNY"), 0o644))
	s := summarize(t, messageA+"\n"+messageB+"\n"+unclear+"\n"+repeatA, "-prices", path)
	require.Equal(t, []Cost{{852, 1, .5, .5, "CNY"}}, s.Cost)
	require.Equal(t, []Unpriced{{86, 1}}, s.Unpriced)

	s.Unpriced = append(s.Unpriced, Unpriced{1, 1200})
	for language, want := range map[string]string{
		"en_US.UTF-8": "Not in the price list: +86 (messages: 1), +1 (messages: 1,200).",
		"zh_CN.UTF-8": "价目表中没有：+86（1 条短信），+1（1,200 条短信）。",
	} {
		_, notes := wording{words.From(func(string) string { return language })}.cost(s)
		require.Contains(t, notes, want)
	}
}

func TestSinceSaysHowItIsWritten(t *testing.T) {
	t.Parallel()
	for _, since := range []string{"1d", "24", "24 h", "", "9999999h"} {
		_, err := run(t, "", messageA, "-since", since)
		require.ErrorContains(t, err, "write hours and minutes, such as 24h or 90m", since)
	}
}
