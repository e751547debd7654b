package main

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
)

// A pattern is a regular expression over digits that can be walked digit by digit. Package regexp
// can't tell whether two beginnings allow the same continuations; the places of a walk can.
type pattern struct{ prog *syntax.Prog }

func compile(expr string) (pattern, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	if re.MaxCap() > maxGroup {
		return pattern{}, fmt.Errorf("more than %d groups in %s", maxGroup, expr)
	}
	prog, err := syntax.Compile(re.Simplify())
	return pattern{prog}, err
}

const maxGroup = 2

// groups are the ends of the whole match and of the groups in it, as package regexp numbers them:
// group n begins at 2*n and ends at 2*n+1. A group that took no part has -1.
type groups [2 * (maxGroup + 1)]int8

// place is an instruction that a walk may be at, and the groups it has come through.
type place struct {
	pc     uint32
	groups groups
}

// A walk is where a pattern may be after some digits: no place means that nothing can match any
// more. Places stand in the order in which package regexp prefers them.
type walk struct {
	pattern
	digits int
	places []place
}

func (p pattern) walk() walk {
	none := groups{-1, -1, -1, -1, -1, -1}
	w := walk{pattern: p}
	w.places = w.follow([]place{{uint32(p.prog.Start), none}}, false)
	return w
}

func (w walk) step(digit rune) walk {
	next := walk{pattern: w.pattern, digits: w.digits + 1}
	var places []place
	for _, at := range w.places {
		if in := &w.prog.Inst[at.pc]; readsDigit(in) && in.MatchRune(digit) {
			places = append(places, place{in.Out, at.groups})
		}
	}
	next.places = next.follow(places, false)
	return next
}

func (w walk) steps(digits string) walk {
	for _, d := range digits {
		w = w.step(d)
	}
	return w
}

func readsDigit(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// follow goes through the instructions that read nothing. It stops before $ unless the digits end.
func (w walk) follow(from []place, end bool) []place {
	seen := map[uint32]bool{}
	var places []place
	var visit func(place)
	visit = func(at place) {
		if seen[at.pc] {
			return
		}
		seen[at.pc] = true
		switch in := &w.prog.Inst[at.pc]; {
		case in.Op == syntax.InstAlt, in.Op == syntax.InstAltMatch:
			visit(place{in.Out, at.groups})
			visit(place{in.Arg, at.groups})
		case in.Op == syntax.InstCapture:
			at.groups[in.Arg] = int8(w.digits)
			visit(place{in.Out, at.groups})
		case in.Op == syntax.InstNop, in.Op == syntax.InstEmptyWidth && end:
			visit(place{in.Out, at.groups})
		case in.Op != syntax.InstFail:
			places = append(places, at)
		}
	}
	for _, at := range from {
		visit(at)
	}
	return places
}

// match returns the first of the places at which the pattern has matched, or -1.
func (w walk) match(places []place) int {
	for i, at := range places {
		if w.prog.Inst[at.pc].Op == syntax.InstMatch {
			return i
		}
	}
	return -1
}

// groupsAt returns the groups of a match at the place, which is where the whole match ends.
func (w walk) groupsAt(at place) *groups {
	at.groups[0], at.groups[1] = 0, int8(w.digits)
	return &at.groups
}

// matches reports whether all the digits so far are a match.
func (w walk) matches() bool { return w.match(w.places) >= 0 }

// appendKey appends what tells one walk of a pattern from another.
func (w walk) appendKey(b []byte) []byte {
	for _, at := range w.places {
		b = binary.BigEndian.AppendUint32(b, at.pc)
		for _, g := range at.groups {
			b = append(b, byte(g))
		}
	}
	return append(b, '|')
}
