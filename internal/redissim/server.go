package redissim

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"scf-sms/internal/loopback"
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
	release   func() // of the port, which is held for a start after Stop
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
	// Another program may take the port where nothing holds it. And a cluster has a second one, which
	// is higher by 10,000: it may be taken, or be none at all.
	for range 20 {
		var port int
		if port, s.release, err = loopback.Hold(0); err != nil {
			break
		}
		s.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if err = s.Start(); err == nil {
			return s, nil
		}
		s.release()
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
	s.release()
	os.RemoveAll(s.dir)
}
