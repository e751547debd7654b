//go:build !race

package limits

const usualClaims = 20_000
