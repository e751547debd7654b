//go:build !race

package dependability

const (
	usualSequences = 2000
	usualStretch   = 1
	usualWays      = 1
)
