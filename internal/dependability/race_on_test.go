//go:build race

package dependability

// The race detector makes each sequence several times as long.
const (
	usualSequences = 500
	usualStretch   = 2 // of short time budgets
)
