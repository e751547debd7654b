// Package rawjson reads single values of JSON more strictly than encoding/json does, and without
// reading the others.
package rawjson

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// String returns a JSON string. It reports false for anything else: encoding/json would make an
// empty string of a null. A number is no string: a passcode that became a number lost its leading
// zeros.
func String(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// Strings returns a JSON list of strings.
func Strings(raw json.RawMessage) ([]string, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, false
	}
	list := make([]string, len(items))
	for i, item := range items {
		var ok bool
		if list[i], ok = String(item); !ok {
			return nil, false
		}
	}
	return list, true
}

// Fields returns the fields of a JSON object in their order, and none for another value. The JSON
// must be valid (json.Valid). Values are parts of it, not copies. A name that is too long to be of
// interest, or has JSON's own escapes in it (\/, surrogates), is "".
func Fields(object []byte) func(yield func(name string, value json.RawMessage) bool) {
	const longest = 256 // bytes as they are written
	return func(yield func(string, json.RawMessage) bool) {
		rest := trimLeft(object)
		if len(rest) == 0 || rest[0] != '{' {
			return
		}
		rest = trimLeft(rest[1:])
		for len(rest) > 0 && rest[0] == '"' {
			key := rest[:length(rest)]
			rest = trimLeft(trimLeft(rest[len(key):])[1:]) // behind the colon
			value := rest[:length(rest)]
			rest = trimLeft(trimLeft(rest[len(value):])[1:]) // behind the comma, or the end
			var name string
			if len(key) <= longest {
				name, _ = strconv.Unquote(string(key)) // there may be a million: it is quick
			}
			if !yield(name, value) {
				return
			}
		}
	}
}

// Get returns what stands at the end of a path of names, each a field of the object before, or nil.
// Names are matched exactly; of several fields of one name it is the last.
func Get(object []byte, path ...string) json.RawMessage {
	for _, step := range path {
		var found json.RawMessage
		for name, value := range Fields(object) {
			if name == step {
				found = value
			}
		}
		object = found
	}
	return object
}

const blanks = " \t\r\n"

func trimLeft(text []byte) []byte { return bytes.TrimLeft(text, blanks) }

// length returns how long the value is with which a text begins.
func length(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 {
				continue
			}
			// A number, true, false or null.
			if end := bytes.IndexAny(text, ",}]"+blanks); end >= 0 {
				return end
			}
			return len(text)
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(text)
}
