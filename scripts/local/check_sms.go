package main

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/handler"
	"scf-sms/internal/tencent"
)

// examineSMS looks at what there must be in SMS: the application, the signatures, the templates.
func (x *examination) examineSMS(ctx context.Context) []row {
	s := &x.settings
	if !usable(s.SMSEndpoint) {
		return nil
	}
	var rows []row
	if s.SDKAppID != "" {
		rows = append(rows, x.appRow(ctx))
	}
	if s.SignName != "" {
		rows = append(rows, x.signRow(ctx, s.SignName, false))
	}
	if s.SignNameOverseas != "" {
		rows = append(rows, x.signRow(ctx, s.SignNameOverseas, true))
	}
	return append(rows, x.templateRows(ctx)...)
}

// appRow asks for the delivery reports of a number of nobody's in the last minute: of the calls that change nothing, the
// one that takes the application's id.
func (x *examination) appRow(ctx context.Context) row {
	id := x.settings.SDKAppID
	r := row{group: groupSMS, Check: "application", Status: failed}
	failure := x.askSMS(ctx, x.key, func(ctx context.Context, client *smsapi.Client) error {
		_, err := client.PullSmsSendStatusByPhoneNumberWithContext(ctx, reportsRequest(id, "+8613800138000", x.date.now().Add(-time.Minute)))
		return err
	})
	x.note(&x.sms, failure, true)
	switch {
	case failure == nil:
		r.Status, r.Detail = passed, id+" is of this account"
	case is(failure.Code, "UnauthorizedOperation.SmsSdkAppIdVerifyFail"), is(failure.Code, "InvalidParameterValue.SdkAppIdNotExist"):
		r.Detail = "this account has no application " + id
		r.Todo = "correct SDK_APP_ID; it is in " + console
	case is(failure.Code, "UnauthorizedOperation.SdkAppIdIsDisabled"):
		r.Detail, r.Todo = id+" is disabled", "enable it in "+console
	case is(failure.Code, "UnauthorizedOperation.ServiceSuspendDueToArrears"):
		r.Detail, r.Todo = "the account is in arrears", "top up the account"
	default:
		return obstacle(r.group, r.Check, "sms:PullSmsSendStatusByPhoneNumber", failure)
	}
	return r
}

// The states of signatures and templates.
const (
	stateApproved  = 0
	stateReviewing = 1
	stateWaiting   = 2 // approved, not yet in effect
)

// kind is the parameter International.
func kind(overseas bool) *uint64 {
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

// signRow looks for a signature by its text. The API knows signatures by id only, so all of the kind are listed.
func (x *examination) signRow(ctx context.Context, name string, overseas bool) row {
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
		r.Todo = "correct " + setting + " (the text itself, not its id), or apply for it in " + console
		return r
	case failure == nil:
		// Of several with one text the best counts.
		best := same[0]
		for _, s := range same {
			if value(s.StatusCode) == stateApproved {
				best = s
			}
		}
		return reviewed(r, "for "+numbersOf(overseas), value(best.StatusCode), value(best.ReviewReply))
	case is(failure.Code, "MissingParameter"):
		r.Status, r.Detail = unknown, "can't be checked: the API lists signatures by id only"
		r.Todo = "look at it in " + console
		return r
	default:
		return obstacle(r.group, r.Check, "sms:DescribeSmsSignList", failure)
	}
}

// signs returns the signatures with a text.
func (x *examination) signs(ctx context.Context, name string, overseas bool) ([]*smsapi.DescribeSignListStatus, *tencent.Error) {
	const page, pages = 100, 10
	var same []*smsapi.DescribeSignListStatus
	for n := range uint64(pages) {
		var answer *smsapi.DescribeSmsSignListResponse
		failure := x.askSMS(ctx, x.key, func(ctx context.Context, client *smsapi.Client) (err error) {
			request := smsapi.NewDescribeSmsSignListRequest()
			limit, offset := uint64(page), n*page
			request.International, request.Limit, request.Offset = kind(overseas), &limit, &offset
			answer, err = client.DescribeSmsSignListWithContext(ctx, request)
			return err
		})
		x.note(&x.sms, failure, true)
		if is(codeOf(failure), "FailedOperation.MissingSignatureList") { // there are none at all
			return same, nil
		}
		if failure != nil {
			return nil, failure
		}
		if answer == nil || answer.Response == nil {
			return nil, &tencent.Error{Reason: "it was empty"}
		}
		for _, s := range answer.Response.DescribeSignListStatusSet {
			if s != nil && value(s.SignName) == name {
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
func reviewed(r row, detail string, state int64, reply string) row {
	switch state {
	case stateApproved:
		r.Status, r.Detail = passed, detail
	case stateReviewing:
		r.Detail, r.Todo = detail+": still being reviewed", "wait until Tencent has approved it"
	case stateWaiting:
		r.Detail, r.Todo = detail+": approved, but not yet in effect", "wait until it is"
	default:
		r.Detail, r.Todo = detail+": was not approved", "correct it in "+console
		if reply = strings.Join(strings.Fields(reply), " "); reply != "" {
			r.Detail += " (" + reply + ")"
		}
	}
	return r
}

// templateRows looks at every template once, whatever it is for.
func (x *examination) templateRows(ctx context.Context) []row {
	type key struct {
		id       string
		overseas bool
	}
	var order []key
	uses := map[key]handler.Templates{}
	for _, t := range x.settings.Templates {
		k := key{t.ID, t.Overseas}
		if uses[k] == nil {
			order = append(order, k)
		}
		uses[k] = append(uses[k], t)
	}
	found := map[bool]map[string]*smsapi.DescribeTemplateListStatus{}
	refused := map[bool]*tencent.Error{}
	for _, overseas := range []bool{false, true} {
		var ids []string
		for _, k := range order {
			if k.overseas == overseas {
				ids = append(ids, k.id)
			}
		}
		found[overseas], refused[overseas] = x.templates(ctx, ids, overseas)
	}
	var rows []row
	for _, k := range order {
		r := row{group: groupSMS, Check: "template " + k.id, Status: failed}
		t := found[k.overseas][k.id]
		switch {
		case !numeric(k.id):
			r.Detail, r.Todo = "is no TemplateId: those are numbers", "correct TEMPLATES"
		case refused[k.overseas] != nil:
			r = obstacle(groupSMS, r.Check, "sms:DescribeSmsTemplateList", refused[k.overseas])
		case t == nil:
			r = x.strangerRow(ctx, r, uses[k], k.id, k.overseas)
		default:
			r = templateRow(r, uses[k], t)
		}
		rows = append(rows, r)
	}
	return rows
}

// strangerRow is that of a template which isn't among those of its kind.
func (x *examination) strangerRow(ctx context.Context, r row, uses handler.Templates, id string, overseas bool) row {
	there, here := `"china"`, `"overseas"`
	if overseas {
		there, here = here, there
	}
	if others, _ := x.templates(ctx, []string{id}, !overseas); others[id] != nil {
		r.Detail = fmt.Sprintf("%s: is one for %s, but stands under %s", usedFor(uses), numbersOf(!overseas), there)
		r.Todo = fmt.Sprintf("put it under %s in TEMPLATES, and one for %s here", here, numbersOf(overseas))
		return r
	}
	r.Detail = usedFor(uses) + ": this account has no such template"
	r.Todo = "correct TEMPLATES; the ids are in " + console
	return r
}

// templateRow holds a template against its uses.
func templateRow(r row, uses handler.Templates, t *smsapi.DescribeTemplateListStatus) row {
	content := strings.Join(strings.Fields(value(t.TemplateContent)), " ")
	if state := value(t.StatusCode); state != stateApproved {
		return reviewed(r, usedFor(uses), state, value(t.ReviewReply))
	}
	variables := variablesIn(content)
	for _, use := range uses {
		if len(use.Params) != variables {
			r.Detail = fmt.Sprintf("%s: has %s, but params has %d: %s", usedFor(uses), count(variables, "variable"), len(use.Params), content)
			switch variables {
			case 0:
				r.Todo = "use a template with a variable for the code"
			case 1:
				r.Todo = `leave params out of its entry in TEMPLATES, or write ["{code}"]`
			default:
				r.Todo = fmt.Sprintf(`give its entry in TEMPLATES params with %d values, one of them "{code}"`, variables)
			}
			return r
		}
	}
	r.Status, r.Detail, r.cut = passed, usedFor(uses)+": "+content, true
	return r
}

// usedFor names what a template is for.
func usedFor(uses handler.Templates) string {
	words := make([]string, len(uses))
	for i, t := range uses {
		words[i] = t.Usage
		if t.Locale != "" {
			words[i] += " (" + t.Locale + ")"
		}
	}
	return strings.Join(words, ", ")
}

// variablesIn counts the variables {1}, {2}, … of a template's text.
func variablesIn(content string) int {
	seen := map[string]bool{}
	for _, match := range regexp.MustCompile(`\{\d+\}`).FindAllString(content, -1) {
		seen[match] = true
	}
	return len(seen)
}

// templates asks for templates by id, all at once. It is not documented whether one that isn't there is left out or
// makes the whole request fail; in the latter case each is asked for on its own.
func (x *examination) templates(ctx context.Context, ids []string, overseas bool) (map[string]*smsapi.DescribeTemplateListStatus, *tencent.Error) {
	const most = 100 // ids in one request
	found := map[string]*smsapi.DescribeTemplateListStatus{}
	var numbers []*uint64
	for _, id := range ids {
		if n, err := strconv.ParseUint(id, 10, 64); err == nil {
			numbers = append(numbers, &n)
		}
	}
	for len(numbers) > 0 {
		some := numbers[:min(most, len(numbers))]
		numbers = numbers[len(some):]
		list, failure := x.listTemplates(ctx, some, overseas)
		if missing(codeOf(failure)) && len(some) > 1 {
			list, failure = nil, nil
			for i := range some {
				one, fault := x.listTemplates(ctx, some[i:i+1], overseas)
				if fault != nil && !missing(fault.Code) {
					return nil, fault
				}
				list = append(list, one...)
			}
		}
		if failure != nil && !missing(failure.Code) {
			return nil, failure
		}
		for _, t := range list {
			if t != nil && t.TemplateId != nil {
				found[strconv.FormatUint(*t.TemplateId, 10)] = t
			}
		}
	}
	return found, nil
}

// missing reports whether a code says that a template isn't there.
func missing(code string) bool {
	return is(code, "FailedOperation.MissingTemplateList") || is(code, "FailedOperation.TemplateIdNotExist") ||
		is(code, "FailedOperation.TemplateUnapprovedOrNotExist")
}

func (x *examination) listTemplates(ctx context.Context, ids []*uint64, overseas bool) ([]*smsapi.DescribeTemplateListStatus, *tencent.Error) {
	var answer *smsapi.DescribeSmsTemplateListResponse
	failure := x.askSMS(ctx, x.key, func(ctx context.Context, client *smsapi.Client) (err error) {
		request := smsapi.NewDescribeSmsTemplateListRequest()
		request.International, request.TemplateIdSet = kind(overseas), ids
		answer, err = client.DescribeSmsTemplateListWithContext(ctx, request)
		return err
	})
	x.note(&x.sms, failure, true)
	if failure != nil {
		return nil, failure
	}
	if answer == nil || answer.Response == nil {
		return nil, &tencent.Error{Reason: "it was empty"}
	}
	return answer.Response.DescribeTemplateStatusSet, nil
}

func numeric(id string) bool {
	_, err := strconv.ParseUint(id, 10, 64)
	return err == nil
}

func codeOf(failure *tencent.Error) string {
	if failure == nil {
		return ""
	}
	return failure.Code
}

// value is what p points at, or nothing.
func value[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// reportsRequest asks for the delivery reports of a number's messages since a time.
func reportsRequest(app, number string, since time.Time) *smsapi.PullSmsSendStatusByPhoneNumberRequest {
	request := smsapi.NewPullSmsSendStatusByPhoneNumberRequest()
	begin, offset, limit := uint64(since.Unix()), uint64(0), uint64(10)
	request.SmsSdkAppId, request.PhoneNumber = &app, &number
	request.BeginTime, request.Offset, request.Limit = &begin, &offset, &limit
	return request
}
