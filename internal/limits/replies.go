package limits

import (
	"bytes"
	"errors"
)

const (
	maxBytes    = 64 << 10 // in one reply, lines included
	maxElements = 64       // in one reply, nested ones included
)

var errReply = errors.New("not a reply of Redis's, or one that is too large")

// replies looks at what comes from Redis before redigo does, which makes room for whatever a reply
// announces. It is RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
type replies struct {
	complete int // replies that came to their end

	// Of the reply that is under way:
	open     int    // values that are still to come; 0: no reply is under way
	elements int    // values so far
	size     int    // bytes so far, or announced
	line     []byte // what came of a line that announces a value
	skip     int    // bytes of a string that are still to come
	end      bool   // a string's CR LF is to come
}

// pass takes note of bytes that came, or returns an error if redigo must not see them.
func (r *replies) pass(p []byte) error {
	for len(p) > 0 {
		if r.skip > 0 {
			n := min(r.skip, len(p))
			r.skip, p = r.skip-n, p[n:]
			continue
		}
		n := bytes.IndexByte(p, '\n') + 1
		whole := n > 0
		if !whole {
			n = len(p)
		}
		if r.size += n; r.size > maxBytes {
			return errReply
		}
		r.line = append(r.line, p[:n]...)
		p = p[n:]
		if !whole {
			continue
		}
		line, ok := bytes.CutSuffix(r.line, []byte("\r\n"))
		if !ok || !r.read(line) {
			return errReply
		}
		r.line = r.line[:0]
	}
	return nil
}

// read takes a whole line. It reports whether the reply may go on.
func (r *replies) read(line []byte) bool {
	if r.end { // of a string
		r.end = false
		return len(line) == 0 && r.value(0)
	}
	if len(line) == 0 {
		return false
	}
	if r.open == 0 {
		r.open = 1
	}
	switch line[0] {
	case '+', '-', ':':
		return r.value(0)
	case '$', '*':
		if string(line[1:]) == "-1" {
			return r.value(0)
		}
		n, ok := announced(line[1:])
		if line[0] == '*' {
			return ok && n <= maxElements && r.value(n)
		}
		r.skip, r.end = n, true
		r.size += n
		return ok && r.size <= maxBytes
	default:
		return false
	}
}

// value takes note of a value that came to its end, or of a list with so many values to come.
func (r *replies) value(more int) bool {
	r.open += more - 1
	if r.elements += more; r.elements > maxElements {
		return false
	}
	if r.open == 0 {
		r.complete++
		r.elements, r.size = 0, 0
	}
	return true
}

// announced reads a length as redigo does, but only what is within bounds.
func announced(digits []byte) (n int, ok bool) {
	const longest = 6 // digits
	if len(digits) == 0 || len(digits) > longest {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, n <= maxBytes
}
