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

	// Clock, if not nil, judges timestamps instead of Now: those of a signature are real ones.
	Clock func() time.Time
}

// Cloud answers requests as Tencent Cloud does. It is an http.Handler for any server; the faults
// that end a connection need HTTP/1.
type Cloud struct {
	now   func() time.Time
	clock func() time.Time // judges timestamps

	mu       sync.Mutex // guards what follows
	account  Account
	standing map[string]Fault // :: action → standing fault
	changed  chan struct{}    // closed and replaced whenever the outcome of a request is decided
	made     uint64           // how many things were made in the account, for their ids
	url      func(function, id string) string
	carrier  Report // of numbers that the account says nothing of
	state
}

// state is what Reset empties.
type state struct {
	requests []*Request
	decided  map[string]int // :: action → requests whose outcome is decided
	outbox   []Message
	scripted map[string][]Fault     // :: action → faults of the next requests
	taken    map[string][]time.Time // :: action with a rate limit → calls of the last second
}

// New returns a cloud that knows a copy of config's account.
func New(config Config) *Cloud {
	c := &Cloud{
		now:      config.Now,
		account:  config.Account.clone(),
		standing: make(map[string]Fault),
		changed:  make(chan struct{}),
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.clock = config.Clock; c.clock == nil {
		c.clock = c.now
	}
	c.Reset()
	return c
}

// SetNow replaces the cloud's clock, but not that which judges timestamps. It is called before the
// first request.
func (c *Cloud) SetNow(now func() time.Time) { c.now = now }

// Update changes the account between two requests: it rotates or disables a key, or changes a
// secret.
func (c *Cloud) Update(change func(*Account)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.account)
}

// Account returns a copy of what the account holds now.
func (c *Cloud) Account() Account {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.account.clone()
}

// ServeURLs says where the URLs of functions are served that are made from now on: id is in the
// URL's name. Without it they are where Tencent would serve them, and nobody does.
func (c *Cloud) ServeURLs(url func(function, id string) string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.url = url
}

// Replace replaces the account by a copy of a.
func (c *Cloud) Replace(a Account) {
	c.Update(func(account *Account) { *account = a.clone() })
}

// Reset empties the outbox, the requests, the scripted faults and what was counted for limits, and
// starts the serial numbers again. It keeps the account and the standing faults.
func (c *Cloud) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state{decided: make(map[string]int), scripted: make(map[string][]Fault),
		taken: make(map[string][]time.Time)}
}

// ServeHTTP answers one request, or does what its fault says.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := c.arrive(r)
	var err error
	if q.fault.Kind != ResetEarly {
		// net/http notices that a client went away only once the whole body is read.
		q.body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	if q.fault.Kind == ResetEarly || err != nil {
		c.decide(q)
		sever(w, true)
		return
	}
	c.mu.Lock()
	if !q.fault.ofAction {
		q.fault = c.faultOfNumberLocked(q)
	}
	q.record.Body, q.record.Fault = q.body, q.fault.Kind
	c.mu.Unlock()
	c.serve(w, q)
}
