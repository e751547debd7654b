package tencent

import (
	"bytes"
	"io"
)

// Discreet is w, as the output of package log, without the one thing that net/http writes there: what a server sends
// unasked, which may be an answer with a number in it. What else goes there is why a process can't start.
func Discreet(w io.Writer) io.Writer { return discreet{w} }

type discreet struct{ io.Writer }

func (d discreet) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Unsolicited response")) {
		return len(line), nil
	}
	return d.Writer.Write(line)
}
