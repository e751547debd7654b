//go:build !unix

package main

import "time"

// ownCPU is never called: the benchmark runs on Linux only. It is here so that the module builds on
// every system.
func ownCPU() time.Duration { return 0 }
