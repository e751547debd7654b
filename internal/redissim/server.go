package redissim

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// ErrNoServer says that this machine has neither a redis-server nor a valkey-server.
var ErrNoServer = errors.New("there is no redis-server here: apt-get install redis-server")

// Server is a redis-server or a valkey-server in a process of its own, on loopback: for what only
// the real one can show.
type Server struct {
	Addr string // host:port
	Name string // of the program

	path, dir string
	args      []string
	process   *os.Process
	ended     chan struct{}
}

// StartServer starts a server that keeps nothing on disk, with more arguments. The caller calls
// Close. The error is ErrNoServer if there is no program to start.
func StartServer(args ...string) (s *Server, err error) {
	s = &Server{args: args}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil && s.path == "" {
			s.Name, s.path = name, path
		}
	}
	if s.path == "" {
		return nil, ErrNoServer
	}
	parent := ""
	if len(os.TempDir()) > 60 {
		parent = "/tmp" // the path of a socket has some 100 bytes at most
	}
	if s.dir, err = os.MkdirTemp(parent, "scf-sms-redis-"); err != nil {
		return nil, err
	}
	for range 3 { // another program may take a port that is free before the server has it
		if s.Addr, err = freeAddress(); err == nil {
			err = s.Start()
		}
		if err == nil {
			return s, nil
		}
	}
	os.RemoveAll(s.dir)
	return nil, err
}

// Start starts a server again that Stop has stopped. It has forgotten all.
func (s *Server) Start() error {
	_, port, _ := net.SplitHostPort(s.Addr)
	// It listens on the port first, or ends. What answers on the socket is it, and not another
	// program that has taken the port.
	socket := filepath.Join(s.dir, "socket")
	cmd := exec.Command(s.path, append([]string{"--port", port, "--bind", "127.0.0.1",
		"--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", s.dir}, s.args...)...)
	_ = os.Remove(socket) // of one that was stopped
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.process, s.ended = cmd.Process, ended
	go func() { _ = cmd.Wait(); close(ended) }()
	late := time.After(time.Minute)
	for !answers(socket) {
		select {
		case <-ended:
			return errors.New(s.Name + " ended at once")
		case <-late:
			s.Stop()
			return errors.New(s.Name + " doesn't answer")
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func answers(socket string) bool {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = c.Write([]byte("PING\r\n"))
	_, err = c.Read(make([]byte, 1)) // a refusal is an answer, too
	return err == nil
}

// Signal sends a signal to the process.
func (s *Server) Signal(signal os.Signal) error { return s.process.Signal(signal) }

// Stop ends the process, as a crash does.
func (s *Server) Stop() {
	_ = s.process.Kill()
	<-s.ended
}

// Close stops the server and removes its folder.
func (s *Server) Close() {
	s.Stop()
	os.RemoveAll(s.dir)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
