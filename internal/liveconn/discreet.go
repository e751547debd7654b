package liveconn

import (
	"bytes"
	"io"
)

// Discreet drops net/http's "Unsolicited response" lines, which can quote a body, and passes the
// rest to w. It is for [log.SetOutput] of a process that uses [Transport].
func Discreet(w io.Writer) io.Writer { return discreet{w} }

type discreet struct{ io.Writer }

func (d discreet) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("Unsolicited response")) {
		return len(line), nil
	}
	return d.Writer.Write(line)
}
