package cloudsim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRates(t *testing.T) {
	t.Parallel()
	const refused = "RequestLimitExceeded"
	e := newEnv(t)
	e.cloud.Update(func(a *Account) { a.Rates = map[string]int{SendSms: 2} })
	send := func(n int, after time.Duration, want string) {
		t.Helper()
		e.clock.add(after)
		require.Equal(t, want, e.sendOne(code(n)))
	}
	send(1, 0, "Ok")
	send(2, 900*time.Millisecond, "Ok")
	send(3, 0, refused)
	send(3, 99*time.Millisecond, refused)
	send(3, time.Millisecond, "Ok")
	send(4, 0, refused)
	send(4, 900*time.Millisecond, "Ok")
	require.Len(t, e.cloud.Outbox(), 4, "what is refused does nothing")

	e.asRole()
	for range 5 {
		_, err := e.read("sms-key", "SSM_Current")
		require.NoError(t, err, "another action has no limit")
	}
	e.cloud.Reset()
	e.cloud.Update(func(a *Account) { a.Rates = map[string]int{GetSecretValue: 0} })
	_, err := e.read("sms-key", "SSM_Current")
	require.Equal(t, refused, codeOf(t, err))
}
