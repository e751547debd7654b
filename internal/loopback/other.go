//go:build !linux

// Package loopback is for tests whose client and server talk over loopback.
package loopback

import "net"

// Settle does something on Linux only.
func Settle() {}

// Hold returns a port on loopback that is free at the moment, or the one it is given. Nothing holds
// it here: release does nothing, and another program may take the port first.
func Hold(port int) (held int, release func(), err error) {
	if port != 0 {
		return port, func() {}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, func() {}, nil
}
