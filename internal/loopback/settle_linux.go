// Package loopback is for tests whose client and server talk over loopback.
package loopback

import (
	"net"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// Settle returns when the kernel has delivered what was sent over loopback before the call. A FIN
// or RST waits in the queue of the CPU that sent it, on a busy machine for milliseconds, and until
// then no client can know of it. So Settle sends a packet through the queue of every CPU. It does
// its best and reports no error.
func Settle() {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and no unlock: the thread, which is tied to a CPU, ends
		var allowed [16]uint64
		affinity(syscall.SYS_SCHED_GETAFFINITY, &allowed)
		for cpu := range len(allowed) * 64 {
			if allowed[cpu/64]&(1<<(cpu%64)) == 0 {
				continue
			}
			var only [16]uint64
			only[cpu/64] = 1 << (cpu % 64)
			affinity(syscall.SYS_SCHED_SETAFFINITY, &only)
			conn.WriteTo([]byte("x"), conn.LocalAddr())
			conn.ReadFrom(make([]byte, 1))
		}
	}()
	<-done
}

// affinity gets or sets the CPUs that this thread may run on.
func affinity(call uintptr, cpus *[16]uint64) {
	syscall.RawSyscall(call, 0, unsafe.Sizeof(*cpus), uintptr(unsafe.Pointer(cpus)))
}
