package cloudsim

import "time"

// sent counts accepted messages for the limits.
type sent struct {
	numbers  map[string][]accepted // :: E.164 number → messages of the last hour and day
	apps     map[string]daily      // :: app id → messages of one day
	segments int                   // taken from the package
}

type accepted struct {
	at   time.Time
	text string
}

type daily struct {
	day   time.Time
	count int
}

func newSent() sent {
	return sent{numbers: make(map[string][]accepted), apps: make(map[string]daily)}
}

// exceeds returns the code of the limit that a message of fee segments would exceed now, or "".
func (c *sent) exceeds(
	account *Account, app *App, number, text string, fee int, now time.Time,
) string {
	var same, hour, day int
	for _, m := range c.numbers[number] {
		age := now.Sub(m.at)
		if age < 30*time.Second && m.text == text {
			same++
		}
		if age < time.Hour {
			hour++
		}
		if !m.at.Before(startOfDay(now)) {
			day++
		}
	}
	limits := account.Limits
	switch {
	case reached(same, limits.thirtySeconds()):
		return "LimitExceeded.PhoneNumberThirtySecondLimit"
	case reached(hour, limits.perHour()):
		return "LimitExceeded.PhoneNumberOneHourLimit"
	case reached(day, limits.perDay()):
		return "LimitExceeded.PhoneNumberDailyLimit"
	case app.DailyLimit > 0 && c.today(app.SDKAppID, now).count >= app.DailyLimit:
		return "LimitExceeded.AppDailyLimit"
	case account.Balance != nil && c.segments+fee > *account.Balance:
		return "FailedOperation.InsufficientBalanceInSmsPackage"
	}
	return ""
}

func reached(count, limit int) bool { return limit >= 0 && count >= limit }

// add counts an accepted message and drops those that no limit counts any more.
func (c *sent) add(app *App, number, text string, fee int, now time.Time) {
	var kept []accepted
	for _, m := range c.numbers[number] {
		if now.Sub(m.at) < time.Hour || !m.at.Before(startOfDay(now)) {
			kept = append(kept, m)
		}
	}
	c.numbers[number] = append(kept, accepted{now, text})

	today := c.today(app.SDKAppID, now)
	today.count++
	c.apps[app.SDKAppID] = today
	c.segments += fee
}

func (c *sent) today(app string, now time.Time) daily {
	d := c.apps[app]
	if day := startOfDay(now); !d.day.Equal(day) {
		return daily{day: day}
	}
	return d
}

// startOfDay is midnight in Asia/Shanghai. It needs no time zone database.
func startOfDay(t time.Time) time.Time {
	t = inShanghai(t)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func inShanghai(t time.Time) time.Time {
	return t.In(time.FixedZone("Asia/Shanghai", 8*60*60))
}
