package limits

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"scf-sms/internal/rawjson"
)

const (
	maxLimits = 4 // in one list
	maxN      = 1_000_000
	shortest  = time.Second    // W, and dedupe
	longest   = 24 * time.Hour // W, and dedupe
	none      = "none"
)

// Parse reads the setting LIMITS. What it leaves out stays as in [Defaults]. isCallingCode tells
// whether a calling code exists. The error names everything that is wrong, a line for each.
func Parse(setting string, isCallingCode func(int) bool) (Rules, error) {
	if !json.Valid([]byte(setting)) || !strings.HasPrefix(strings.TrimSpace(setting), "{") {
		const form = `must be a JSON object such as {"number": "1/30s, 5/1h, 10/24h"}`
		return Rules{}, errors.New(form + rawjson.Fault(setting))
	}
	p := parser{rules: Defaults(), isCallingCode: isCallingCode}
	p.object("", setting, p.field)
	return p.rules, errors.Join(p.problems...)
}

// parser collects rules, and what is wrong.
type parser struct {
	rules         Rules
	isCallingCode func(int) bool
	problems      []error
}

func (p *parser) wrong(format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf(format, args...))
}

// object reads the fields of a JSON object.
func (p *parser) object(of, object string, read func(name string, raw json.RawMessage)) {
	var names []string
	for name, raw := range rawjson.Fields([]byte(object)) {
		if slices.Contains(names, name) {
			p.wrong("%s%q is there twice", of, name)
			continue
		}
		names = append(names, name)
		read(name, raw)
	}
}

func (p *parser) field(name string, raw json.RawMessage) {
	switch name {
	case "number":
		p.rules.Number = p.list(name, raw)
	case "block":
		p.rules.Block = p.list(name, raw)
	case "ip":
		p.rules.IP = p.list(name, raw)
	case "total":
		p.rules.Total = p.list(name, raw)
	case "callingCode":
		p.callingCodes(raw)
	case "dedupe":
		p.rules.Dedupe = p.dedupe(raw)
	case "away":
		word, _ := rawjson.String(raw)
		if word != "open" && word != "closed" {
			p.wrong(`away must be "open" or "closed"`)
		}
		p.rules.Closed = word == "closed"
	case "observe":
		if word := string(raw); word != "true" && word != "false" {
			p.wrong("observe must be true or false, without quotes")
		}
		p.rules.Observe = string(raw) == "true"
	default:
		p.wrong("unknown key %q; known are number, block, callingCode, total, ip, dedupe, away "+
			"and observe", name)
	}
}

// callingCodes reads the limits of calling codes. Those that are left out keep theirs.
func (p *parser) callingCodes(raw json.RawMessage) {
	if word, _ := rawjson.String(raw); word == none {
		p.rules.CallingCode, p.rules.OtherCodes = nil, nil
		return
	}
	if raw[0] != '{' {
		p.wrong(`callingCode must be an object such as {"86": "2000/1h", "*": "100/1h"}, or "none"`)
		return
	}
	p.object("callingCode: ", string(raw), func(name string, raw json.RawMessage) {
		limits := p.list("callingCode "+strconv.Quote(name), raw)
		if name == "*" {
			p.rules.OtherCodes = limits
			return
		}
		code, _ := strconv.Atoi(name)
		if strconv.Itoa(code) != name || !p.isCallingCode(code) {
			p.wrong(`callingCode: %q is not a calling code; write it as in 86, or "*" for all others`,
				name)
			return
		}
		p.rules.CallingCode[code] = limits
	})
}

// list reads the limits of one scope.
func (p *parser) list(name string, raw json.RawMessage) (limits []Limit) {
	text, ok := rawjson.String(raw)
	if !ok {
		p.wrong(`%s must be a string such as "1/30s, 5/1h", or "none"`, name)
		return nil
	}
	if text == none {
		return nil
	}
	items := strings.Split(text, ",")
	if len(items) > maxLimits {
		p.wrong("%s has more than %d limits", name, maxLimits)
		return nil
	}
	for _, item := range items {
		l, problem := parseLimit(strings.TrimSpace(item))
		if problem != "" {
			p.wrong("%s: %q %s", name, strings.TrimSpace(item), problem)
			continue
		}
		// Two limits of one length share a counter, and the smaller decides.
		same := func(other Limit) bool { return other.W == l.W }
		if i := slices.IndexFunc(limits, same); i >= 0 {
			limits[i].N = min(limits[i].N, l.N)
			continue
		}
		limits = append(limits, l)
	}
	return limits
}

// parseLimit reads N/W.
func parseLimit(text string) (l Limit, problem string) {
	before, after, found := strings.Cut(text, "/")
	before, after = strings.TrimSpace(before), strings.TrimSpace(after)
	if !found || before == "" || strings.Trim(before, "0123456789") != "" {
		return l, `is not N/W, such as 5/1h, or "none" for no limit`
	}
	n, err := strconv.Atoi(before)
	if err != nil || n < 1 || n > maxN {
		return l, "must allow 1 to 1,000,000"
	}
	w, err := time.ParseDuration(after)
	if err != nil || w < shortest || w > longest {
		return l, "must be for a duration from 1s to 24h, such as 30s, 10m or 1h"
	}
	return Limit{n, (w + time.Millisecond - 1).Truncate(time.Millisecond)}, ""
}

func (p *parser) dedupe(raw json.RawMessage) time.Duration {
	text, _ := rawjson.String(raw)
	if text == none {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < shortest || d > longest {
		p.wrong(`dedupe must be a duration from 1s to 24h such as "60s", or "none"`)
	}
	return d
}
