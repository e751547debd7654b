package limits

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"

	"scf-sms/internal/liveconn"
)

// openPatience is how long a connection that [Guard.Open] began is waited for, by the wall clock. A
// process that was frozen meanwhile must not wait for it again.
const openPatience = 2500 * time.Millisecond

// script is one that Redis keeps under its hash once it has run it. Without a hash it is sent whole.
type script struct{ text, hash string }

func newScript(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text, hex.EncodeToString(sum[:])}
}

// connection carries one script after another.
type connection struct {
	redis   redis.Conn
	wire    *wire
	greeted bool // AUTH and SELECT are done
	asked   int  // commands that were written
}

// wire is what redigo reads and writes.
type wire struct {
	*liveconn.Conn
	replies replies
}

// Read implements [net.Conn].
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if refused := w.replies.pass(p[:n]); refused != nil {
		return 0, refused
	}
	return n, err
}

// SetReadDeadline does nothing: redigo would take away the one deadline that all of an exchange
// has.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// connections are those to one Redis.
type connections struct {
	server Server
	dialer *liveconn.Dialer
	now    func() time.Time

	patience time.Duration // openPatience

	mu      sync.Mutex
	idle    *connection // nil: none
	opening *opening    // nil: none
}

// opening is a connection that is being made before there is a claim for it.
type opening struct {
	began time.Time
	done  chan struct{}
}

// open makes a connection without waiting for it, unless there is one that is alive.
func (p *connections) open() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opening != nil && p.recent(p.opening) || p.idle != nil && p.alive(p.idle) {
		return
	}
	o := &opening{p.now(), make(chan struct{})}
	p.opening = o
	go func() {
		defer close(o.done)
		c, err := p.dial(context.Background())
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.opening == o {
			p.opening = nil
		}
		if err == nil {
			p.putLocked(c)
		}
	}()
}

// recent reports whether it is worth waiting for o.
func (p *connections) recent(o *opening) bool {
	age := p.now().Round(0).Sub(o.began.Round(0))
	return 0 <= age && age < p.patience
}

func (p *connections) dial(ctx context.Context) (*connection, error) {
	dial := p.dialer.Dial
	if p.server.TLS {
		dial = p.dialer.DialTLS
	}
	live, err := dial(ctx, p.server.Address)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: live}
	return &connection{redis: redis.NewConn(w, 0, 0), wire: w}, nil
}

// alive reports whether a script may be written to c, and nothing stands in it that was not asked
// for.
func (p *connections) alive(c *connection) bool {
	r := &c.wire.replies
	atEnd := r.complete == c.asked && r.open == 0 && len(r.line) == 0
	return atEnd && c.redis.Err() == nil && c.wire.Alive(p.now())
}

// take returns a connection that a script may be written to.
func (p *connections) take(ctx context.Context) (*connection, error) {
	p.mu.Lock()
	o := p.opening
	p.mu.Unlock()
	if o != nil && p.recent(o) {
		select {
		case <-o.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p.mu.Lock()
	c := p.idle
	p.idle = nil
	p.mu.Unlock()
	if c != nil && p.alive(c) {
		return c, nil
	}
	if c != nil {
		c.redis.Close()
	}
	return p.dial(ctx)
}

// putLocked keeps a connection for the next script. An instance handles one event at a time and
// needs one.
func (p *connections) putLocked(c *connection) {
	if p.idle != nil {
		p.idle.redis.Close()
	}
	p.idle = c
}

// close closes the connection that is kept, after the one that is being made.
func (p *connections) close() {
	p.mu.Lock()
	o := p.opening
	p.mu.Unlock()
	if o != nil {
		<-o.done
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle != nil {
		p.idle.redis.Close()
		p.idle = nil
	}
}

// run runs a script once, before the end of ctx. A cause means that there is no answer; the script
// may have run all the same. args are the number of keys, the keys, and the arguments.
func (p *connections) run(
	ctx context.Context, password string, s *script, args []any,
) (any, Cause) {
	c, err := p.take(ctx)
	if err != nil {
		return nil, connecting(err)
	}
	deadline, _ := ctx.Deadline()
	if c.wire.SetDeadline(deadline) != nil {
		c.redis.Close()
		return nil, NoConnection
	}
	answer, failed := c.exchange(p.server, password, s, args)
	if failed != 0 {
		c.redis.Close()
		return nil, failed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.putLocked(c)
	return answer, 0
}

// exchange runs a script. What greets Redis goes out in the same write.
func (c *connection) exchange(to Server, password string, s *script, args []any) (any, Cause) {
	var greetings []Cause // what a refusal of each means
	if !c.greeted && password != "" {
		c.send("AUTH", password)
		greetings = append(greetings, PasswordRefused)
	}
	if !c.greeted && to.Database != 0 {
		c.send("SELECT", to.Database)
		greetings = append(greetings, DatabaseRefused)
	}
	if s.hash == "" {
		c.send("EVAL", append([]any{s.text}, args...)...)
	} else {
		c.send("EVALSHA", append([]any{s.hash}, args...)...)
	}
	for _, refused := range greetings {
		if _, cause := c.receive(refused); cause != 0 {
			return nil, cause
		}
	}
	c.greeted = true
	answer, cause := c.receive(ScriptRefused)
	if cause == noScript { // it ran nothing, so the text may follow
		c.send("EVAL", append([]any{s.text}, args...)...)
		answer, cause = c.receive(ScriptRefused)
	}
	return answer, cause
}

// send writes a command, at the latest when an answer is received. Writing fails only when the
// connection does, and then receiving does, too.
func (c *connection) send(command string, args ...any) {
	_ = c.redis.Send(command, args...)
	c.asked++
}

// receive returns the next answer. refused is what an error means whose code doesn't say more.
func (c *connection) receive(refused Cause) (any, Cause) {
	_ = c.redis.Flush()
	answer, err := c.redis.Receive()
	if err != nil {
		return nil, Explain(err, refused)
	}
	return answer, 0
}
