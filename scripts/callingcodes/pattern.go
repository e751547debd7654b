package main

import (
	"fmt"
	"regexp/syntax"
)

// pattern is a compiled regular expression of digit strings. It matches whole strings.
type pattern struct{ *syntax.Prog }

func compile(expr string) (pattern, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return pattern{}, err
	}
	for _, in := range prog.Inst {
		if in.Op == syntax.InstEmptyWidth {
			return pattern{}, fmt.Errorf("anchors inside a pattern are not understood: %s", expr)
		}
	}
	return pattern{prog}, nil
}

// overlaps reports whether some digit string matches both patterns. Package regexp can't tell.
//
// It walks through both programs at once, in pairs of instructions that the same digits lead to.
func (p pattern) overlaps(q pattern) bool {
	type pair struct{ p, q uint32 }
	todo := []pair{{uint32(p.Start), uint32(q.Start)}}
	seen := map[pair]bool{}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[at] {
			continue
		}
		seen[at] = true
		if next, ok := withoutReading(p.Inst[at.p]); ok {
			for _, pc := range next {
				todo = append(todo, pair{pc, at.q})
			}
			continue
		}
		if next, ok := withoutReading(q.Inst[at.q]); ok {
			for _, pc := range next {
				todo = append(todo, pair{at.p, pc})
			}
			continue
		}
		in, other := p.Inst[at.p], q.Inst[at.q]
		if in.Op == syntax.InstMatch && other.Op == syntax.InstMatch {
			return true
		}
		if readSameDigit(in, other) {
			todo = append(todo, pair{in.Out, other.Out})
		}
	}
	return false
}

// withoutReading returns the instructions after one that reads nothing. ok is false if it reads a
// digit or ends the pattern.
func withoutReading(in syntax.Inst) (next []uint32, ok bool) {
	switch in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return []uint32{in.Out, in.Arg}, true
	case syntax.InstNop, syntax.InstCapture:
		return []uint32{in.Out}, true
	case syntax.InstFail:
		return nil, true
	}
	return nil, false
}

func readSameDigit(in, other syntax.Inst) bool {
	if in.Op == syntax.InstMatch || other.Op == syntax.InstMatch {
		return false
	}
	for d := '0'; d <= '9'; d++ {
		if in.MatchRune(d) && other.MatchRune(d) {
			return true
		}
	}
	return false
}
