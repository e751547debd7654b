package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
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
		switch {
		case !s.Grid.text(i):
			cells[i].Class = "n"
		case i > 0:
			cells[i].Class = "hint"
		}
	}
	return cells
}

// page writes a report as one page that loads nothing and runs nothing. It can be mailed, and is as
// good on paper.
func page(out io.Writer, s Summary, w wording) error {
	functions := template.FuncMap{"count": count, "say": w.Say, "hint": w.Hint}
	t, err := template.New("page").Funcs(functions).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(out, w.view(s))
}

func (w wording) view(s Summary) view {
	from, to := period(s)
	hash := sha256.Sum256([]byte(pageCSS))
	v := view{From: from, To: to, Zone: w.Say("report.zone", zoneName(s.From)),
		Policy: "default-src 'none'; style-src 'sha256-" +
			base64.StdEncoding.EncodeToString(hash[:]) + "'",
		Style: template.CSS(pageCSS), Beginning: strings.Join(w.beginning(s), w.Say("report.gap")),
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
		v.EachColumn = w.Say("report.eachColumn", step(c.Step))
	}
	v.Sections = w.sections(s)
	return v
}

func (w wording) tiles(s Summary) []tile {
	d := s.Delivery.All
	all := []tile{{count(s.Sent), w.Say("report.head.sent"), "sent"},
		{percent(ratio(s.Sent, s.Requests)), w.Say("report.tileAccepted"), ""}}
	if d.Reported() > 0 {
		all = append(all, tile{percent(d.Rate), w.Say("report.head.delivered"), ""})
	}
	if d.P95 > 0 {
		all = append(all, tile{duration(d.P50), w.Say("report.tileHalf"), ""})
	}
	refusals, failures := 0, 0
	for _, c := range s.Callers {
		refusals += c.Refused
		failures += c.Failed
	}
	all = append(all, tile{count(refusals), w.Say("report.head.refused"), "refused"},
		tile{count(failures), w.Say("report.head.failed"), "failed"})
	for _, t := range s.Totals {
		all = append(all, tile{money(t.Amount), w.Say("report.cost") + ", " + t.Currency, ""})
	}
	return all
}

// steps is the chart over time as a table.
func (w wording) steps(c Chart) grid {
	g := grid{Heads: append(w.heads("begins"), w.kinds()...)}
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
