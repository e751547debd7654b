package main

import (
	"errors"
	"net"
	"os/exec"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// redisServer is the Redis of a function with limits.
type redisServer struct {
	address string
	name    string // for the line below the table
	close   func()
}

// startRedis starts a redis-server or a valkey-server, or an imitation of one where there is none:
// that shares this process's CPU, and is slower.
func startRedis(dir string) (*redisServer, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if binary, err := exec.LookPath(name); err == nil {
			return startProcess(name, binary, dir)
		}
	}
	m, err := miniredis.Run()
	if err != nil {
		return nil, err
	}
	return &redisServer{m.Addr(), "miniredis, as there is no redis-server", m.Close}, nil
}

func startProcess(name, binary, dir string) (*redisServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	process := exec.Command(binary, "--port", port, "--bind", "127.0.0.1", "--save", "",
		"--appendonly", "no", "--dir", dir)
	if err := process.Start(); err != nil {
		return nil, err
	}
	s := &redisServer{address, name, func() {
		process.Process.Kill()
		process.Wait()
	}}
	for began := time.Now(); time.Since(began) < 10*time.Second; {
		if c, err := net.Dial("tcp", address); err == nil {
			return s, c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.close()
	return nil, errors.New(name + " doesn't listen")
}
