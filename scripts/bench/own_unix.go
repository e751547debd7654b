//go:build unix

package main

import (
	"syscall"
	"time"
)

// ownCPU is the CPU time this process has used up to now: unlike /proc's, the counters of getrusage have the running
// thread's last moments in them.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
