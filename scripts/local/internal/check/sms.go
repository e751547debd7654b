package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

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
	found := right(id + " is of this account")
	if x.sms.note(failure); failure != nil {
		none := "this account has no application " + id
		correct := "correct SDK_APP_ID; it is in " + operator.Console
		found = refused("sms:PullSmsSendStatusByPhoneNumber", failure,
			meaning{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", none, correct},
			meaning{"InvalidParameterValue.SdkAppIdNotExist", none, correct},
			meaning{"UnauthorizedOperation.SdkAppIdIsDisabled",
				id + " is disabled", "enable it in " + operator.Console},
			meaning{"UnauthorizedOperation.ServiceSuspendDueToArrears",
				"the account is in arrears", "top up the account"})
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
	limit, offset := uint64(500), uint64(0)
	request := smsapi.NewSmsPackagesStatisticsRequest()
	request.SmsSdkAppId, request.Limit, request.Offset = &x.Settings.SMS.AppID, &limit, &offset
	request.BeginTime, request.EndTime = &begin, &end
	answer, failure := operator.Ask(ctx, x.SMS(x.Key).SmsPackagesStatisticsWithContext, request)
	if x.sms.note(failure); failure != nil {
		x.add(groupSMS, "package", refused("sms:SmsPackagesStatistics", failure))
		return
	}
	var left, all uint64
	for _, p := range answer.Response.SmsPackagesStatisticsSet {
		at := uint64(now.Unix())
		if p == nil || operator.Value(p.PackageEffectiveTime) > at ||
			operator.Value(p.PackageExpiredTime) <= at {
			continue
		}
		amount, used := operator.Value(p.PackageAmount), operator.Value(p.CurrentUsage)
		all += amount
		left += amount - min(amount, used)
	}
	const buy = "buy a package in " + operator.Console
	found := right(fmt.Sprintf("%d of %d SMS left", left, all))
	switch {
	case all == 0:
		const none = "there is none: without one, only an account that pays afterwards sends"
		found = warning(none, buy)
	case left == 0:
		found = wrong("is used up: nobody gets a code", buy)
	case left < all/10:
		found = warning(found.Detail, buy)
	}
	x.add(groupSMS, "package", found)
}

// destination is one of the two that Tencent has signatures and templates for.
type destination struct {
	overseas      bool
	key           string // in templateCode
	numbers       string
	international uint64 // the parameter International
}

var mainland, elsewhere = destination{false, "china", "mainland numbers", 0},
	destination{true, "overseas", "numbers elsewhere", 1}

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
			x.add(groupSMS, "signatures", unclear("can't be checked: the API lists them by id only",
				"look at them in "+operator.Console))
			return
		}
		if failure != nil {
			x.add(groupSMS, "signatures", refused("sms:DescribeSmsSignList", failure))
			return
		}
		found := wrong("there is none with this text for "+own.numbers, "correct "+setting+
			" (the text itself, not its id), or apply for it in "+operator.Console)
		if len(same) > 0 {
			found = signRow(own, same)
		} else if others, _ := x.signs(ctx, sign, other); len(others) > 0 {
			found = wrong("is one for "+other.numbers+" only",
				"apply for one for "+own.numbers+", or correct "+setting)
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
		return warning(id+" is never used: there is no template for numbers elsewhere",
			`take SENDER_ID out, or put a template under "overseas"`)
	}
	return unclear("no API says whether "+id+" is yours",
		"look at it in "+operator.Console+", or send one SMS to a number elsewhere")
}

// signRow says of several signatures with one text what the best is worth.
func signRow(own destination, same []*smsapi.DescribeSignListStatus) row {
	best := same[0]
	for _, s := range same {
		if operator.Value(s.StatusCode) == stateApproved {
			best = s
		}
	}
	found := reviewed("for "+own.numbers, best.StatusCode, best.ReviewReply)
	if own.overseas {
		return found
	}
	if found.Status == failed && operator.Value(best.StatusCode) < 0 {
		found.Detail += "; it may also be that its first filing with the carriers isn't complete"
	}
	// Since 2024-11-25 a signature can be used for now though its qualification can't.
	// https://cloud.tencent.com/document/product/382/112640
	states := map[int64]string{0: "is still being reviewed", 2: "was refused",
		3: "has to be completed", 4: "was changed and is being reviewed",
		5: "was changed, and the change was refused"}
	state, open := states[operator.Value(best.QualificationStatusCode)]
	if found.Status == passed && best.QualificationStatusCode != nil && open {
		return warning(found.Detail+": works, but its qualification "+state,
			"look at https://console.cloud.tencent.com/smsv2/enterprise")
	}
	return found
}

// signs returns the signatures with a text.
func (x *run) signs(
	ctx context.Context, sign string, kind destination,
) (same []*smsapi.DescribeSignListStatus, failure *tencent.Error) {
	const page, pages = 100, 10
	for n := range uint64(pages) {
		request := smsapi.NewDescribeSmsSignListRequest()
		limit, offset := uint64(page), n*page
		request.International, request.Limit, request.Offset = &kind.international, &limit, &offset
		answer, failure := operator.Ask(ctx, x.SMS(x.Key).DescribeSmsSignListWithContext, request)
		x.sms.note(failure)
		if tencent.Is(codeOf(failure), "FailedOperation.MissingSignatureList") {
			return same, nil // there are none at all
		}
		if failure != nil {
			return nil, failure
		}
		for _, s := range answer.Response.DescribeSignListStatusSet {
			if s != nil && operator.Value(s.SignName) == sign {
				same = append(same, s)
			}
		}
		if len(answer.Response.DescribeSignListStatusSet) < page {
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

// reviewed says what the review of a signature or a template has come to.
func reviewed(detail string, state *int64, reply *string) row {
	switch operator.Value(state) {
	case stateApproved:
		return right(detail)
	case stateReviewing:
		return wrong(detail+": still being reviewed", "wait until Tencent has approved it")
	case stateWaiting:
		return wrong(detail+": approved, but not yet in effect", "wait until it is")
	}
	detail += ": was not approved"
	if reason := strings.Join(strings.Fields(operator.Value(reply)), " "); reason != "" {
		detail += " (" + reason + ")"
	}
	return wrong(detail, "correct it in "+operator.Console)
}
