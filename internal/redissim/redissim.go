// Package redissim is a Redis on loopback inside this process, so that nobody has to install one to
// see the limits at work. Tests and tools use it. It never comes into the function's binary.
//
// It is github.com/alicebob/miniredis with the clock that limits need and with the ways in which a
// Redis fails. What only the real server can show, such as its speed, is tested on that one.
package redissim

import (
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// Version is what INFO says: the one whose commands are imitated.
const Version = "7.0.15"

// Fault is how a Redis fails.
type Fault string

// The faults. Each lasts until another is set.
const (
	None     Fault = ""
	Away     Fault = "away"     // takes commands, does none, and answers none
	Replica  Fault = "replica"  // refuses to write, as a read-only replica does
	Password Fault = "password" // wants another password
	Loading  Fault = "loading"  // has just started, and is still reading its data
)

// Faults are all faults, and None.
func Faults() []Fault { return []Fault{None, Away, Replica, Password, Loading} }

// Redis is a running server. Its methods may be called by several goroutines.
type Redis struct{ mini *miniredis.Miniredis }

// Start starts a server that wants a password, or none if that is empty. The caller calls Close.
func Start(password string) (*Redis, error) {
	mini, err := miniredis.Run()
	if err != nil {
		return nil, err
	}
	r := &Redis{mini}
	mini.ClockTTL(true) // otherwise nothing would ever expire
	r.SetPassword(password)
	r.SetFault(None)
	return r, nil
}

// Addr is where the server listens, as host:port.
func (r *Redis) Addr() string { return r.mini.Addr() }

// URL is a REDIS_URL of the server.
func (r *Redis) URL() string { return "redis://" + r.Addr() + "/0" }

// SetPassword makes new connections need a password, or none if it is empty.
func (r *Redis) SetPassword(password string) { r.mini.RequireAuth(password) }

// SetClock stops the server's clock at a time. The zero time lets it run again.
func (r *Redis) SetClock(at time.Time) { r.mini.SetTime(at) }

// Hash returns the fields of a hash, none if there is no such key.
func (r *Redis) Hash(key string) map[string]string {
	fields, _ := r.mini.HKeys(key) // its error is that there is none
	hash := map[string]string{}
	for _, field := range fields {
		hash[field] = r.mini.HGet(key, field)
	}
	return hash
}

// Clear forgets everything but the password, the fault and the clock.
func (r *Redis) Clear() { r.mini.FlushAll() }

// Close ends the server and its connections.
func (r *Redis) Close() { r.mini.Close() }

// SetFault makes the server fail, or work again.
func (r *Redis) SetFault(f Fault) {
	r.mini.Server().SetPreHook(func(c *server.Peer, command string, args ...string) bool {
		writes := strings.HasPrefix(command, "EVAL")
		switch {
		case f == Away:
		case f == Password && command == "AUTH":
			c.WriteError("WRONGPASS invalid username-password pair or user is disabled.")
		case f == Password:
			c.WriteError("NOAUTH Authentication required.")
		case f == Loading:
			c.WriteError("LOADING Redis is loading the dataset in memory")
		case f == Replica && writes:
			c.WriteError("READONLY You can't write against a read only replica.")
		case command == "INFO" && len(args) > 0 && strings.EqualFold(args[0], "server"):
			c.WriteBulk("# Server\r\nredis_version:" + Version + "\r\n") // miniredis has no such part
		default:
			return false
		}
		return true
	})
}
