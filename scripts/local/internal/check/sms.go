package check

import (
	"context"
	"strings"
	"time"

	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// smsRows looks at what there must be in SMS: the application, the signatures, the templates.
func (x *run) smsRows(ctx context.Context) []row {
	s := &x.Settings
	if s.SMS.Endpoint == (tencent.Endpoint{}) {
		return nil
	}
	var rows []row
	if s.SMS.AppID != "" {
		rows = append(rows, x.appRow(ctx))
	}
	if s.SMS.SignName != "" {
		rows = append(rows, x.signRow(ctx, s.SMS.SignName, false))
	}
	if s.SMS.SignNameOverseas != "" {
		rows = append(rows, x.signRow(ctx, s.SMS.SignNameOverseas, true))
	}
	return append(rows, x.templateRows(ctx)...)
}

// appRow asks for the last minute's delivery reports of a number that is nobody's. Of the calls
// that change nothing it is the one that takes the application's id.
func (x *run) appRow(ctx context.Context) row {
	id := x.Settings.SMS.AppID
	r := row{group: groupSMS, Check: "application", Status: failed}
	_, failure := x.Reports(ctx, "+8613800138000", x.Clock.Now().Add(-time.Minute))
	is := func(name string) bool { return tencent.Is(codeOf(failure), name) }
	x.note(&x.sms, failure, true)
	switch {
	case failure == nil:
		r.Status, r.Detail = passed, id+" is of this account"
	case is("UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
		is("InvalidParameterValue.SdkAppIdNotExist"):
		r.Detail = "this account has no application " + id
		r.Todo = "correct SDK_APP_ID; it is in " + operator.Console
	case is("UnauthorizedOperation.SdkAppIdIsDisabled"):
		r.Detail, r.Todo = id+" is disabled", "enable it in "+operator.Console
	case is("UnauthorizedOperation.ServiceSuspendDueToArrears"):
		r.Detail, r.Todo = "the account is in arrears", "top up the account"
	default:
		return r.notKnown("sms:PullSmsSendStatusByPhoneNumber", failure)
	}
	return r
}

// The states of signatures and templates.
const (
	stateApproved  = 0
	stateReviewing = 1
	stateWaiting   = 2 // approved, not yet in effect
)

// international is the parameter International.
func international(overseas bool) *uint64 {
	var n uint64
	if overseas {
		n = 1
	}
	return &n
}

func numbersOf(overseas bool) string {
	if overseas {
		return "numbers elsewhere"
	}
	return "mainland numbers"
}

// signRow looks for a signature by its text. The API knows signatures by id only, so all of the
// kind are listed.
func (x *run) signRow(ctx context.Context, name string, overseas bool) row {
	r := row{group: groupSMS, Check: "signature " + name, Status: failed}
	setting := "SIGN_NAME"
	if overseas {
		setting = "SIGN_NAME_OVERSEAS"
	}
	same, failure := x.signs(ctx, name, overseas)
	switch {
	case failure == nil && len(same) == 0:
		if others, _ := x.signs(ctx, name, !overseas); len(others) > 0 {
			r.Detail = "is one for " + numbersOf(!overseas) + " only"
			r.Todo = "apply for one for " + numbersOf(overseas) + ", or correct " + setting
			return r
		}
		r.Detail = "there is none with this text for " + numbersOf(overseas)
		r.Todo = "correct " + setting + " (the text itself, not its id), or apply for it in " +
			operator.Console
		return r
	case failure == nil:
		// Of several with one text the best counts.
		best := same[0]
		for _, s := range same {
			if operator.Value(s.StatusCode) == stateApproved {
				best = s
			}
		}
		return reviewed(r, "for "+numbersOf(overseas), best.StatusCode, best.ReviewReply)
	case tencent.Is(failure.Code, "MissingParameter"):
		r.Status, r.Detail = unknown, "can't be checked: the API lists signatures by id only"
		r.Todo = "look at it in " + operator.Console
		return r
	default:
		return r.notKnown("sms:DescribeSmsSignList", failure)
	}
}

// signs returns the signatures with a text.
func (x *run) signs(
	ctx context.Context, name string, overseas bool,
) ([]*smsapi.DescribeSignListStatus, *tencent.Error) {
	const page, pages = 100, 10
	var same []*smsapi.DescribeSignListStatus
	for n := range uint64(pages) {
		var answer *smsapi.DescribeSmsSignListResponse
		request := smsapi.NewDescribeSmsSignListRequest()
		limit, offset := uint64(page), n*page
		request.International, request.Limit = international(overseas), &limit
		request.Offset = &offset
		failure := x.AskSMS(ctx, x.Key, func(ctx context.Context, c *smsapi.Client) (err error) {
			answer, err = c.DescribeSmsSignListWithContext(ctx, request)
			return err
		})
		x.note(&x.sms, failure, true)
		if tencent.Is(codeOf(failure), "FailedOperation.MissingSignatureList") {
			return same, nil // there are none at all
		}
		if failure != nil {
			return nil, failure
		}
		if answer == nil || answer.Response == nil {
			return nil, &tencent.Error{Reason: "it was empty"}
		}
		for _, s := range answer.Response.DescribeSignListStatusSet {
			if s != nil && operator.Value(s.SignName) == name {
				same = append(same, s)
			}
		}
		if len(answer.Response.DescribeSignListStatusSet) < page {
			break
		}
	}
	return same, nil
}

// reviewed completes the row of a signature or template by the state of its review.
func reviewed(r row, detail string, state *int64, reply *string) row {
	switch operator.Value(state) {
	case stateApproved:
		r.Status, r.Detail = passed, detail
	case stateReviewing:
		r.Detail, r.Todo = detail+": still being reviewed", "wait until Tencent has approved it"
	case stateWaiting:
		r.Detail, r.Todo = detail+": approved, but not yet in effect", "wait until it is"
	default:
		r.Detail, r.Todo = detail+": was not approved", "correct it in "+operator.Console
		if reason := strings.Join(strings.Fields(operator.Value(reply)), " "); reason != "" {
			r.Detail += " (" + reason + ")"
		}
	}
	return r
}
