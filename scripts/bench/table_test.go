package main

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var testRows = []row{
	{name: "zip, bytes", function: series{3485268}, target: atMost(3485268, 3.6e6, 0, "")},
	{name: "first answer, ms", digits: 1, function: series{5.06, 3.8, 7.5}, hello: series{4, 3, 5},
		target: atMost(1.265, 1.2, 2, " × hello")},
	{name: "largest, größte", digits: 2, connector: series{0.125, 0.1, 0.2},
		hello: series{math.NaN()}},
}

func TestWritePlain(t *testing.T) {
	var out strings.Builder
	writePlain(&out, lines(testRows))
	assert.Equal(t, strings.Join([]string{
		"                  scf-sms        bare hello     Logto's connector  target",
		"zip, bytes        3,485,268" + strings.Repeat(" ", 40) + "✓ ≤ 3,600,000: 3,485,268",
		"first answer, ms  5.1 (4.1–7.0)  4.0 (3.2–4.8)                     ✗ ≤ 1.2 × hello: 1.26",
		"largest, größte                                 0.12 (0.11–0.18)" + "   ",
		"",
	}, "\n"), out.String())
}

func TestWriteMarkdown(t *testing.T) {
	var out strings.Builder
	writeMarkdown(&out, lines(testRows))
	assert.Equal(t, strings.Join([]string{
		"| | scf-sms | bare hello | Logto's connector | target |",
		"| --- | --- | --- | --- | --- |",
		"| zip, bytes | 3,485,268 | | | ✓ ≤ 3,600,000: 3,485,268 |",
		"| first answer, ms | 5.1 (4.1–7.0) | 4.0 (3.2–4.8) | | ✗ ≤ 1.2 × hello: 1.26 |",
		"| largest, größte | | | 0.12 (0.11–0.18) | |",
		"",
	}, "\n"), out.String())
}

func TestTarget(t *testing.T) {
	assert.Equal(t, "✓ ≤ 8 MiB: 8.0", atMost(8, 8, 1, " MiB"))
	assert.Equal(t, "✗ ≤ 8 MiB: 8.1", atMost(8.1, 8, 1, " MiB"))
	assert.Equal(t, "✓ ≥ 8 × sooner: 8.0", atLeast(8, 8, 1, " × sooner"))
	assert.Equal(t, "✗ ≥ 8 × sooner: 7.9", atLeast(7.9, 8, 1, " × sooner"))
	assert.Empty(t, atMost(math.NaN(), 8, 0, ""), "what wasn't measured isn't met")
}

func TestReadInits(t *testing.T) {
	i := readInits(strings.Join([]string{
		"init runtime @0.1 ms, 0.05 ms clock, 0 bytes, 0 allocs",
		"init encoding/gob @1.2 ms, 0.25 ms clock, 26928 bytes, 300 allocs",
		"2026/11/23 listen tcp: address none: missing port",
		"init github.com/a/b @12 ms, 0.1 ms clock, 0 bytes, 0 allocs",
	}, "\n"))
	assert.InDelta(t, 0.4, i.ms, 1e-9)
	assert.Equal(t, "encoding/gob", i.largest)
	assert.InDelta(t, 0.25, i.most, 1e-9)
}
