package main

import (
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// edit is what turns the digits that people write behind a calling code into the national number:
// skip some, put text in front, keep some, leave out a gap, keep the rest. Argentina needs all of
// it: 0 11 15 2345 6789 is 9 11 2345 6789.
type edit struct {
	skip      int
	text      string
	keep, gap int // keep is 0 where there is no gap
}

// prefixes are what people write before a national number at home: trunk prefixes and the codes of
// carriers. libphonenumber has a pattern, which matches at the beginning of the digits, and for
// some countries a rule, which says what takes the place of the match.
type prefixes struct {
	pattern
	group    int    // the pattern's last group: without it the rule is not applied
	rule     bool   // false: what matches is dropped
	text     string // of the rule "text$1"
	ruleFrom int    // the rule's group, 1 in "text$1"
}

func compilePrefixes(m *phonenumbers.PhoneMetadata) (prefixes, error) {
	expr, rule := m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule()
	if m.GetId() == "MX" {
		// Until 2019 mobile numbers were written +52 1 and ten digits, and databases still hold
		// such. libphonenumber doesn't read them any more.
		expr = "1"
	}
	if expr == "" {
		expr = "[^0-9]" // nothing
	}
	compiled, err := compile(expr)
	if err != nil {
		return prefixes{}, err
	}
	p := prefixes{pattern: compiled, group: compiled.prog.NumCap/2 - 1, rule: rule != ""}
	if p.rule {
		text, group, ok := strings.Cut(rule, "$")
		if !ok || strings.Trim(text, "0123456789") != "" || group != "1" && group != "2" {
			return prefixes{}, fmt.Errorf("the rule %q is not understood", rule)
		}
		p.text, p.ruleFrom = text, int(group[0]-'0')
	}
	return p, nil
}

// prefixWalk is where the pattern may be after some digits, and the match it had so far.
type prefixWalk struct {
	walk
	prefixes *prefixes
	matched  *groups // nil: none
}

func (p *prefixes) walk() prefixWalk { return prefixWalk{prefixes: p}.to(p.pattern.walk()) }

func (w prefixWalk) step(digit rune) prefixWalk { return w.to(w.walk.step(digit)) }

// to moves the walk on. A match ends what the pattern would like less than it.
func (w prefixWalk) to(next walk) prefixWalk {
	w.walk = next
	if i := next.match(next.places); i >= 0 {
		w.matched = next.groupsAt(next.places[i])
		w.places = next.places[:i]
	}
	return w
}

// decided reports whether more digits change nothing.
func (w prefixWalk) decided() bool { return len(w.places) == 0 }

// edit returns what the pattern and the rule make of the digits. It reports false if they make
// nothing of them, or leave them as they are.
func (w prefixWalk) edit() (edit, bool) {
	matched := w.matched
	places := w.follow(w.places, true)
	if i := w.match(places); i >= 0 {
		matched = w.groupsAt(places[i])
	}
	if matched == nil {
		return edit{}, false
	}
	var e edit
	if p := w.prefixes; p.rule && matched[2*p.group] >= 0 {
		from, to := int(matched[2*p.ruleFrom]), int(matched[2*p.ruleFrom+1])
		e = edit{skip: from, text: p.text, gap: int(matched[1]) - to}
		if e.gap > 0 {
			e.keep = to - from
		}
	} else {
		e.skip = int(matched[1])
	}
	return e, e != edit{}
}

func (w prefixWalk) appendKey(b []byte) []byte {
	b = w.walk.appendKey(b)
	if w.matched != nil {
		for _, g := range w.matched {
			b = append(b, byte(g))
		}
	}
	return append(b, '|')
}

// edits returns every edit that some digits call for.
func (p *prefixes) edits() []edit {
	var edits []edit
	found := map[edit]bool{}
	seen := map[string]bool{}
	var visit func(prefixWalk)
	visit = func(w prefixWalk) {
		key := string(w.appendKey(nil))
		if seen[key] {
			return
		}
		seen[key] = true
		if e, ok := w.edit(); ok && !found[e] {
			found[e] = true
			edits = append(edits, e)
		}
		for d := '0'; d <= '9' && !w.decided(); d++ {
			visit(w.step(d))
		}
	}
	visit(p.walk())
	return edits
}
