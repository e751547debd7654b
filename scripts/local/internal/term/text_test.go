package term

import (
	"bytes"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWrapping(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"unbreakable", 5, []string{"unbreakable"}},
		{"您的验证码为{1}，请勿泄露", 12, []string{"您的验证码", "为{1}，请勿", "泄露"}},
	} {
		require.Equal(t, tt.want, Wrap(tt.text, tt.width))
	}
	require.Equal(t, "您的…", Shorten("您的验证码", 6))
	require.Equal(t, "您的验", Shorten("您的验", 6))
}

func TestTerminals(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer null.Close()
	require.False(t, IsTerminal(null))
	require.False(t, IsTerminal(&bytes.Buffer{}))
	file, err := os.Open("text.go")
	require.NoError(t, err)
	defer file.Close()
	require.False(t, IsTerminal(file))
}

func TestSlowWorkIsAnnounced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		done := Announce(&errs, time.Second, "building")
		time.Sleep(999 * time.Millisecond)
		done()
		time.Sleep(time.Second)
		require.Empty(t, errs.String(), "it was over in time")

		done = Announce(&errs, time.Second, "building")
		time.Sleep(1001 * time.Millisecond)
		synctest.Wait()
		require.Equal(t, "building\n", errs.String())
		done()
	})
}

// The race detector sees whether a line is printed while somebody reads what was.
func TestWorkThatIsOver_printsNothing(t *testing.T) {
	t.Parallel()
	for range 1000 {
		var errs bytes.Buffer
		done := Announce(&errs, time.Microsecond, "building")
		done()
		require.Contains(t, []string{"", "building\n"}, errs.String())
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a [31mb c 示例 d e�", Plain("a\x1b[31mb\rc\u009b示例\u202ed\ne\xff"))
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{"10m": 10 * time.Minute, "1h": time.Hour,
		"1h30m": 90 * time.Minute, "30s": 30 * time.Second, "1m30s": 90 * time.Second, "0s": 0} {
		require.Equal(t, want, Span(d))
	}
}
