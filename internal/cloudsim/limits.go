package cloudsim

import "time"

// usage is what the limits count: accepted messages only.
type usage struct {
	numbers map[string][]accepted // :: E.164 number → messages of the last hour and day, oldest first
	apps    map[string]daily      // :: app id → messages of one day
	spent   int                   // segments taken from the package
}

type accepted struct {
	at   time.Time
	text string
}

type daily struct {
	day   time.Time
	count int
}

func newUsage() usage {
	return usage{numbers: make(map[string][]accepted), apps: make(map[string]daily)}
}

// limit returns the code of the limit that a message of fee segments would
// exceed now, or "".
func (u *usage) limit(account *Account, app *App, number, text string, fee int, now time.Time) string {
	var same, hour, day int
	for _, m := range u.numbers[number] {
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
	case app.DailyLimit > 0 && u.today(app.SDKAppID, now).count >= app.DailyLimit:
		return "LimitExceeded.AppDailyLimit"
	case account.Balance != nil && u.spent+fee > *account.Balance:
		return "FailedOperation.InsufficientBalanceInSmsPackage"
	}
	return ""
}

func reached(count, limit int) bool { return limit >= 0 && count >= limit }

// add counts an accepted message and forgets those no limit looks at any more.
func (u *usage) add(app *App, number, text string, fee int, now time.Time) {
	var kept []accepted
	for _, m := range u.numbers[number] {
		if now.Sub(m.at) < time.Hour || !m.at.Before(startOfDay(now)) {
			kept = append(kept, m)
		}
	}
	u.numbers[number] = append(kept, accepted{now, text})

	today := u.today(app.SDKAppID, now)
	today.count++
	u.apps[app.SDKAppID] = today
	u.spent += fee
}

func (u *usage) today(app string, now time.Time) daily {
	d := u.apps[app]
	if day := startOfDay(now); !d.day.Equal(day) {
		return daily{day: day}
	}
	return d
}

// startOfDay is midnight in Asia/Shanghai, without needing a time zone database.
func startOfDay(t time.Time) time.Time {
	t = inShanghai(t)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func inShanghai(t time.Time) time.Time {
	return t.In(time.FixedZone("Asia/Shanghai", 8*60*60))
}
