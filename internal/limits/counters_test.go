package limits

import (
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

func TestCounters_areThoseOfAClaim(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, address string) {
		rules := parseRules(t, `{"number": "5/1h, 10/24h", "total": "100/1h", "ip": "7/10m"}`)
		order := signIn(func(o *Order) { o.IP = "203.0.113.7" })
		g := newGuard(address, rules)
		for code := range 3 {
			order.Passcode = []string{"000001", "000002", "000003"}[code]
			require.Equal(t, Granted, g.ask(t, order).Decision)
		}
		used := map[string]int{}
		for _, c := range Counters(rules, appID, hashKey, order) {
			buckets, err := redis.StringMap(do(t, address, "HGETALL", c.Name), nil)
			require.NoError(t, err)
			name := string(c.Scope) + " " + c.Limit.String()
			used[name] = c.Limit.Used(buckets, time.Now())
			require.Zero(t, c.Limit.Used(buckets, time.Now().Add(c.Limit.W+c.Limit.W/15)), name)
		}
		require.Equal(t, map[string]int{
			"number 5/1h": 3, "number 10/24h": 3, "block 30/1h": 3, "total 100/1h": 3, "ip 7/10m": 3,
		}, used)
	})
}
