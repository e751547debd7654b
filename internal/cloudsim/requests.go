package cloudsim

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Request is one request that arrived, whatever its outcome was.
type Request struct {
	Action     string
	Version    string
	Region     string
	SecretID   string // as claimed, verified or not
	Token      bool   // it had an X-TC-Token
	RemoteAddr string // the same for requests on one connection
	RequestID  string
	Time       time.Time
	Body       []byte // nil if it was never read

	// Code is that of the outer error or of the first refused item. It is "" for Ok, and if a fault
	// kept the request from being processed.
	Code  string
	Fault Kind // what went wrong on purpose
}

// Requests returns copies of all requests since the start or Reset, in the order of their arrival.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	requests := make([]Request, len(c.requests))
	for i, r := range c.requests {
		requests[i] = *r
	}
	return requests
}

// Count returns how many requests of the action arrived.
func (c *Cloud) Count(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, r := range c.requests {
		if r.Action == action {
			n++
		}
	}
	return n
}

// Await waits until the outcome of n requests of the action is decided: they were processed, or a
// fault made sure that they never will be. It returns the cause of ctx's end if that comes first.
// It spares a test a sleep if a fault leaves the client without an answer.
func (c *Cloud) Await(ctx context.Context, action string, n int) error {
	for {
		c.mu.Lock()
		done, changed := c.decided[action] >= n, c.changed
		c.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// call is one request on its way through the cloud.
type call struct {
	http   *http.Request
	action string
	body   []byte
	now    time.Time // by Config.Now
	clock  time.Time // for timestamps
	fault  Fault
	record *Request // guarded by Cloud.mu

	// The gateway sets these.
	key    Key
	params params
}

// id is the request id. It never changes after arrival, so it needs no lock.
func (q *call) id() string { return q.record.RequestID }

// arrive records the request and takes the fault that it meets.
func (c *Cloud) arrive(r *http.Request) *call {
	auth, _ := parseAuthorization(r.Header.Get("Authorization"))
	q := &call{http: r, now: c.now(), clock: c.clock(), action: r.Header.Get("X-TC-Action")}

	c.mu.Lock()
	defer c.mu.Unlock()
	q.fault = c.takeFaultLocked(q.action)
	q.record = &Request{
		Action:     q.action,
		Version:    r.Header.Get("X-TC-Version"),
		Region:     r.Header.Get("X-TC-Region"),
		SecretID:   auth.secretID,
		Token:      r.Header.Get("X-TC-Token") != "",
		RemoteAddr: r.RemoteAddr,
		RequestID:  fmt.Sprintf("a0aabda6-cf91-4f3e-a81f-%012x", len(c.requests)+1),
		Time:       q.now,
		Fault:      q.fault.Kind,
	}
	c.requests = append(c.requests, q.record)
	return q
}

// takeFaultLocked takes the next scripted fault of an action, or else the standing one.
func (c *Cloud) takeFaultLocked(action string) (f Fault) {
	if queue := c.scripted[action]; len(queue) > 0 {
		f, f.ofAction = queue[0], true
		c.scripted[action] = queue[1:]
	} else {
		f, f.ofAction = c.standing[action]
	}
	return f
}

// decide notes that the outcome of the request is decided, and wakes Await.
func (c *Cloud) decide(q *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.decideLocked(q)
}

func (c *Cloud) decideLocked(q *call) {
	c.decided[q.action]++
	close(c.changed)
	c.changed = make(chan struct{})
}
