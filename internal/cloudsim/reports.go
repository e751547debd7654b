package cloudsim

import (
	"cmp"
	"encoding/json"
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

// jsonReport is a Report with its delay as a text.
type jsonReport struct {
	plainReport
	Delay string `json:"delay,omitempty"`
}

type plainReport Report

// MarshalJSON writes the delay as a text.
func (r Report) MarshalJSON() ([]byte, error) {
	j := jsonReport{plainReport: plainReport(r)}
	if r.Delay != 0 {
		j.Delay = r.Delay.String()
	}
	return json.Marshal(j)
}

// UnmarshalJSON refuses fields it doesn't know.
func (r *Report) UnmarshalJSON(data []byte) error {
	var j jsonReport
	if err := strictJSON(data, &j); err != nil {
		return err
	}
	*r = Report(j.plainReport)
	if j.Delay == "" {
		return nil
	}
	delay, err := time.ParseDuration(j.Delay)
	r.Delay = delay
	return err
}

type reportList struct {
	PullSmsSendStatusSet []report
	RequestId            string
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
func (c *Cloud) reportsLocked(q *call, fault Fault) (*reportList, *apiError) {
	p, err := parseParams(q.body, []field{
		{name: "BeginTime", number: true, required: true},
		{name: "Offset", number: true, required: true},
		{name: "Limit", number: true, required: true},
		{name: "PhoneNumber", required: true},
		{name: "SmsSdkAppId", required: true},
		{name: "EndTime", number: true},
	})
	if err != nil {
		return nil, err
	}
	if fault.Kind == Refuse {
		return nil, fault.apiError()
	}
	app, number := p.get("SmsSdkAppId"), p.get("PhoneNumber")
	if _, code := c.account.app(app); code != "" {
		return nil, refuse(code)
	}
	if !isE164(number) {
		return nil, refuse("InvalidParameterValue.IncorrectPhoneNumber")
	}
	begin := time.Unix(int64(p.number("BeginTime")), 0)
	end := q.now
	if p["EndTime"] != nil {
		end = time.Unix(int64(p.number("EndTime")), 0)
	}
	switch {
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
		sent := m.Time.Truncate(time.Second)
		if m.PhoneNumber != number || m.SDKAppID != app || sent.Before(begin) || sent.After(end) {
			continue
		}
		result := c.account.Reports[number]
		arrival := m.Time.Add(cmp.Or(result.Delay, deliveryTime))
		if result.Delay < 0 || q.now.Before(arrival) || len(reports) == p.number("Limit") {
			continue
		}
		r := report{
			UserReceiveTime: uint64(arrival.Unix()),
			PhoneNumber:     number,
			SerialNo:        m.SerialNo,
			ReportStatus:    "SUCCESS",
			Description:     cmp.Or(result.Description, "DELIVRD"),
			SessionContext:  m.SessionContext,
		}
		if result.Failed {
			r.UserReceiveTime, r.ReportStatus = 0, "FAIL"
			r.Description = cmp.Or(result.Description, "UNDELIV")
		}
		reports = append(reports, r)
	}
	return &reportList{reports, q.id()}, nil
}
