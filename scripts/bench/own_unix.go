//go:build unix

package main

import (
	"syscall"
	"time"
)

// ownCPU is the CPU time this process has used. Unlike /proc's, the counters of getrusage include
// the last moments of the running thread.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
