//go:build race

package dependability

// usualSequences: the race detector makes each of them several times as long.
const usualSequences = 500
