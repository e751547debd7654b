package report

import (
	"bytes"
	"slices"
)

// columns returns the names of a CSV file's columns, nil if none is one that we know.
func columns(first []byte) (names [][]byte) {
	known := false
	ok := eachCell(bytes.TrimSpace(first), func(_ int, name []byte) {
		names = append(names, bytes.Clone(name))
		if slices.Contains([]string{"msg", "SCF_Message", "__CONTENT__"}, string(name)) {
			known = true
		}
	})
	if !ok || !known {
		return nil
	}
	return names
}

// parseCSV reads a line of CSV as parse does one of JSON. There must be a cell for each name.
func (l *line) parseCSV(names [][]byte, text []byte) bool {
	l.reset()
	cells := 0
	ok := eachCell(text, func(i int, value []byte) {
		if cells++; i < len(names) {
			l.set(names[i], value)
		}
	})
	if !ok || cells != len(names) {
		return false
	}
	if len(l.msg) == 0 && l.wrapped != nil {
		return l.parse(l.wrapped)
	}
	return l.complete()
}

// eachCell calls f for each cell of a line of CSV (RFC 4180, but a cell ends with the line). It
// reports whether the line is well-formed.
func eachCell(text []byte, f func(i int, value []byte)) bool {
	for i := 0; ; i++ {
		if len(text) == 0 || text[0] != '"' {
			value, rest, more := bytes.Cut(text, []byte(","))
			f(i, value)
			if !more {
				return true
			}
			text = rest
			continue
		}
		value := []byte{}
		for {
			end := bytes.IndexByte(text[1:], '"') + 1
			if end == 0 {
				return false
			}
			value = append(value, text[1:end]...)
			text = text[end+1:]
			if len(text) == 0 || text[0] != '"' {
				break
			}
			value = append(value, '"') // two quotes stand for one
		}
		f(i, value)
		if len(text) == 0 {
			return true
		}
		if text[0] != ',' {
			return false
		}
		text = text[1:]
	}
}
