package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"scf-sms/scripts/local/internal/words"
)

// wording is how a report says things, in one language.
type wording struct{ words.Words }

// heads are those of a table's columns.
func (w wording) heads(names ...string) (all []string) {
	for _, name := range names {
		all = append(all, w.Say("report.head."+name))
	}
	return all
}

// kinds are the names of what a series counts, by its number, from sent to delivered.
func (w wording) kinds() []string { return w.heads("sent", "refused", "failed", "delivered") }

// count is a number with commas between thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// percent is a share. What isn't all is never 100 %, and what isn't nothing never 0.
func percent(part float64) string {
	p := math.Round(part*1000) / 10
	switch {
	case part > 0 && p < 0.1:
		return "<0.1%"
	case part < 1 && p > 99.9:
		p = 99.9
	}
	return fmt.Sprintf("%.1f%%", p)
}

// duration is a time in ms, as people say it. Lines don't end between a number and its unit.
func duration(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case ms < 1000:
		return fmt.Sprintf("%d\u00a0ms", ms)
	case ms < 10_000:
		return fmt.Sprintf("%.1f\u00a0s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f\u00a0s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d\u00a0min\u00a0%02d\u00a0s", d/time.Minute, d%time.Minute/time.Second)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d\u00a0min", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return fmt.Sprintf("%d\u00a0d\u00a0%d\u00a0h", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	}
}

// step is the width of a chart's column.
func step(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d\u00a0s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d\u00a0min", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d\u00a0h", d/time.Hour)
	default:
		return fmt.Sprintf("%d\u00a0d", d/(24*time.Hour))
	}
}

// money is an amount, exact to a hundredth; below 1 to a ten-thousandth.
func money(amount float64) string {
	if amount > 0 && amount < 1 {
		return strconv.FormatFloat(math.Round(amount*1e4)/1e4, 'f', -1, 64)
	}
	whole, cents, _ := strings.Cut(strconv.FormatFloat(amount, 'f', 2, 64), ".")
	if n, err := strconv.Atoi(whole); err == nil {
		whole = count(n)
	}
	return whole + "." + cents
}

// codeName is a calling code.
func (w wording) codeName(callingCode int64) string {
	if callingCode == 0 {
		return w.Say("report.unknownCode")
	}
	return "+" + strconv.FormatInt(callingCode, 10)
}

// zoneName is a time's zone.
func zoneName(t time.Time) string {
	if _, offset := t.Zone(); offset == 0 {
		return "UTC"
	}
	return t.Format("UTC-07:00")
}
