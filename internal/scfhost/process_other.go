//go:build !linux

package scfhost

import (
	"net"
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

// FreePort returns a port on loopback that is free at the moment. Nothing holds it here: release
// does nothing, and another process may take the port first.
func FreePort() (port int, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, func() {}, nil
}
