package cloudsim

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"scf-sms/internal/loopback"
)

// Options are those of [Start]. The zero value is plain HTTP on a free port.
type Options struct {
	TLS bool

	// IdleTimeout is the time after which the server closes an idle connection; 0 means never.
	IdleTimeout time.Duration
}

// Server serves a Cloud on a port, and can close, break and refuse connections.
type Server struct {
	URL string // http or https, address and port, no path

	cloud    http.Handler
	http     *http.Server
	tls      *tls.Config // nil without TLS
	caPEM    []byte
	addr     string
	cancel   context.CancelFunc // ends the waits of handlers
	loops    sync.WaitGroup     // accept loops and broken handshakes
	handlers sync.WaitGroup

	mu       sync.Mutex // guards what follows
	cond     *sync.Cond // signalled when a connection changes
	listener net.Listener
	release  func() // of the port, while it is refused
	closed   bool
	conns    map[net.Conn]connState
	broken   map[net.Conn]bool // connections that get garbage at the moment
	accepted int
	toBreak  int
}

// Start serves the cloud on loopback until Close.
func Start(c *Cloud, o Options) (*Server, error) {
	s := &Server{
		cloud:  c,
		conns:  make(map[net.Conn]connState),
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
		s.tls = &tls.Config{
			Certificates: []tls.Certificate{cert},
			NextProtos:   []string{"http/1.1"},
		}
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
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
		ErrorLog: log.New(withoutHandshakeErrors{os.Stderr}, "cloudsim: ", 0),
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
	s.loops.Go(func() { s.http.Serve(outer) }) // ends when the listener closes
}

// Addr returns host and port.
func (s *Server) Addr() string { return s.addr }

// CertPEM returns the certificate of the authority to trust, nil without TLS. It suits
// SSL_CERT_FILE. What it signed is valid for 127.0.0.1, ::1, localhost and the public names of SMS
// and SSM.
func (s *Server) CertPEM() []byte { return bytes.Clone(s.caPEM) }

// Connections returns how many connections were accepted since the start, broken ones included.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// Close ends everything: the port, all connections, every fault that waits. When it returns nothing
// of the server is left running.
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
	s.handlers.Wait() // those that hijacked their connection
	s.letGo()
	return err
}

// Refuse closes the port, so that new connections are refused, or listens on it again. Connections
// that are open stay open. Meanwhile the port is held, as far as the system can. The error says that
// it can't be had back.
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
		if err := listener.Close(); err != nil {
			return err
		}
		_, release, err := loopback.Hold(listener.Addr().(*net.TCPAddr).Port)
		if err == nil {
			s.mu.Lock()
			s.release = release
			s.mu.Unlock()
		}
		return err
	}
	s.mu.Unlock()
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.letGo()
	s.serve(listener)
	return nil
}

// letGo lets go of a port that is held.
func (s *Server) letGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.release != nil {
		s.release()
		s.release = nil
	}
}

// withoutHandshakeErrors drops net/http's lines on failed handshakes, which are intended here.
type withoutHandshakeErrors struct{ w io.Writer }

func (o withoutHandshakeErrors) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("TLS handshake error")) {
		return len(p), nil
	}
	return o.w.Write(p)
}
