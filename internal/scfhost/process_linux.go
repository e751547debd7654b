package scfhost

import (
	"os"
	"syscall"
)

// attributes make the child die with the host, and put it into a group of its own: killing the group ends what the
// child started, too, and a key pressed in the host's terminal doesn't reach it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func kill(p *os.Process) {
	syscall.Kill(-p.Pid, syscall.SIGKILL)
}
