package limits

import (
	"strconv"
	"time"
)

// Counter is a limit that an order falls under, for tools that show how much of it is used.
type Counter struct {
	Name  string // of the hash in Redis: see claim.lua
	Scope Scope
	Limit Limit
}

// Counters are those that a claim of an order looks at. hashKey is what [Secrets] returns.
func Counters(r Rules, appID, hashKey string, o Order) (all []Counter) {
	for _, c := range newNames(appID, hashKey).counters(r, o) {
		all = append(all, Counter{c.name, c.scope, c.limit})
	}
	return all
}

// Used is how much of a limit is used at a time of Redis's clock. buckets are the hash of its
// counter.
func (l Limit) Used(buckets map[string]string, now time.Time) (n int) {
	length := float64(l.W.Milliseconds()) / 16
	since := float64(now.Add(-l.W).UnixMilli())
	for name, value := range buckets {
		bucket, _ := strconv.ParseFloat(name, 64)
		count, _ := strconv.Atoi(value)
		if (bucket+1)*length > since {
			n += count
		}
	}
	return n
}
