package dependability

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// numeral matches what the scripts are told of a limit and of time: N, W, how long a mark is kept,
// and the time of a claim since began, in ms. Their digits are nobody's.
func numeral(began time.Time) *regexp.Regexp {
	first, last := began.UnixMilli()/1e8, time.Now().UnixMilli()/1e8
	return regexp.MustCompile(fmt.Sprintf(
		`\r\n(1000000|86400000|60000|(%d|%d)\d{8})\r\n|:86400000\r\n`, first, last))
}

// A recorder before Redis sees nothing that is secret but the password, over all events and hostile
// ones. Nor does any output: the fixture looks.
func TestRedisSeesNothingSecret(t *testing.T) {
	t.Parallel()
	for name, real := range map[string]bool{"miniredis": false, "redis-server": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if real && testing.Short() {
				t.Skip("each event starts a process")
			}
			began := time.Now()
			r := startRecorder(t, startRedis(t, real, redisPassword))
			const most = `"1000000/24h"`
			s := newSecrecyFixture(t, map[string]string{
				"REDIS_URL":   "redis://" + r.address,
				"TIME_BUDGET": "8s", // a tenth of it is more than Redis needs
				"LIMITS": fmt.Sprintf(`{"number": %s, "block": %[1]s, "callingCode": {"*": %[1]s}, `+
					`"total": %[1]s, "ip": %[1]s}`, most),
			}, redisSecret)
			s.secrets = append(s.secrets, redisPassword, "example-hash-key")
			var all []string
			for _, event := range readEvents(t) {
				s.restart()
				s.invoke(event.payload, "", event.secrets...)
				all = append(all, event.secrets...)
			}
			for _, event := range hostile() {
				s.invoke(event, "", hiddenToken)
			}
			for _, key := range []string{hiddenText, strings.Repeat("k", 200), "a key"} {
				s.invoke(withKey(key, hiddenNumber), "")
				s.invoke(withKey(key, hiddenNumber), "")
			}
			seen := r.String()
			require.Greater(t, strings.Count(seen, "EVALSHA"), 20)
			require.Contains(t, seen, "scf-sms:{1400006666}:i:", "there was an IP")
			seen = strings.ReplaceAll(seen, redisPassword, "")
			seen = numeral(began).ReplaceAllString(seen, "\r\n")
			for _, secret := range append(all, s.secrets...) {
				require.False(t, strings.Contains(seen, secret), "%q is in:\n%s", secret, seen)
			}
			require.NotContains(t, seen, "482913", "the code of withKey")
			require.NotContains(t, seen, hiddenNumber[2:], "nor the number without calling code")
			require.NotContains(t, seen, hiddenNumber[:len(hiddenNumber)-4], "nor its block")
		})
	}
}
