package term

import (
	"fmt"
	"io"
	"strings"
)

// Row is one thing that a command found or will do.
type Row struct {
	Sign, Color  string // such as "✓" and Green
	Name, Detail string
	Todo         string // what to do about it; "": nothing
	NameWidth    int    // the column that names have, in cells
}

// PrintRow shows a row, on as many lines as it takes.
func PrintRow(out io.Writer, paint Paint, r Row) {
	indent := strings.Repeat(" ", r.NameWidth+4)
	name := r.Name + strings.Repeat(" ", max(0, r.NameWidth-Cells(r.Name)))
	if r.Color == Red || r.Color == Yellow {
		name = paint(r.Color, name)
	}
	lines := Wrap(r.Detail, PageWidth-len(indent))
	if Cells(r.Name) > r.NameWidth {
		lines = append([]string{""}, lines...)
	}
	fmt.Fprintln(out, strings.TrimRight(paint(r.Color, r.Sign)+" "+name+"  "+lines[0], " "))
	for _, line := range lines[1:] {
		fmt.Fprintln(out, indent+line)
	}
	if r.Todo == "" {
		return
	}
	for i, line := range Wrap(r.Todo, PageWidth-len(indent)-2) {
		arrow := "  "
		if i == 0 {
			arrow = paint(r.Color, "→") + " "
		}
		fmt.Fprintln(out, indent+arrow+line)
	}
}
