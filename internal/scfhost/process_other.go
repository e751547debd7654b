//go:build !linux

package scfhost

import (
	"os"
	"syscall"
)

// attributes are none here. Without a death signal the child stays in the host's process group,
// where Ctrl-C in the terminal reaches both.
func attributes() *syscall.SysProcAttr {
	return nil
}

func kill(p *os.Process) {
	p.Kill()
}
