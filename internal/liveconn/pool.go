package liveconn

import (
	"context"
	"time"
)

const (
	// openPatience is how long a request waits for the connection that Open is making before it
	// makes its own. A first packet that is lost is sent again only after a second.
	openPatience = time.Second

	// maxIdleConns bounds the connections kept for one origin. An instance handles one event at a
	// time and needs one.
	maxIdleConns = 4
)

// opening is a connection that is being made before there is a request for it.
type opening struct {
	began    time.Time
	patience time.Duration
	done     chan struct{} // closed when the connection is idle, or has failed
}

// Open opens a connection to host[:port] by scheme "http" or "https" without sending a request, and
// returns at once. If an idle connection is alive, it does nothing. A later request finds the
// connection ready, or waits for it up to a second; if it isn't there by then, or opening fails,
// the request opens its own.
func (t *Transport) Open(scheme, host string) {
	to := originOf(scheme, host)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.opening[to] != nil {
		return
	}
	o := &opening{t.Dialer.now(), t.openPatience, make(chan struct{})}
	t.opening[to] = o
	go func() {
		if p, err := t.reuseOrConnect(context.Background(), to); err == nil {
			t.put(to, p)
		}
		t.mu.Lock()
		delete(t.opening, to)
		t.mu.Unlock()
		close(o.done)
	}()
}

// CloseIdleConnections closes the connections that carry no request. It waits for those that are
// being opened, so that none is left behind.
func (t *Transport) CloseIdleConnections() {
	for {
		o := t.closeIdle()
		if o == nil {
			return
		}
		<-o.done
	}
}

// closeIdle closes the idle connections, and returns one that is being opened, if there is any.
func (t *Transport) closeIdle() *opening {
	t.mu.Lock()
	defer t.mu.Unlock()
	for to, conns := range t.idle {
		for _, p := range conns {
			p.Close()
		}
		delete(t.idle, to)
	}
	for _, o := range t.opening {
		return o
	}
	return nil
}

// take returns a connection that a request may be written to.
func (t *Transport) take(ctx context.Context, to origin) (*pooledConn, error) {
	for {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		// Read before the idle ones are: Open puts its connection among them before it is done.
		t.mu.Lock()
		o := t.opening[to]
		t.mu.Unlock()
		if p := t.reuse(to); p != nil {
			return p, nil
		}
		if o == nil || !o.wait(ctx, t.Dialer.now()) {
			return t.connect(ctx, to)
		}
	}
}

// wait waits until the connection is made, opening it has failed, or ctx is done, and then returns
// true. It returns false once the opening takes longer than its patience: also at once if the
// process was frozen meanwhile, because the timeout of the opening may have stood still.
func (o *opening) wait(ctx context.Context, now time.Time) bool {
	age := now.Round(0).Sub(o.began.Round(0)) // by the wall clock
	if age < 0 || age >= o.patience {
		return false
	}
	timer := time.NewTimer(o.patience - age)
	defer timer.Stop()
	select {
	case <-o.done:
	case <-ctx.Done():
	case <-timer.C:
		return false
	}
	return true
}

func (t *Transport) reuseOrConnect(ctx context.Context, to origin) (*pooledConn, error) {
	if p := t.reuse(to); p != nil {
		return p, nil
	}
	return t.connect(ctx, to)
}

// reuse takes the idle connection that was used last, and closes those it finds dead. It returns
// nil if none is alive.
func (t *Transport) reuse(to origin) *pooledConn {
	for {
		t.mu.Lock()
		conns := t.idle[to]
		if len(conns) == 0 {
			t.mu.Unlock()
			return nil
		}
		p := conns[len(conns)-1]
		t.idle[to] = conns[:len(conns)-1]
		t.mu.Unlock()
		if p.conn.Alive(t.Dialer.now()) && p.Err() == nil {
			return p
		}
		p.Close()
	}
}

// put keeps a connection for the next request.
func (t *Transport) put(to origin, p *pooledConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.Err() != nil {
		p.Close()
		return
	}
	conns := t.idle[to]
	if len(conns) >= maxIdleConns { // the oldest is the likeliest to be dead
		conns[0].Close()
		conns = conns[1:]
	}
	t.idle[to] = append(conns, p)
}
