//go:build !unix || aix

package tencent

import "syscall"

// quiet can't look without reading here. The function runs on Linux; elsewhere only tests and tools do.
func quiet(syscall.RawConn) bool { return true }
