package limits

import "github.com/gomodule/redigo/redis"

// Try claims one SMS of nobody's and gives it back, by the scripts of a [Guard], for a tool that has
// a connection to Redis. An error is one of redigo's; see [Explain]. If there is none, nothing stays
// in Redis, and otherwise nothing for longer than two seconds.
func Try(c redis.Conn, appID string) error {
	key := newNames(appID, "").prefix + "try:" + newID()
	mark, counter := key+":r", key+":t:1000"
	const kept, observe, n, w = 1000, 0, 1, 1000
	answer, err := redis.Values(
		redis.NewScript(2, claimText).Do(c, mark, counter, kept, underWay, observe, n, w))
	if err != nil {
		return err
	}
	var at int64
	if _, err := redis.Scan(answer, nil, &at); err != nil {
		return err
	}
	_, err = redis.NewScript(2, settleText).Do(c, mark, counter, underWay, "", at, w)
	return err
}
