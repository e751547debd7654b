package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// plot is a drawing in SVG. Lengths are the units of its view box; a page shows about one of them
// as one pixel, so that texts have the size of the page's.
type plot struct {
	Label         string // for those who don't see it
	Width, Height float64
	Left, Bottom  float64 // where the axes meet
	Grid          []mark  // lines across, each with its number
	Ticks         []mark  // times below
	Columns       []column
	Line          string // a path
	Dots          []dot
}

type mark struct {
	At   float64
	Text string
}

// column is all that stands above one step; Title says it in words.
type column struct {
	Title string
	Rects []rect
}

type rect struct {
	Class      string
	X, Y, W, H float64
}

type dot struct{ X, Y float64 }

// Margins of a plot, for its texts.
const (
	plotLeft   = 46
	plotTop    = 10
	plotBottom = 24
	plotRight  = 8
)

func newPlot(label string, width, height float64) plot {
	return plot{Label: label, Width: width, Height: height, Left: plotLeft,
		Bottom: height - plotBottom}
}

func (p *plot) inner() float64 { return p.Width - plotLeft - plotRight }

// y is where a share of the plot's height is.
func (p *plot) y(share float64) float64 {
	return tenth(p.Bottom - share*(p.Bottom-plotTop))
}

// tenth rounds to a tenth of a unit: more can't be seen.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

// sends is what was sent, refused and failed over time, one upon the other.
func (w wording) sends(c Chart, width float64) plot {
	p := newPlot(w.Say("report.overTime"), width, 220)
	highest := 1
	for _, step := range c.Steps {
		highest = max(highest, int(step[sent]+step[refused]+step[failed]))
	}
	top := round(highest)
	for i := range 3 {
		p.Grid = append(p.Grid, mark{p.y(float64(i) / 2), count(top * i / 2)})
	}
	wide := p.times(c)
	for i, step := range c.Steps {
		x, below := p.Left+float64(i)*wide, 0
		col := column{Title: w.stepTitle(c, i)}
		for _, part := range []struct {
			kind  int
			class string
		}{{sent, "sent"}, {refused, "refused"}, {failed, "failed"}} {
			n := int(step[part.kind])
			if n == 0 {
				continue
			}
			y0, y1 := p.y(ratio(below, top)), p.y(ratio(below+n, top))
			col.Rects = append(col.Rects, rect{part.class, tenth(x), y1,
				tenth(max(wide*0.85, wide-2)), tenth(max(y0-y1, 0.5))})
			below += n
		}
		if below > 0 {
			p.Columns = append(p.Columns, col)
		}
	}
	return p
}

// stepTitle says what is in a step.
func (w wording) stepTitle(c Chart, i int) string {
	step := c.Steps[i]
	names := w.kinds()
	var parts []string
	for kind, name := range names[:delivered] {
		parts = append(parts, count(int(step[kind]))+" "+name)
	}
	if share, ok := step.share(); ok {
		parts = append(parts, percent(share)+" "+names[delivered])
	}
	return c.at(i).Format("01-02 15:04") + ": " + strings.Join(parts, ", ")
}

// share is the share of a step's messages that arrived, of those with a report.
func (c counts) share() (share float64, ok bool) {
	reported := int(c[delivered] + c[undelivered])
	return ratio(int(c[delivered]), reported), reported > 0
}

// arrivals is the share of messages that arrived over time.
func (w wording) arrivals(c Chart, width float64) plot {
	p := newPlot(w.Say("report.deliveredOverTime"), width, 160)
	p.percents()
	wide := p.times(c)
	var line strings.Builder
	pen := false
	for i, step := range c.Steps {
		share, ok := step.share()
		if !ok {
			pen = false
			continue
		}
		x, y := tenth(p.Left+(float64(i)+0.5)*wide), p.y(share)
		command := "M"
		if pen {
			command = "L"
		}
		fmt.Fprintf(&line, "%s%v %v", command, x, y)
		pen = true
		p.Dots = append(p.Dots, dot{x, y})
		p.Columns = append(p.Columns, column{w.stepTitle(c, i), []rect{{"hover",
			tenth(p.Left + float64(i)*wide), plotTop, tenth(wide), tenth(p.Bottom - plotTop)}}})
	}
	p.Line = line.String()
	return p
}

func (p *plot) percents() {
	for i := range 3 {
		share := float64(i) / 2
		p.Grid = append(p.Grid, mark{p.y(share), strconv.Itoa(i*50) + "%"})
	}
}

// times names times below a plot, and returns the width of a step.
func (p *plot) times(c Chart) (wide float64) {
	wide = p.inner() / float64(len(c.Steps))
	free := 0.0 // where the next text has room
	for i := range c.Steps {
		x := p.Left + float64(i)*wide
		if c.marked(i) && x >= free && x+34 <= p.Width {
			p.Ticks = append(p.Ticks, mark{tenth(x), c.label(i)})
			free = x + 52
		}
	}
	return wide
}

// waiting is how many of the messages that arrived had done so after a time.
func (w wording) waiting(points []Point, width float64) plot {
	p := newPlot(w.Say("report.time"), width, 180)
	p.percents()
	last := len(points) - 1
	x := func(seconds float64) float64 { // each doubling of the time is as wide as another
		return tenth(p.Left + p.inner()*math.Log(seconds)/math.Log(points[last].Seconds))
	}
	var line strings.Builder
	free := 0.0
	for i, point := range points {
		at, y := x(point.Seconds), p.y(point.Share)
		fmt.Fprintf(&line, "%s%v %v", map[bool]string{true: "M", false: "L"}[i == 0], at, y)
		p.Dots = append(p.Dots, dot{at, y})
		name := step(time.Duration(point.Seconds) * time.Second)
		left := x(points[max(i-1, 0)].Seconds)
		p.Columns = append(p.Columns, column{name + ": " + percent(point.Share), []rect{{"hover",
			left, plotTop, tenth(max(at-left, 1)), tenth(p.Bottom - plotTop)}}})
		if at >= free && at+30 <= p.Width {
			p.Ticks = append(p.Ticks, mark{at, name})
			free = at + 52
		}
	}
	p.Line = line.String()
	return p
}

// round is the next number that is even and easy to read.
func round(n int) int {
	for scale := 1; ; scale *= 10 {
		for digits := 2; digits < 20; digits += 2 {
			if digits*scale >= n {
				return digits * scale
			}
		}
	}
}
