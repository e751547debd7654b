package report

import (
	"bytes"
	"encoding/json"
)

// scan calls set for each field of a JSON object whose value is a text or a number, as CLS keeps
// them, and for objects, with their JSON. It reports whether the text is a JSON object and nothing
// else. Names and values may lie in text.
//
// Log lines are objects of plain texts and whole numbers. Reading those by hand takes a small part
// of encoding/json's time (BenchmarkScan). What isn't so plain goes to encoding/json.
func scan(text []byte, set func(name, value []byte)) bool {
	return scanFlat(text, set) || scanAny(text, set)
}

// scanFlat reads the usual line. False says only that it couldn't; set may have been called.
func scanFlat(text []byte, set func(name, value []byte)) bool {
	s := scanner{text: text}
	if s.next() != '{' {
		return false
	}
	if s.peek() == '}' {
		s.at++
		return s.over()
	}
	for {
		name, ok := s.quoted()
		if !ok || s.next() != ':' {
			return false
		}
		var value []byte
		kept := true
		switch c := s.peek(); {
		case c == '"':
			value, ok = s.quoted()
		case c == '-' || '0' <= c && c <= '9':
			value, ok = s.whole()
		case c == '{' || c == '[':
			value, ok = s.nested()
			kept = c == '{'
		default:
			ok, kept = s.literal(), false
		}
		if !ok {
			return false
		}
		if kept {
			set(name, value)
		}
		switch s.next() {
		case ',':
		case '}':
			return s.over()
		default:
			return false
		}
	}
}

type scanner struct {
	text []byte
	at   int
}

// peek returns the next byte that is no blank, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) next() byte {
	c := s.peek()
	s.at++
	return c
}

func (s *scanner) over() bool { return s.peek() == 0 && s.at >= len(s.text) }

// quoted reads a text.
func (s *scanner) quoted() (value []byte, ok bool) {
	if s.next() != '"' {
		return nil, false
	}
	rest := s.text[min(s.at, len(s.text)):]
	for i, c := range rest {
		switch {
		case c == '"':
			s.at += i + 1
			return rest[:i], true
		case c == '\\':
			return s.escaped(rest)
		case c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// escaped reads a text with a backslash in it, up to its quote.
func (s *scanner) escaped(rest []byte) (value []byte, ok bool) {
	value = make([]byte, 0, len(rest))
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			s.at += i + 1
			return value, true
		case c < ' ':
			return nil, false
		case c != '\\':
			value = append(value, c)
		default:
			if i++; i == len(rest) {
				return nil, false
			}
			plain := bytes.IndexByte([]byte(`"\/bfnrt`), rest[i])
			if plain < 0 {
				return nil, false // \u, or a mistake: encoding/json knows
			}
			value = append(value, "\"\\/\b\f\n\r\t"[plain])
		}
	}
	return nil, false
}

// whole reads a whole number.
func (s *scanner) whole() (value []byte, ok bool) {
	start := s.at
	if s.text[s.at] == '-' {
		s.at++
	}
	digits := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	n := s.at - digits
	return s.text[start:s.at], n == 1 || n > 1 && s.text[digits] != '0'
}

// nested reads an object or a list.
func (s *scanner) nested() (value []byte, ok bool) {
	start, depth := s.at, 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			if _, ok := s.quoted(); !ok {
				return nil, false
			}
			continue
		}
		if s.at++; depth == 0 {
			value = s.text[start:s.at]
			return value, json.Valid(value)
		}
	}
	return nil, false
}

// literal reads true, false or null.
func (s *scanner) literal() bool {
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(s.text[s.at:], []byte(word)) {
			s.at += len(word)
			return true
		}
	}
	return false
}

// scanAny reads any object.
func scanAny(text []byte, set func(name, value []byte)) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil || fields == nil {
		return false
	}
	for name, raw := range fields {
		raw = bytes.TrimSpace(raw)
		switch c := raw[0]; {
		case c == '"':
			var value string
			if json.Unmarshal(raw, &value) == nil {
				set([]byte(name), []byte(value))
			}
		case c == '{' || c == '-' || '0' <= c && c <= '9':
			set([]byte(name), raw)
		}
	}
	return true
}
