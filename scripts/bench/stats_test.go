package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuantile(t *testing.T) {
	for _, tt := range []struct {
		name              string
		series            series
		median, low, high float64
	}{
		{"one run", series{7}, 7, 7, 7},
		{"two runs", series{4, 2}, 3, 2.2, 3.8},
		{"in any order", series{5, 1, 4, 2, 3}, 3, 1.4, 4.6},
		{"one outlier doesn't move it", series{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1000}, 1, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.InDelta(t, tt.median, tt.series.median(), 1e-9)
			assert.InDelta(t, tt.low, tt.series.quantile(0.1), 1e-9)
			assert.InDelta(t, tt.high, tt.series.quantile(0.9), 1e-9)
		})
	}
	assert.True(t, math.IsNaN(series{}.median()), "there is no median of nothing")
	shuffled := series{3, 1, 2}
	shuffled.median()
	assert.Equal(t, series{3, 1, 2}, shuffled, "the order of the runs is kept: pairs depend on it")
}

// A machine that becomes twice as slow changes no ratio.
func TestOver(t *testing.T) {
	assert.Equal(t, series{2, 2, 2}, series{2, 4, 20}.over(series{1, 2, 10}))
	assert.Equal(t, series{3}, series{3, 5}.over(series{1}), "a run without its pair doesn't count")
	assert.Empty(t, series{}.over(series{1}))
}

func TestRoundTrips(t *testing.T) {
	assert.InDelta(t, 4, roundTrips(series{145, 140, 150}, series{25, 20, 30}, 30), 1e-9)
	far, near := series{145, 220, 1120}, series{25, 100, 1000}
	assert.InDelta(t, 4, roundTrips(far, near, 30), 1e-9, "the machine got slower")
	assert.True(t, math.IsNaN(roundTrips(nil, nil, 30)))
	assert.InDelta(t, 0, roundTrips(series{25}, series{25}, 30), 1e-9)
}
