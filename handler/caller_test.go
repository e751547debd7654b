package handler

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A stranger's body must not end the instance, whatever is wrong with the reader of it.
func TestPeek_readerThatPanics(t *testing.T) {
	t.Parallel()
	reads := 0
	req := &request{caller: caller{read: func([]byte, parameters) (message, error) {
		reads++
		panic("fault")
	}}}
	require.Zero(t, req.peek())
	require.Equal(t, 1, reads)
}

func TestPeek_bodyThatIsTooLarge(t *testing.T) {
	t.Parallel()
	large := &request{
		event:  event{Body: []byte(`"` + strings.Repeat("x", 64<<10+1) + `"`)},
		caller: caller{maxBody: 512 << 10, read: func([]byte, parameters) (message, error) { panic("read") }},
	}
	require.Zero(t, large.peek())
	req := &request{event: event{Body: []byte(`"12345"`)}, caller: caller{maxBody: 4, read: func([]byte, parameters) (message, error) {
		panic("read")
	}}}
	require.Zero(t, req.peek())
}
