package main

import (
	"errors"

	"scf-sms/internal/redissim"
)

// redisServer is the Redis of a function with limits.
type redisServer struct {
	address string
	name    string // for the line below the table
	close   func()
}

// startRedis starts a redis-server or a valkey-server, or an imitation of one where there is none:
// that shares this process's CPU, and is slower.
func startRedis() (*redisServer, error) {
	s, err := redissim.StartServer()
	if err == nil {
		return &redisServer{s.Addr, s.Name, s.Close}, nil
	}
	if !errors.Is(err, redissim.ErrNoServer) {
		return nil, err
	}
	r, err := redissim.Start("")
	if err != nil {
		return nil, err
	}
	return &redisServer{r.Addr(), "miniredis, as there is no redis-server", r.Close}, nil
}
