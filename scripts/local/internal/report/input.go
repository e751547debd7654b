package report

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
)

// longest is the longest line that is read, in bytes. SCF cuts lines at 8 KB
// (https://cloud.tencent.com/document/product/583/18032).
const longest = 1 << 20

// log reads the lines of the function's log one after another.
type log struct {
	take func(*line)      // a line that is a JSON object, the function's or another
	bad  func(number int) // one that can't be read; the first has number 1

	line line
}

// read reads all of a log: one JSON object a line, a JSON list of objects, or CSV with a line of
// names, each of them plain or packed by gzip. It holds one line of it at a time. The error is one
// of reading; what was read before it was taken.
func (l *log) read(ctx context.Context, from io.Reader) error {
	in := bufio.NewReaderSize(from, longest)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = bufio.NewReaderSize(unpacked, longest)
	}
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		_, _ = in.Discard(3) // it was peeked at
	}
	head, _ := in.Peek(64 << 10)
	if start := bytes.TrimLeft(head, " \t\r\n"); len(start) > 0 && start[0] == '[' {
		return l.list(ctx, in)
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if table := newTable(first); table != nil {
		_, _ = in.Discard(min(len(first)+1, len(head)))
		return l.lines(ctx, in, 2, func(text []byte) bool { return table.parse(&l.line, text) })
	}
	return l.lines(ctx, in, 1, func(text []byte) bool {
		// replay -v, and other programs that pass lines on, put words before them.
		if brace := bytes.IndexByte(text, '{'); brace > 0 {
			text = text[brace:]
		}
		return l.line.parse(text)
	})
}

// lines reads lines, the first of which has a number.
func (l *log) lines(
	ctx context.Context, in *bufio.Reader, number int, parse func([]byte) bool,
) error {
	for ; ; number++ {
		text, err := in.ReadSlice('\n')
		tooLong := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if text = bytes.TrimSpace(text); tooLong || len(text) > 0 {
			l.got(number, !tooLong && parse(text))
		}
		if err != nil {
			return nil
		}
	}
}

// got passes on the line that was parsed, or says that it couldn't be.
func (l *log) got(number int, ok bool) {
	if ok {
		l.take(&l.line)
	} else {
		l.bad(number)
	}
}

// list reads a JSON list, whose elements may stand on lines as they like. The number of one is that
// of the line where it begins.
func (l *log) list(ctx context.Context, in *bufio.Reader) error {
	var e element
	for number := 1; ; {
		c, err := in.ReadByte()
		if errors.Is(err, io.EOF) {
			if e.begun() {
				l.bad(e.number)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if c == '\n' {
			number++
		}
		if e.add(c, number) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			l.got(e.number, len(e.text) <= longest && l.line.parse(e.text))
			e.text = e.text[:0]
		}
	}
}

// element gathers one element of a JSON list.
type element struct {
	text    []byte // a byte more than longest at most
	number  int    // of the line where it begins
	depth   int    // of brackets and braces; 1 between elements
	quoted  bool
	escaped bool
}

func (e *element) begun() bool { return len(e.text) > 0 }

// add takes the next byte of the list. It reports whether an element ends with it.
func (e *element) add(c byte, number int) (ends bool) {
	switch {
	case e.escaped:
		e.escaped = false
	case c == '"':
		e.quoted = !e.quoted
	case e.quoted:
		e.escaped = c == '\\'
	case c == '{' || c == '[':
		e.depth++
		if e.depth == 1 {
			return false // the list's own
		}
	case c == '}' || c == ']':
		e.depth--
		if e.depth == 0 {
			return e.begun()
		}
	case e.depth == 1 && c == ',':
		return e.begun()
	case e.depth <= 1 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
		return false
	}
	if !e.begun() {
		e.number = number
	}
	if len(e.text) <= longest {
		e.text = append(e.text, c)
	}
	return false
}
