package limits

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/require"
)

// canned is a connection on which a server says something, in pieces of so many bytes.
type canned struct {
	net.Conn
	replies replies
	says    []byte
	piece   int
}

func (c *canned) Read(p []byte) (int, error) {
	if len(c.says) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.says[:min(c.piece, len(c.says))])
	c.says = c.says[n:]
	if refused := c.replies.pass(p[:n]); refused != nil {
		return 0, refused
	}
	return n, nil
}

func (c *canned) Close() error                     { return nil }
func (c *canned) SetReadDeadline(time.Time) error  { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }

// plain is a connection without our reader.
type plain struct{ canned }

func (c *plain) Read(p []byte) (int, error) {
	if len(c.says) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.says)
	c.says = c.says[n:]
	return n, nil
}

// receiveAll returns what redigo makes of what a server says, up to the first failure.
func receiveAll(c net.Conn) (answers []string, err error) {
	conn := redis.NewConn(c, 0, 0)
	for {
		answer, err := conn.Receive()
		if _, isReply := errors.AsType[redis.Error](err); err != nil && !isReply {
			return answers, err
		}
		answers = append(answers, fmt.Sprintf("%q %v", answer, err))
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	bulk := func(size int) string {
		return fmt.Sprintf("$%d\r\n%s\r\n", size, strings.Repeat("x", size))
	}
	full := "*64\r\n" + strings.Repeat(":1\r\n", 64)
	for _, tt := range []struct {
		name, says string
		complete   int
		refused    bool
	}{
		{"nothing", "", 0, false},
		{"one of each kind",
			"+OK\r\n-ERR no\r\n:7\r\n$2\r\nab\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n", 8, false},
		{"a list in a list", "*2\r\n*2\r\n:1\r\n$1\r\na\r\n+b\r\n", 1, false},
		{"line breaks in a string", "$4\r\n\r\n\r\n\r\n:1\r\n", 2, false},
		{"half a line", "+O", 0, false},
		{"half a string", "$4\r\nab", 0, false},
		{"a list that goes on", "*2\r\n:1\r\n", 0, false},
		{"64 elements", full, 1, false},
		{"64 elements, again and again", strings.Repeat(full, 9), 9, false},
		{"65 elements", "*65\r\n", 0, true},
		{"65 elements in two lists", "*2\r\n*31\r\n" + strings.Repeat(":1\r\n", 31) + "*32\r\n", 0, true},
		{"a list in a list in a list", strings.Repeat("*1\r\n", 65), 0, true},
		{"almost 64 KiB", bulk(maxBytes - 100), 1, false},
		{"more than 64 KiB", "$65537\r\n", 0, true},
		{"more than 64 KiB in two strings", "*2\r\n" + bulk(40_000) + "$40000\r\n", 0, true},
		{"more than an int", "$18446744073709551617\r\n", 0, true},
		{"more than an int of elements", "*18446744073709551617\r\n", 0, true},
		{"a long line", "+" + strings.Repeat("x", maxBytes), 0, true},
		{"a long error", "-" + strings.Repeat("x", maxBytes) + "\r\n", 0, true},
		{"less than nothing", "$-2\r\n", 0, true},
		{"no length", "$\r\n", 0, true},
		{"a length with a sign", "$+2\r\nab\r\n", 0, true},
		{"no kind", "OK\r\n", 0, true},
		{"RESP3", "%1\r\n+a\r\n+b\r\n", 0, true},
		{"an empty line", "\r\n", 0, true},
		{"a line feed alone", "+OK\n", 0, true},
		{"a string without an end", "$2\r\nabc\r\n", 0, true},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, piece := range []int{1, 2, 3, 7, 4096} {
				c := &canned{says: []byte(tt.says), piece: piece}
				answers, err := receiveAll(c)
				require.Equal(t, tt.refused, errors.Is(err, errReply), err)
				require.Equal(t, tt.complete, c.replies.complete)
				if !tt.refused {
					require.Len(t, answers, tt.complete)
				}
			}
		})
	}
}

func FuzzReplies(f *testing.F) {
	f.Add([]byte("+OK\r\n*2\r\n$2\r\nok\r\n:5\r\n"), uint8(3))
	f.Add([]byte("*64\r\n*64\r\n"), uint8(1))
	f.Add([]byte("$99999999999\r\n"), uint8(5))
	f.Add([]byte("*2\r\n$65000\r\n"), uint8(200))
	f.Fuzz(func(t *testing.T, says []byte, piece uint8) {
		c := &canned{says: bytes.Clone(says), piece: 1 + int(piece)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		answers, err := receiveAll(c)
		runtime.ReadMemStats(&after)
		allowed := uint64(1<<20 + 100*len(says))
		took := after.TotalAlloc - before.TotalAlloc
		require.Less(t, took, allowed, "no room is made for what is announced")
		require.Error(t, err)
		if errors.Is(err, errReply) {
			return
		}
		// What went through is what redigo alone would have read.
		alone, _ := receiveAll(&plain{canned{says: bytes.Clone(says)}})
		require.Equal(t, alone, answers)
		require.LessOrEqual(t, len(answers), c.replies.complete)
	})
}
