package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"slices"
)

// table reads a log in CSV line by line: a cell ends with its line, so that one that isn't closed
// costs no other line.
type table struct {
	names []string // of the columns
	line  *bufio.Reader
	cells *csv.Reader
}

// newTable returns a reader for the lines below the first, nil if no column of that is one that we
// know.
func newTable(first []byte) *table {
	t := &table{line: bufio.NewReader(nil)}
	t.cells = csv.NewReader(t.line)
	t.cells.LazyQuotes = true    // a cell without quotes may have one in it
	t.cells.FieldsPerRecord = -1 // parse compares
	names := t.read(bytes.TrimSpace(first))
	if !slices.ContainsFunc(names, func(name string) bool {
		return name == "msg" || name == "SCF_Message" || name == "__CONTENT__"
	}) {
		return nil
	}
	t.names = names
	return t
}

// read returns the cells of a line, nil if it can't be read.
func (t *table) read(text []byte) []string {
	t.line.Reset(bytes.NewReader(text))
	cells, _ := t.cells.Read()
	return cells
}

// parse reads a line as line.parse does one of JSON. There must be a cell for each name.
func (t *table) parse(l *line, text []byte) bool {
	l.reset()
	cells := t.read(text)
	if len(cells) != len(t.names) {
		return false
	}
	for i, name := range t.names {
		l.set([]byte(name), []byte(cells[i]))
	}
	if len(l.msg) == 0 && l.wrapped != nil {
		return l.parse(l.wrapped)
	}
	return l.complete()
}
