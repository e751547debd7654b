//go:build !unix || aix

package liveconn

import "syscall"

// openAndEmpty can't look without reading on these systems. The function runs on Linux; elsewhere
// only tests and tools run.
func openAndEmpty(syscall.RawConn) bool { return true }
