//go:build !linux

package scfhost

import (
	"net"
	"os"
	"syscall"
)

// attributes are none here. Without a death signal the child stays in the host's group, where an interrupt from the
// terminal reaches both.
func attributes() *syscall.SysProcAttr {
	return nil
}

func kill(p *os.Process) {
	p.Kill()
}

// freePort returns a port nobody listens on at the moment. Nothing holds it until the function does.
func freePort() (port int, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, func() {}, nil
}
