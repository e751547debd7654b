package report

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
)

// What docs/operating.md and docs/limits.md have for CLS: an index, queries, alarms.
type clsDocs struct {
	index   map[string]string // fields and their types in CLS
	queries map[string]string // by the beginning of the sentence before them
	alarms  []clsAlarm
}

// clsAlarm is a request of CreateAlarm (https://cloud.tencent.com/document/product/614/56466).
type clsAlarm struct {
	Name         string
	AlarmTargets []struct {
		TopicId, LogsetId, Query                           string
		Number, StartTimeOffset, EndTimeOffset, SyntaxRule int
	}
	MonitorTime struct {
		Type string
		Time int
	}
	Condition                             string
	AlarmLevel, TriggerCount, AlarmPeriod int
	AlarmNoticeIds                        []string
	Status                                bool
}

func readCLS(t *testing.T) (docs clsDocs) {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	read := func(name string, to any) string {
		text, err := os.ReadFile(filepath.Join(root, "docs", name))
		require.NoError(t, err)
		if to != nil {
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.DisallowUnknownFields()
			require.NoError(t, decoder.Decode(to), name)
		}
		return string(text)
	}
	var index struct {
		TopicId string
		Status  bool
		Rule    struct {
			KeyValue struct {
				CaseSensitive bool
				KeyValues     []struct {
					Key   string
					Value struct {
						Type, Tokenizer    string
						SqlFlag, ContainZH bool
					}
				}
			}
		}
	}
	read("cls/index.json", &index)
	docs.index = map[string]string{}
	for _, field := range index.Rule.KeyValue.KeyValues {
		require.NotContains(t, docs.index, field.Key)
		require.True(t, field.Value.SqlFlag, field.Key)
		docs.index[field.Key] = field.Value.Type
	}
	read("cls/alarms.json", &docs.alarms)
	docs.queries = map[string]string{}
	query := regexp.MustCompile("(?s)\n([A-Z][^\n]+)(?:\n[^\n]+)*:\n\n```cls\n(.*?)\n```\n")
	blocks := 0
	for _, page := range []string{"operating.md", "limits.md"} {
		text := read(page, nil)
		blocks += strings.Count(text, "```cls\n")
		for _, match := range query.FindAllStringSubmatch(text, -1) {
			name := strings.Join(strings.Fields(match[1])[:2], " ")
			require.NotContains(t, docs.queries, name)
			docs.queries[name] = match[2]
		}
		other := regexp.MustCompile("(?i)```[^c\n]*\n[^`]*\\| *select ").FindString(text)
		require.Empty(t, other, "a query that no test sees")
	}
	require.Equal(t, 12, blocks)
	require.Len(t, docs.queries, blocks)
	return docs
}

// An index that lacks a field of the log hides it from every query.
func TestCLS_indexHasEveryField(t *testing.T) {
	t.Parallel()
	docs := readCLS(t)
	root, err := checkout.Root()
	require.NoError(t, err)
	fields, err := os.ReadFile(filepath.Join(root, "handler", "testdata", "log-fields.txt"))
	require.NoError(t, err)
	types := map[string]string{"text": "text", "number": "long"}
	for line := range strings.Lines(string(fields)) {
		if name, kind, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			require.Equal(t, types[kind], docs.index[name], name)
		}
	}
}

func TestCLS_alarms(t *testing.T) {
	t.Parallel()
	docs := readCLS(t)
	root, err := checkout.Root()
	require.NoError(t, err)
	manual, err := os.ReadFile(filepath.Join(root, "docs", "operating.md"))
	require.NoError(t, err)
	require.Len(t, docs.alarms, 5)
	for _, alarm := range docs.alarms {
		require.Contains(t, string(manual), "| `"+alarm.Name+"` |", "what to do at it")
		require.Equal(t, []string{"NOTICE_ID"}, alarm.AlarmNoticeIds)
		require.Len(t, alarm.AlarmTargets, 1)
		target := alarm.AlarmTargets[0]
		require.Equal(t, "TOPIC_ID LOGSET_ID", target.TopicId+" "+target.LogsetId)
		require.Equal(t, 1, target.SyntaxRule, "CQL")
		require.Regexp(t, `^\$1\.\w+ >=? \d+$`, alarm.Condition)
		require.LessOrEqual(t, alarm.MonitorTime.Time, -target.StartTimeOffset, "no gap")
	}
}

// queryNode runs queries in DuckDB, for Node. npm keeps what it has downloaded, so that only the
// first run needs the registry.
func queryNode(t *testing.T, log string, docs clsDocs, queries []string) (results [][]row) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: npm may have to download DuckDB")
	}
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("queries can't be tried: there is no %s", name)
		}
	}
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/node")))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts",
		"--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", "--fetch-retries=0")
	install.WaitDelay = time.Minute // once it is killed, or has ended and a busy machine reads on
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("queries can't be tried: npm install: %v\n%s", err, out)
	}
	path := filepath.Join(dir, "log.json")
	require.NoError(t, os.WriteFile(path, []byte(log), 0o600))
	types := map[string]string{}
	for name, kind := range docs.index {
		types[name] = map[string]string{
			"text": "VARCHAR", "long": "BIGINT", "double": "DOUBLE",
		}[kind]
	}
	asked, err := json.Marshal(fields{"log": path, "fields": types, "queries": queries})
	require.NoError(t, err)
	run := exec.CommandContext(t.Context(), "node", filepath.Join(dir, "queries.mjs"))
	var errs bytes.Buffer
	run.Stdin, run.Stderr = bytes.NewReader(asked), &errs
	out, err := run.Output()
	require.NoError(t, err, errs.String())
	var answers []struct {
		Error string
		Rows  []row
	}
	require.NoError(t, json.Unmarshal(out, &answers))
	require.Len(t, answers, len(queries))
	for i, answer := range answers {
		require.Empty(t, answer.Error, queries[i])
		results = append(results, answer.Rows)
	}
	return results
}

// row is a row of a result. DuckDB writes large numbers as texts.
type row map[string]any

func (r row) number(column string) float64 {
	switch value := r[column].(type) {
	case float64:
		return value
	case string:
		n, _ := strconv.ParseFloat(value, 64)
		return n
	}
	return 0
}

// The queries find in a day what a report finds in it.
func TestCLS_queriesSayWhatReportSays(t *testing.T) {
	t.Parallel()
	docs := readCLS(t)
	names, queries := []string{}, []string{}
	for name, query := range docs.queries {
		names, queries = append(names, name), append(queries, query)
	}
	for _, alarm := range docs.alarms {
		names, queries = append(names, alarm.Name), append(queries, alarm.AlarmTargets[0].Query)
	}
	log := record(1, 3000).text()
	s := summarize(t, log)
	results := map[string][]row{}
	for i, rows := range queryNode(t, log, docs, queries) {
		results[names[i]] = rows
		require.NotEmpty(t, rows, names[i])
	}
	sum := func(name, column, where string, is any) (n float64) {
		for _, r := range results[name] {
			if where == "" || r[where] == is {
				n += r.number(column)
			}
		}
		return n
	}
	for _, c := range s.Delivery.Codes {
		code := strconv.FormatInt(c.CallingCode, 10)
		require.EqualValues(t, c.Sent, sum("Delivery by", "sent", "callingCode", code), code)
		require.EqualValues(t, c.Reported(), sum("Delivery by", "reported", "callingCode", code))
		require.EqualValues(t, c.Delivered, sum("Delivery by", "arrived", "callingCode", code))
		if c.Sent < 100 {
			continue // too few for two estimates to be alike
		}
		half := sum("Time to", "half", "callingCode", code) * 1000
		require.InEpsilon(t, c.P50, half, .05, code)
		require.InEpsilon(t, c.P95, sum("Time to", "p95", "callingCode", code)*1000, .1, code)
	}
	require.EqualValues(t, s.Delivery.All.Delivered-s.Delivery.Early,
		sum("Time to", "arrived", "", nil))
	for _, reason := range s.Delivery.Reasons {
		// A report that was put right later is among the query's, too.
		require.InDelta(t, reason.N, sum("Why messages", "n", "reason", reason.Name), 1)
	}
	require.EqualValues(t, 40, sum("What you", "n", "", nil))
	require.EqualValues(t, 24, sum("What the", "n", "", nil))
	require.EqualValues(t, s.Cold, sum("Cold starts", "cold", "", nil))
	require.NotZero(t, sum("While a", "n", "outcome", "unauthorized"))
	require.NotZero(t, s.Delivery.All.Sent)
	busiest := map[string]float64{}
	for _, r := range results["Your busiest"] {
		code := fmt.Sprint(r["callingCode"])
		busiest[code] = max(busiest[code], r.number("n"))
	}
	require.Greater(t, busiest["86"], 100.0)
	named := func(all []Named) (n int) {
		for _, one := range all {
			n += one.N
		}
		return n
	}
	require.EqualValues(t, named(s.Limits.WouldHave), sum("Which limits", "n", "", nil))
	require.EqualValues(t, named(s.Limits.Duplicates), sum("Requests that", "n", "", nil))
	require.EqualValues(t, s.Limits.Away, sum("Why limits", "n", "", nil))
	require.Len(t, results["How long"], 1)
	require.Positive(t, results["How long"][0].number("p99"))

	require.EqualValues(t, 40, sum("scf-sms refused", "n", "", nil))
	require.EqualValues(t, 3, sum("scf-sms unavailable", "n", "", nil))
	require.Len(t, results["scf-sms undelivered"], 1)
	require.Equal(t, "62", results["scf-sms undelivered"][0]["callingCode"])
	require.EqualValues(t, 12, sum("scf-sms limits", "n", "", nil))
	require.EqualValues(t, 24, sum("scf-sms away", "n", "", nil))
}
