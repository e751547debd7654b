package cloudsim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// field is a parameter of an action: a string or an unsigned integer, or a list of either.
type field struct {
	name     string
	list     bool
	number   bool
	required bool
}

// params holds the parameters that are present. A single value is a list of one, a number its
// digits.
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
	parse := parseString
	if f.number {
		parse = parseNumeral
	}
	if !f.list {
		s, err := parse(f.name, value)
		return []string{s}, err
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(value, &elements); err != nil {
		return nil, wrongType(f.name)
	}
	values := make([]string, len(elements))
	for i, element := range elements {
		s, err := parse(f.name+"."+strconv.Itoa(i), element)
		if err != nil {
			return nil, err
		}
		values[i] = s
	}
	return values, nil
}

func parseString(name string, value json.RawMessage) (string, *apiError) {
	var s *string
	if err := json.Unmarshal(value, &s); err != nil || s == nil {
		return "", wrongType(name)
	}
	return *s, nil
}

func parseNumeral(name string, value json.RawMessage) (string, *apiError) {
	var n *int64
	if err := json.Unmarshal(value, &n); err != nil || n == nil || *n < 0 {
		return "", wrongType(name)
	}
	return strconv.FormatInt(*n, 10), nil
}

func wrongType(name string) *apiError {
	return &apiError{"InvalidParameter",
		"The value type of parameter `" + name + "` is not valid."}
}
