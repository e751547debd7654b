package resources

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"scf-sms/scripts/local/internal/operator"
)

// Policy is a policy that somebody of the account made.
type Policy struct {
	PolicyId    uint64
	PolicyName  string
	Description string
	Document    Document `json:"-"`
}

// Ours reports whether setup made the policy, and may change it.
func (p *Policy) Ours() bool { return strings.HasPrefix(p.Description, Mark) }

// Document is what a policy allows, or who may take on a role. CAM hands one back in another
// spelling than it was written in, so texts of it are never compared.
type Document struct {
	Version   string      `json:"version"`
	Statement []Statement `json:"statement"`
}

// Statement is a part of a Document.
type Statement struct {
	Effect    string     `json:"effect"`
	Action    Texts      `json:"action"`
	Resource  Texts      `json:"resource,omitempty"`
	Principal *Principal `json:"principal,omitempty"`

	// Condition says when the statement holds, such as for which addresses.
	Condition json.RawMessage `json:"condition,omitempty"`
}

// holdsAlways reports whether the statement has no condition.
func (s *Statement) holdsAlways() bool {
	return slices.Contains([]string{"", "null", "{}", "[]"}, string(s.Condition))
}

// Principal is who may take on a role.
type Principal struct {
	Service Texts `json:"service,omitempty"`
}

// Texts is a list of strings, which may be written as one string.
type Texts []string

// UnmarshalJSON reads both forms.
func (t *Texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = Texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// Allow is a document that allows one action on resources.
func Allow(action string, on ...string) Document {
	return Document{"2.0", []Statement{{Effect: "allow", Action: Texts{action}, Resource: on}}}
}

// Trust is a document that lets a service take on a role.
func Trust(service string) Document {
	return Document{"2.0", []Statement{{Effect: "allow", Action: Texts{"name/sts:AssumeRole"},
		Principal: &Principal{Service: Texts{service}}}}}
}

func (d Document) String() string { return string(encode(d)) }

// bare is an action without the prefix that CAM writes before some.
func bare(action string) string { return strings.TrimPrefix(action, "name/") }

// Trusts reports whether a service may take on the role.
func (d Document) Trusts(service string) bool {
	return slices.ContainsFunc(d.Statement, func(s Statement) bool {
		return s.Effect == "allow" && s.Principal != nil &&
			slices.Contains(s.Principal.Service, service) &&
			slices.ContainsFunc(s.Action, func(action string) bool {
				return covers(bare(action), "sts:AssumeRole")
			})
	})
}

// Covers reports whether all that another document allows is allowed, and nothing of it denied. What
// is allowed on a condition may be refused to the function, and so counts as not allowed.
func (d Document) Covers(other Document) bool {
	for _, s := range other.Statement {
		for _, action := range s.Action {
			action = bare(action)
			for _, resource := range s.Resource {
				if !d.effect("allow", action, resource) || d.effect("deny", action, resource) {
					return false
				}
			}
		}
	}
	return true
}

func (d Document) effect(effect, action, resource string) bool {
	return slices.ContainsFunc(d.Statement, func(s Statement) bool {
		return s.Effect == effect && (effect == "deny" || s.holdsAlways()) &&
			slices.ContainsFunc(s.Action, func(p string) bool { return covers(bare(p), action) }) &&
			slices.ContainsFunc(s.Resource, func(p string) bool { return covers(p, resource) })
	})
}

// Same reports whether both allow the same, and neither more.
func (d Document) Same(other Document) bool { return d.Covers(other) && other.Covers(d) }

// covers compares with a pattern in which * stands for any text.
func covers(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("(?i)^" + strings.Join(parts, ".*") + "$").MatchString(text)
}

// Policy returns a policy of the account by its name, nil if there is none.
func (c Cloud) Policy(ctx context.Context, name string) (*Policy, *operator.Failure) {
	const size, pages = 200, 200
	for page := 1; page <= pages; page++ {
		var answer struct {
			TotalNum int
			List     []Policy
		}
		f := c.Call(ctx, operator.CAM, "ListPolicies", map[string]any{
			"Scope": "Local", "Keyword": name, "Page": page, "Rp": size,
		}, &answer)
		if f != nil {
			return nil, f
		}
		for _, p := range answer.List {
			if p.PolicyName == name { // the keyword finds parts of names, too
				p.Document, p.Description, f = c.document(ctx, p.PolicyId)
				return &p, f
			}
		}
		if page*size >= answer.TotalNum {
			break
		}
	}
	return nil, nil
}

func (c Cloud) document(ctx context.Context, id uint64) (Document, string, *operator.Failure) {
	var answer struct{ PolicyDocument, Description string }
	f := c.Call(ctx, operator.CAM, "GetPolicy", map[string]any{"PolicyId": id}, &answer)
	var d Document
	if f == nil && json.Unmarshal([]byte(answer.PolicyDocument), &d) != nil {
		return Document{}, answer.Description, nil // which allows nothing
	}
	return d, answer.Description, f
}

// CreatePolicy makes a policy.
func (c Cloud) CreatePolicy(
	ctx context.Context, name, what string, d Document,
) (*Policy, *operator.Failure) {
	p := Policy{PolicyName: name, Description: Mark + " " + what + ", made by setup", Document: d}
	f := c.Call(ctx, operator.CAM, "CreatePolicy", map[string]any{
		"PolicyName": name, "PolicyDocument": d.String(), "Description": p.Description,
	}, &p)
	return &p, f
}

// UpdatePolicy replaces a policy's document.
func (c Cloud) UpdatePolicy(ctx context.Context, p *Policy, d Document) *operator.Failure {
	return c.Call(ctx, operator.CAM, "UpdatePolicy", map[string]any{
		"PolicyId": p.PolicyId, "PolicyDocument": d.String(),
	}, nil)
}

// attached reads the documents of attached policies.
func (c Cloud) attached(
	ctx context.Context, action string, params map[string]any,
) (all []Policy, f *operator.Failure) {
	params["Page"], params["Rp"] = 1, 200 // a user or role has at most 200
	var answer struct{ List []Policy }
	if f = c.Call(ctx, operator.CAM, action, params, &answer); f != nil {
		return nil, f
	}
	for _, p := range answer.List {
		if p.Document, p.Description, f = c.document(ctx, p.PolicyId); f != nil {
			return nil, f
		}
		all = append(all, p)
	}
	return all, nil
}

// UserPolicies returns the policies that a user has directly.
func (c Cloud) UserPolicies(ctx context.Context, uin uint64) ([]Policy, *operator.Failure) {
	return c.attached(ctx, "ListAttachedUserPolicies", map[string]any{"TargetUin": uin})
}

// AttachUser gives a policy to a user.
func (c Cloud) AttachUser(ctx context.Context, policy, uin uint64) *operator.Failure {
	return c.Call(ctx, operator.CAM, "AttachUserPolicy",
		map[string]any{"PolicyId": policy, "AttachUin": uin}, nil)
}

// Role is a role.
type Role struct {
	RoleName    string
	Description string
	Trust       Document `json:"-"`
}

// Ours reports whether setup made the role, and may change it.
func (r *Role) Ours() bool { return strings.HasPrefix(r.Description, Mark) }

// Role returns a role by its name, nil if there is none.
func (c Cloud) Role(ctx context.Context, name string) (*Role, *operator.Failure) {
	var answer struct {
		RoleInfo struct{ RoleName, Description, PolicyDocument string }
	}
	f := c.Call(ctx, operator.CAM, "GetRole", map[string]any{"RoleName": name}, &answer)
	if f.Absent() {
		return nil, nil
	}
	role := Role{RoleName: name, Description: answer.RoleInfo.Description}
	json.Unmarshal([]byte(answer.RoleInfo.PolicyDocument), &role.Trust) // else nobody is trusted
	return &role, f
}

// CreateRole makes a role that SCF may take on.
func (c Cloud) CreateRole(ctx context.Context, name, what string) *operator.Failure {
	return c.Call(ctx, operator.CAM, "CreateRole", map[string]any{
		"RoleName": name, "PolicyDocument": Trust(SCFService).String(),
		"Description": Mark + " " + what + ", made by setup",
	}, nil)
}

// SCFService is SCF as the one who takes on a role.
const SCFService = "scf.qcloud.com"

// UpdateTrust lets SCF, and nobody else, take on a role.
func (c Cloud) UpdateTrust(ctx context.Context, name string) *operator.Failure {
	return c.Call(ctx, operator.CAM, "UpdateAssumeRolePolicy", map[string]any{
		"RoleName": name, "PolicyDocument": Trust(SCFService).String(),
	}, nil)
}

// RolePolicies returns the policies that a role has.
func (c Cloud) RolePolicies(ctx context.Context, name string) ([]Policy, *operator.Failure) {
	return c.attached(ctx, "ListAttachedRolePolicies", map[string]any{"RoleName": name})
}

// AttachRole gives a policy of the account to a role.
func (c Cloud) AttachRole(ctx context.Context, policy uint64, role string) *operator.Failure {
	return c.Call(ctx, operator.CAM, "AttachRolePolicy",
		map[string]any{"PolicyId": policy, "AttachRoleName": role}, nil)
}

// AttachPreset gives a policy of Tencent's to a role.
func (c Cloud) AttachPreset(ctx context.Context, policy, role string) *operator.Failure {
	return c.Call(ctx, operator.CAM, "AttachRolePolicy",
		map[string]any{"PolicyName": policy, "AttachRoleName": role}, nil)
}

// Caller is who makes the calls.
type Caller struct {
	AccountId   string // of the root account
	UserId      string // the same for the root account's own key; that of a role has its session in it
	PrincipalId string // as whom it makes things
}

// Root reports whether the root account's own key makes the calls.
func (c Caller) Root() bool { return c.AccountId == c.UserId }

// Whoami says who makes the calls.
func (c Cloud) Whoami(ctx context.Context) (Caller, *operator.Failure) {
	var caller Caller
	f := c.Call(ctx, operator.STS, "GetCallerIdentity", nil, &caller)
	return caller, f
}

// SecretResource is a secret's name in a policy: root is the account, creator who made the secret
// (https://www.tencentcloud.com/document/product/1078/38612).
func SecretResource(region, root, creator, name string) string {
	return "qcs::ssm:" + region + ":uin/" + root + ":secret/creatorUin/" + creator + "/" + name
}
