package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testRows = []row{
	{Name: "zip", Unit: "bytes", Function: known(3485268),
		Target: atMost(3485268, 3.6e6, 0, "3,600,000")},
	{Name: "first answer", Unit: "ms", digits: 1,
		Function: &stat{5.06, 4, 7.25, 20}, Hello: &stat{4, 3.5, 5, 20},
		Target: atMost(1.265, 1.2, 2, "1.2 × hello")},
	{Name: "largest, größte", digits: 2,
		Connector: &stat{0.125, 0.1, 0.2, 20}, Hello: &stat{math.NaN(), 0, 0, 0}},
}

func TestWritePlain(t *testing.T) {
	var out strings.Builder
	writePlain(&out, testRows)
	assert.Equal(t, strings.Join([]string{
		"                  scf-sms        bare hello     Logto's connector  target",
		"zip, bytes        3,485,268" + strings.Repeat(" ", 40) + "✓ ≤ 3,600,000: 3,485,268",
		"first answer, ms  5.1 (4.0–7.2)  4.0 (3.5–5.0)                     ✗ ≤ 1.2 × hello: 1.26",
		"largest, größte                                 0.12 (0.10–0.20)",
		"",
	}, "\n"), out.String())
}

func TestWriteMarkdown(t *testing.T) {
	var out strings.Builder
	writeMarkdown(&out, testRows)
	assert.Equal(t, strings.Join([]string{
		"| | scf-sms | bare hello | Logto's connector | target |",
		"| --- | --- | --- | --- | --- |",
		"| zip, bytes | 3,485,268 | | | ✓ ≤ 3,600,000: 3,485,268 |",
		"| first answer, ms | 5.1 (4.0–7.2) | 4.0 (3.5–5.0) | | ✗ ≤ 1.2 × hello: 1.26 |",
		"| largest, größte | | | 0.12 (0.10–0.20) | |",
		"",
	}, "\n"), out.String())
}

func TestRowAsJSON(t *testing.T) {
	text, err := json.Marshal(testRows[0])
	require.NoError(t, err)
	assert.JSONEq(t, `{"name": "zip", "unit": "bytes",
		"function": {"median": 3485268, "p10": 3485268, "p90": 3485268, "runs": 1},
		"target": {"text": "≤ 3,600,000", "value": 3485268, "met": true}}`, string(text))
}

func TestTarget(t *testing.T) {
	assert.True(t, atMost(8, 8, 0, "8").Met)
	assert.False(t, atMost(8.1, 8, 0, "8").Met)
	assert.True(t, atLeast(8, 8, 0, "8").Met)
	assert.False(t, atLeast(7.9, 8, 0, "8").Met)
	assert.False(t, atMost(math.NaN(), 8, 0, "8").Met, "what wasn't measured isn't met")
}

func TestReadInits(t *testing.T) {
	i := readInits(strings.NewReader(strings.Join([]string{
		"init runtime @0.1 ms, 0.05 ms clock, 0 bytes, 0 allocs",
		"init encoding/gob @1.2 ms, 0.25 ms clock, 26928 bytes, 300 allocs",
		"2026/11/23 listen tcp: address none: missing port",
		"init github.com/a/b @12 ms, 0.1 ms clock, 0 bytes, 0 allocs",
	}, "\n")))
	assert.InDelta(t, 0.4, i.ms, 1e-9)
	assert.Equal(t, "encoding/gob", i.largest)
	assert.InDelta(t, 0.25, i.most, 1e-9)
}
