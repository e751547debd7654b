package cloudsim

import "time"

// Package is a number of messages that was paid for beforehand. It was made at the start of 2025.
type Package struct {
	Amount  int       `json:"amount"`
	Used    int       `json:"used,omitempty"`   // sends don't add to it
	Expires time.Time `json:"expires,omitzero"` // zero: in a year
}

// packageStatus is one package, in Tencent's order of fields.
type packageStatus struct {
	PackageCreateTime    int64
	PackageEffectiveTime int64
	PackageExpiredTime   int64
	PackageAmount        int
	PackageType          int // 1: bought
	PackageId            int
	CurrentUsage         int
}

// packagesLocked lists the packages of an application that were made between two hours.
func (c *Cloud) packagesLocked(q *call) (any, *apiError) {
	const hour = "2006010215-07"
	p := q.params
	if code := c.account.checkApp(p.get("SmsSdkAppId")); code != "" {
		return nil, refuse(code)
	}
	begin, beginErr := time.Parse(hour, p.get("BeginTime")+"+08")
	end, endErr := time.Parse(hour, p.get("EndTime")+"+08")
	switch {
	case p.number("Limit") < 1 || p.number("Limit") > 500:
		return nil, refuse("InvalidParameterValue.LimitVerifyFail")
	case beginErr != nil:
		return nil, refuse("InvalidParameterValue.BeginTimeVerifyFail")
	case endErr != nil || !end.After(begin) || !end.Before(q.now):
		return nil, refuse("InvalidParameterValue.EndTimeVerifyFail")
	}
	set := []packageStatus{}
	for i, a := range c.account.Packages {
		expires := a.Expires
		if expires.IsZero() {
			expires = q.now.AddDate(1, 0, 0)
		}
		made := time.Unix(createTime, 0)
		if i >= p.number("Offset") && len(set) < p.number("Limit") &&
			!made.Before(begin) && !made.After(end) {
			set = append(set, packageStatus{createTime, createTime, expires.Unix(), a.Amount, 1,
				i + 1, a.Used})
		}
	}
	return map[string]any{"SmsPackagesStatisticsSet": set, "RequestId": q.id()}, nil
}
