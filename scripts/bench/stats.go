package main

import (
	"math"
	"slices"
)

// series is one figure, measured several times, in the order of the runs.
type series []float64

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

func (s series) median() float64 { return s.quantile(0.5) }

// pair computes something from s and t, run by run: if the machine was slow, it was slow for both.
func (s series) pair(t series, compute func(a, b float64) float64) series {
	var results series
	for i := range min(len(s), len(t)) {
		results = append(results, compute(s[i], t[i]))
	}
	return results
}

// over returns s divided by t.
func (s series) over(t series) series {
	return s.pair(t, func(a, b float64) float64 { return a / b })
}

// roundTrips returns the median of how many round trips of rtt explain what a run takes longer over
// a network.
func roundTrips(delayed, direct series, rtt float64) float64 {
	return delayed.pair(direct, func(a, b float64) float64 { return (a - b) / rtt }).median()
}
