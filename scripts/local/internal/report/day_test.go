package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// day makes a recorded day of the function: most requests send, in the evening more than at night,
// and some faults are planted. The same seed makes the same day. It counts by itself what a report
// must find.
type day struct {
	random *rand.Rand
	start  time.Time
	lines  []timed
	want   tallied
	serial int
}

type timed struct {
	at   time.Time
	text string
}

// tallied is what the day holds, by the generator's own counting.
type tallied struct {
	outcomes               map[string]int
	sent                   map[int]int // messages by calling code
	delivered, undelivered map[int]int
	cold, repeated, early  int
	orphans                int
}

// fields are those of a line; nil ones are left out.
type fields map[string]any

// The lines of a day begin with these fields, in this order, as the function's do.
func (d *day) line(at time.Time, msg string, more fields) string {
	level := "INFO"
	if status, _ := more["status"].(int); status >= 500 {
		level = "ERROR"
	} else if status >= 400 {
		level = "WARN"
	}
	head := fmt.Sprintf(`{"time":%q,"level":%q,"msg":%q,"version":"0945344a1b2c",`,
		at.UTC().Format(time.RFC3339Nano), level, msg)
	rest, err := json.Marshal(more)
	if err != nil {
		panic(err)
	}
	text := head + string(rest[1:])
	d.lines = append(d.lines, timed{at, text})
	return text
}

func (d *day) invocation(at time.Time, outcome string, status, callingCode int, more fields) {
	d.want.outcomes[outcome]++
	f := fields{"requestId": d.id(), "outcome": outcome, "status": status, "caller": "logto",
		"type": "SignIn", "callingCode": callingCode, "numberEnds": "06", "attempts": 0,
		"coldStart": 0, "ssmMs": 0, "smsMs": 0, "ms": 1 + d.random.IntN(3)}
	for name, value := range more {
		f[name] = value
		if value == nil {
			delete(f, name)
		}
	}
	if f["coldStart"] == 1 {
		d.want.cold++
	}
	d.line(at, "invocation", f)
}

func (d *day) id() string {
	return fmt.Sprintf("%08x-%04x-4b6e-9c3f-%012x", d.random.Uint32(), d.random.Uint32()>>16,
		d.random.Uint64()>>16)
}

func (d *day) serialNo() string {
	d.serial++
	return fmt.Sprintf("5000:10457106691570536%011d", d.serial)
}

// send plants a message that was sent, and returns its serial number.
func (d *day) send(at time.Time, callingCode int) string {
	serialNo := d.serialNo()
	sms := 40 + int(d.random.ExpFloat64()*30)
	f := fields{"serialNo": serialNo, "tencentCode": "Ok", "template": "1110001", "attempts": 1,
		"smsMs": sms, "ms": sms + 2, "limitsMs": 1 + d.random.IntN(3)}
	if d.random.IntN(50) == 0 {
		ssm := 60 + d.random.IntN(80)
		f["coldStart"], f["ssmMs"], f["ms"] = 1, ssm, sms+ssm+5
	}
	d.invocation(at, "sent", 200, callingCode, f)
	d.want.sent[callingCode]++
	return serialNo
}

// report plants a delivery report.
func (d *day) report(serialNo string, callingCode int, receivedAt time.Time, reason string) {
	f := fields{"serialNo": serialNo, "callingCode": callingCode, "numberEnds": "06",
		"reason": reason, "delivered": 0, "requestId": d.id(),
		"receivedAt": receivedAt.In(shanghai()).Truncate(time.Second).Format(time.RFC3339)}
	if reason == "DELIVRD" {
		f["delivered"] = 1
	}
	d.line(receivedAt.Add(2*time.Second), "report", f)
}

func shanghai() *time.Location { return time.FixedZone("", 8*60*60) }

// outcomeOf plants a message and what became of it.
func (d *day) outcomeOf(at time.Time, callingCode int, reason string) {
	serialNo := d.send(at, callingCode)
	took := time.Duration(2000+int(d.random.ExpFloat64()*4000)) * time.Millisecond
	if reason == "" {
		return // no report came
	}
	d.report(serialNo, callingCode, at.Add(took), reason)
	if reason == "DELIVRD" {
		d.want.delivered[callingCode]++
	} else {
		d.want.undelivered[callingCode]++
	}
}

// record makes the day with about so many requests.
func record(seed uint64, requests int) *day {
	d := &day{random: rand.New(rand.NewPCG(seed, 14)),
		start: time.Date(2026, 11, 22, 0, 0, 0, 0, shanghai()),
		want: tallied{outcomes: map[string]int{}, sent: map[int]int{},
			delivered: map[int]int{}, undelivered: map[int]int{}}}
	for range requests {
		d.ordinary()
	}
	d.faults()
	return d
}

// ordinary plants a request as they come all day.
func (d *day) ordinary() {
	hour := d.random.NormFloat64()*5 + 15
	for hour < 0.1 || hour > 23.8 {
		hour = d.random.NormFloat64()*5 + 15
	}
	at := d.start.Add(time.Duration(hour * float64(time.Hour)))
	code := [...]int{86, 86, 86, 86, 86, 86, 86, 852, 65, 1, 62}[d.random.IntN(11)]
	switch n := d.random.IntN(100); {
	case n < 2:
		d.invocation(at, "invalid_phone_number", 400, code, fields{"digits": 12,
			"hint": "no number of this calling code has so many digits"})
	case n == 2:
		d.invocation(at, "unauthorized", 401, 0, fields{"caller": nil, "callingCode": nil,
			"hint": "the request has no proof"})
	case n == 3:
		d.invocation(at, "undeliverable", 422, code, fields{"attempts": 1,
			"tencentCode": "FailedOperation.PhoneNumberInBlacklist",
			"hint":        "the number opted out, or its carrier blocks it"})
	case n < 8:
		d.outcomeOf(at, code, "")
	case code == 62 && n < 60, n == 8:
		d.outcomeOf(at, code, [...]string{"UNDELIV", "EXPIRED", "MK:1008"}[d.random.IntN(3)])
	default:
		d.outcomeOf(at, code, "DELIVRD")
	}
}

// faults plants what goes wrong on this day.
func (d *day) faults() {
	at := func(hour, minute, second int) time.Time {
		return d.start.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
			time.Duration(second)*time.Second)
	}
	for i := range 40 {
		d.invocation(at(9, 0, i*20), "provider_refused", 502, 86, fields{"attempts": 1,
			"tencentCode": "FailedOperation.InsufficientBalanceInSmsPackage",
			"hint":        "the SMS package is used up: buy one. Until then nobody gets a code."})
	}
	for i := range 12 {
		d.invocation(at(13, 30, i*5), "provider_unavailable", 503, 86, fields{
			"limit": "total 5000/24h", "limitWaitMs": 1000, "limitsMs": 1})
		d.invocation(at(14, 0, i*5), "too_many_requests", 429, 62, fields{
			"limit": "number 5/1h", "limitWaitMs": 60000, "limitsMs": 1, "caller": "supabase"})
		d.invocation(at(14, 10, i), "sent", 200, 86, fields{"limits": "away", "limitsMs": 250,
			"attempts": 1, "smsMs": 50, "ms": 302, "serialNo": d.serialNo()})
		d.want.sent[86]++
		d.invocation(at(0, i, 0), "timer", 200, 0, fields{"caller": nil, "callingCode": nil})
		d.line(at(16, i, 0), "the secret could not be refreshed; keeping the old one",
			fields{"error": "throttled"})
	}
	for i := range 3 {
		d.invocation(at(15, i, 0), "outcome_unknown", 202, 1, fields{"tencentCode": "timed out",
			"attempts": 1, "smsMs": 7500, "ms": 7510})
		d.invocation(at(15, 5, i), "brand_new", 500, 999, nil)
	}
	first := d.send(at(18, 0, 0), 44)
	d.report(first, 44, at(18, 0, 4), "DELIVRD")
	d.report(first, 44, at(18, 0, 4), "DELIVRD") // it came twice
	d.want.delivered[44]++
	d.want.repeated++
	d.invocation(at(18, 0, 20), "sent", 200, 44, fields{"serialNo": first, "duplicate": 1})
	d.invocation(at(18, 0, 30), "sent", 200, 44, fields{"serialNo": d.serialNo(),
		"wouldLimit": "block 30/1h", "attempts": 1, "smsMs": 40, "ms": 44})
	d.want.sent[44]++

	second := d.send(at(18, 1, 0), 44)
	d.report(second, 44, at(18, 1, 5), "UNDELIV")
	d.report(second, 44, at(18, 1, 9), "DELIVRD") // the carrier thought better of it
	d.want.delivered[44]++
	d.want.repeated++

	d.report(d.send(at(18, 2, 0), 44), 44, at(18, 2, 0).Add(-8*time.Hour), "DELIVRD") // a clock
	d.want.delivered[44]++
	d.want.early++
	d.report(d.serialNo(), 44, at(0, 0, 1), "DELIVRD") // of the day before
	d.want.orphans++
	d.invocation(at(18, 3, 0), "reports", 200, 0, fields{"caller": "reports", "callingCode": nil,
		"count": 2})
}

// texts returns the lines as the log has them, in the order of their times.
func (d *day) texts() []string {
	var all []string
	for _, l := range d.sorted() {
		all = append(all, l.text)
	}
	return all
}

func (d *day) text() string { return strings.Join(d.texts(), "\n") + "\n" }
