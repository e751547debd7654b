package cloudsim

import (
	"cmp"
	"slices"
	"time"
)

// deliveryTime is how long a message takes to a phone.
const deliveryTime = 2 * time.Second

// maxReportAge is how far back delivery reports can be asked for.
const maxReportAge = 7 * 24 * time.Hour

// Report is what a carrier says of a message. The zero Report is a delivery after two seconds.
type Report struct {
	// Failed means that the message doesn't reach the phone.
	Failed bool `json:"failed,omitempty"`

	// Description is the carrier's word; empty means DELIVRD, or UNDELIV if Failed.
	Description string `json:"description,omitempty"`

	// Delay is the time until the report, by Config.Now; in JSON "delay", a text like "2s". Zero
	// means two seconds. If it is negative, no report comes.
	Delay time.Duration `json:"-"`
}

// UnmarshalJSON refuses fields it doesn't know.
func (r *Report) UnmarshalJSON(data []byte) error {
	type plain Report
	return strictJSON(data, &struct {
		*plain
		Delay *textDuration `json:"delay"`
	}{(*plain)(r), (*textDuration)(&r.Delay)})
}

// words are the status of the report and the carrier's word, as Tencent writes them.
func (r Report) words() (status, word string) {
	if r.Failed {
		return "FAIL", cmp.Or(r.Description, "UNDELIV")
	}
	return "SUCCESS", cmp.Or(r.Description, "DELIVRD")
}

// reportLocked is what the carrier says of a message, and when.
func (c *Cloud) reportLocked(m Message) (r Report, arrival time.Time) {
	r, ok := c.account.Reports[m.PhoneNumber]
	if !ok {
		r = m.carrier
	}
	return r, m.Time.Add(cmp.Or(r.Delay, deliveryTime))
}

// report is the outcome of one message, in Tencent's order of fields.
type report struct {
	UserReceiveTime  uint64
	CountryCode      string
	SubscriberNumber string
	PhoneNumber      string
	SerialNo         string
	ReportStatus     string
	Description      string
	SessionContext   string
}

// reportsLocked lists the reports that exist by now of the messages sent to a number in a range of
// time, newest first. Unlike other reports, those by number can be pulled again.
func (c *Cloud) reportsLocked(q *call) (any, *apiError) {
	p := q.params
	app, number := p.get("SmsSdkAppId"), p.get("PhoneNumber")
	if code := c.account.checkApp(app); code != "" {
		return nil, refuse(code)
	}
	begin := time.Unix(int64(p.number("BeginTime")), 0)
	end := q.now
	if p["EndTime"] != nil {
		end = time.Unix(int64(p.number("EndTime")), 0)
	}
	switch {
	case !isE164(number):
		return nil, refuse("InvalidParameterValue.IncorrectPhoneNumber")
	case p.number("Limit") < 1 || p.number("Limit") > maxList:
		return nil, refuse("InvalidParameterValue.LimitVerifyFail")
	case p.number("Offset") != 0:
		return nil, refuse("InvalidParameterValue.OffsetVerifyFail")
	case q.now.Sub(begin) > maxReportAge:
		return nil, refuse("InvalidParameterValue.BeginTimeVerifyFail")
	case end.Before(begin):
		return nil, refuse("InvalidParameterValue.EndTimeVerifyFail")
	}

	reports := []report{}
	for _, m := range slices.Backward(c.outbox) {
		at := m.Time.Truncate(time.Second)
		if m.PhoneNumber != number || m.SDKAppID != app || at.Before(begin) || at.After(end) {
			continue
		}
		result, arrival := c.reportLocked(m)
		if result.Delay < 0 || q.now.Before(arrival) || len(reports) == p.number("Limit") {
			continue
		}
		r := report{
			UserReceiveTime: uint64(arrival.Unix()),
			PhoneNumber:     number,
			SerialNo:        m.SerialNo,
			SessionContext:  m.SessionContext,
		}
		r.ReportStatus, r.Description = result.words()
		if result.Failed {
			r.UserReceiveTime = 0
		}
		reports = append(reports, r)
	}
	return map[string]any{"PullSmsSendStatusSet": reports, "RequestId": q.id()}, nil
}
