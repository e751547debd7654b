package check

import (
	"context"
	"strings"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// application asks for the last minute's delivery reports of a number that is nobody's. Of the
// calls that change nothing it is the one that takes the application's id.
func (x *run) application(ctx context.Context) {
	id := x.Settings.SMS.AppID
	if id == "" {
		return
	}
	_, failure := x.Reports(ctx, "+8613800138000", x.Clock.Now().Add(-time.Minute))
	found := right(x.Say("check.app", id))
	if x.sms.note(failure); failure != nil {
		none := x.Say("check.app.none", id)
		correct := x.Say("check.app.none.todo", operator.Console)
		found = x.refused("sms:PullSmsSendStatusByPhoneNumber", failure,
			meaning{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", none, correct},
			meaning{"InvalidParameterValue.SdkAppIdNotExist", none, correct},
			meaning{"UnauthorizedOperation.SdkAppIdIsDisabled",
				x.Say("check.app.disabled", id), x.Say("check.app.disabled.todo", operator.Console)},
			meaning{"UnauthorizedOperation.ServiceSuspendDueToArrears",
				x.Say("check.app.arrears"), x.Say("check.app.arrears.todo")})
	}
	x.noApp = found.Status == failed
	x.add(groupSMS, "application", found)
}

// balance looks at what is left of the packages that SMS are paid with.
func (x *run) balance(ctx context.Context) {
	if x.Settings.SMS.AppID == "" || x.noApp {
		return
	}
	const hour = "2006010215" // in China's time, it seems: the documentation doesn't say
	now := x.Clock.Now()
	china := now.In(time.FixedZone("", 8*60*60))
	// Only packages made between the two times are listed. The second must be over.
	begin, end := china.AddDate(-5, 0, 0).Format(hour), china.Add(-time.Hour).Format(hour)
	var answer struct {
		SmsPackagesStatisticsSet []struct {
			PackageEffectiveTime, PackageExpiredTime int64
			PackageAmount, CurrentUsage              uint64
		}
	}
	failure := x.Try(ctx, operator.SMS, "SmsPackagesStatistics", map[string]any{
		"SmsSdkAppId": x.Settings.SMS.AppID, "Limit": 500, "Offset": 0, "BeginTime": begin,
		"EndTime": end,
	}, &answer).Cause()
	if x.sms.note(failure); failure != nil {
		x.add(groupSMS, "package", x.refused("sms:SmsPackagesStatistics", failure))
		return
	}
	var left, all uint64
	for _, p := range answer.SmsPackagesStatisticsSet {
		if at := now.Unix(); p.PackageEffectiveTime <= at && at < p.PackageExpiredTime {
			all += p.PackageAmount
			left += p.PackageAmount - min(p.PackageAmount, p.CurrentUsage)
		}
	}
	buy := x.Say("check.package.todo", operator.Console)
	found := right(x.Say("check.package", left, all))
	switch {
	case all == 0:
		found = warning(x.Say("check.package.none"), buy)
	case left == 0:
		found = wrong(x.Say("check.package.empty"), buy)
	case left < all/10:
		found = warning(found.Detail, buy)
	}
	x.add(groupSMS, "package", found)
}

// destination is one of the two that Tencent has signatures and templates for.
type destination struct {
	overseas      bool
	key           string // in templateCode, and of its words
	international int    // the parameter International
}

var mainland, elsewhere = destination{false, "china", 0}, destination{true, "overseas", 1}

func destinationOf(overseas bool) (own, other destination) {
	if overseas {
		return elsewhere, mainland
	}
	return mainland, elsewhere
}

// signatures looks for the signatures by their text. The API knows signatures by id only, so all of
// the kind are listed.
func (x *run) signatures(ctx context.Context) {
	for _, overseas := range []bool{false, true} {
		setting, sign := "SIGN_NAME", x.Settings.SMS.SignName
		if overseas {
			setting, sign = "SIGN_NAME_OVERSEAS", x.Settings.SMS.SignNameOverseas
		}
		if sign == "" {
			continue
		}
		own, other := destinationOf(overseas)
		same, failure := x.signs(ctx, sign, own)
		if tencent.Is(codeOf(failure), "MissingParameter") {
			x.add(groupSMS, "signatures", unclear(x.Say("check.signs.unlisted"),
				x.Say("check.look", operator.Console)))
			return
		}
		if failure != nil {
			x.add(groupSMS, "signatures", x.refused("sms:DescribeSmsSignList", failure))
			return
		}
		found := wrong(x.Say("check.sign.none."+own.key),
			x.Say("check.sign.none.todo", setting, operator.Console))
		if len(same) > 0 {
			found = x.signRow(own, same)
		} else if others, _ := x.signs(ctx, sign, other); len(others) > 0 {
			found = wrong(x.Say("check.sign.other."+own.key),
				x.Say("check.sign.other.todo", setting))
		}
		x.add(groupSMS, "signature "+sign, found)
	}
	x.add(groupSMS, "sender id", x.senderRow())
}

func (x *run) senderRow() row {
	id := x.Settings.SMS.SenderID
	switch {
	case id == "":
		return row{}
	case !x.Settings.Templates.Serve(true):
		return warning(x.Say("check.senderId.unused", id), x.Say("check.senderId.unused.todo"))
	}
	return unclear(x.Say("check.senderId", id), x.Say("check.senderId.todo", operator.Console))
}

// signRow says of several signatures with one text what the best is worth.
func (x *run) signRow(own destination, same []signature) row {
	best := same[0]
	for _, s := range same {
		if s.StatusCode == stateApproved {
			best = s
		}
	}
	found := x.reviewRow(x.Say("check.sign."+own.key), best.review)
	if own.overseas {
		return found
	}
	if found.Status == failed && best.StatusCode < 0 {
		found.Detail = x.Say("check.sign.filing", found.Detail)
	}
	// Since 2024-11-25 a signature can be used for now though its qualification can't.
	// https://cloud.tencent.com/document/product/382/112640
	states := map[int64]string{0: "reviewed", 2: "refused", 3: "incomplete", 4: "changed",
		5: "unchanged"}
	code := best.QualificationStatusCode
	if found.Status != passed || code == nil {
		return found
	}
	if state, open := states[*code]; open {
		return warning(x.Say("check.qualification", found.Detail,
			x.Say("check.qualification."+state)), x.Say("check.qualification.todo"))
	}
	return found
}

// review is what a signature and a template have in common.
type review struct {
	StatusCode  int64
	ReviewReply string
}

// signature is one as the account has it.
type signature struct {
	review
	SignName                string
	QualificationStatusCode *int64
}

// signs returns the signatures with a text.
func (x *run) signs(
	ctx context.Context, text string, kind destination,
) (same []signature, failure *tencent.Error) {
	const page, pages = 100, 10
	for n := range pages {
		var answer struct{ DescribeSignListStatusSet []signature }
		failure := x.Try(ctx, operator.SMS, "DescribeSmsSignList", map[string]any{
			"International": kind.international, "Limit": page, "Offset": n * page,
		}, &answer).Cause()
		x.sms.note(failure)
		if tencent.Is(codeOf(failure), "FailedOperation.MissingSignatureList") {
			return same, nil // there are none at all
		}
		if failure != nil {
			return nil, failure
		}
		for _, s := range answer.DescribeSignListStatusSet {
			if s.SignName == text {
				same = append(same, s)
			}
		}
		if len(answer.DescribeSignListStatusSet) < page {
			break
		}
	}
	return same, nil
}

// The states of signatures and templates.
const (
	stateApproved  = 0
	stateReviewing = 1
	stateWaiting   = 2 // approved, not yet in effect
)

// reviewRow says what the review of a signature or a template has come to.
func (x *run) reviewRow(detail string, r review) row {
	switch r.StatusCode {
	case stateApproved:
		return right(detail)
	case stateReviewing:
		return wrong(x.Say("check.review", detail), x.Say("check.review.todo"))
	case stateWaiting:
		return wrong(x.Say("check.approved", detail), x.Say("check.approved.todo"))
	}
	detail = x.Say("check.disapproved", detail)
	if reason := strings.Join(strings.Fields(r.ReviewReply), " "); reason != "" {
		detail += " (" + reason + ")"
	}
	return wrong(detail, x.Say("check.disapproved.todo", operator.Console))
}
