package main

import "slices"

// table is an automaton that reads the digits behind every calling code. States from which the same
// digits lead to the same readings are one state.
type table struct {
	states []state
	known  map[state]int
	edits  []edit
}

type state struct {
	reading int
	next    [10]int
}

// newTable returns a table with one state, 0: from there all digits lead back to it.
func newTable() *table {
	return &table{states: []state{{}}, known: map[state]int{{}: 0}}
}

// add returns the state at which a plan begins.
func (t *table) add(p *plan) int { return t.at(p.walk(), map[string]int{}) }

func (t *table) at(w planWalk, known map[string]int) int {
	const longest = 24 // no number is longer, whatever is written before it
	if w.digits > longest {
		return 0
	}
	key := w.key()
	if id, ok := known[key]; ok {
		return id
	}
	var s state
	for d := range s.next {
		s.next[d] = t.at(w.step('0'+rune(d)), known)
	}
	reading, e := w.reading()
	if reading == firstEdit {
		i := slices.Index(t.edits, e)
		if i < 0 {
			i = len(t.edits)
			t.edits = append(t.edits, e)
		}
		reading += i
	}
	s.reading = reading
	id, ok := t.known[s]
	if !ok {
		id = len(t.states)
		t.known[s] = id
		t.states = append(t.states, s)
	}
	known[key] = id
	return id
}
