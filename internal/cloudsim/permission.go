package cloudsim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// mayLocked reports whether a key may do an operation, "service:Action", and on which resource. A
// key may do what it is allowed itself, and what the policies of its user or role allow.
func (c *Cloud) mayLocked(q *call, key Key, operation string) (resource string, ok bool) {
	service, action, _ := strings.Cut(operation, ":")
	// Nobody needs a permission for these two: assumed, as none is listed for them.
	if action == GetCallerIdentity || action == GetUserAppId {
		return "", true
	}
	for _, allowed := range []string{"*", service + ":*", operation} {
		if slices.Contains(key.Allow, allowed) {
			return "", true
		}
	}
	resource = c.resourceLocked(q, service)
	var attached []Attachment
	if user := c.userByUinLocked(key.Uin); user != nil {
		attached = user.Policies
	}
	if role := c.roleLocked(key.Role); role != nil {
		attached = append(slices.Clone(attached), role.Policies...)
	}
	for _, a := range attached {
		policy := c.policyLocked(a.PolicyID)
		if policy != nil && !q.now.Before(a.Since.Add(c.account.Lags.Attachment)) &&
			policy.allows(operation, resource) {
			return resource, true
		}
	}
	return resource, false
}

// resourceLocked names what a request is about in the six segments of a policy; "*" where the
// action has no resources. Those of CAM's users and SCF's functions are left out: what asks for
// them here may do all or nothing.
func (c *Cloud) resourceLocked(q *call, service string) string {
	if service != SSM {
		return "*"
	}
	var about struct{ SecretName string }
	json.Unmarshal(q.body, &about) // what is no JSON is about no secret
	creator := c.rootUin()
	if secret := c.findSecretLocked(q, about.SecretName); secret != nil {
		creator = cmp.Or(secret.CreateUin, creator)
	}
	return fmt.Sprintf("qcs::ssm:%s:uin/%d:secret/creatorUin/%d/%s",
		q.http.Header.Get("X-TC-Region"), c.rootUin(), creator, about.SecretName)
}

// unauthorized is the code of a missing permission. Each service has its own.
func unauthorized(operation string) string {
	service, action, _ := strings.Cut(operation, ":")
	switch {
	case service == CAM && (action == AddUser || strings.HasSuffix(action, "AccessKey")):
		return "AuthFailure.UnauthorizedOperation"
	case action == GetClsService || action == OpenClsService:
		return "AuthFailure.UnauthorizedOperation"
	case service == SCF:
		return "UnauthorizedOperation.CAM"
	}
	return "UnauthorizedOperation"
}

// document is a policy's text, or the trust of a role.
type document struct {
	Version   string `json:"version"`
	Statement []struct {
		Effect    string `json:"effect"`
		Action    texts  `json:"action"`
		Resource  texts  `json:"resource,omitempty"`
		Principal *struct {
			Service texts `json:"service,omitempty"`
		} `json:"principal,omitempty"`

		// Condition is handed back, and taken for one that no request meets.
		Condition json.RawMessage `json:"condition,omitempty"`
	} `json:"statement"`
}

// texts is a string or a list of strings.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// parseDocument reads a policy's text. code says what is wrong with it.
func parseDocument(text string, trust bool) (d document, code string) {
	if strictJSON([]byte(text), &d) != nil || len(d.Statement) == 0 {
		return d, "InvalidParameter.PolicyDocumentError"
	}
	if d.Version != "2.0" {
		return d, "InvalidParameter.VersionError"
	}
	operation := regexp.MustCompile(`^(\*|(name/)?[a-z]+:[A-Za-z*]+)$`)
	resource := regexp.MustCompile(`^(\*|qcs:[^:]*:[a-z]*:[^:]*:(uin/\d+)?:[^:]+)$`)
	for _, s := range d.Statement {
		switch {
		case s.Effect != "allow" && s.Effect != "deny":
			return d, "InvalidParameter.EffectError"
		case len(s.Action) == 0 || !all(s.Action, operation):
			return d, "InvalidParameter.ActionError"
		case trust && (s.Principal == nil || len(s.Principal.Service) == 0):
			return d, "InvalidParameter.PrincipalError"
		case !trust && (len(s.Resource) == 0 || !all(s.Resource, resource)):
			return d, "InvalidParameter.ResourceQcsError"
		}
	}
	return d, ""
}

func all(texts []string, form *regexp.Regexp) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return !form.MatchString(text) })
}

// remarshal is a document as CAM hands it back: lists for single values, the keys in another order,
// \/ for /, and actions in their longer form, whichever was sent.
func remarshal(text string) string {
	var d document
	if json.Unmarshal([]byte(text), &d) != nil {
		return text
	}
	for _, s := range d.Statement {
		for i, action := range s.Action {
			if !strings.HasPrefix(action, "name/") && action != "*" {
				s.Action[i] = "name/" + action
			}
		}
	}
	var loose any
	json.Unmarshal(encode(d), &loose)
	return strings.ReplaceAll(string(encode(loose)), "/", `\/`)
}

// allows reports whether the policy allows an operation on a resource. A statement that denies
// counts for more.
func (p *Policy) allows(operation, resource string) bool {
	var d document
	if json.Unmarshal([]byte(p.Document), &d) != nil {
		return false
	}
	allowed := false
	for _, s := range d.Statement {
		operations := slices.ContainsFunc(s.Action, func(pattern string) bool {
			return matches(strings.TrimPrefix(pattern, "name/"), operation)
		})
		resources := slices.ContainsFunc(s.Resource, func(pattern string) bool {
			return matches(pattern, resource)
		})
		if operations && resources && s.Effect == "deny" {
			return false
		}
		allowed = allowed || operations && resources && len(s.Condition) == 0
	}
	return allowed
}

// matches compares with a pattern in which * is any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^(?i:" + strings.Join(parts, ".*") + ")$").MatchString(text)
}
