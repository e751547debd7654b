package limits

import (
	"strconv"
	"time"
)

// Counters are those that a claim of an order looks at, for tools that show how much is used.
// hashKey is what [Secrets] returns.
func Counters(r Rules, appID, hashKey string, o Order) []Counter {
	return newNames(appID, hashKey).counters(r, o)
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
