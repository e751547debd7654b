package cloudsim

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// camName is the form of the names of policies and roles.
var camName = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,128}$`)

func (c *Cloud) createPolicyLocked(q *call) (any, *apiError) {
	p := q.params
	if !camName.MatchString(p.get("PolicyName")) {
		return nil, refuse("InvalidParameter.PolicyNameError")
	}
	if _, code := parseDocument(p.get("PolicyDocument"), false); code != "" {
		return nil, refuse(code)
	}
	if c.policyByNameLocked(p.get("PolicyName"), true) != nil {
		return nil, refuse("FailedOperation.PolicyNameInUse")
	}
	policy := Policy{ID: c.nextIDLocked(), Name: p.get("PolicyName"),
		Description: p.get("Description"), Document: p.get("PolicyDocument"), Created: q.now}
	c.account.Policies = append(c.account.Policies, policy)
	return map[string]any{"PolicyId": policy.ID, "RequestId": q.id()}, nil
}

// id returns a parameter that is an id.
func (p params) id(name string) uint64 {
	n, _ := strconv.ParseUint(p.get(name), 10, 64)
	return n
}

func (c *Cloud) getPolicyLocked(q *call) (any, *apiError) {
	policy := c.policyLocked(q.params.id("PolicyId"))
	if policy == nil {
		return nil, refuse("ResourceNotFound.PolicyIdNotFound")
	}
	return map[string]any{
		"PolicyName": policy.Name, "Description": policy.Description, "Type": 1,
		"AddTime": day(policy.Created), "UpdateTime": day(policy.Created),
		"PolicyDocument": remarshal(policy.Document), "PresetAlias": "",
		"IsServiceLinkedRolePolicy": 0, "RequestId": q.id(),
	}, nil
}

// page returns the part of a list that a request asks for.
func page[T any](all []T, p params) []T {
	size := min(cmp.Or(p.number("Rp"), 20), 200)
	from := min((cmp.Or(p.number("Page"), 1)-1)*size, len(all))
	return append([]T{}, all[from:min(from+size, len(all))]...)
}

// listPoliciesLocked lists policies. Whether Keyword finds parts of a name isn't documented; here
// it does.
func (c *Cloud) listPoliciesLocked(q *call) (any, *apiError) {
	all := []map[string]any{}
	add := func(policies []Policy, kind int) {
		for _, p := range policies {
			if strings.Contains(p.Name, q.params.get("Keyword")) {
				all = append(all, map[string]any{
					"PolicyId": p.ID, "PolicyName": p.Name, "AddTime": day(p.Created),
					"Type": kind, "Description": p.Description, "CreateMode": 2, "Attachments": 0,
					"ServiceType": "", "IsAttached": nil, "Deactived": 0,
				})
			}
		}
	}
	scope := cmp.Or(q.params.get("Scope"), "All")
	if scope != "QCS" {
		add(c.account.Policies, 1)
	}
	if scope != "Local" {
		add(presets, 2)
	}
	return map[string]any{
		"TotalNum": len(all), "List": page(all, q.params), "ServiceTypeList": nil,
		"RequestId": q.id(),
	}, nil
}

func (c *Cloud) updatePolicyLocked(q *call) (any, *apiError) {
	i := slices.IndexFunc(c.account.Policies, func(p Policy) bool {
		return p.ID == q.params.id("PolicyId") || p.Name == q.params.get("PolicyName")
	})
	if i < 0 {
		return nil, refuse("InvalidParameter.PolicyIdNotExist")
	}
	policy := &c.account.Policies[i]
	if text := q.params.get("PolicyDocument"); text != "" {
		if _, code := parseDocument(text, false); code != "" {
			return nil, refuse(code)
		}
		policy.Document = text
	}
	policy.Description = cmp.Or(q.params.get("Description"), policy.Description)
	return map[string]any{"PolicyId": policy.ID, "RequestId": q.id()}, nil
}

// usable reports whether what was made at a time is there for others after a lag.
func usable(q *call, made time.Time, lag time.Duration) bool {
	return made.IsZero() || !q.now.Before(made.Add(lag))
}

func (c *Cloud) attachUserLocked(q *call) (any, *apiError) {
	user, policy := c.userByUinLocked(q.params.id("AttachUin")),
		c.policyLocked(q.params.id("PolicyId"))
	switch {
	case user == nil, !usable(q, user.Created, c.account.Lags.User):
		return nil, refuse("ResourceNotFound.UserNotExist")
	case policy == nil, !usable(q, policy.Created, c.account.Lags.Policy):
		return nil, refuse("ResourceNotFound.PolicyIdNotFound")
	}
	user.Policies = attach(q, user.Policies, policy.ID)
	return done(q)
}

// attach adds a policy. One that is there already stays as it is, and that is no error: assumed.
func attach(q *call, all []Attachment, id uint64) []Attachment {
	if slices.ContainsFunc(all, func(a Attachment) bool { return a.PolicyID == id }) {
		return all
	}
	return append(all, Attachment{PolicyID: id, Since: q.now})
}

func (c *Cloud) userPoliciesLocked(q *call) (any, *apiError) {
	user := c.userByUinLocked(q.params.id("TargetUin"))
	if user == nil {
		return nil, refuse("ResourceNotFound.UserNotExist")
	}
	return c.attachedLocked(q, user.Policies), nil
}

func (c *Cloud) attachedLocked(q *call, attachments []Attachment) any {
	all := []map[string]any{}
	for _, a := range attachments {
		if policy := c.policyLocked(a.PolicyID); policy != nil {
			kind := "QCS"
			if c.policyByNameLocked(policy.Name, false) != nil {
				kind = "User"
			}
			all = append(all, map[string]any{
				"PolicyId": policy.ID, "PolicyName": policy.Name, "AddTime": day(a.Since),
				"CreateMode": 2, "PolicyType": kind, "Remark": policy.Description,
			})
		}
	}
	return map[string]any{
		"TotalNum": len(all), "List": page(all, q.params), "RequestId": q.id(),
	}
}

func (c *Cloud) createRoleLocked(q *call) (any, *apiError) {
	p := q.params
	if !camName.MatchString(p.get("RoleName")) {
		return nil, refuse("InvalidParameter.RoleNameError")
	}
	if _, code := parseDocument(p.get("PolicyDocument"), true); code != "" {
		return nil, refuse(code)
	}
	if c.roleLocked(p.get("RoleName")) != nil {
		return nil, refuse("InvalidParameter.RoleNameInUse")
	}
	role := Role{ID: "46116860184" + strconv.FormatUint(c.nextIDLocked()%100000000, 10),
		Name: p.get("RoleName"), Description: p.get("Description"), Trust: p.get("PolicyDocument"),
		Created: q.now}
	c.account.Roles = append(c.account.Roles, role)
	return map[string]any{"RoleId": role.ID, "RequestId": q.id()}, nil
}

// namedRoleLocked returns the role that a request names, by name or id.
func (c *Cloud) namedRoleLocked(name, id string) (*Role, *apiError) {
	for i := range c.account.Roles {
		r := &c.account.Roles[i]
		if name != "" && r.Name == name || id != "" && r.ID == id {
			return r, nil
		}
	}
	return nil, refuse("InvalidParameter.RoleNotExist")
}

func (c *Cloud) getRoleLocked(q *call) (any, *apiError) {
	role, err := c.namedRoleLocked(q.params.get("RoleName"), q.params.get("RoleId"))
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"RoleInfo": map[string]any{
			"RoleId": role.ID, "RoleName": role.Name, "PolicyDocument": remarshal(role.Trust),
			"Description": role.Description, "AddTime": day(role.Created),
			"UpdateTime": day(role.Created), "ConsoleLogin": 0, "RoleType": "user",
			"SessionDuration": nil, "DeletionTaskId": nil, "Tags": []any{}, "RoleArn": nil,
		},
		"RequestId": q.id(),
	}, nil
}

func (c *Cloud) updateTrustLocked(q *call) (any, *apiError) {
	role, err := c.namedRoleLocked(q.params.get("RoleName"), q.params.get("RoleId"))
	if err != nil {
		return nil, err
	}
	text := q.params.get("PolicyDocument")
	if _, code := parseDocument(text, true); code != "" {
		return nil, refuse(code)
	}
	role.Trust = text
	return done(q)
}

func (c *Cloud) attachRoleLocked(q *call) (any, *apiError) {
	role, err := c.namedRoleLocked(q.params.get("AttachRoleName"), q.params.get("AttachRoleId"))
	if err != nil {
		return nil, err
	}
	policy := c.policyLocked(q.params.id("PolicyId"))
	if policy == nil && q.params.get("PolicyName") != "" {
		policy = c.policyByNameLocked(q.params.get("PolicyName"), true)
	}
	switch {
	case !usable(q, role.Created, c.account.Lags.Role):
		return nil, refuse("InvalidParameter.RoleNotExist")
	case policy == nil, !usable(q, policy.Created, c.account.Lags.Policy):
		return nil, refuse("InvalidParameter.PolicyIdNotExist")
	}
	role.Policies = attach(q, role.Policies, policy.ID)
	return done(q)
}

func (c *Cloud) rolePoliciesLocked(q *call) (any, *apiError) {
	role, err := c.namedRoleLocked(q.params.get("RoleName"), q.params.get("RoleId"))
	if err != nil {
		return nil, err
	}
	return c.attachedLocked(q, role.Policies), nil
}
