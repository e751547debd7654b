package check

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// templates looks at every template once, whatever it is for.
func (x *run) templates(ctx context.Context) {
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
	all := found{}
	// Those that aren't there under their own destination may be under the other one.
	for _, other := range []bool{false, true} {
		for _, kind := range []destination{mainland, elsewhere} {
			var ids []uint64
			for _, k := range order {
				n, err := strconv.ParseUint(k.id, 10, 64)
				if err == nil && all[k.id] == nil && (k.overseas != other) == kind.overseas {
					ids = append(ids, n)
				}
			}
			if failure := x.findTemplates(ctx, ids, kind, all); failure != nil {
				x.add(groupSMS, "templates", x.refused("sms:DescribeSmsTemplateList", failure))
				return
			}
		}
	}
	for _, k := range order {
		x.add(groupSMS, "template "+k.id, x.templateRow(uses[k], all[k.id]))
	}
}

// both is the value of International of a template that serves both destinations.
const both = 3

// templateRow holds a template, or nil if there is none, against what it is used for.
func (x *run) templateRow(uses template.Templates, t *listed) row {
	used, id := usedFor(uses), uses[0].ID
	own, other := destinationOf(uses[0].Overseas)
	if _, err := strconv.ParseUint(id, 10, 64); err != nil {
		return wrong(x.Say("check.template.id"), x.Say("check.correct", "TEMPLATES"))
	}
	if t == nil {
		return wrong(x.Say("check.template.none", used),
			x.Say("check.template.none.todo", operator.Console))
	}
	if kind := t.International; kind != own.international && kind != both {
		return wrong(x.Say("check.template.under."+own.key, used),
			x.Say("check.template.under.todo", other.key, own.key))
	}
	if t.StatusCode != stateApproved {
		return x.reviewRow(used, t.review)
	}
	content := strings.Join(strings.Fields(t.TemplateContent), " ")
	n := variablesIn(content)
	unfit := func(use template.Template) bool { return len(use.Params) != n }
	if i := slices.IndexFunc(uses, unfit); i >= 0 {
		todo := x.Say("check.params.todo", n)
		switch n {
		case 0:
			todo = x.Say("check.params.none")
		case 1:
			todo = x.Say("check.params.single")
		}
		return wrong(x.Say("check.params", used, x.Count("check.variables", n),
			len(uses[i].Params), content), todo)
	}
	r := right(used + ": " + content)
	r.cut = true
	return r
}

// usedFor names what a template is for.
func usedFor(uses template.Templates) string {
	words := make([]string, len(uses))
	for i, t := range uses {
		words[i] = purpose(t)
	}
	return strings.Join(words, ", ")
}

// variablesIn counts the variables {1}, {2}, … of a template's text.
func variablesIn(content string) int {
	all := regexp.MustCompile(`\{\d+\}`).FindAllString(content, -1)
	slices.Sort(all)
	return len(slices.Compact(all))
}

// listed is a template as the account has it.
type listed struct {
	review
	TemplateId      uint64
	International   int
	TemplateContent string
}

// found are templates by their id.
type found map[string]*listed

// findTemplates adds the templates that are there to all. It is not documented whether one that
// isn't is left out or makes the whole request fail. Where it fails, each is asked for on its own.
func (x *run) findTemplates(
	ctx context.Context, ids []uint64, kind destination, all found,
) *tencent.Error {
	const most = 100 // ids in one request
	absent := regexp.MustCompile(`^FailedOperation\.` +
		`(MissingTemplateList|TemplateIdNotExist|TemplateUnapprovedOrNotExist)$`)
	for some := range slices.Chunk(ids, most) {
		var answer struct{ DescribeTemplateStatusSet []listed }
		failure := x.Try(ctx, operator.SMS, "DescribeSmsTemplateList", map[string]any{
			"International": kind.international, "TemplateIdSet": some,
		}, &answer).Cause()
		x.sms.note(failure)
		if absent.MatchString(codeOf(failure)) {
			failure = nil
			for i := 0; len(some) > 1 && i < len(some) && failure == nil; i++ {
				failure = x.findTemplates(ctx, some[i:i+1], kind, all)
			}
		} else if failure == nil {
			for _, t := range answer.DescribeTemplateStatusSet {
				all[strconv.FormatUint(t.TemplateId, 10)] = &t
			}
		}
		if failure != nil {
			return failure
		}
	}
	return nil
}
