package report

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

func (d *day) sorted() []timed {
	slices.SortStableFunc(d.lines, func(a, b timed) int { return a.at.Compare(b.at) })
	return d.lines
}

// run runs the command as it is run on the morning after the recorded day.
func run(t testing.TB, language, stdin string, args ...string) (stdout string, err error) {
	t.Helper()
	c := command{now: time.Date(2026, 11, 23, 9, 0, 0, 0, shanghai()), zone: shanghai(),
		words: words.From(func(string) string { return language }), remember: joinLimit}
	var out, errs bytes.Buffer
	err = c.run(t.Context(), args, term.Stdio{In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return out.String(), err
}

// summarize returns a report for machines.
func summarize(t testing.TB, stdin string, args ...string) (s Summary) {
	t.Helper()
	out, err := run(t, "", stdin, append([]string{"-json"}, args...)...)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(out), &s))
	return s
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

const priceList = `callingCode, price, currency
# mainland China
86, 0.045, CNY
62, 0.4, CNY
*, 0.06, USD
`

// messy is the day with lines in it that nobody can read.
func messy() string {
	lines := record(1, 3000).texts()
	bad := []string{`{"time":"2026-11-22T02:41:10.52Z","level":"INFO","msg":"invocation","outc`,
		"panic: not JSON", `{"msg":"invocation","outcome":"sent"}`, `["a list"]`,
		`{"time":"2026-11-22T02:41:10Z","msg":"report","delivered":1}`,
		`{"time":"2026-11-22T02:41:10Z","msg":"invocation","outcome":"sent","ms":-4}`}
	return strings.Join(slices.Insert(lines, 100, bad...), "\n") + "\n"
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "prices.csv")
	require.NoError(t, os.WriteFile(list, []byte(priceList), 0o644))
	for language, file := range map[string]string{"": "day.txt", "zh_CN.UTF-8": "day.zh-CN.txt"} {
		out, err := run(t, language, messy(), "-prices", list)
		require.NoError(t, err)
		for line := range strings.Lines(out) {
			require.LessOrEqual(t, term.Cells(strings.TrimSuffix(line, "\n")), term.PageWidth, line)
		}
		require.NotContains(t, out, "%!", "a format and what is put into it don't fit")
		golden(t, file, out)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	list, log := filepath.Join(folder, "prices.csv"), record(2, 400).text()
	require.NoError(t, os.WriteFile(list, []byte(priceList), 0o644))
	for language, file := range map[string]string{"": "day.html", "zh_CN.UTF-8": "day.zh-CN.html"} {
		path := filepath.Join(folder, file)
		out, err := run(t, language, log, "-prices", list, "-html", path)
		require.NoError(t, err)
		require.Equal(t, path+"\n", out)
		html, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, never := range []string{"%!", "<script", " style=", "http:", "src=", "ZgotmplZ"} {
			require.NotContains(t, string(html), never)
		}
		golden(t, file, string(html))
	}
	left, err := filepath.Glob(filepath.Join(folder, ".report-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// What is in a log can't become a part of the page, or speak to the terminal.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	log := `{"time":"2026-11-22T02:41:10Z","msg":"invocation","outcome":"<b>x\u001b[2J",` +
		`"status":500,"caller":"<i>\u202e","hint":"</td><script>alert(1)</script>\u0007",` +
		`"tencentCode":"a\u0000b"}`
	out, err := run(t, "", log)
	require.NoError(t, err)
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, "\u202e")
	require.NotContains(t, out, "\x00")
	path := filepath.Join(t.TempDir(), "page.html")
	_, err = run(t, "", log, "-html", path)
	require.NoError(t, err)
	html, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(html), "<script")
	require.NotContains(t, string(html), "<b>x")
}

// A name of any length stays on its line, with its number beside it.
func TestLongNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 150)
	out, err := run(t, "", `{"time":"2026-11-22T02:41:10Z","msg":"invocation","outcome":"`+long+
		`","status":500,"caller":"`+long+`","limit":"`+long+`"}`+"\n"+
		`{"time":"2026-11-22T02:41:10Z","msg":"report","serialNo":"a","delivered":0,`+
		`"reason":"`+long+`"}`)
	require.NoError(t, err)
	for line := range strings.Lines(out) {
		require.LessOrEqual(t, term.Cells(strings.TrimSuffix(line, "\n")), term.PageWidth, line)
	}
	require.Len(t, regexp.MustCompile(`(?m)^  (refused by )?x+… +[01]\b`).FindAllString(out, -1), 4,
		"an outcome, a reason, a limit, a caller: %s", out)
}

// What a report finds in a day is what was put there, in whatever order and form it is told.
func TestForms_sayTheSame(t *testing.T) {
	t.Parallel()
	d := record(7, 2000)
	lines := d.texts()
	shuffled := slices.Clone(lines)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) {
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	})
	backwards := slices.Clone(lines)
	slices.Reverse(backwards)
	text := func(lines []string) string { return strings.Join(lines, "\n") }
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	fmt.Fprint(zip, text(lines))
	require.NoError(t, zip.Close())
	want := summarize(t, text(lines))
	requireDay(t, d.want, want)

	for name, log := range map[string]string{
		"the newest line first":                text(backwards),
		"in no order":                          text(shuffled),
		"a blank line after each":              strings.Join(lines, "\n\n"),
		"lines of Windows, and a mark":         "\ufeff" + strings.Join(lines, "\r\n"),
		"packed":                               packed.String(),
		"a list":                               "[" + strings.Join(lines, ",\n") + "]\n",
		"CLS: the line in SCF_Message":         text(each(lines, inMessage("SCF_Message"))),
		"CLS: the line in __CONTENT__":         text(each(lines, inMessage("__CONTENT__"))),
		"CLS: fields as texts, beside its own": text(each(lines, asTexts)),
		"CLS: CSV":                             asCSV(t, lines),
		"words before each line": text(each(lines, func(l string) string {
			return "    log    " + l
		})),
	} {
		got := summarize(t, log)
		require.Equal(t, want, got, name)
	}
}

func requireDay(t *testing.T, want tallied, s Summary) {
	t.Helper()
	outcomes := map[string]int{}
	for _, o := range s.Outcomes {
		outcomes[o.Name] = o.N
	}
	require.Equal(t, want.outcomes, outcomes)
	for _, c := range s.Delivery.Codes {
		code := int(c.CallingCode)
		require.Equal(t, want.sent[code], c.Sent, code)
		require.Equal(t, want.delivered[code], c.Delivered, code)
		require.Equal(t, want.undelivered[code], c.Undelivered, code)
		require.Equal(t, c.Sent-c.Delivered-c.Undelivered, c.Open, code)
	}
	require.Len(t, s.Delivery.Codes, len(want.sent))
	require.Equal(t, want.repeated, s.Delivery.Repeated)
	require.Equal(t, want.early, s.Delivery.Early)
	require.Equal(t, want.orphans, s.Delivery.Unmatched)
	require.Equal(t, want.cold, s.Cold)
	require.Zero(t, s.Delivery.Forgotten)
	require.Zero(t, s.Lines.Bad)
}

func each(lines []string, change func(string) string) []string {
	changed := make([]string, len(lines))
	for i, line := range lines {
		changed[i] = change(line)
	}
	return changed
}

func inMessage(field string) func(string) string {
	return func(line string) string {
		text, _ := json.Marshal(fields{"SCF_FunctionName": "scf-sms", "SCF_Duration": 12,
			"__TAG__": fields{"a": "b"}, "SCF_Type": "Custom", field: line})
		return string(text)
	}
}

func asTexts(line string) string {
	var f fields
	_ = json.Unmarshal([]byte(line), &f)
	texts := fields{"__TIMESTAMP__": "1795401670520", "__SOURCE__": "10.0.0.1", "SCF_RetryNum": "0"}
	for name, value := range f {
		texts[name] = fmt.Sprint(value)
	}
	text, _ := json.Marshal(texts)
	return string(text)
}

func asCSV(t *testing.T, lines []string) string {
	t.Helper()
	names := []string{"__TIMESTAMP__", "time", "msg", "outcome", "status", "caller", "callingCode",
		"tencentCode", "serialNo", "hint", "limit", "wouldLimit", "limits", "duplicate",
		"delivered", "reason", "receivedAt", "coldStart", "ms", "smsMs", "ssmMs", "limitsMs"}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	require.NoError(t, w.Write(names))
	for _, line := range lines {
		var f fields
		require.NoError(t, json.Unmarshal([]byte(line), &f))
		record := make([]string, len(names))
		for i, name := range names {
			if value, ok := f[name]; ok {
				record[i] = fmt.Sprint(value)
			}
		}
		require.NoError(t, w.Write(record))
	}
	w.Flush()
	return out.String()
}
