package cloudsim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

// request is a call, and what the answer holds: a code, or a part of the answer.
type request struct {
	action, body, want string
}

// run makes calls one after another. after lets time pass before the call of that number.
func (e *env) run(t *testing.T, requests []request) {
	t.Helper()
	for _, r := range requests {
		if r.action == "wait" {
			d, err := time.ParseDuration(r.body)
			require.NoError(t, err)
			e.clock.add(d)
			continue
		}
		a, known := actions[r.action]
		require.True(t, known, r.action)
		got := e.raw(a.service, a.version, r.action, r.body)
		require.Contains(t, got, r.want, "%s %s", r.action, r.body)
	}
}

const (
	sender = `{\"version\":\"2.0\",\"statement\":[{\"effect\":\"allow\",` +
		`\"action\":\"sms:SendSms\",\"resource\":\"*\"}]}`
	trust = `{\"version\":\"2.0\",\"statement\":[{\"effect\":\"allow\",\"action\":` +
		`\"name/sts:AssumeRole\",\"principal\":{\"service\":\"scf.qcloud.com\"}}]}`
)

// rootEnv has a key that may do everything.
func rootEnv(t *testing.T) *env { t.Helper(); return newEnv(t).asRoot() }

func TestIdentity(t *testing.T) {
	t.Parallel()
	rootEnv(t).run(t, []request{
		{GetCallerIdentity, `{}`, `"AccountId":"100000000001"`},
		{GetUserAppId, `{}`, `"AppId":1250000000`},
	})
}

func TestUsersAndKeys(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.run(t, []request{
		{GetUser, `{"Name": "sender"}`, "ResourceNotFound.UserNotExist"},
		{AddUser, `{"Name": "no blanks"}`, "InvalidParameter.UserNameIllegal"},
		{AddUser, `{"Name": "sender", "Remark": "r", "UseApi": 0}`, `"Uin":100000000101`},
		{AddUser, `{"Name": "sender"}`, "InvalidParameter.SubUserNameInUse"},
		{GetUser, `{"Name": "sender"}`, `"Uin":100000000101`},
		{ListAccessKeys, `{"TargetUin": 100000000101}`, `"AccessKeys":[]`},
		{CreateAccessKey, `{"TargetUin": 7}`, "InvalidParameter.UserNotExist"},
		{CreateAccessKey, `{"TargetUin": 100000000101, "Description": "no blanks"}`,
			"InvalidParameter.ParamError"},
		{CreateAccessKey, `{"TargetUin": 100000000101, "Description": "first:1"}`,
			`"SecretAccessKey":"made-key-100000000102"`},
		{CreateAccessKey, `{"TargetUin": 100000000101}`, `"Status":"Active"`},
		{CreateAccessKey, `{"TargetUin": 100000000101}`, "OperationDenied.AccessKeyOverLimit"},
		{DeleteAccessKey, `{"TargetUin": 100000000101, "AccessKeyId": "AKIDmade100000000102"}`,
			"FailedOperation.Accesskey"},
		{UpdateAccessKey, `{"TargetUin": 100000000101, "AccessKeyId": "AKIDmade100000000102",
			"Status": "Inactive"}`, "RequestId"},
		{ListAccessKeys, `{"TargetUin": 100000000101}`, `"Status":"Inactive"`},
		{DeleteAccessKey, `{"TargetUin": 100000000101, "AccessKeyId": "AKIDmade100000000102"}`,
			"RequestId"},
		{UpdateAccessKey, `{"TargetUin": 100000000101, "AccessKeyId": "AKIDmade100000000102",
			"Status": "Active"}`, "ResourceNotFound.SecretNotExist"},
		{CreateAccessKey, `{"Description": "whose"}`, `"Status":"Active"`},
	})
	list := e.raw(CAM, camVersion, ListAccessKeys, `{"TargetUin": 100000000101}`)
	require.NotContains(t, list, "made-key", "a secret is shown once")
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	rootEnv(t).run(t, []request{
		{CreatePolicy, `{"PolicyName": "p", "PolicyDocument": "{}"}`,
			"InvalidParameter.PolicyDocumentError"},
		{CreatePolicy, `{"PolicyName": "p", "PolicyDocument": "` + sender + `"}`, `"PolicyId":`},
		{CreatePolicy, `{"PolicyName": "p", "PolicyDocument": "` + sender + `"}`,
			"FailedOperation.PolicyNameInUse"},
		{ListPolicies, `{"Keyword": "p", "Scope": "Local"}`, `"TotalNum":1`},
		{GetPolicy, `{"PolicyId": 100000000101}`, `\"action\":[\"name\\/sms:SendSms\"]`},
		{UpdatePolicy, `{"PolicyId": 100000000101, "PolicyDocument": "` + sender + `"}`,
			`"PolicyId":100000000101`},
		{AddUser, `{"Name": "sender"}`, `"Uin":100000000102`},
		{AttachUserPolicy, `{"PolicyId": 9, "AttachUin": 100000000102}`,
			"ResourceNotFound.PolicyIdNotFound"},
		{AttachUserPolicy, `{"PolicyId": 100000000101, "AttachUin": 100000000102}`, "RequestId"},
		{AttachUserPolicy, `{"PolicyId": 100000000101, "AttachUin": 100000000102}`, "RequestId"},
		{ListAttachedUserPolicies, `{"TargetUin": 100000000102}`, `"TotalNum":1`},
		{GetRole, `{"RoleName": "r"}`, "InvalidParameter.RoleNotExist"},
		{CreateRole, `{"RoleName": "r", "PolicyDocument": "` + sender + `"}`,
			"InvalidParameter.PrincipalError"},
		{CreateRole, `{"RoleName": "r", "PolicyDocument": "` + trust + `"}`, `"RoleId":"4611686`},
		{CreateRole, `{"RoleName": "r", "PolicyDocument": "` + trust + `"}`,
			"InvalidParameter.RoleNameInUse"},
		{GetRole, `{"RoleName": "r"}`, `name\\/sts:AssumeRole`},
		{UpdateAssumeRolePolicy, `{"RoleName": "r", "PolicyDocument": "` + trust + `"}`,
			"RequestId"},
		{AttachRolePolicy, `{"AttachRoleName": "r", "PolicyName": "QcloudAccessForScfRole"}`,
			"RequestId"},
		{ListAttachedRolePolicies, `{"RoleName": "r", "Page": 1, "Rp": 200}`,
			`"PolicyType":"QCS"`},
	})
}

// What was made is seen, and can't be used yet.
func TestLags(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.cloud.clock = time.Now
	e.cloud.Update(func(a *Account) {
		a.Lags = Lags{User: 10 * time.Second, Policy: 10 * time.Second, Role: 5 * time.Second,
			Attachment: 10 * time.Second, Key: 5 * time.Second}
	})
	e.run(t, []request{
		{AddUser, `{"Name": "sender"}`, `"Uin":100000000101`},
		{GetUser, `{"Name": "sender"}`, `"Uin":100000000101`},
		{CreatePolicy, `{"PolicyName": "p", "PolicyDocument": "` + sender + `"}`, "100000000102"},
		{CreateAccessKey, `{"TargetUin": 100000000101}`, "InvalidParameter.UserNotExist"},
		{AttachUserPolicy, `{"PolicyId": 100000000102, "AttachUin": 100000000101}`,
			"ResourceNotFound.UserNotExist"},
		{"wait", "10s", ""},
		{AttachUserPolicy, `{"PolicyId": 100000000102, "AttachUin": 100000000101}`, "RequestId"},
		{CreateAccessKey, `{"TargetUin": 100000000101}`, "AKIDmade100000000103"},
		{CreateRole, `{"RoleName": "r", "PolicyDocument": "` + trust + `"}`, "RoleId"},
		{AttachRolePolicy, `{"AttachRoleName": "r", "PolicyId": 100000000102}`,
			"InvalidParameter.RoleNotExist"},
	})
	root := e.key
	e.key = common.NewCredential("AKIDmade100000000103", "made-key-100000000103")
	to := `{"PhoneNumberSet": [], "SmsSdkAppId": "1400006666", "TemplateId": "1"}`
	e.run(t, []request{
		{SendSms, to, "AuthFailure.SecretIdNotFound"},
		{"wait", "5s", ""},
		{SendSms, to, "UnauthorizedOperation"},
		{"wait", "5s", ""},
		{SendSms, to, "MissingParameter.EmptyPhoneNumberSet"},
		{GetUser, `{"Name": "sender"}`, "UnauthorizedOperation"},
		{AddUser, `{"Name": "other"}`, "AuthFailure.UnauthorizedOperation"},
		{GetFunction, `{"FunctionName": "f1"}`, "UnauthorizedOperation.CAM"},
	})
	e.key = root
	e.run(t, []request{{AttachRolePolicy, `{"AttachRoleName": "r", "PolicyId": 100000000102}`,
		"RequestId"}})
}

// A role may read the secret that its policy names, with the one who created it.
func TestAssume(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	_, ok := e.cloud.Assume("reader")
	require.False(t, ok)
	document := func(creator string) string {
		return strings.NewReplacer("sms:SendSms", "ssm:GetSecretValue", `\"resource\":\"*\"`,
			`\"resource\":[\"qcs::ssm:ap-guangzhou:uin/100000000001:secret/creatorUin/`+creator+
				`/sms-key\"]`).Replace(sender)
	}
	e.run(t, []request{
		{CreateRole, `{"RoleName": "reader", "PolicyDocument": "` + trust + `"}`, "RoleId"},
		{CreatePolicy, `{"PolicyName": "p", "PolicyDocument": "` + document("7") + `"}`,
			"100000000102"},
		{AttachRolePolicy, `{"AttachRoleName": "reader", "PolicyId": 100000000102}`, "RequestId"},
	})
	key, ok := e.cloud.Assume("reader")
	require.True(t, ok)
	root := e.key
	as := func(want string) {
		e.key = common.NewTokenCredential(key.SecretID, key.SecretKey, key.Token)
		e.run(t, []request{{GetSecretValue,
			`{"SecretName": "sms-key", "VersionId": "SSM_Current"}`, want}})
		e.key = root
	}
	as("UnauthorizedOperation")
	e.run(t, []request{{UpdatePolicy, `{"PolicyName": "p", "PolicyDocument": "` +
		document("100000000001") + `"}`, "PolicyId"}})
	as("AKIDsender")
}

func TestSecrets_made(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.run(t, []request{
		{GetServiceStatus, `{}`, `"ServiceEnabled":true`},
		{CreateSecret, `{"SecretName": "_x", "SecretString": "v"}`, "InvalidParameterValue"},
		{CreateSecret, `{"SecretName": "new"}`, "InvalidParameterValue"},
		{CreateSecret, `{"SecretName": "new", "SecretString": "v"}`, `"VersionId":"SSM_Current"`},
		{CreateSecret, `{"SecretName": "new", "SecretString": "v"}`, "ResourceInUse.SecretExists"},
		{CreateSecret, `{"SecretName": "dying", "SecretString": "v"}`,
			"ResourceInUse.SecretExists"},
		{UpdateSecret, `{"SecretName": "new", "VersionId": "SSM_Current", "SecretString": "w"}`,
			"SSM_Current"},
		{GetSecretValue, `{"SecretName": "new", "VersionId": "SSM_Current"}`,
			`"SecretString":"w"`},
		{UpdateSecret, `{"SecretName": "new", "VersionId": "2", "SecretString": "w"}`,
			"ResourceNotFound"},
	})
	e.cloud.Update(func(a *Account) { a.KMSRefuses = true })
	e.run(t, []request{{CreateSecret, `{"SecretName": "n2", "SecretString": "v"}`,
		"FailedOperation.AccessKmsError"}})
	e.cloud.Update(func(a *Account) { a.Closed = []string{SSM} })
	e.run(t, []request{
		{GetServiceStatus, `{}`, `"ServiceEnabled":false`},
		{DescribeSecret, `{"SecretName": "new"}`, "ResourceUnavailable.NotPurchased"},
	})
}
