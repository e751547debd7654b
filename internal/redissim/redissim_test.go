package redissim

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/proto"
	"github.com/stretchr/testify/require"
)

func start(t *testing.T, password string) (*Redis, *proto.Client) {
	r, err := Start(password)
	require.NoError(t, err)
	t.Cleanup(r.Close)
	client, err := proto.Dial(r.mini.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return r, client
}

// ask returns the answer to a command, without the marks of the protocol around one text.
func ask(t *testing.T, client *proto.Client, command ...string) string {
	answer, err := client.Do(command...)
	require.NoError(t, err)
	return strings.Trim(answer, "+-:\r\n")
}

func TestTimeMovesOn(t *testing.T) {
	t.Parallel()
	r, client := start(t, "")
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r.SetClock(at)
	ask(t, client, "SET", "k", "v", "PX", "60000")
	r.SetClock(at.Add(59 * time.Second))
	require.Equal(t, "1000", ask(t, client, "PTTL", "k"))
	now, err := client.DoStrings("TIME")
	require.NoError(t, err)
	require.Equal(t, []string{"1772366459", "0"}, now)
	r.SetClock(at.Add(time.Minute))
	require.Equal(t, "0", ask(t, client, "EXISTS", "k"))

	t.Run("and by itself", func(t *testing.T) {
		r.SetClock(time.Time{})
		ask(t, client, "SET", "k", "v", "PX", "20")
		require.Eventually(t, func() bool { return ask(t, client, "EXISTS", "k") == "0" },
			time.Minute, time.Millisecond)
	})
	t.Run("or is emptied", func(t *testing.T) {
		ask(t, client, "SET", "k", "v")
		r.Clear()
		require.Equal(t, "0", ask(t, client, "EXISTS", "k"))
	})
}

func TestPassword(t *testing.T) {
	t.Parallel()
	_, client := start(t, "p")
	require.Contains(t, ask(t, client, "GET", "k"), "NOAUTH")
	require.Contains(t, ask(t, client, "AUTH", "other"), "WRONGPASS")
	require.Equal(t, "OK", ask(t, client, "AUTH", "p"))
}

func TestFaults(t *testing.T) {
	t.Parallel()
	r, client := start(t, "p")
	require.Equal(t, "OK", ask(t, client, "AUTH", "p"))
	const set = "return redis.call('SET', KEYS[1], '1').ok"
	for fault, refusal := range map[Fault]string{
		Replica: "READONLY ", Password: "NOAUTH ", Loading: "LOADING ",
	} {
		r.SetFault(fault)
		require.Contains(t, ask(t, client, "EVAL", set, "1", "k"), refusal)
	}
	r.SetFault(Password)
	require.Contains(t, ask(t, client, "AUTH", "p"), "WRONGPASS ")
	r.SetFault(None)
	require.Equal(t, "0", ask(t, client, "EXISTS", "k"), "a script that was refused has run")
	require.Contains(t, ask(t, client, "EVAL", set, "1", "k"), "OK")
	require.Contains(t, ask(t, client, "INFO", "server"), "redis_version:"+Version)

	t.Run("away is silence", func(t *testing.T) {
		r.SetFault(Away)
		answered := make(chan error)
		go func() { _, err := client.Do("DEL", "k"); answered <- err }()
		select {
		case err := <-answered:
			require.Fail(t, "it answered", "%v", err)
		case <-time.After(50 * time.Millisecond):
		}
		client.Close()
		require.Error(t, <-answered)
		r.SetFault(None)
		again, err := proto.Dial(r.mini.Addr())
		require.NoError(t, err)
		defer again.Close()
		require.Equal(t, "OK", ask(t, again, "AUTH", "p"))
		require.Equal(t, "1", ask(t, again, "EXISTS", "k"))
	})
}
