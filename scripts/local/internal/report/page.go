package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// view is what page.html shows.
type view struct {
	W          *words
	From, To   string
	Zone       string
	Policy     string // Content-Security-Policy
	Style      template.CSS
	Beginning  string
	Tiles      []tile
	Notices    []notice
	Sends      []sized
	Arrivals   []sized
	Waiting    []sized
	Steps      section
	Sections   []section
	Causes     []Cause
	Log        []string
	EachColumn string
}

// tile is a figure that is read first.
type tile struct{ Figure, Text, Class string }

// sized is a plot for windows of a size.
type sized struct {
	Class string // wide or narrow
	Plot  plot
}

// section is a table with what is said below it.
type section struct {
	ID, Head string
	Grid     grid
	Shares   []float64 // for each row, in percent, how long its bar is; nil: no bars
	Notes    []string
}

// cell is a cell of a table on the page.
type cell struct {
	Text, Class string
	First       bool
}

// Cells are those of a row.
func (s section) Cells(row []string) []cell {
	cells := make([]cell, len(row))
	for i, text := range row {
		cells[i] = cell{Text: text, First: i == 0}
		if !s.Grid.text(i) {
			cells[i].Class = "n"
		}
	}
	return cells
}

// page writes a report as one page that loads nothing and runs nothing. It can be mailed, and is as
// good on paper.
func page(out io.Writer, s Summary, w *words) error {
	t, err := template.New("page").Funcs(template.FuncMap{"count": count}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(out, w.view(s))
}

func (w *words) view(s Summary) view {
	from, to := period(s)
	hash := sha256.Sum256([]byte(pageCSS))
	v := view{W: w, From: from, To: to, Zone: fmt.Sprintf(w.Zone, zoneName(s.From)),
		Policy: "default-src 'none'; style-src 'sha256-" +
			base64.StdEncoding.EncodeToString(hash[:]) + "'",
		Style: template.CSS(pageCSS), Beginning: strings.Join(w.beginning(s), w.gap()),
		Tiles: w.tiles(s), Notices: w.notices(s), Causes: s.Causes, Log: w.log(s)}
	for _, size := range []struct {
		class string
		width float64
		most  int // steps: a day of quarters of an hour, or of halves
	}{{"wide", 800, 97}, {"narrow", 340, 49}} {
		c := s.Over.chart(size.most)
		if len(c.Steps) == 0 {
			continue
		}
		v.Sends = append(v.Sends, sized{size.class, w.sends(c, size.width)})
		if s.Delivery.All.Reported() > 0 {
			v.Arrivals = append(v.Arrivals, sized{size.class, w.arrivals(c, size.width)})
		}
		if points := s.Delivery.Arrival; len(points) > 1 {
			v.Waiting = append(v.Waiting, sized{size.class, w.waiting(points, size.width)})
		}
	}
	if c := s.Over.chart(49); len(c.Steps) > 0 {
		v.Steps = section{ID: "over-time", Grid: w.steps(c)}
		v.EachColumn = fmt.Sprintf(w.EachColumn, step(c.Step))
	}
	v.Sections = w.sections(s)
	return v
}

func (w *words) tiles(s Summary) []tile {
	d := s.Delivery.All
	all := []tile{{count(s.Sent), w.KindSent, "sent"},
		{percent(ratio(s.Sent, s.Requests)), w.TileAccepted, ""}}
	if d.Reported() > 0 {
		all = append(all, tile{percent(d.Rate), w.KindDelivered, ""})
	}
	if d.P95 > 0 {
		all = append(all, tile{duration(d.P50), w.TileHalf, ""})
	}
	refusals, failures := 0, 0
	for _, c := range s.Callers {
		refusals += c.Refused
		failures += c.Failed
	}
	all = append(all, tile{count(refusals), w.KindRefused, "refused"},
		tile{count(failures), w.KindFailed, "failed"})
	for _, t := range s.Totals {
		all = append(all, tile{money(t.Amount), w.Cost + ", " + t.Currency, ""})
	}
	return all
}

// steps is the chart over time as a table.
func (w *words) steps(c Chart) grid {
	g := grid{Heads: []string{w.Begins, w.KindSent, w.KindRefused, w.KindFailed, w.KindDelivered}}
	for i, at := range c.Steps {
		arrived := "–"
		if share, ok := at.share(); ok {
			arrived = percent(share)
		}
		g.Rows = append(g.Rows, []string{c.at(i).Format("01-02 15:04"), count(int(at[sent])),
			count(int(at[refused])), count(int(at[failed])), arrived})
	}
	return g
}

func (w *words) sections(s Summary) (all []section) {
	add := func(id, head string, g grid, notes ...string) *section {
		if len(g.Rows) == 0 {
			return &section{}
		}
		all = append(all, section{ID: id, Head: head, Grid: g, Notes: notes})
		return &all[len(all)-1]
	}
	codes := add("delivery", w.Delivery, w.delivery(s))
	for _, c := range s.Delivery.Codes {
		codes.Shares = append(codes.Shares, tenth(100*c.Rate))
	}
	codes.Shares = append(codes.Shares, tenth(100*s.Delivery.All.Rate))
	if s.Delivery.All.P95 > 0 {
		codes.Notes = []string{fmt.Sprintf(w.ArrivedWithin, percent(s.Delivery.Within10s),
			percent(s.Delivery.Within60s))}
	}
	add("reasons", w.Reasons, w.reasons(s))
	outcomes := add("outcomes", w.Outcomes, w.outcomes(s))
	for _, o := range s.Outcomes {
		outcomes.Shares = append(outcomes.Shares, tenth(100*o.Share))
	}
	add("limits", w.Limits, w.limits(s))
	add("latency", w.Latency, w.latency(s), fmt.Sprintf(w.Cold, count(s.Cold), count(s.Requests),
		percent(ratio(s.Cold, s.Requests))))
	add("callers", w.Callers, w.callers(s))
	if g, notes := w.cost(s); s.Totals != nil || s.Unpriced != nil {
		add("cost", w.Cost, g, notes...)
	}
	return all
}
