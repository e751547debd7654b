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

// freePort returns a port that nobody else is given before release is called. The socket that holds it is bound, but
// doesn't listen, and so is in nobody's way who asks for this very port. Without it two hosts may be given the same port,
// and one of them then talks to the other's function.
func freePort() (port int, release func(), err error) {
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
