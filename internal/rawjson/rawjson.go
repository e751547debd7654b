// Package rawjson reads single values of JSON more strictly than encoding/json does.
package rawjson

import "encoding/json"

// String returns a JSON string. It reports false for anything else: encoding/json would make an empty
// string of a null. A number is no string: a passcode that became a number lost its leading zeros.
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
