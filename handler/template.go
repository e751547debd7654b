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

// ParseTemplates reads the setting TEMPLATES. The error names everything that is wrong with it. Of several templates
// between which nothing decides the first is used, as in Logto's connectors.
func ParseTemplates(setting string) (Templates, error) {
	var entries []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(setting), &entries); err != nil {
		problem := `must be a JSON list such as [{"usageType": "SignIn", "templateCode": "1110001"}]`
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			problem += fmt.Sprintf(": %s at character %d", syntax, syntax.Offset)
		}
		return nil, errors.New(problem)
	}
	var all Templates
	var problems []error
	named := map[string]bool{}
	for i, entry := range entries {
		templates, wrong := parseEntry(entry)
		for _, problem := range wrong {
			problems = append(problems, fmt.Errorf("entry %d: %w", i+1, problem))
		}
		all = append(all, templates...)
		var usage string
		text(entry["usageType"], &usage)
		named[usage] = true
	}
	for _, usage := range required {
		if !named[usage] {
			problems = append(problems, fmt.Errorf("no template for the usage type %s", usage))
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return all, nil
}

// parseEntry reads one entry, which stands for one template or, with one for each destination, for two.
func parseEntry(entry map[string]json.RawMessage) (templates Templates, problems []error) {
	t := Template{Params: []string{"{code}"}}
	for _, key := range slices.Sorted(maps.Keys(entry)) {
		raw := entry[key]
		switch key {
		case "templateCode", "usageType": // required, so looked at below
		case "locale":
			if !text(raw, &t.Locale) || !wellFormed(t.Locale) {
				problems = append(problems, errors.New(`locale must be a language tag such as "zh-CN"`))
			}
		case "params":
			var ok bool
			if t.Params, ok = texts(raw); !ok || !slices.ContainsFunc(t.Params, holdsCode) {
				problems = append(problems, errors.New(`params must be a list of strings with "{code}" in it`))
			}
		default:
			problems = append(problems, fmt.Errorf("unknown key %q; known are usageType, templateCode, locale and params", key))
		}
	}
	if !text(entry["usageType"], &t.Usage) || t.Usage == "" {
		problems = append(problems, errors.New("usageType must be there, and a string that is not empty"))
	}
	ids, err := parseIDs(entry["templateCode"])
	if err != nil {
		problems = append(problems, err)
	}
	for _, to := range []destination{china, overseas} {
		if id := ids[to]; id != "" {
			t.ID, t.Overseas = id, to == overseas
			templates = append(templates, t)
		}
	}
	return templates, problems
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
	wrong := errors.New(`templateCode must be there: a string, or {"china": "…", "overseas": "…"} with at least one of them`)
	var ids map[destination]string
	var id string
	if text(raw, &id) {
		ids = map[destination]string{china: id}
	} else if json.Unmarshal(raw, &ids) != nil || len(ids) == 0 {
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
