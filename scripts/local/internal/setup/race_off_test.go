//go:build !race

package setup

const racing = false
