package main

import (
	"math"
	"slices"
)

// series is one figure, measured several times, in the order of the runs.
type series []float64

// stat sums up a series: half of its values are at most Median, eight in ten lie from Low to High.
type stat struct {
	Median float64 `json:"median"`
	Low    float64 `json:"p10"`
	High   float64 `json:"p90"`
	Runs   int     `json:"runs"`
}

func (s series) stat() stat {
	return stat{s.quantile(0.5), s.quantile(0.1), s.quantile(0.9), len(s)}
}

// quantile interpolates between the two values around q. That of an empty series is NaN.
func (s series) quantile(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}

// over returns s divided by t, run by run: if the machine was slow, it was slow for both.
func (s series) over(t series) series {
	n := min(len(s), len(t))
	ratios := make(series, n)
	for i := range n {
		ratios[i] = s[i] / t[i]
	}
	return ratios
}

// roundTrips returns the median of how many round trips of rtt explain what a run takes longer over
// a network.
func roundTrips(delayed, direct series, rtt float64) float64 {
	n := min(len(delayed), len(direct))
	trips := make(series, n)
	for i := range n {
		trips[i] = (delayed[i] - direct[i]) / rtt
	}
	return trips.quantile(0.5)
}
