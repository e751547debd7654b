//go:build !linux

package dependability

// settle does something on Linux only.
func settle() {}
