package cloudsim

import (
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
)

// connState is the state of a connection. net/http calls it idle a moment after the client has its
// answer; answered is the time between.
type connState int

const (
	active connState = iota
	answered
	idle
)

type connectionKey struct{}

// BreakTLS gives the next n connections garbage instead of a handshake. Without TLS they are reset
// before anything is read.
func (s *Server) BreakTLS(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.toBreak = n
}

// CloseIdle closes the connections that are idle now, with FIN or with RST. A connection whose
// answer the client has read counts as idle.
func (s *Server) CloseIdle(reset bool) {
	s.mu.Lock()
	for s.answeringLocked() {
		s.cond.Wait()
	}
	var conns []net.Conn
	for conn, state := range s.conns {
		if state == idle {
			conns = append(conns, conn)
		}
	}
	s.mu.Unlock()
	for _, conn := range conns {
		closeConn(conn, reset)
	}
}

// answeringLocked reports whether a connection is between its answer and idle.
func (s *Server) answeringLocked() bool {
	return slices.Contains(slices.Collect(maps.Values(s.conns)), answered)
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.handlers.Add(1)
	defer s.handlers.Done()
	s.cloud.ServeHTTP(w, r)

	s.mu.Lock()
	defer s.mu.Unlock()
	conn := r.Context().Value(connectionKey{}).(net.Conn)
	if _, ok := s.conns[conn]; ok { // not hijacked
		s.conns[conn] = answered
	}
}

func (s *Server) track(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		s.conns[conn] = active
		if s.closed {
			conn.Close() // accepted while http.Server.Close went through its list
		}
	case http.StateIdle:
		s.conns[conn] = idle
	case http.StateClosed, http.StateHijacked:
		delete(s.conns, conn)
	}
	s.cond.Broadcast()
}

// listener counts connections and breaks those that BreakTLS asked for.
type listener struct {
	net.Listener
	server *Server
}

// Accept returns the next connection that isn't broken.
func (l *listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !l.server.breaks(conn) {
			return conn, nil
		}
	}
}

// breaks counts a connection, and breaks it if that is due.
func (s *Server) breaks(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted++
	if s.toBreak <= 0 {
		return false
	}
	s.toBreak--
	if s.tls == nil || s.closed {
		closeConn(conn, true)
		return true
	}
	s.broken[conn] = true
	s.loops.Go(func() {
		// The client speaks first. Garbage sent before its hello was read could be lost to the
		// reset that unread data causes.
		io.ReadAtLeast(conn, make([]byte, 16<<10), 5)
		conn.Write([]byte("this is not the handshake you are looking for\n"))
		conn.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.broken, conn)
	})
	return true
}
