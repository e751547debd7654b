package cloudsim

import (
	"slices"
	"time"
)

// overRateLocked reports whether the API's rate limit refuses a call now, and otherwise counts the
// call. Tencent's documents name calls a second and not how they are counted: here, no stretch of a
// second has more. Calls that are refused don't count.
func (c *Cloud) overRateLocked(q *call) bool {
	most, limited := c.account.Rates[q.action]
	if !limited {
		return false
	}
	recent := slices.DeleteFunc(c.taken[q.action], func(at time.Time) bool {
		return q.now.Sub(at) >= time.Second
	})
	over := len(recent) >= most
	if !over {
		recent = append(recent, q.now)
	}
	c.taken[q.action] = recent
	return over
}
