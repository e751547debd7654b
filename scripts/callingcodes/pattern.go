package main

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
)

// A pattern is a set of digit strings: a regular expression, anchored at both ends, compiled so that it can be walked
// digit by digit. That answers what package regexp doesn't: whether anything that begins so can match at all.
type pattern struct{ prog *syntax.Prog }

// states are the instructions a pattern may be at after some digits, sorted. None means that nothing can match any more.
type states struct {
	pattern
	pc string // one byte pair per instruction, so that states can be map keys
}

// compile returns the pattern of what any of the expressions matches.
func compile(exprs ...string) (pattern, error) {
	re, err := syntax.Parse("(?:"+strings.Join(exprs, "|")+")", syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return pattern{}, err
	}
	for _, in := range prog.Inst {
		if in.Op == syntax.InstEmptyWidth {
			return pattern{}, fmt.Errorf("anchors inside a pattern are not understood: %v", exprs)
		}
	}
	return pattern{prog}, nil
}

func (p pattern) start() states { return p.closure([]uint32{uint32(p.prog.Start)}) }

// after returns where the pattern is when it has read the digits.
func (p pattern) after(digits string) states {
	s := p.start()
	for _, d := range digits {
		s = s.step(d)
	}
	return s
}

// closure follows the instructions that read nothing.
func (p pattern) closure(pcs []uint32) states {
	seen := map[uint32]bool{}
	var live []uint32
	for len(pcs) > 0 {
		pc := pcs[len(pcs)-1]
		pcs = pcs[:len(pcs)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch in := &p.prog.Inst[pc]; in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			pcs = append(pcs, in.Out, in.Arg)
		case syntax.InstNop, syntax.InstCapture:
			pcs = append(pcs, in.Out)
		case syntax.InstFail:
		default:
			live = append(live, pc)
		}
	}
	slices.Sort(live)
	var b strings.Builder
	for _, pc := range live {
		b.WriteByte(byte(pc >> 8))
		b.WriteByte(byte(pc))
	}
	return states{p, b.String()}
}

func (s states) insts() []*syntax.Inst {
	var in []*syntax.Inst
	for i := 0; i < len(s.pc); i += 2 {
		in = append(in, &s.prog.Inst[int(s.pc[i])<<8|int(s.pc[i+1])])
	}
	return in
}

func (s states) step(digit rune) states {
	var next []uint32
	for _, in := range s.insts() {
		if in.Op != syntax.InstMatch && in.MatchRune(digit) {
			next = append(next, in.Out)
		}
	}
	return s.closure(next)
}

// alive reports whether something can still match. Every instruction of a phone number pattern leads to a match.
func (s states) alive() bool { return s.pc != "" }

func (s states) matches() bool {
	return slices.ContainsFunc(s.insts(), func(in *syntax.Inst) bool { return in.Op == syntax.InstMatch })
}

// accepts reports whether some n digits more make a match.
func (s states) accepts(n int) bool {
	seen := map[states]bool{s: true}
	for ; n > 0; n-- {
		next := map[states]bool{}
		for s := range seen {
			for d := '0'; d <= '9'; d++ {
				if t := s.step(d); t.alive() {
					next[t] = true
				}
			}
		}
		seen = next
	}
	for s := range seen {
		if n == 0 && s.matches() {
			return true
		}
	}
	return false
}

// acceptsOther reports whether some n digits more make a match that don't begin with the prefix.
func (s states) acceptsOther(n int, prefix string) bool {
	for i, p := range prefix {
		for d := '0'; d <= '9'; d++ {
			if d != p && s.step(d).accepts(n-i-1) {
				return true
			}
		}
		s = s.step(p)
	}
	return false
}

// intersect reports whether some digits take both to a match.
func intersect(a, b states) bool {
	type pair struct{ a, b states }
	seen := map[pair]bool{{a, b}: true}
	todo := []pair{{a, b}}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p.a.matches() && p.b.matches() {
			return true
		}
		for d := '0'; d <= '9'; d++ {
			next := pair{p.a.step(d), p.b.step(d)}
			if next.a.alive() && next.b.alive() && !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}
