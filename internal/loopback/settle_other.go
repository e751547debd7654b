//go:build !linux

// Package loopback is for tests whose client and server talk over loopback.
package loopback

// Settle does something on Linux only.
func Settle() {}
