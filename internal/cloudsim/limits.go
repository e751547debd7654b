package cloudsim

import (
	"cmp"
	"time"
)

// limitLocked returns the code of the limit that a message would exceed now, or "". Only accepted
// messages count.
func (c *Cloud) limitLocked(number, text string, now time.Time) string {
	var same, hour, day int
	for i := range c.outbox {
		m := &c.outbox[i]
		if m.PhoneNumber != number {
			continue
		}
		age := now.Sub(m.Time)
		if age < 30*time.Second && m.Text == text {
			same++
		}
		if age < time.Hour {
			hour++
		}
		if !m.Time.Before(startOfDay(now)) {
			day++
		}
	}
	limits := c.account.Limits
	switch {
	case reached(same, cmp.Or(limits.ThirtySeconds, 1)):
		return "LimitExceeded.PhoneNumberThirtySecondLimit"
	case reached(hour, cmp.Or(limits.PerHour, -1)):
		return "LimitExceeded.PhoneNumberOneHourLimit"
	case reached(day, cmp.Or(limits.PerDay, 10)):
		return "LimitExceeded.PhoneNumberDailyLimit"
	}
	return ""
}

func reached(count, limit int) bool { return limit >= 0 && count >= limit }

// startOfDay is midnight in Asia/Shanghai. It needs no time zone database.
func startOfDay(t time.Time) time.Time {
	t = t.In(time.FixedZone("Asia/Shanghai", 8*60*60))
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}
