package report

import (
	"bytes"
	"encoding/json"
	"strings"

	"scf-sms/internal/rawjson"
)

// scan calls set for each field of a JSON object whose value is a text or a number, as CLS keeps
// them, and for objects, with their JSON. It reports whether the text is a JSON object and nothing
// else; where it isn't, set may have been called. Names and values may lie in text.
func scan(text []byte, set func(name, value []byte)) bool {
	if scanPlain(text, set) {
		return true
	}
	if !json.Valid(text) || bytes.TrimSpace(text)[0] != '{' {
		return false
	}
	for name, raw := range rawjson.Fields(text) {
		switch c := raw[0]; {
		case c == '"':
			value, _ := rawjson.String(raw)
			set([]byte(name), []byte(value))
		case c == '{' || c == '-' || '0' <= c && c <= '9':
			set([]byte(name), raw)
		}
	}
	return true
}

// scanPlain reads a line as the function writes nearly all: an object of texts and whole numbers.
// It takes a fraction of the time that encoding/json takes (BenchmarkScan). False says only that
// the line isn't so plain.
func scanPlain(text []byte, set func(name, value []byte)) bool {
	at := behindBlanks(text, 0)
	if at == len(text) || text[at] != '{' {
		return false
	}
	for { // text[at] is the brace or the comma before a name
		at = behindBlanks(text, at+1)
		name, n := plainText(text[at:])
		at = behindBlanks(text, at+n)
		if n == 0 || at == len(text) || text[at] != ':' {
			return false
		}
		at = behindBlanks(text, at+1)
		value, n := plainText(text[at:])
		if n == 0 {
			value = wholeNumber(text[at:])
			n = len(value)
		}
		at = behindBlanks(text, at+n)
		if n == 0 || at == len(text) {
			return false
		}
		set(name, value)
		if text[at] != ',' {
			return text[at] == '}' && behindBlanks(text, at+1) == len(text)
		}
	}
}

// behindBlanks returns the first place from at on without a blank, at most the text's end.
func behindBlanks(text []byte, at int) int {
	for ; at < len(text); at++ {
		switch text[at] {
		case ' ', '\t', '\r', '\n':
		default:
			return at
		}
	}
	return at
}

// plainText returns the text in quotes that begins here, and how many bytes it takes with them: 0
// if there is none, or it isn't plain.
func plainText(from []byte) (text []byte, n int) {
	if len(from) == 0 || from[0] != '"' {
		return nil, 0
	}
	for i, c := range from[1:] {
		switch {
		case c == '"':
			return from[1 : i+1], i + 2
		case c == '\\':
			return escapedText(from, i+1)
		case c < ' ':
			return nil, 0
		}
	}
	return nil, 0
}

// escapedText is plainText for a text whose first backslash is at i. Of escapes it knows those of
// one letter, as in a line that CLS wraps into another.
func escapedText(from []byte, i int) (text []byte, n int) {
	text = append(make([]byte, 0, len(from)), from[1:i]...)
	for ; i < len(from); i++ {
		c := from[i]
		switch {
		case c == '"':
			return text, i + 1
		case c < ' ':
			return nil, 0
		case c == '\\':
			if i++; i == len(from) {
				return nil, 0
			}
			letter := strings.IndexByte(`"\/bfnrt`, from[i])
			if letter < 0 {
				return nil, 0
			}
			c = "\"\\/\b\f\n\r\t"[letter]
		}
		text = append(text, c)
	}
	return nil, 0
}

// wholeNumber returns the digits that begin here, nil if JSON doesn't have such a number.
func wholeNumber(from []byte) []byte {
	n := 0
	for n < len(from) && '0' <= from[n] && from[n] <= '9' {
		n++
	}
	if n == 0 || n > 1 && from[0] == '0' {
		return nil
	}
	return from[:n]
}
