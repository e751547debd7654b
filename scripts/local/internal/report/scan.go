package report

import (
	"bytes"
	"encoding/json"

	"scf-sms/internal/rawjson"
)

// scan calls set for each field of a JSON object whose value is a text or a number, as CLS keeps
// them, and for objects, with their JSON. It reports whether the text is a JSON object and nothing
// else. Values may lie in text.
func scan(text []byte, set func(name string, value []byte)) bool {
	if !json.Valid(text) || bytes.TrimSpace(text)[0] != '{' {
		return false
	}
	for name, raw := range rawjson.Fields(text) {
		switch c := raw[0]; {
		case c == '"' && !bytes.Contains(raw, []byte(`\`)): // most are so plain
			set(name, raw[1:len(raw)-1])
		case c == '"':
			value, _ := rawjson.String(raw)
			set(name, []byte(value))
		case c == '{' || c == '-' || '0' <= c && c <= '9':
			set(name, raw)
		}
	}
	return true
}
