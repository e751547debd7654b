package cloudsim

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// The actions of STS and CAM.
const (
	GetCallerIdentity        = "GetCallerIdentity"
	GetUserAppId             = "GetUserAppId"
	GetUser                  = "GetUser"
	AddUser                  = "AddUser"
	CreateAccessKey          = "CreateAccessKey"
	ListAccessKeys           = "ListAccessKeys"
	UpdateAccessKey          = "UpdateAccessKey"
	DeleteAccessKey          = "DeleteAccessKey"
	CreatePolicy             = "CreatePolicy"
	GetPolicy                = "GetPolicy"
	ListPolicies             = "ListPolicies"
	UpdatePolicy             = "UpdatePolicy"
	AttachUserPolicy         = "AttachUserPolicy"
	ListAttachedUserPolicies = "ListAttachedUserPolicies"
	CreateRole               = "CreateRole"
	GetRole                  = "GetRole"
	UpdateAssumeRolePolicy   = "UpdateAssumeRolePolicy"
	AttachRolePolicy         = "AttachRolePolicy"
	ListAttachedRolePolicies = "ListAttachedRolePolicies"
)

// maxKeys is how many AccessKeys a user may have.
const maxKeys = 2

var identityActions = map[string]apiAction{
	GetCallerIdentity: {STS, stsVersion, nil, (*Cloud).callerLocked},
	GetUserAppId:      {CAM, camVersion, nil, (*Cloud).appIDLocked},
	GetUser:           {CAM, camVersion, []field{text("Name").must()}, (*Cloud).getUserLocked},
	AddUser: {CAM, camVersion, []field{
		text("Name").must(), text("Remark"), number("ConsoleLogin"), number("UseApi"),
		text("Password"), number("NeedResetPassword"), text("PhoneNum"), text("CountryCode"),
		text("Email"),
	}, (*Cloud).addUserLocked},
	CreateAccessKey: {CAM, camVersion,
		[]field{number("TargetUin"), text("Description")}, (*Cloud).createKeyLocked},
	ListAccessKeys: {CAM, camVersion, []field{number("TargetUin")}, (*Cloud).listKeysLocked},
	UpdateAccessKey: {CAM, camVersion, []field{
		text("AccessKeyId").must(), text("Status").must(), number("TargetUin"),
	}, (*Cloud).updateKeyLocked},
	DeleteAccessKey: {CAM, camVersion,
		[]field{text("AccessKeyId").must(), number("TargetUin")}, (*Cloud).deleteKeyLocked},
	CreatePolicy: {CAM, camVersion, []field{
		text("PolicyName").must(), text("PolicyDocument").must(), text("Description"),
		object("Tags", text("Key"), text("Value")).many(),
	}, (*Cloud).createPolicyLocked},
	GetPolicy: {CAM, camVersion, []field{number("PolicyId").must()}, (*Cloud).getPolicyLocked},
	ListPolicies: {CAM, camVersion, []field{
		number("Rp"), number("Page"), text("Scope"), text("Keyword"),
	}, (*Cloud).listPoliciesLocked},
	UpdatePolicy: {CAM, camVersion, []field{
		number("PolicyId"), text("PolicyName"), text("PolicyDocument"), text("Description"),
	}, (*Cloud).updatePolicyLocked},
	AttachUserPolicy: {CAM, camVersion, []field{
		number("PolicyId").must(), number("AttachUin").must(),
	}, (*Cloud).attachUserLocked},
	ListAttachedUserPolicies: {CAM, camVersion, []field{
		number("TargetUin").must(), number("Page"), number("Rp"),
	}, (*Cloud).userPoliciesLocked},
	CreateRole: {CAM, camVersion, []field{
		text("RoleName").must(), text("PolicyDocument").must(), text("Description"),
		number("ConsoleLogin"), number("SessionDuration"),
		object("Tags", text("Key"), text("Value")).many(),
	}, (*Cloud).createRoleLocked},
	GetRole: {CAM, camVersion, []field{text("RoleName"), text("RoleId")}, (*Cloud).getRoleLocked},
	UpdateAssumeRolePolicy: {CAM, camVersion, []field{
		text("PolicyDocument").must(), text("RoleName"), text("RoleId"),
	}, (*Cloud).updateTrustLocked},
	AttachRolePolicy: {CAM, camVersion, []field{
		number("PolicyId"), text("PolicyName"), text("AttachRoleId"), text("AttachRoleName"),
	}, (*Cloud).attachRoleLocked},
	ListAttachedRolePolicies: {CAM, camVersion, []field{
		number("Page").must(), number("Rp").must(), text("RoleName"), text("RoleId"),
		text("PolicyType"), text("Keyword"),
	}, (*Cloud).rolePoliciesLocked},
}

// done is the response of an action that returns nothing.
func done(q *call) (any, *apiError) { return map[string]any{"RequestId": q.id()}, nil }

func (c *Cloud) getUserLocked(q *call) (any, *apiError) {
	user := c.userLocked(q.params.get("Name"))
	if user == nil {
		return nil, refuse("ResourceNotFound.UserNotExist")
	}
	return map[string]any{
		"Uin": user.Uin, "Name": user.Name, "Uid": user.Uin - 100000000000, "Remark": user.Remark,
		"ConsoleLogin": 0, "PhoneNum": user.Phone, "CountryCode": "", "Email": user.Email,
		"RequestId": q.id(),
	}, nil
}

func (c *Cloud) addUserLocked(q *call) (any, *apiError) {
	name := q.params.get("Name")
	if !regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,64}$`).MatchString(name) {
		return nil, refuse("InvalidParameter.UserNameIllegal")
	}
	if c.userLocked(name) != nil {
		return nil, refuse("InvalidParameter.SubUserNameInUse")
	}
	user := User{Name: name, Uin: c.nextIDLocked(), Remark: q.params.get("Remark"), Created: q.now}
	c.account.Users = append(c.account.Users, user)
	var key Key
	if q.params.number("UseApi") == 1 {
		key = c.addKeyLocked(q, user.Uin, "")
	}
	return map[string]any{
		"Uin": user.Uin, "Name": name, "Password": "", "SecretId": key.SecretID,
		"SecretKey": key.SecretKey, "Uid": user.Uin - 100000000000, "RequestId": q.id(),
	}, nil
}

// addKeyLocked makes a key. Its texts are unlike any other in the cloud.
func (c *Cloud) addKeyLocked(q *call, uin uint64, description string) Key {
	n := c.nextIDLocked()
	key := Key{SecretID: fmt.Sprintf("AKIDmade%d", n), SecretKey: fmt.Sprintf("made-key-%d", n),
		Uin: uin, Description: description, Created: q.now}
	if uin == c.rootUin() {
		key.Uin = 0
	}
	c.account.Keys = append(c.account.Keys, key)
	return key
}

// targetLocked returns whose keys a request is about: its TargetUin, or else whoever signed it.
func (c *Cloud) targetLocked(q *call) (uint64, *apiError) {
	uin, _ := strconv.ParseUint(q.params.get("TargetUin"), 10, 64)
	if uin == 0 {
		return cmp.Or(q.key.Uin, c.rootUin()), nil
	}
	if uin != c.rootUin() && c.userByUinLocked(uin) == nil {
		return 0, refuse("InvalidParameter.UserNotExist")
	}
	return uin, nil
}

// keysLocked returns the permanent keys of a user or of the root account.
func (c *Cloud) keysLocked(uin uint64) (keys []*Key) {
	for i := range c.account.Keys {
		k := &c.account.Keys[i]
		if k.Token == "" && cmp.Or(k.Uin, c.rootUin()) == uin {
			keys = append(keys, k)
		}
	}
	return keys
}

func (c *Cloud) createKeyLocked(q *call) (any, *apiError) {
	uin, err := c.targetLocked(q)
	if err != nil {
		return nil, err
	}
	user := c.userByUinLocked(uin)
	switch {
	case user != nil && !user.Created.IsZero() &&
		q.now.Before(user.Created.Add(c.account.Lags.User)):
		return nil, refuse("InvalidParameter.UserNotExist")
	case !regexp.MustCompile(`^[\w+=,.@:/-]*$`).MatchString(q.params.get("Description")):
		return nil, refuse("InvalidParameter.ParamError")
	case user != nil && len(c.keysLocked(uin)) >= maxKeys:
		return nil, refuse("OperationDenied.AccessKeyOverLimit")
	}
	key := c.addKeyLocked(q, uin, q.params.get("Description"))
	return map[string]any{
		"AccessKey": map[string]any{
			"AccessKeyId": key.SecretID, "SecretAccessKey": key.SecretKey, "Status": "Active",
			"CreateTime": day(key.Created), "Description": key.Description,
		},
		"RequestId": q.id(),
	}, nil
}

func (c *Cloud) listKeysLocked(q *call) (any, *apiError) {
	uin, err := c.targetLocked(q)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, k := range c.keysLocked(uin) {
		status := "Active"
		if k.Disabled {
			status = "Inactive"
		}
		one := map[string]any{"AccessKeyId": k.SecretID, "Status": status,
			"CreateTime": day(k.Created), "Description": nil}
		if k.Description != "" {
			one["Description"] = k.Description
		}
		list = append(list, one)
	}
	return map[string]any{"AccessKeys": list, "RequestId": q.id()}, nil
}

// namedKeyLocked returns the key that a request names.
func (c *Cloud) namedKeyLocked(q *call) (*Key, *apiError) {
	uin, err := c.targetLocked(q)
	if err != nil {
		return nil, err
	}
	for _, k := range c.keysLocked(uin) {
		if k.SecretID == q.params.get("AccessKeyId") {
			return k, nil
		}
	}
	return nil, refuse("ResourceNotFound.SecretNotExist")
}

func (c *Cloud) updateKeyLocked(q *call) (any, *apiError) {
	key, err := c.namedKeyLocked(q)
	if err != nil {
		return nil, err
	}
	status := q.params.get("Status")
	if !slices.Contains([]string{"Active", "Inactive"}, status) {
		return nil, refuse("InvalidParameter.ParamError")
	}
	key.Disabled = status == "Inactive"
	return done(q)
}

// deleteKeyLocked deletes a key that was disabled before. Whether Tencent asks for that isn't
// documented.
func (c *Cloud) deleteKeyLocked(q *call) (any, *apiError) {
	key, err := c.namedKeyLocked(q)
	if err != nil {
		return nil, err
	}
	if !key.Disabled {
		return nil, refuse("FailedOperation.Accesskey")
	}
	id := key.SecretID
	c.account.Keys = slices.DeleteFunc(c.account.Keys, func(k Key) bool {
		return k.SecretID == id
	})
	return done(q)
}
