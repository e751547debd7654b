package cloudsim

import (
	"cmp"
	"slices"
	"strconv"
)

// maxList is how many signatures, templates or reports one answer holds, and how many ids one
// request may name.
const maxList = 100

// firstSignID is the id of the first signature that has none of its own.
const firstSignID = 1000001

// everywhere is the value of International of a template for both kinds of numbers.
const everywhere = 3

// signStatus is one signature, in Tencent's order of fields.
type signStatus struct {
	SignId                  uint64
	International           int
	StatusCode              int
	ReviewReply             string
	SignName                string
	CreateTime              uint64
	QualificationId         uint64
	QualificationName       string
	QualificationStatusCode int
}

// templateStatus is one template, in Tencent's order of fields.
type templateStatus struct {
	TemplateId      uint64
	International   int
	StatusCode      int
	ReviewReply     string
	TemplateName    string
	CreateTime      uint64
	TemplateContent string
}

// listFields are the parameters of both lists.
func listFields(ids string) []field {
	return []field{
		{name: "International", number: true, required: true},
		{name: ids, number: true, list: true},
		{name: "Limit", number: true},
		{name: "Offset", number: true},
	}
}

// signsLocked lists signatures: those named, or a range of all. It leaves out ids that don't exist
// or are of the other kind.
func (c *Cloud) signsLocked(q *call) (any, *apiError) {
	kind, err := c.checkListLocked(q, "SignIdSet", "10")
	if err != nil {
		return nil, err
	}
	var all []signStatus
	for i, s := range c.account.Signs {
		if s.International != (kind == 1) {
			continue
		}
		status := signStatus{
			SignId:        cmp.Or(s.ID, firstSignID+uint64(i)),
			International: kind,
			StatusCode:    s.status(s.Approved),
			ReviewReply:   s.Reply,
			SignName:      s.Name,
			CreateTime:    createTime,
		}
		if !s.International {
			status.QualificationId, status.QualificationName = 1, "示例"
			status.QualificationStatusCode = 1
		}
		all = append(all, status)
	}
	return map[string]any{
		"DescribeSignListStatusSet": choose(all, q.params, "SignIdSet",
			func(s signStatus) uint64 { return s.SignId }),
		"RequestId": q.id(),
	}, nil
}

// templatesLocked lists templates in the same way.
func (c *Cloud) templatesLocked(q *call) (any, *apiError) {
	kind, err := c.checkListLocked(q, "TemplateIdSet", "0")
	if err != nil {
		return nil, err
	}
	if q.key.SubAccount {
		return nil, refuse("FailedOperation.ProhibitSubAccountUse")
	}
	var all []templateStatus
	for _, t := range c.account.Templates {
		id, err := strconv.ParseUint(t.ID, 10, 64)
		if err != nil || !t.Everywhere && t.International != (kind == 1) {
			continue
		}
		status := templateStatus{
			TemplateId:      id,
			International:   kind,
			StatusCode:      t.status(t.Approved),
			ReviewReply:     t.Reply,
			TemplateName:    t.ID,
			CreateTime:      createTime,
			TemplateContent: t.Text,
		}
		if t.Everywhere {
			status.International = everywhere
		}
		all = append(all, status)
	}
	return map[string]any{
		"DescribeTemplateStatusSet": choose(all, q.params, "TemplateIdSet",
			func(t templateStatus) uint64 { return t.TemplateId }),
		"RequestId": q.id(),
	}, nil
}

// checkListLocked checks the parameters that both lists share. kind is International.
func (c *Cloud) checkListLocked(q *call, ids, limit string) (kind int, err *apiError) {
	p := q.params
	if p["Limit"] == nil {
		p["Limit"] = []string{limit}
	}
	switch {
	case p.number("International") > 1:
		return 0, refuse("InvalidParameterValue.InvalidInternational")
	case p.number("Limit") > maxList || len(p[ids]) > maxList:
		return 0, refuse("InvalidParameterValue.LimitVerifyFail")
	case c.account.Individual:
		return 0, refuse("FailedOperation.NotEnterpriseCertification")
	}
	return p.number("International"), nil
}

// choose returns the items that are named or, if none is, Limit items from Offset on.
func choose[T any](all []T, p params, ids string, id func(T) uint64) []T {
	chosen := []T{}
	if len(p[ids]) > 0 {
		for _, item := range all {
			if slices.Contains(p[ids], strconv.FormatUint(id(item), 10)) {
				chosen = append(chosen, item)
			}
		}
		return chosen
	}
	from := min(p.number("Offset"), len(all))
	return append(chosen, all[from:min(from+p.number("Limit"), len(all))]...)
}
