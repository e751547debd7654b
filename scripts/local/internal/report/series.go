package report

import (
	"maps"
	"slices"
	"time"
)

// What a series counts.
const (
	sent        = iota // messages that Tencent accepted
	refused            // requests that were refused for what the caller sent, or by a limit
	failed             // requests that failed for any other reason, and those of unknown outcome
	delivered          // messages that arrived, at the time they were sent
	undelivered        // messages that didn't
	kinds
)

type counts [kinds]uint32

// widths are those that a series can have. Each is a multiple of the one before it.
func widths() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day, 7 * day, 28 * day, 364 * day}
}

// maxBuckets is how many buckets a series may have before it takes the next wider ones.
const maxBuckets = 4096

// series counts over time, in buckets of one width. It begins with the smallest width, and widens
// as the log turns out to be longer.
type series struct {
	zone    *time.Location
	offset  int64 // of the zone from UTC when the log begins, in ms: days begin at midnight there
	width   int   // an index of widths
	buckets map[int64]*counts
}

func newSeries(zone *time.Location) *series {
	return &series{zone: zone, offset: -1, buckets: map[int64]*counts{}}
}

func (s *series) add(at int64, kind int) {
	if s.offset == -1 {
		_, seconds := time.UnixMilli(at).In(s.zone).Zone()
		s.offset = int64(seconds) * 1000
	}
	s.bucket((at + s.offset) / widths()[s.width].Milliseconds())[kind]++
	for len(s.buckets) > maxBuckets {
		*s = s.widened(s.width + 1)
	}
}

// remove takes back what was added.
func (s *series) remove(at int64, kind int) {
	s.bucket((at + s.offset) / widths()[s.width].Milliseconds())[kind]--
}

func (s *series) bucket(key int64) *counts {
	b := s.buckets[key]
	if b == nil {
		b = &counts{}
		s.buckets[key] = b
	}
	return b
}

// widened returns the series with another width.
func (s *series) widened(width int) series {
	all := widths()
	wide := series{s.zone, s.offset, width, map[int64]*counts{}}
	for key, b := range s.buckets {
		to := wide.bucket(key * all[s.width].Milliseconds() / all[width].Milliseconds())
		for kind, n := range b {
			to[kind] += n
		}
	}
	return wide
}

// Chart is a series for a chart: all steps from the first to the last, also those without anything.
type Chart struct {
	Start time.Time
	Step  time.Duration
	Steps []counts
}

// chart returns the series in at most so many steps.
func (s *series) chart(most int) Chart {
	if len(s.buckets) == 0 {
		return Chart{}
	}
	for width := s.width; ; width++ {
		wide := s.widened(width)
		keys := slices.Sorted(maps.Keys(wide.buckets))
		from, n := keys[0], int(keys[len(keys)-1]-keys[0])+1
		if n > most && width+1 < len(widths()) {
			continue
		}
		step := widths()[width]
		c := Chart{Step: step, Steps: make([]counts, min(n, most)),
			Start: time.UnixMilli(from*step.Milliseconds() - s.offset).In(s.zone)}
		for _, key := range keys {
			if i := int(key - from); i < most {
				c.Steps[i] = *wide.buckets[key]
			}
		}
		return c
	}
}

// total is the sum of one kind, highest the most of it in one step.
func (c Chart) total(kind int) (total, highest int) {
	for _, step := range c.Steps {
		total += int(step[kind])
		highest = max(highest, int(step[kind]))
	}
	return total, highest
}

// at is when a step begins.
func (c Chart) at(i int) time.Time { return c.Start.Add(time.Duration(i) * c.Step) }

// marked reports whether a step begins at a time that people like to read: the first, and full
// hours of which few fit below a chart.
func (c Chart) marked(i int) bool {
	if i == 0 {
		return true
	}
	at, every := c.at(i), 3
	if c.Step > 15*time.Minute {
		every = 6
	}
	switch {
	case c.Step >= 24*time.Hour:
		return true
	case c.Step >= 3*time.Hour:
		return at.Hour() == 0
	case c.Step < 15*time.Minute:
		return at.Minute()%30 == 0
	default:
		return at.Minute() == 0 && at.Hour()%every == 0
	}
}

// Step is one of a chart's, for machines.
type Step struct {
	Begins      time.Time `json:"begins"`
	Sent        int       `json:"sent"`
	Refused     int       `json:"refused"`
	Failed      int       `json:"failed"`
	Delivered   int       `json:"delivered"`
	Undelivered int       `json:"undelivered"`
}

func (c Chart) steps() (all []Step) {
	for i, n := range c.Steps {
		all = append(all, Step{c.at(i), int(n[sent]), int(n[refused]), int(n[failed]),
			int(n[delivered]), int(n[undelivered])})
	}
	return all
}
