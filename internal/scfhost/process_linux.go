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

// FreePort returns a port on loopback that no other caller is given before release is called. A
// socket that is bound, but doesn't listen, holds the port, so a process can still listen on it.
// Without it two hosts may get the same port, and one of them talks to the other's function.
func FreePort() (port int, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	release = func() { syscall.Close(fd) }
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		release()
		return 0, nil, err
	}
	address, err := syscall.Getsockname(fd)
	if err != nil {
		release()
		return 0, nil, err
	}
	return address.(*syscall.SockaddrInet4).Port, release, nil
}
