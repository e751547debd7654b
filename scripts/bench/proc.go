package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"scf-sms/internal/scfhost"
)

// usage is what a process used from its start to its end.
type usage struct {
	began time.Time // just before the process was started
	cpu   time.Duration
	peak  float64 // memory in MiB
}

// end ends a process.
func end(cmd *exec.Cmd, began time.Time) usage {
	peak := scfhost.PeakMemory(cmd.Process.Pid)
	cmd.Process.Kill()
	cmd.Wait()
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return usage{began, cpu, peak}
}

// cpuTime is the CPU time of a running process. The counters of wait4 come only at its end, and
// those in /proc/PID/stat count in hundredths of a second.
func cpuTime(pid int) time.Duration {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	var sum time.Duration
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // there is none if the thread has ended
		var ns time.Duration
		fmt.Sscan(string(text), &ns)
		sum += ns
	}
	return sum
}
