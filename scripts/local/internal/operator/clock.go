package operator

import (
	"net/http"
	"sync"
	"time"

	"scf-sms/internal/liveconn"
)

// ClockProbe is a transport that notes how far this machine's clock is from that of whoever
// answers.
type ClockProbe struct {
	Now func() time.Time // this machine's clock

	next  *liveconn.Transport
	mu    sync.Mutex
	ahead time.Duration // what this clock says more than the other
	known bool
}

// RoundTrip implements http.RoundTripper.
func (c *ClockProbe) RoundTrip(req *http.Request) (*http.Response, error) {
	began := c.Now()
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		// The header has whole seconds, so on average the answer is half a second younger.
		took := c.Now().Sub(began)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ahead, c.known = began.Add(took/2).Sub(date.Add(time.Second/2)), true
	}
	return resp, nil
}

// Skew returns how far this clock is ahead, if any answer said so.
func (c *ClockProbe) Skew() (ahead time.Duration, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.known
}
