package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"scf-sms/internal/langtag"
	"scf-sms/internal/rawjson"
)

// placeholder stands for the passcode in a template's params.
const placeholder = "{code}"

// The keys of a templateCode that names both destinations, as in Logto's Aliyun connector.
const (
	china    = "china"
	overseas = "overseas"
)

// Parse reads the setting TEMPLATES. Its error names everything that is wrong, a line for each.
func Parse(setting string) (Templates, error) {
	// Each setting must name these usage types, as Logto's own connectors demand.
	required := [...]string{"Register", "SignIn", "ForgotPassword", Generic}

	noList := func() (Templates, error) {
		return nil, errors.New("must be a JSON list such as " +
			`[{"usageType": "SignIn", "templateCode": "1110001"}]` + rawjson.Fault(setting))
	}
	var entries []json.RawMessage
	if json.Unmarshal([]byte(setting), &entries) != nil {
		return noList()
	}
	var all Templates
	var problems []error
	named := map[string]bool{}
	for i, raw := range entries {
		var entry map[string]json.RawMessage
		if json.Unmarshal(raw, &entry) != nil {
			return noList()
		}
		templates, wrong := parseEntry(entry)
		wrong = append(wrong, twice(raw, "")...)
		wrong = append(wrong, twice(entry["templateCode"], "templateCode: ")...)
		for _, problem := range wrong {
			problems = append(problems, fmt.Errorf("entry %d: %w", i+1, problem))
		}
		all = append(all, templates...)
		usageType, _ := rawjson.String(entry["usageType"])
		named[usageType] = true
	}
	for _, usageType := range required {
		if !named[usageType] {
			problems = append(problems, fmt.Errorf("no template for the usage type %s", usageType))
		}
	}
	return all, errors.Join(problems...)
}

// parseEntry reads one entry. It stands for one template or, with one for each destination, for
// two.
func parseEntry(entry map[string]json.RawMessage) (templates Templates, problems []error) {
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(format, args...))
	}
	t := Template{Params: []string{placeholder}}
	var ok bool
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		switch raw := entry[key]; key {
		case "templateCode", "usageType": // required, so read below
		case "locale":
			t.Locale, ok = rawjson.String(raw)
			if t.Locale = langtag.Dashes(t.Locale); !ok || !langtag.WellFormed(t.Locale) {
				wrong(`locale must be a language tag such as "zh-CN"`)
			}
		case "params":
			t.Params, ok = rawjson.Strings(raw)
			if !ok || !slices.ContainsFunc(t.Params, holdsCode) {
				wrong(`params must be a list of strings with "{code}" in it`)
			} else if i := slices.IndexFunc(t.Params, unclean); i >= 0 {
				wrong("params has %q: "+
					"write {code} for the code, with no other braces, no $ and no blanks "+
					"around it: Tencent refuses what comes of them", t.Params[i])
			}
		default:
			wrong("unknown key %q; known are usageType, templateCode, locale and params", key)
		}
	}
	if t.UsageType, ok = rawjson.String(entry["usageType"]); !ok || t.UsageType == "" {
		wrong("usageType must be there, and a string that is not empty")
	}
	ids, ok := parseIDs(entry["templateCode"])
	if !ok {
		wrong("templateCode must be there: a string, " +
			`or {"china": "…", "overseas": "…"} with at least one of them`)
	}
	for _, to := range [...]string{china, overseas} {
		if id := ids[to]; id != "" {
			t.ID, t.Overseas = id, to == overseas
			templates = append(templates, t)
		}
	}
	return templates, problems
}

// twice names the keys that an object has more than once: only the last would count.
func twice(object json.RawMessage, where string) (problems []error) {
	times := map[string]int{}
	for key := range rawjson.Fields(object) {
		if times[key]++; times[key] == 2 {
			problems = append(problems, fmt.Errorf("%s%q is there twice", where, key))
		}
	}
	return problems
}

func holdsCode(param string) bool { return strings.Contains(param, placeholder) }

// unclean reports whether something else than {code} seems to stand for the passcode in a parameter:
// {{code}} would become {482913}, and #{code} #482913.
func unclean(param string) bool {
	const marks = "{}｛｝$%#<>[]\"'"
	rest := strings.ReplaceAll(param, placeholder, "")
	if holdsCode(param) {
		blanks := strings.TrimSpace(param) != param
		return blanks || strings.Count(param, placeholder) > 1 || strings.ContainsAny(rest, marks)
	}
	named := strings.Contains(strings.ToLower(rest), "code") && strings.ContainsAny(rest, marks+":")
	return named || rest == "%s" || strings.ContainsAny(rest, "{}｛｝")
}

// parseIDs reads a templateCode: a string for mainland numbers, or one for either destination.
func parseIDs(raw json.RawMessage) (ids map[string]string, ok bool) {
	if id, ok := rawjson.String(raw); ok {
		ids = map[string]string{china: id}
	} else if json.Unmarshal(raw, &ids) != nil || len(ids) == 0 {
		return nil, false
	}
	for to, id := range ids {
		id = strings.TrimSpace(id)
		if (to != china && to != overseas) || id == "" {
			return nil, false
		}
		ids[to] = id
	}
	return ids, true
}
