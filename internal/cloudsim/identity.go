package cloudsim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// User is a sub-account.
type User struct {
	Name   string `json:"name"`
	Uin    uint64 `json:"uin"`
	Remark string `json:"remark,omitempty"`
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`

	Policies []Attachment `json:"policies,omitempty"`
	Created  time.Time    `json:"created,omitzero"` // zero: at the start of 2025
}

// Policy is a policy of the account's own, or a preset one of Tencent's.
type Policy struct {
	ID          uint64 `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Document    string `json:"document"`

	Created time.Time `json:"created,omitzero"`
}

// Role is a role that a service may take on.
type Role struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Trust       string `json:"trust"` // the document that says who may take it on

	Policies []Attachment `json:"policies,omitempty"`
	Created  time.Time    `json:"created,omitzero"`
}

// Attachment is a policy that a user or a role has.
type Attachment struct {
	PolicyID uint64    `json:"policyId"`
	Since    time.Time `json:"since,omitzero"`
}

// Lags are times by [Config.Now]. Until they are over, what was made is seen by the actions that
// look at it, and not by those that use it.
type Lags struct {
	User       time.Duration // for policies and keys
	Policy     time.Duration // to be attached
	Role       time.Duration // for policies and functions
	Attachment time.Duration // for requests
	Key        time.Duration // for requests
	Function   time.Duration // Creating, Updating or Publishing
	URL        time.Duration // until a trigger has its URL
	Topic      time.Duration // for indexes and alarms
	Index      time.Duration // to be changed again
}

// presets are the policies of Tencent's that the cloud knows. https://cloud.tencent.com/document/
// product/598/10601 has all; their texts matter to nobody here.
var presets = []Policy{
	{ID: 1, Name: "AdministratorAccess",
		Document: `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`},
	{ID: 28341895, Name: "QcloudAccessForScfRole",
		Document: `{"version":"2.0","statement":[{"effect":"allow","action":"cls:*","resource":"*"}]}`},
}

// AddSender adds a user who may send SMS, and gives the user every permanent key that may do that
// and nothing else.
func (a *Account) AddSender(name string) {
	const uin, policy = 100000000050, 51
	a.Users = append(a.Users, User{Name: name, Uin: uin,
		Policies: []Attachment{{PolicyID: policy}}})
	a.Policies = append(a.Policies, Policy{ID: policy, Name: name,
		Document: `{"version":"2.0","statement":[{"effect":"allow","action":["sms:SendSms"],` +
			`"resource":["*"]}]}`})
	for i := range a.Keys {
		if slices.Equal(a.Keys[i].Allow, []string{"sms:SendSms"}) {
			a.Keys[i].Uin = uin
		}
	}
}

func (c *Cloud) rootUin() uint64 { return cmp.Or(c.account.Uin, creatorUin) }

func (c *Cloud) appID() uint64 { return cmp.Or(c.account.AppID, 1250000000) }

func (c *Cloud) userLocked(name string) *User {
	i := slices.IndexFunc(c.account.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return nil
	}
	return &c.account.Users[i]
}

func (c *Cloud) userByUinLocked(uin uint64) *User {
	i := slices.IndexFunc(c.account.Users, func(u User) bool { return u.Uin == uin })
	if uin == 0 || i < 0 {
		return nil
	}
	return &c.account.Users[i]
}

// policyLocked returns a policy of the account's or of Tencent's, or nil.
func (c *Cloud) policyLocked(id uint64) *Policy {
	for _, all := range [][]Policy{c.account.Policies, presets} {
		i := slices.IndexFunc(all, func(p Policy) bool { return p.ID == id })
		if i >= 0 {
			return &all[i]
		}
	}
	return nil
}

// policyByNameLocked returns a policy of the account's or, if preset, also one of Tencent's.
func (c *Cloud) policyByNameLocked(name string, preset bool) *Policy {
	named := func(p Policy) bool { return p.Name == name }
	if i := slices.IndexFunc(c.account.Policies, named); i >= 0 {
		return &c.account.Policies[i]
	}
	if i := slices.IndexFunc(presets, named); preset && i >= 0 {
		return &presets[i]
	}
	return nil
}

func (c *Cloud) roleLocked(name string) *Role {
	i := slices.IndexFunc(c.account.Roles, func(r Role) bool { return r.Name == name })
	if name == "" || i < 0 {
		return nil
	}
	return &c.account.Roles[i]
}

// settledLocked reports whether a key is known to the gateway by now.
func (c *Cloud) settledLocked(q *call, k Key) bool {
	return k.Created.IsZero() || !q.now.Before(k.Created.Add(c.account.Lags.Key))
}

// nextIDLocked returns a number that nothing else made in the account has.
func (c *Cloud) nextIDLocked() uint64 {
	c.made++
	return 100000000100 + c.made
}

// day is a time as CAM and SCF write it.
func day(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(createTime, 0)
	}
	return t.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format(time.DateTime)
}

// Assume returns temporary credentials of a role, as SCF gives them to a function; false if there
// is no such role. They are the same until the role is gone.
func (c *Cloud) Assume(role string) (key Key, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.roleLocked(role) == nil {
		return Key{}, false
	}
	for _, k := range c.account.Keys {
		if k.Role == role {
			return k, true
		}
	}
	n := strconv.FormatUint(c.nextIDLocked(), 10)
	key = Key{SecretID: "AKIDtemporary" + n, SecretKey: "temporary-key-" + n,
		Token: "temporary-token-" + n, Role: role}
	c.account.Keys = append(c.account.Keys, key)
	return key, true
}

// callerLocked says who signed the request.
func (c *Cloud) callerLocked(q *call) (any, *apiError) {
	uin := cmp.Or(q.key.Uin, c.rootUin())
	id, kind := strconv.FormatUint(uin, 10), "CAMUser"
	arn := fmt.Sprintf("qcs::cam:%d:uin/%d", c.rootUin(), uin)
	if role := c.roleLocked(q.key.Role); role != nil {
		id, kind = role.ID+":session", "CAMRole"
		arn = fmt.Sprintf("qcs::sts:%d:assumed-role/%s", c.rootUin(), role.ID)
	}
	return map[string]any{
		"Arn": arn, "AccountId": strconv.FormatUint(c.rootUin(), 10), "UserId": id,
		"PrincipalId": strconv.FormatUint(uin, 10), "Type": kind, "RequestId": q.id(),
	}, nil
}

// appIDLocked says whose account it is. Unlike elsewhere, the ids of users are texts here.
func (c *Cloud) appIDLocked(q *call) (any, *apiError) {
	return map[string]any{
		"Uin":      strconv.FormatUint(cmp.Or(q.key.Uin, c.rootUin()), 10),
		"OwnerUin": strconv.FormatUint(c.rootUin(), 10),
		"AppId":    c.appID(), "RequestId": q.id(),
	}, nil
}
