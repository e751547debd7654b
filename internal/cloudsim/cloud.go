package cloudsim

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// Config says what the simulated cloud knows and how it tells the time.
type Config struct {
	Account Account

	// Now is the cloud's clock: it judges timestamps and drives the limits. If nil, time.Now is
	// used.
	Now func() time.Time

	// GatewayNow, if not nil, judges timestamps instead of Now. Tencent's SDK signs by the
	// machine's clock, so a test that moves Now to the next day and sends with the SDK sets this to
	// time.Now.
	GatewayNow func() time.Time
}

var _ http.Handler = (*Cloud)(nil)

// Cloud answers requests as Tencent Cloud does. It is an http.Handler for any server; the faults
// that end a connection need HTTP/1.
type Cloud struct {
	now        func() time.Time
	gatewayNow func() time.Time

	mu       sync.Mutex // guards what follows
	account  Account
	standing map[string]Fault // :: action → standing fault
	changed  chan struct{}    // closed and replaced whenever the outcome of a request is decided
	state
}

// state is what Reset empties.
type state struct {
	requests []*Request
	decided  map[string]int // :: action → requests whose outcome is decided
	outbox   []Message
	scripted map[string][]Fault // :: action → faults of the next requests
	sent     sent
	serial   int
}

// New returns a cloud that knows a copy of config's account.
func New(config Config) *Cloud {
	c := &Cloud{
		now:        config.Now,
		gatewayNow: config.GatewayNow,
		account:    config.Account.clone(),
		standing:   make(map[string]Fault),
		changed:    make(chan struct{}),
		state:      newState(),
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.gatewayNow == nil {
		c.gatewayNow = c.now
	}
	return c
}

func newState() state {
	return state{
		decided:  make(map[string]int),
		scripted: make(map[string][]Fault),
		sent:     newSent(),
	}
}

// Update changes the account between two requests: it rotates or disables a key, or changes a
// secret.
func (c *Cloud) Update(change func(*Account)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.account)
}

// Replace replaces the account by a copy of a.
func (c *Cloud) Replace(a Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.account = a.clone()
}

// Reset empties the outbox, the requests, the scripted faults and what was counted for limits and
// the package, and starts the serial numbers again. It keeps the account and the standing faults.
func (c *Cloud) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = newState()
}

// ServeHTTP answers one request, or does what its fault says.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, fault, found := c.arrive(r)
	if fault.Kind == ResetEarly {
		c.decide(q, "")
		sever(w, true)
		return
	}
	// net/http notices that a client went away only once the whole body is read.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		c.decide(q, "")
		sever(w, true)
		return
	}
	q.body = body
	if !found {
		fault = c.faultOfNumber(q)
	}
	c.recordBody(q, fault)
	c.serve(w, q, fault)
}
