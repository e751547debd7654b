package scfhost

import (
	"os"
	"syscall"
)

// attributes make the child die with the host, and put it into a process group of its own. Killing
// the group also ends what the child started, and Ctrl-C in the host's terminal doesn't reach it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func kill(p *os.Process) {
	syscall.Kill(-p.Pid, syscall.SIGKILL)
}
