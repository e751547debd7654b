package cloudsim

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Options are those of Start; the zero value is plain HTTP on a free port.
type Options struct {
	TLS bool

	// Addr is a loopback address to listen on; empty means 127.0.0.1:0.
	Addr string

	// IdleTimeout is after how long the server closes an idle connection; 0 means never.
	IdleTimeout time.Duration
}

// Server is a Cloud on a port, with a hold on its connections.
type Server struct {
	URL string // http or https, address and port, no path

	cloud    http.Handler
	http     *http.Server
	tls      *tls.Config // nil without TLS
	caPEM    []byte
	addr     string
	cancel   context.CancelFunc // ends what handlers wait for
	loops    sync.WaitGroup     // accept loops and broken handshakes
	handlers sync.WaitGroup

	mu       sync.Mutex
	cond     *sync.Cond // signalled when a connection changes
	listener net.Listener
	closed   bool
	conns    map[net.Conn]*connection
	broken   map[net.Conn]bool // connections that get garbage right now
	accepted int
	toBreak  int
}

// connection is how far a connection is. net/http calls it idle somewhat after
// the client has its answer, so a third state bridges that gap.
type connection struct {
	idle     bool
	answered bool // the handler has returned; idle or closed comes next
}

type connectionKey struct{}

// Start serves the cloud on loopback until Close.
func Start(c *Cloud, o Options) (*Server, error) {
	s := &Server{
		cloud:  c,
		conns:  make(map[net.Conn]*connection),
		broken: make(map[net.Conn]bool),
	}
	s.cond = sync.NewCond(&s.mu)
	scheme := "http"
	if o.TLS {
		scheme = "https"
		cert, caPEM, err := newCertificate()
		if err != nil {
			return nil, err
		}
		s.caPEM = caPEM
		s.tls = &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}}
	}

	listener, err := net.Listen("tcp", cmp.Or(o.Addr, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	if addr := listener.Addr().(*net.TCPAddr); !addr.IP.IsLoopback() {
		listener.Close()
		return nil, fmt.Errorf("%s is not a loopback address", o.Addr)
	}
	s.addr = listener.Addr().String()
	s.URL = scheme + "://" + s.addr

	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.http = &http.Server{
		Handler:     http.HandlerFunc(s.handle),
		IdleTimeout: o.IdleTimeout,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   s.track,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, conn)
		},
		ErrorLog: log.New(quiet{os.Stderr}, "cloudsim: ", 0),
	}
	s.serve(listener)
	return s, nil
}

// serve starts an accept loop.
func (s *Server) serve(l net.Listener) {
	s.mu.Lock()
	s.listener = l
	s.mu.Unlock()
	var outer net.Listener = &listener{l, s}
	if s.tls != nil {
		outer = tls.NewListener(outer, s.tls)
	}
	s.loops.Go(func() { s.http.Serve(outer) }) // ends with an error whenever the listener closes
}

// Addr returns host and port.
func (s *Server) Addr() string { return s.addr }

// CertPEM returns the certificate of the authority to trust, nil without TLS. It
// suits SSL_CERT_FILE. What it signed is valid for 127.0.0.1, ::1, localhost and
// the public names of SMS and SSM.
func (s *Server) CertPEM() []byte { return bytes.Clone(s.caPEM) }

// Connections returns how many connections were accepted since the start,
// broken ones included.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// Close ends everything: the port, all connections, every fault that waits. When
// it returns nothing of the server is left running.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	for conn := range s.broken {
		conn.Close()
	}
	s.mu.Unlock()

	s.cancel()
	err := s.http.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	s.loops.Wait() // from here on there are no new connections
	s.mu.Lock()
	for len(s.conns) > 0 {
		s.cond.Wait()
	}
	s.mu.Unlock()
	s.handlers.Wait() // those that took their connection from net/http
	return err
}

// Refuse closes the port, so that new connections are refused, or listens on it
// again. Connections that are open stay open. The error says that the port can't
// be had back.
func (s *Server) Refuse(refuse bool) error {
	s.mu.Lock()
	listener := s.listener
	if s.closed || refuse == (listener == nil) {
		s.mu.Unlock()
		return nil
	}
	if refuse {
		s.listener = nil
		s.mu.Unlock()
		return listener.Close()
	}
	s.mu.Unlock()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.serve(listener)
	return nil
}

// BreakTLS gives the next n connections garbage instead of a handshake. Without
// TLS they are reset before anything is read.
func (s *Server) BreakTLS(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.toBreak = n
}

// CloseIdle closes the connections that are idle now, with FIN or with RST. A
// connection whose answer the client has read counts as idle.
func (s *Server) CloseIdle(reset bool) {
	s.mu.Lock()
	for s.settling() {
		s.cond.Wait()
	}
	var idle []net.Conn
	for conn, state := range s.conns {
		if state.idle {
			idle = append(idle, conn)
		}
	}
	s.mu.Unlock()
	for _, conn := range idle {
		closeConn(conn, reset)
	}
}

func (s *Server) settling() bool {
	for _, state := range s.conns {
		if state.answered && !state.idle {
			return true
		}
	}
	return false
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	s.handlers.Add(1)
	defer s.handlers.Done()
	s.cloud.ServeHTTP(w, r)

	s.mu.Lock()
	defer s.mu.Unlock()
	if state := s.conns[r.Context().Value(connectionKey{}).(net.Conn)]; state != nil {
		state.answered = true
	}
}

func (s *Server) track(conn net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.conns[conn] = &connection{}
		if s.closed {
			conn.Close() // accepted while http.Server.Close went through its list
		}
	case http.StateActive:
		s.conns[conn] = &connection{}
	case http.StateIdle:
		s.conns[conn] = &connection{idle: true}
	case http.StateClosed, http.StateHijacked:
		delete(s.conns, conn)
	}
	s.cond.Broadcast()
}

// listener counts connections and breaks those that are due.
type listener struct {
	net.Listener
	server *Server
}

// Accept returns the next connection that is to be served.
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
		// The client speaks first. Garbage sent before its hello was read could
		// be lost to the reset that unread data causes.
		io.ReadAtLeast(conn, make([]byte, 16<<10), 5)
		conn.Write([]byte("this is not the handshake you are looking for\n"))
		conn.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.broken, conn)
	})
	return true
}

// quiet drops net/http's remarks on failed handshakes, which here are intended.
type quiet struct{ w io.Writer }

func (q quiet) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("TLS handshake error")) {
		return len(p), nil
	}
	return q.w.Write(p)
}
