//go:build race

package limits

// usualClaims: the race detector makes each of them ten times as long.
const usualClaims = 2_000
