package limits

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// relay stands between guards and Redis. It keeps what they write, and can spoil what they are
// answered.
type relay struct {
	address, to string

	mu          sync.Mutex
	chunks      []string // written by guards, as they came
	connections []net.Conn
	delay       time.Duration // of each answer
	letThrough  int           // bytes of answers until the connection is cut; < 0: all
	says        string        // what it answers itself instead of Redis
}

func startRelay(t testing.TB, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{address: l.Addr().String(), to: to, letThrough: -1}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.mu.Lock()
			r.connections = append(r.connections, c)
			r.mu.Unlock()
			go r.serve(c)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		r.hangUp()
	})
	return r
}

func (r *relay) serve(guard net.Conn) {
	defer guard.Close()
	var server net.Conn
	if r.to != "" {
		var err error
		if server, err = net.Dial("tcp", r.to); err != nil {
			return
		}
		defer server.Close()
		go r.answer(guard, server)
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := guard.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.chunks = append(r.chunks, string(buffer[:n]))
		says := r.says
		r.mu.Unlock()
		if server == nil {
			_, _ = io.WriteString(guard, says)
			if says == "" {
				return
			}
			continue
		}
		_, _ = server.Write(buffer[:n])
	}
}

func (r *relay) answer(guard, server net.Conn) {
	defer guard.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		r.mu.Lock()
		delay, letThrough := r.delay, r.letThrough
		r.mu.Unlock()
		time.Sleep(delay)
		if letThrough >= 0 && n > letThrough {
			_, _ = guard.Write(buffer[:letThrough])
			return
		}
		_, _ = guard.Write(buffer[:n])
	}
}

// change changes how the relay behaves.
func (r *relay) change(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// hangUp ends all connections.
func (r *relay) hangUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.connections {
		c.Close()
	}
}

// reset ends all connections with RST.
func (r *relay) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.connections {
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
}

func (r *relay) connected() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.connections)
}

// written is what guards wrote.
func (r *relay) written() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.chunks, "")
}

// count is how often a word was written.
func (r *relay) count(word string) int { return strings.Count(r.written(), word) }
