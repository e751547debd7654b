//go:build race

package dependability

// The race detector makes each sequence several times as long.
const (
	usualSequences = 500
	usualStretch   = 2 // of short time budgets
	usualWays      = 4 // of the ways for SSM to be away, one in so many
)
