package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// cgroups is where Linux has its control groups for CPU time, of version 1. Version 2 is not spoken: it lets no process
// be in a group that has groups in it, so that on most machines nobody but its manager can make one.
const cgroups = "/sys/fs/cgroup/cpu"

// quota is a control group whose processes get a share of one CPU, as a small function does: so much of every 100 ms.
// A nil quota is no limit.
type quota struct{ dir string }

// newQuota makes a group. The first period begins when something runs in it, so each run gets a group of its own.
func newQuota(cpus float64) (*quota, error) {
	dir, err := os.MkdirTemp(cgroups, "scf-sms-bench-")
	if err != nil {
		return nil, err
	}
	q := &quota{dir}
	const period = 100_000 // in µs: Linux's default
	err = errors.Join(
		q.set("cpu.cfs_period_us", period),
		q.set("cpu.cfs_quota_us", int(cpus*period)),
	)
	if err != nil {
		q.remove()
		return nil, err
	}
	return q, nil
}

func (q *quota) set(file string, value int) error {
	return os.WriteFile(filepath.Join(q.dir, file), []byte(strconv.Itoa(value)), 0)
}

// remove removes the group, which must be empty.
func (q *quota) remove() {
	if q != nil {
		os.Remove(q.dir)
	}
}

// start starts a process in the group. A child begins in the group of the thread that makes it, so this thread joins for
// a moment: no shell or the like runs on the child's time.
func (q *quota) start(cmd *exec.Cmd) error {
	if q == nil {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := ownGroup()
	if err != nil {
		return err
	}
	if err := joinGroup(q.dir); err != nil {
		return err
	}
	err = cmd.Start()
	if back := joinGroup(home); back != nil && err == nil {
		kill(cmd)
		err = back
	}
	return err
}

// ownGroup is the group this process is in.
func ownGroup() (string, error) {
	text, err := os.ReadFile("/proc/self/cgroup") // number:controllers:path
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) == 3 && slices.Contains(strings.Split(fields[1], ","), "cpu") {
			dir := filepath.Join(cgroups, fields[2])
			if _, err := os.Stat(dir); err != nil {
				return cgroups, nil // in a container: the path is the host's
			}
			return dir, nil
		}
	}
	return "", errors.New("/proc/self/cgroup names no group for CPU time")
}

// joinGroup puts the calling thread into a group.
func joinGroup(dir string) error {
	return os.WriteFile(filepath.Join(dir, "tasks"), []byte("0"), 0) // 0 is who writes
}
