package dependability

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cause is why a sequence is run again although it went wrong: on a busy machine that can happen
// without a fault of the function. "" is no excuse: the test fails.
type cause string

const (
	// deadConnection: the cloud had closed idle connections, and a request that should have arrived
	// over a new one did not. That can happen, though rarely: see settle. A function that doesn't
	// look whether a connection is alive shows the same, so only a few sequences may need this.
	deadConnection cause = "a request on a dead connection"

	// shortBudget: something in the sequence was to last until a short time budget ends, and the
	// machine was too slow for the rest of it.
	shortBudget cause = "a short time budget"

	// slowMachine: an answer took long although its time budget was long.
	slowMachine cause = "a slow answer"
)

// slow is longer than any answer takes on a machine that isn't busy, but for those that use up a
// time budget.
const slow = 500 * time.Millisecond

// history is what the steps of a sequence have met so far, as far as it can excuse a failure.
type history struct {
	closed bool // idle connections were closed
	short  bool // a step had a short time budget
	slow   bool // an answer took long
}

// add takes note of a step.
func (h *history) add(st step, p prediction, r result) {
	h.closed = h.closed || st.closing != ""
	h.short = h.short || p.short()
	h.slow = h.slow || r.took > slow
}

// excuse returns why the last step may have gone wrong without a fault of the function.
//
// A request on a dead connection fails at once. So a request that didn't arrive is put down to its
// connection unless the answer took so long that time may have run out instead. Of a short limit
// the function uses three quarters, and half of these for SSM.
func (h *history) excuse(p prediction, r result) cause {
	outOfTime := r.took > slow || p.short() && r.took >= r.limit/8
	switch {
	case h.closed && r.missing(p) && !outOfTime:
		return deadConnection
	case h.short:
		return shortBudget
	case h.slow:
		return slowMachine
	}
	return ""
}

// tally is what happened in all sequences. Several workers add to it.
type tally struct {
	mu                                 sync.Mutex
	requests, sends, fetches, messages int
	statuses                           map[int]int
	repeats                            map[cause]int
	longest                            time.Duration // from the event to the answer

	again chan struct{} // has an element for each sequence that is being run again
}

func newTally() *tally {
	return &tally{
		statuses: map[int]int{}, repeats: map[cause]int{}, again: make(chan struct{}, 2),
	}
}

func (c *tally) add(r result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	c.sends += len(r.sends)
	c.fetches += r.fetches
	c.messages += len(r.outbox)
	c.statuses[r.StatusCode]++
	c.longest = max(c.longest, r.took)
}

// repeat counts a sequence that is run again.
func (c *tally) repeat(why cause) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.repeats[why]++
}

// check says what is wrong with the number of repeats in so many sequences. Those that a slow
// machine causes have no bound: each was run again with more time, and went as it should.
func (c *tally) check(sequences int) error {
	dead := c.repeats[deadConnection]
	if most := max(1, sequences/200); dead > most { // 0.5 %
		return fmt.Errorf("%d repeats for %s; a machine that is only busy causes %d at most: "+
			"does the function write to connections that have ended?", dead, deadConnection, most)
	}
	return nil
}

func (c *tally) String() string {
	statuses := []string{}
	for _, status := range slices.Sorted(maps.Keys(c.statuses)) {
		statuses = append(statuses, fmt.Sprintf("%d×%d", c.statuses[status], status))
	}
	repeats := []string{}
	for _, why := range []cause{deadConnection, shortBudget, slowMachine} {
		repeats = append(repeats, fmt.Sprintf("%d for %s", c.repeats[why], why))
	}
	return fmt.Sprintf("%d requests (%s): %d SendSms, %d GetSecretValue, %d messages; "+
		"slowest answer %v; repeated: %s",
		c.requests, strings.Join(statuses, " "), c.sends, c.fetches, c.messages,
		c.longest.Round(time.Millisecond), strings.Join(repeats, ", "))
}

func TestTally_check(t *testing.T) {
	for _, tt := range []struct {
		sequences, dead, short int
		ok                     bool
	}{
		{sequences: 200, dead: 1, ok: true},
		{sequences: 200, dead: 2},
		{sequences: 2000, dead: 10, short: 500, ok: true},
		{sequences: 2000, dead: 11},
	} {
		count := newTally()
		count.repeats[deadConnection], count.repeats[shortBudget] = tt.dead, tt.short
		require.Equal(t, tt.ok, count.check(tt.sequences) == nil, "%+v", tt)
	}
}
