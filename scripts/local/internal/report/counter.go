package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"scf-sms/scripts/local/internal/term"
)

// maxNames is how many names a counter tells apart. The function writes fewer; a file of another
// program must not fill the memory.
const maxNames = 1000

// counter counts by name.
type counter struct {
	names  map[string]*int
	others int // of names beyond maxNames
}

func (c *counter) add(name []byte) {
	if n := c.names[string(name)]; n != nil {
		*n++
		return
	}
	if c.names == nil {
		c.names = map[string]*int{}
	}
	if len(c.names) == maxNames {
		c.others++
		return
	}
	one := 1
	c.names[string(name)] = &one
}

func (c *counter) total() (n int) {
	for _, of := range c.names {
		n += *of
	}
	return n + c.others
}

// Named is a name and how often it came.
type Named struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// sorted returns the names as the log has them, the most frequent first. Those beyond maxNames are
// one, "…".
func (c *counter) sorted() []Named {
	all := make([]Named, 0, len(c.names)+1)
	for _, name := range slices.Sorted(maps.Keys(c.names)) {
		all = append(all, Named{name, *c.names[name]})
	}
	slices.SortStableFunc(all, func(a, b Named) int { return cmp.Compare(b.N, a.N) })
	if c.others > 0 {
		all = append(all, Named{"…", c.others})
	}
	return all
}

// shown returns the names, the most frequent first, as they can be shown.
func (c *counter) shown() []Named {
	all := c.sorted()
	for i := range all {
		all[i].Name = term.Plain(all[i].Name)
	}
	return all
}

// reasons counts why messages didn't arrive, and gives each reason a number below reasonLimit; 0 is
// that of those beyond.
type reasons struct {
	numbers map[string]int
	names   []string
	n       []int
}

func newReasons() *reasons {
	return &reasons{numbers: map[string]int{}, names: []string{"…"}, n: []int{0}}
}

func (r *reasons) number(name []byte) int {
	number, ok := r.numbers[string(name)]
	if !ok && len(r.names) < reasonLimit {
		number = len(r.names)
		r.numbers[string(name)] = number
		r.names, r.n = append(r.names, term.Plain(string(name))), append(r.n, 0)
	}
	return number
}

// shown returns the reasons, the most frequent first.
func (r *reasons) shown() []Named {
	all := []Named{}
	for i, name := range r.names {
		if r.n[i] > 0 {
			all = append(all, Named{name, r.n[i]})
		}
	}
	slices.SortFunc(all, func(a, b Named) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// between stands between the parts of a name that is made of several.
const between = "\x00"

// partsOf takes a name of four parts apart. All parts can be shown.
func partsOf(name string) []string {
	all := strings.SplitN(name, between, 4)
	for i := range all {
		all[i] = term.Plain(all[i])
	}
	return append(all, make([]string, 4-len(all))...)
}
