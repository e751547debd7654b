package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// generic is the usage type whose templates serve the types that have none.
const generic = "Generic"

// required are the usage types every configuration must name, as Logto's own connectors demand.
var required = [...]string{"Register", "SignIn", "ForgotPassword", generic}

// destination is one of the two worlds of Tencent SMS. Each has templates of its own, and refuses the other's.
type destination string

const (
	china    destination = "china"    // numbers of +86
	overseas destination = "overseas" // all others, Hong Kong, Macao and Taiwan among them
)

// Template is one text of Tencent's, for one usage type, destination and perhaps language.
type Template struct {
	Usage    string   // Logto's usage type
	Overseas bool     // for numbers outside mainland China; false: for numbers inside
	Locale   string   // a language tag, or "": for everybody
	ID       string   // Tencent's TemplateId
	Params   []string // the template's variables in order; {code} stands for the code
}

// Templates are all templates of a function.
type Templates []Template

// ParseTemplates reads the setting TEMPLATES. The error names everything that is wrong with it.
func ParseTemplates(setting string) (Templates, error) {
	var entries []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(setting), &entries); err != nil {
		return nil, fmt.Errorf(`must be a JSON list such as [{"usageType": "SignIn", "templateCode": "1110001"}]: %w`, err)
	}
	var all Templates
	var problems []error
	for i, entry := range entries {
		templates, err := parseEntry(entry)
		if err != nil {
			problems = append(problems, fmt.Errorf("entry %d: %w", i+1, err))
		}
		all = append(all, templates...)
	}
	if len(problems) == 0 {
		problems = append(problems, all.duplicates()...)
		for _, usage := range required {
			if !slices.ContainsFunc(all, func(t Template) bool { return t.Usage == usage }) {
				problems = append(problems, fmt.Errorf("no template for the usage type %s", usage))
			}
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return all, nil
}

// parseEntry reads one entry, which stands for one template or, with one for each destination, for two.
func parseEntry(entry map[string]json.RawMessage) (Templates, error) {
	t := Template{Params: []string{"{code}"}}
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		raw := entry[key]
		switch key {
		case "templateCode":
		case "usageType":
			if !text(raw, &t.Usage) || t.Usage == "" {
				return nil, errors.New("usageType must be a string that is not empty")
			}
		case "locale":
			if !text(raw, &t.Locale) || !wellFormed(t.Locale) {
				return nil, errors.New(`locale must be a language tag such as "zh-CN"`)
			}
		case "params":
			var ok bool
			if t.Params, ok = texts(raw); !ok || !slices.ContainsFunc(t.Params, holdsCode) {
				return nil, errors.New(`params must be a list of strings with "{code}" in it`)
			}
		default:
			return nil, fmt.Errorf("unknown key %q; known are usageType, templateCode, locale and params", key)
		}
	}
	if t.Usage == "" {
		return nil, errors.New("usageType is missing")
	}
	ids, err := parseIDs(entry["templateCode"])
	if err != nil {
		return nil, err
	}
	var templates Templates
	for _, to := range []destination{china, overseas} {
		if id := ids[to]; id != "" {
			t.ID, t.Overseas = id, to == overseas
			templates = append(templates, t)
		}
	}
	return templates, nil
}

// texts reads a JSON list of strings. encoding/json alone would make an empty string of a null.
func texts(raw json.RawMessage) ([]string, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, false
	}
	list := make([]string, len(items))
	for i, item := range items {
		if !text(item, &list[i]) {
			return nil, false
		}
	}
	return list, true
}

// parseIDs reads a templateCode: a string for mainland numbers, or one for either destination.
func parseIDs(raw json.RawMessage) (map[destination]string, error) {
	wrong := errors.New(`templateCode must be a string, or {"china": "…", "overseas": "…"} with at least one of them`)
	var id string
	if text(raw, &id) {
		raw = nil
	}
	ids := map[destination]string{china: id}
	if raw != nil {
		ids = nil
		if json.Unmarshal(raw, &ids) != nil {
			return nil, wrong
		}
	}
	if len(ids) == 0 {
		return nil, wrong
	}
	for to, id := range ids {
		if (to != china && to != overseas) || strings.TrimSpace(id) == "" {
			return nil, wrong
		}
		ids[to] = strings.TrimSpace(id)
	}
	return ids, nil
}

// duplicates names the templates between which nothing decides.
func (all Templates) duplicates() []error {
	var problems []error
	seen := map[string]bool{}
	for _, t := range all {
		key := fmt.Sprintf("usage type %s, %s", t.Usage, t.destination())
		if t.Locale != "" {
			key += ", locale " + strings.ToLower(t.Locale)
		}
		if seen[key] {
			problems = append(problems, fmt.Errorf("two templates for %s", key))
		}
		seen[key] = true
	}
	return problems
}

// choose returns the template for a usage type and destination in the first of the languages that there is one for,
// then the one for everybody; where the type has none at all, Generic's.
func (all Templates) choose(usage string, to destination, locales []string) (Template, bool) {
	for _, u := range [...]string{usage, generic} {
		for _, locale := range locales {
			for tag := locale; tag != ""; tag = shorten(tag) {
				if t, ok := all.find(u, to, tag); ok {
					return t, true
				}
			}
		}
		if t, ok := all.find(u, to, ""); ok {
			return t, true
		}
	}
	return Template{}, false
}

func (all Templates) find(usage string, to destination, locale string) (Template, bool) {
	i := slices.IndexFunc(all, func(t Template) bool {
		return t.Usage == usage && t.destination() == to && strings.EqualFold(t.Locale, locale)
	})
	if i < 0 {
		return Template{}, false
	}
	return all[i], true
}

// shorten drops the last subtag of a language tag, and then a single letter or digit, which only introduces another
// (RFC 4647, section 3.4).
func shorten(tag string) string {
	tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	if i := strings.LastIndexByte(tag, '-'); i >= 0 && i == len(tag)-2 {
		tag = tag[:i]
	}
	return tag
}

func (t Template) destination() destination {
	if t.Overseas {
		return overseas
	}
	return china
}

// params fills in the code.
func (t Template) params(code string) []string {
	filled := make([]string, len(t.Params))
	for i, p := range t.Params {
		filled[i] = strings.ReplaceAll(p, "{code}", code)
	}
	return filled
}

func holdsCode(param string) bool { return strings.Contains(param, "{code}") }

// wellFormed reports whether tag looks like a language tag: subtags of 1 to 8 letters or digits, the first of letters.
func wellFormed(tag string) bool {
	for i, subtag := range strings.Split(tag, "-") {
		if len(subtag) < 1 || len(subtag) > 8 {
			return false
		}
		for _, r := range subtag {
			letter := 'a' <= r|0x20 && r|0x20 <= 'z'
			digit := '0' <= r && r <= '9'
			if !letter && (i == 0 || !digit) {
				return false
			}
		}
	}
	return true
}
