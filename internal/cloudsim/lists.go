package cloudsim

import (
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

type signList struct {
	DescribeSignListStatusSet []signStatus
	RequestId                 string
}

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

type templateList struct {
	DescribeTemplateStatusSet []templateStatus
	RequestId                 string
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

// signsLocked lists signatures: those named, or a range of all. It leaves out ids that don't exist
// or are of the other kind.
func (c *Cloud) signsLocked(q *call, fault Fault) (*signList, *apiError) {
	p, err := c.parseListLocked(q, "SignIdSet", 10, fault)
	if err != nil {
		return nil, err
	}
	var all []signStatus
	for i, s := range c.account.Signs {
		if s.International != (p.get("International") == "1") {
			continue
		}
		status := signStatus{
			SignId:        firstSignID + uint64(i),
			International: boolToInt(s.International),
			StatusCode:    s.status(s.Approved),
			ReviewReply:   s.Reply,
			SignName:      s.Name,
			CreateTime:    createTime,
		}
		if s.ID != 0 {
			status.SignId = s.ID
		}
		if !s.International {
			status.QualificationId, status.QualificationName = 1, "示例"
			status.QualificationStatusCode = 1
		}
		all = append(all, status)
	}
	chosen := choose(all, p, "SignIdSet", func(s signStatus) uint64 { return s.SignId })
	return &signList{chosen, q.id()}, nil
}

// templatesLocked lists templates in the same way.
func (c *Cloud) templatesLocked(q *call, key Key, fault Fault) (*templateList, *apiError) {
	p, err := c.parseListLocked(q, "TemplateIdSet", 0, fault)
	if err != nil {
		return nil, err
	}
	if key.SubAccount {
		return nil, refuse("FailedOperation.ProhibitSubAccountUse")
	}
	var all []templateStatus
	for _, t := range c.account.Templates {
		id, err := strconv.ParseUint(t.ID, 10, 64)
		if err != nil || !t.Everywhere && t.International != (p.get("International") == "1") {
			continue
		}
		status := templateStatus{
			TemplateId:      id,
			International:   boolToInt(t.International),
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
	chosen := choose(all, p, "TemplateIdSet", func(t templateStatus) uint64 { return t.TemplateId })
	return &templateList{chosen, q.id()}, nil
}

// parseListLocked reads the parameters that both lists share.
func (c *Cloud) parseListLocked(
	q *call, ids string, limit int, fault Fault,
) (params, *apiError) {
	p, err := parseParams(q.body, []field{
		{name: "International", number: true, required: true},
		{name: ids, number: true, list: true},
		{name: "Limit", number: true},
		{name: "Offset", number: true},
	})
	if err != nil {
		return nil, err
	}
	if fault.Kind == Refuse {
		return nil, fault.apiError()
	}
	if p.number("International") > 1 {
		return nil, refuse("InvalidParameterValue.InvalidInternational")
	}
	if p["Limit"] == nil {
		p["Limit"] = []string{strconv.Itoa(limit)}
	}
	if p.number("Limit") > maxList || len(p[ids]) > maxList {
		return nil, refuse("InvalidParameterValue.LimitVerifyFail")
	}
	if c.account.Individual {
		return nil, refuse("FailedOperation.NotEnterpriseCertification")
	}
	return p, nil
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

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
