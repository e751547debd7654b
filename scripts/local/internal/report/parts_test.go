package report

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestPercentiles_areWithinOnePercent(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, scale := range []float64{3, 80, 4000, 2e6, 3e10} {
		var h histogram
		var all []int64
		for range 10_000 {
			v := int64(random.ExpFloat64() * scale)
			all = append(all, v)
			h.add(v)
		}
		slices.Sort(all)
		for _, p := range []float64{.01, .5, .95, .99, 1} {
			want := float64(all[int(math.Ceil(p*10_000))-1])
			require.InDelta(t, want, h.percentile(p), max(want/100, 0), "%v of %v", p, scale)
		}
	}
	var h histogram
	require.Zero(t, h.percentile(.5))
	h.add(-5)
	h.add(math.MaxInt64)
	require.Equal(t, 2, h.n)
	require.Equal(t, 1, h.upTo(1000))
}

// A join that may remember little finds what is near, and says what it forgot.
func TestJoin_forgets(t *testing.T) {
	t.Parallel()
	const limit = 100
	j := newJoin(limit)
	name := func(i int) []byte { return fmt.Append(nil, "serial ", i) }
	paired := 0
	for i := range 10_000 {
		_, ok := j.message(name(i), 86, int64(i))
		require.False(t, ok)
		if i >= limit-1 {
			p, v, _, ok := j.report(name(i-limit+1), true, 0, int64(i))
			require.True(t, ok, "no more than limit messages lie between")
			require.Equal(t, first, v)
			require.Equal(t, pair{86, int64(i - limit + 1), int64(i), true}, p)
			paired++
		}
		require.LessOrEqual(t, len(j.young)+len(j.old), 2*limit)
	}
	require.Zero(t, j.forgotten)
	require.Zero(t, j.orphaned())

	_, _, _, ok := j.report(name(5), true, 0, 1)
	require.False(t, ok)
	require.Equal(t, 1, j.orphaned(), "its message was forgotten")
	for i := range 3 * limit {
		j.message(name(100_000+i), 1, 1)
	}
	require.Equal(t, 1, j.orphaned(), "also when it is forgotten itself")
	require.NotZero(t, j.forgotten)
}

func TestFate_keepsAll(t *testing.T) {
	t.Parallel()
	at := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	j := newJoin(10)
	_, _, _, ok := j.report([]byte("x"), false, reasonLimit-1, at)
	require.False(t, ok)
	p, ok := j.message([]byte("x"), 1000, at-5000)
	require.True(t, ok)
	require.Equal(t, pair{1000, at - 5000, at, false}, p)
	p, v, was, ok := j.report([]byte("x"), true, 0, at+1000)
	require.True(t, ok)
	require.Equal(t, corrected, v)
	require.Equal(t, reasonLimit-1, was)
	require.Equal(t, pair{1000, at - 5000, at + 1000, true}, p)
}

func TestSeries_widens(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, shanghai())
	for _, tt := range []struct {
		span, step time.Duration
		steps      int
		most       int
	}{
		{time.Second, time.Minute, 1, 56},
		{time.Hour, 5 * time.Minute, 12, 56},
		{24 * time.Hour, 30 * time.Minute, 48, 56},
		{24 * time.Hour, 15 * time.Minute, 96, 97},
		{30 * 24 * time.Hour, 24 * time.Hour, 30, 56},
		{40 * 365 * 24 * time.Hour, 364 * 24 * time.Hour, 41, 56},
	} {
		s := newSeries(shanghai())
		const n = 20_000
		for i := range n {
			s.add(start.Add(tt.span/n*time.Duration(i)).UnixMilli(), sent)
		}
		require.LessOrEqual(t, len(s.buckets), maxBuckets)
		c := s.chart(tt.most)
		require.Equal(t, tt.step, c.Step, tt.span)
		require.Len(t, c.Steps, tt.steps, tt.span)
		total, _ := c.total(sent)
		require.Equal(t, n, total)
		if tt.step <= 24*time.Hour {
			require.True(t, start.Equal(c.Start), c.Start)
		}
	}
	require.Empty(t, newSeries(time.UTC).chart(10).Steps)

	far := newSeries(time.UTC) // a clock that was wrong once
	far.add(start.UnixMilli(), sent)
	far.add(start.AddDate(8000, 0, 0).UnixMilli(), sent)
	require.Len(t, far.chart(56).Steps, 56)
}

func TestNumbers_asTheyAreShown(t *testing.T) {
	t.Parallel()
	for ms, want := range map[int64]string{0: "0 ms", 999: "999 ms", 1000: "1.0 s", 12_345: "12 s",
		65_000: "1 min 05 s", 3_600_000: "1 h 00 min", 3 * 24 * 3_600_000: "3 d 0 h"} {
		require.Equal(t, want, strings.ReplaceAll(duration(ms), "\u00a0", " "))
	}
	for part, want := range map[float64]string{0: "0.0%", 1: "100.0%", .5: "50.0%", .00001: "<0.1%",
		.99999: "99.9%"} {
		require.Equal(t, want, percent(part))
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567",
		-1000: "-1,000"} {
		require.Equal(t, want, count(n))
	}
	for amount, want := range map[float64]string{0: "0.00", .045: "0.045", 1.5: "1.50",
		1234.567: "1,234.57"} {
		require.Equal(t, want, money(amount))
	}
	for n, want := range map[int]int{1: 2, 2: 2, 3: 4, 18: 18, 19: 20, 131: 140, 1999: 2000} {
		require.Equal(t, want, round(n))
	}
}

// A counter doesn't grow with what it counts.
func TestCounter_isBounded(t *testing.T) {
	t.Parallel()
	var c counter
	for i := range 3 * maxNames {
		c.add(fmt.Append(nil, i))
	}
	require.Equal(t, 3*maxNames, c.total())
	require.Len(t, c.names, maxNames)
	all := c.shown()
	require.Equal(t, Named{"…", 2 * maxNames}, all[len(all)-1])
}

// plainName is what names of fields look like.
var plainName = regexp.MustCompile(`^[A-Za-z_]{1,40}$`)

// What is read of a line is what encoding/json reads, and nothing else.
func FuzzScan(f *testing.F) {
	for _, line := range record(9, 20).texts() {
		f.Add([]byte(line))
	}
	for _, text := range []string{"", "{}", "{", `{"a":1}x`, `{"a":01}`, `{"a":-}`, `{"a":"\n"}`,
		`{"a":"\""}`, `{"a":"\u00e9\ud83d"}`, `{"a" : 1 , "b":"c"}`,
		`{"a":1,}`, `{"a":"\\\"\/\b\f\n\r\t","b":"\\"}`, `{"a":"x\`, `{"a":"\x"}`, `{"a":"\"`,
		`{"a":"` + "\x01" + `"}`, `{"a":"` + "\xff" + `"}`,
		`{"a":true,"b":null,"c":{"d":[1]}}`, `{"a":"\`,
		`{"":""}`, `["a"]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := map[string]string{}
		ok := scan(text, func(name, value []byte) { got[string(name)] = string(value) })
		var want map[string]json.RawMessage
		require.Equal(t, json.Unmarshal(text, &want) == nil && want != nil, ok, "%q", text)
		if !utf8.Valid(text) {
			return // encoding/json puts U+FFFD for what is none
		}
		for name, raw := range want {
			var value string
			if json.Unmarshal(raw, &value) != nil {
				value = string(raw)
			}
			if slices.Contains([]byte(`[tfn`), raw[0]) || !plainName.MatchString(name) {
				continue // the function's lines have no such value or name
			}
			require.Equal(t, value, got[name], name)
		}
	})
}

// Nothing that is fed to it makes it fail or panic.
func FuzzRun(f *testing.F) {
	f.Add(record(9, 5).text())
	f.Add("[" + messageA + "," + arrivedA + "]")
	f.Add("time,msg,outcome\n2026-11-22T10:00:00Z,invocation,sent\n")
	f.Add(inMessage("SCF_Message")(messageA))
	f.Fuzz(func(t *testing.T, log string) {
		for _, form := range []string{"-json", ""} {
			args := strings.Fields(form)
			if out, err := run(t, "", log, args...); err == nil {
				require.NotContains(t, out, "%!")
			}
		}
	})
}

func TestCells(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                nil,
		"a,b":             {"a", "b"},
		"a,,":             {"a", "", ""},
		`"a,b",c`:         {"a,b", "c"},
		`"{""a"":1}"`:     {`{"a":1}`},
		`"",""`:           {"", ""},
		`a"b,c`:           {`a"b`, "c"},
		`"a`:              {"a"}, // one cell too few, in all logs
		`1,"time ""x""",`: {"1", `time "x"`, ""},
	} {
		got := newTable([]byte("msg,a")).read([]byte(text))
		require.Equal(t, want, got, text)
	}
}

// A list may be written in any way, and an element that can't be read doesn't cost the others.
func TestLists(t *testing.T) {
	t.Parallel()
	pretty := strings.ReplaceAll(messageB, ",", ",\n  ")
	for _, tt := range []struct {
		list string
		sent int
		bad  []int
	}{
		{"[]", 0, nil},
		{"[" + messageA + "]", 1, nil},
		{"[" + messageA + "," + messageB + "]", 2, nil},
		{" [\n" + messageA + ",\n" + pretty + "\n]", 2, nil},
		{"[" + messageA + ",\n1,\n\"x\",\nnull\n]", 1, []int{2, 3, 4}},
		{"[" + messageA + ",\n{\"a\":},\n" + messageB + "]", 2, []int{2}},
		{"[" + messageA + ",\n" + messageB[:40], 1, []int{2}},
		{`[{"msg":"a]}\"{["},` + messageA + "]", 1, nil},
		{"[" + messageA + ",\n[" + messageB + "]]", 1, []int{2}},
		{`[{"a":"` + strings.Repeat("x", longest) + "\"},\n" + messageA + "]", 1, []int{1}},
	} {
		all, err := readAll(t.Context(), strings.NewReader(tt.list), 10)
		require.NoError(t, err)
		require.Equal(t, tt.sent, all.ms.all.n, "%.300s", tt.list)
		require.Equal(t, tt.bad, all.badLines, "%.300s", tt.list)
	}
}
