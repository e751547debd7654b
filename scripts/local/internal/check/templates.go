package check

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"

	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// templateRows looks at every template once, whatever it is for.
func (x *run) templateRows(ctx context.Context) []row {
	type key struct {
		id       string
		overseas bool
	}
	var order []key
	uses := map[key]template.Templates{}
	for _, t := range x.Settings.Templates {
		k := key{t.ID, t.Overseas}
		if uses[k] == nil {
			order = append(order, k)
		}
		uses[k] = append(uses[k], t)
	}
	there := map[bool]found{}
	refused := map[bool]*tencent.Error{}
	for _, overseas := range []bool{false, true} {
		var ids []string
		for _, k := range order {
			if k.overseas == overseas {
				ids = append(ids, k.id)
			}
		}
		there[overseas], refused[overseas] = x.templates(ctx, ids, overseas)
	}
	var rows []row
	for _, k := range order {
		r := row{group: groupSMS, Check: "template " + k.id, Status: failed}
		t := there[k.overseas][k.id]
		switch {
		case !numeric(k.id):
			r.Detail, r.Todo = "is no TemplateId: those are numbers", "correct TEMPLATES"
		case refused[k.overseas] != nil:
			r = r.notKnown("sms:DescribeSmsTemplateList", refused[k.overseas])
		case t == nil:
			r = x.strangerRow(ctx, r, uses[k])
		default:
			r = templateRow(r, uses[k], t)
		}
		rows = append(rows, r)
	}
	return rows
}

// strangerRow completes the row of a template that isn't among those of its kind.
func (x *run) strangerRow(ctx context.Context, r row, uses template.Templates) row {
	id, overseas := uses[0].ID, uses[0].Overseas
	there, here := `"china"`, `"overseas"`
	if overseas {
		there, here = here, there
	}
	if others, _ := x.templates(ctx, []string{id}, !overseas); others[id] != nil {
		r.Detail = fmt.Sprintf("%s: is one for %s, but stands under %s",
			usedFor(uses), numbersOf(!overseas), there)
		r.Todo = fmt.Sprintf("put it under %s in TEMPLATES, and one for %s here",
			here, numbersOf(overseas))
		return r
	}
	r.Detail = usedFor(uses) + ": this account has no such template"
	r.Todo = "correct TEMPLATES; the ids are in " + operator.Console
	return r
}

// templateRow completes the row of a template by what it is used for.
func templateRow(r row, uses template.Templates, t *smsapi.DescribeTemplateListStatus) row {
	content := strings.Join(strings.Fields(operator.Value(t.TemplateContent)), " ")
	if operator.Value(t.StatusCode) != stateApproved {
		return reviewed(r, usedFor(uses), t.StatusCode, t.ReviewReply)
	}
	variables := variablesIn(content)
	for _, use := range uses {
		if len(use.Params) != variables {
			r.Detail = fmt.Sprintf("%s: has %s, but params has %d: %s",
				usedFor(uses), term.Count(variables, "variable"), len(use.Params), content)
			switch variables {
			case 0:
				r.Todo = "use a template with a variable for the code"
			case 1:
				r.Todo = `leave params out of its entry in TEMPLATES, or write ["{code}"]`
			default:
				r.Todo = fmt.Sprintf(`give its entry in TEMPLATES params with %d values, `+
					`one of them "{code}"`, variables)
			}
			return r
		}
	}
	r.Status, r.Detail, r.cut = passed, usedFor(uses)+": "+content, true
	return r
}

// usedFor names what a template is for.
func usedFor(uses template.Templates) string {
	words := make([]string, len(uses))
	for i, t := range uses {
		words[i] = t.UsageType
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

// found are templates by their id.
type found map[string]*smsapi.DescribeTemplateListStatus

// templates asks for templates by id, all at once. It is not documented whether one that isn't
// there is left out or makes the whole request fail. Where it fails, each is asked for on its own.
func (x *run) templates(ctx context.Context, ids []string, overseas bool) (found, *tencent.Error) {
	const most = 100 // ids in one request
	all := found{}
	var numbers []*uint64
	for _, id := range ids {
		if n, err := strconv.ParseUint(id, 10, 64); err == nil {
			numbers = append(numbers, &n)
		}
	}
	for some := range slices.Chunk(numbers, most) {
		failure := x.listTemplates(ctx, some, overseas, all)
		if notThere(failure) && len(some) > 1 {
			for one := range slices.Chunk(some, 1) {
				failure = x.listTemplates(ctx, one, overseas, all)
				if failure != nil && !notThere(failure) {
					return nil, failure
				}
			}
		}
		if failure != nil && !notThere(failure) {
			return nil, failure
		}
	}
	return all, nil
}

// notThere reports whether a template isn't there.
func notThere(failure *tencent.Error) bool {
	is := func(name string) bool { return tencent.Is(codeOf(failure), name) }
	return is("FailedOperation.MissingTemplateList") || is("FailedOperation.TemplateIdNotExist") ||
		is("FailedOperation.TemplateUnapprovedOrNotExist")
}

// listTemplates makes one call, and adds the templates that it brings to all.
func (x *run) listTemplates(
	ctx context.Context, ids []*uint64, overseas bool, all found,
) *tencent.Error {
	var answer *smsapi.DescribeSmsTemplateListResponse
	failure := x.AskSMS(ctx, x.Key, func(ctx context.Context, client *smsapi.Client) (err error) {
		request := smsapi.NewDescribeSmsTemplateListRequest()
		request.International, request.TemplateIdSet = international(overseas), ids
		answer, err = client.DescribeSmsTemplateListWithContext(ctx, request)
		return err
	})
	x.note(&x.sms, failure, true)
	if failure != nil {
		return failure
	}
	if answer == nil || answer.Response == nil {
		return &tencent.Error{Reason: "it was empty"}
	}
	for _, t := range answer.Response.DescribeTemplateStatusSet {
		if t != nil && t.TemplateId != nil {
			all[strconv.FormatUint(*t.TemplateId, 10)] = t
		}
	}
	return nil
}

func numeric(id string) bool {
	_, err := strconv.ParseUint(id, 10, 64)
	return err == nil
}
