//go:build unix && !aix

package tencent

import "syscall"

// quiet reports whether a socket is open and has nothing to read. On an idle connection anything else means its end:
// FIN reads as 0 bytes, RST as an error, and bytes nobody asked for are TLS's close_notify or a server's farewell.
func quiet(socket syscall.RawConn) bool {
	var err error
	var peek [1]byte
	// Control, not Read: net/http has a Read pending at all times, and RawConn.Read would wait for it.
	failed := socket.Control(func(fd uintptr) {
		for {
			_, _, err = syscall.Recvfrom(int(fd), peek[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
			if err != syscall.EINTR {
				return
			}
		}
	})
	return failed == nil && (err == syscall.EAGAIN || err == syscall.EWOULDBLOCK)
}
