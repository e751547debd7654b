package send

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// The ends that a message can come to.
const (
	delivered    = "delivered"
	notDelivered = "failed"
	noReport     = "unknown"
)

// delivery is what the carrier reports.
type delivery struct {
	Status      string `json:"status"`
	Description string `json:"description,omitempty"` // the carrier's word, or why there is none
	// Seconds is the time from the send to the phone; without a report the time that was waited.
	Seconds int64 `json:"seconds"`
}

// How often and how long the report is asked for.
const (
	pollInterval = 2 * time.Second
	pollTime     = time.Minute
)

// follow waits for the delivery report and shows it.
func (s *sender) follow(ctx context.Context, p *plan, sent *invocation, began time.Time) *delivery {
	d := &delivery{Status: noReport}
	for waited := time.Duration(0); waited < pollTime; waited += pollInterval {
		if s.progress != nil {
			fmt.Fprint(s.progress, "\r\x1b[K"+s.paint(term.Faint, "·")+" "+
				s.Say("send.waiting", int(waited.Seconds())))
		}
		d.Seconds = int64(waited.Seconds())
		if s.Pause(ctx, pollInterval) != nil {
			d.Description = s.Say("send.report.interrupted")
			break
		}
		if s.ask(ctx, p, sent, began, d) {
			break
		}
	}
	if s.progress != nil {
		fmt.Fprint(s.progress, "\r\x1b[K")
	}
	s.showDelivery(d)
	return d
}

// ask asks once. It reports whether there is nothing more to wait for.
func (s *sender) ask(
	ctx context.Context, p *plan, sent *invocation, began time.Time, d *delivery,
) (done bool) {
	// A minute earlier, as the cloud's clock may be behind.
	reports, failure := s.Reports(ctx, p.number(), began.Add(-time.Minute))
	if failure != nil {
		is := func(name string) bool { return tencent.Is(failure.Code, name) }
		d.Description = term.Plain(cmp.Or(failure.Code, s.Hint(failure.Reason)))
		if is("UnauthorizedOperation") {
			d.Description = s.Say("send.report.denied")
		}
		// A passing failure is asked again.
		return failure.Code != "" && !is("RequestLimitExceeded") && !is("InternalError")
	}
	d.Description = ""
	for _, report := range reports {
		if !sent.matches(report, began) {
			continue
		}
		d.Description = term.Plain(report.Description)
		d.Seconds = max(0, report.UserReceiveTime-began.Unix())
		switch report.ReportStatus {
		case "SUCCESS":
			d.Status = delivered
			return true
		case "FAIL":
			d.Status, d.Seconds = notDelivered, 0
			return true
		}
	}
	return false
}

// matches reports whether a delivery report is of this message: by SerialNo; else by
// SessionContext, which is our request id and which few accounts get back; else by time.
func (i *invocation) matches(report operator.Report, began time.Time) bool {
	switch session := report.SessionContext; {
	case i.SerialNo != "":
		return report.SerialNo == i.SerialNo
	case session != "":
		return session == i.RequestID
	default:
		return report.UserReceiveTime >= began.Unix()
	}
}
