package cloudsim

import (
	"bytes"
	"encoding/json"
	"errors"
)

// lineOf returns the line of the mistake in a JSON document that refused refuses. encoding/json
// tells where the syntax is wrong, but not where a field is unknown: that is found by trying parts.
func lineOf(document []byte, refused func(part []byte) bool) int {
	var value any
	var offset int
	if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(document, &value)); ok {
		offset = int(syntax.Offset)
	} else {
		offset = find(document, refused)
	}
	return 1 + bytes.Count(document[:offset], []byte("\n"))
}

// find returns the offset of the smallest part of a JSON value that alone is refused.
func find(value []byte, refused func(part []byte) bool) int {
	d := json.NewDecoder(bytes.NewReader(value))
	start, _ := d.Token()
	for d.More() {
		before, after := []byte("["), []byte("]")
		if start == json.Delim('{') {
			key, _ := d.Token()
			name, _ := json.Marshal(key)
			before, after = append(append([]byte("{"), name...), ':'), []byte("}")
		}
		var item json.RawMessage
		d.Decode(&item)
		alone := func(part []byte) bool {
			return refused(bytes.Join([][]byte{before, part, after}, nil))
		}
		if alone(item) {
			return int(d.InputOffset()) - len(item) + find(item, alone)
		}
	}
	return 0
}
