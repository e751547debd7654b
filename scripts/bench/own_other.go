//go:build !unix

package main

import "time"

// ownCPU is never asked: the benchmark runs on Linux only. It is here so that the module builds everywhere.
func ownCPU() time.Duration { return 0 }
