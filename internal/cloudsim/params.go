package cloudsim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// field is a parameter of an action: a string, an unsigned or signed integer, a boolean, an object
// with fields of its own, or a list of one of these.
type field struct {
	name     string
	list     bool
	number   bool
	signed   bool // a number that may be negative
	boolean  bool
	object   []field
	required bool
}

// params holds the parameters that are present. A single value is a list of one, a number its
// digits, a boolean true or false, an object its JSON.
type params map[string][]string

func (p params) get(name string) string {
	if len(p[name]) == 0 {
		return ""
	}
	return p[name][0]
}

// number returns the parameter of a number field, or 0 if it is absent.
func (p params) number(name string) int {
	n, _ := strconv.Atoi(p.get(name)) // parseField let nothing else pass
	return n
}

// parseParams checks a request's body against the action's fields. Its errors are outer ones,
// because the gateway checks this before the action sees anything.
func parseParams(body []byte, fields []field) (params, *apiError) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, &apiError{"InvalidParameter",
			"The request body is not a valid JSON object."}
	}
	p := make(params)
	for _, f := range fields {
		value, ok := raw[f.name]
		delete(raw, f.name)
		if !ok || string(value) == "null" {
			if f.required {
				return nil, missing(f.name)
			}
			continue
		}
		values, err := parseField(f, value)
		if err != nil {
			return nil, err
		}
		p[f.name] = values
	}
	if len(raw) > 0 {
		name := slices.Min(slices.Collect(maps.Keys(raw)))
		return nil, &apiError{"UnknownParameter",
			"The parameter `" + name + "` is not recognized."}
	}
	return p, nil
}

func parseField(f field, value json.RawMessage) ([]string, *apiError) {
	if !f.list {
		s, err := f.parse(f.name, value)
		return []string{s}, err
	}
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) != nil {
		return nil, wrongType(f.name)
	}
	values := make([]string, len(elements))
	for i, element := range elements {
		var err *apiError
		if values[i], err = f.parse(f.name+"."+strconv.Itoa(i), element); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// parse returns a single value; name is that for an error.
func (f field) parse(name string, value json.RawMessage) (string, *apiError) {
	if f.object != nil {
		_, err := parseParams(value, f.object)
		return string(value), err
	}
	var s *string
	var n *uint64
	var i *int64
	var b *bool
	switch {
	case f.boolean && json.Unmarshal(value, &b) == nil && b != nil:
		return strconv.FormatBool(*b), nil
	case f.signed && json.Unmarshal(value, &i) == nil && i != nil:
		return strconv.FormatInt(*i, 10), nil
	case f.number && json.Unmarshal(value, &n) == nil && n != nil:
		return strconv.FormatUint(*n, 10), nil
	case !f.number && !f.signed && !f.boolean && json.Unmarshal(value, &s) == nil && s != nil:
		return *s, nil
	}
	return "", wrongType(name)
}

func wrongType(name string) *apiError {
	return &apiError{"InvalidParameter",
		"The value type of parameter `" + name + "` is not valid."}
}
