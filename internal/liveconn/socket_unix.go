//go:build unix && !aix

package liveconn

import "syscall"

// openAndEmpty reports whether a socket is open and has nothing to read. On an idle connection
// anything else means its end: FIN reads as 0 bytes, RST as an error, and unsolicited bytes are
// TLS's close_notify or a server's farewell.
func openAndEmpty(socket syscall.RawConn) bool {
	var err error
	var peek [1]byte
	// Control, not Read: RawConn.Read would wait for net/http's Read, which is always pending.
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
