package term

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// Wrap breaks a text into lines of at most width cells, at blanks or between Chinese characters.
// There is at least one line.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range words(text) {
		if line != "" && Cells(line)+Cells(strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// PrintText prints a text. Lines end at the edge of a terminal; elsewhere they are those of the text.
func PrintText(out io.Writer, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		for _, part := range Wrap(line, Width(out)) {
			fmt.Fprintln(out, part)
		}
	}
}

// Shorten cuts a text that is longer than width cells.
func Shorten(text string, width int) string {
	if Cells(text) <= width {
		return text
	}
	n := 0
	for i, r := range text {
		if n += Cells(string(r)); n > width-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// words cuts a text where a line may end. Blanks stay at the end of what is before them.
func words(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		if i > start && (wide(r) && !unicode.IsPunct(r) || text[i-1] == ' ') {
			all = append(all, text[start:i])
			start = i
		}
	}
	return append(all, text[start:])
}

// Plain is a text of Tencent's or a carrier's without what a terminal obeys or doesn't show:
// control characters, and those that turn the direction of writing.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "�"))
}

// Cells is how many columns of a terminal a text takes.
func Cells(text string) int {
	n := 0
	for _, r := range text {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

// wide reports whether a character takes two columns: Chinese, Japanese, Korean, and their
// punctuation.
func wide(r rune) bool {
	return 0x1100 <= r && r <= 0x115f || 0x2e80 <= r && r <= 0xa4cf || 0xac00 <= r && r <= 0xd7a3 ||
		0xf900 <= r && r <= 0xfaff || 0xfe30 <= r && r <= 0xfe6f || 0xff00 <= r && r <= 0xff60 ||
		0xffe0 <= r && r <= 0xffe6
}

// Span is a time as the settings write it: 10m, and not 10m0s.
func Span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
