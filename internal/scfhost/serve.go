package scfhost

import (
	"net"
	"net/http"
)

// Server answers HTTP at a free port of this machine.
type Server struct {
	URL  string // without a slash at its end
	http *http.Server
}

// Serve lets a handler answer until Close.
func Serve(handler http.Handler) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + listener.Addr().String(), http: &http.Server{Handler: handler}}
	go s.http.Serve(listener)
	return s, nil
}

// Close ends the port, and the requests that are under way.
func (s *Server) Close() error { return s.http.Close() }
