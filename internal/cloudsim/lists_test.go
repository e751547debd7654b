package cloudsim

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

func (e *env) asRoot() *env {
	e.key = common.NewCredential("AKIDroot", "root-secret")
	return e
}

// ask sends the body of an SMS action as the root account.
func (e *env) ask(action, body string) string {
	e.t.Helper()
	return e.asRoot().raw(SMS, smsVersion, action, body)
}

func TestSigns(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Signs = append(a.Signs,
			Sign{Name: "驳回", ID: 77, Review: Review{StatusRejected, "资质不符"}},
			Sign{Name: "待生效", Review: Review{Status: StatusWaiting}})
	})
	assert.JSONEq(t, `{"Response": {"DescribeSignListStatusSet": [{
		"SignId": 1000003, "International": 1, "StatusCode": 0, "ReviewReply": "",
		"SignName": "Tencent",
		"CreateTime": 1735689600, "QualificationId": 0, "QualificationName": "",
		"QualificationStatusCode": 0}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}}`,
		e.ask(DescribeSmsSignList, `{"International": 1}`))

	const approved, reviewing, rejected, waiting = "腾讯云 0 ", "未审核 1 ", "驳回 -1 资质不符", "待生效 2 "
	all := []string{approved, reviewing, rejected, waiting}
	for body, want := range map[string][]string{
		`{"International": 0}`:                                   all,
		`{"International": 0, "Limit": 2, "Offset": 1}`:          {reviewing, rejected},
		`{"International": 0, "Offset": 9}`:                      {},
		`{"International": 0, "SignIdSet": [77, 1000001, 5]}`:    {approved, rejected},
		`{"International": 1, "SignIdSet": [77], "Limit": 100}`:  {},
		`{"International": 0, "SignIdSet": [], "Limit": 1}`:      {approved},
		`{"International": 0, "SignIdSet": [1000005, 1000005]}`:  {waiting},
		`{"International": 0, "SignIdSet": null, "Limit": null}`: all,
	} {
		var response sms.DescribeSmsSignListResponse
		require.NoError(t, response.FromJsonString(e.ask(DescribeSmsSignList, body)))
		got := []string{}
		for _, s := range response.Response.DescribeSignListStatusSet {
			got = append(got, fmt.Sprint(*s.SignName, " ", *s.StatusCode, " ", *s.ReviewReply))
		}
		assert.Equal(t, want, got, body)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Templates = append(a.Templates, Template{ID: "330", Text: "{1}", Everywhere: true,
			Approved: true}, Template{ID: "word", Text: "{1}"})
	})
	assert.JSONEq(t, `{"Response": {"DescribeTemplateStatusSet": [
		{"TemplateId": 220, "International": 1, "StatusCode": 0, "ReviewReply": "",
		"TemplateName": "220",
			"CreateTime": 1735689600, "TemplateContent": "Your code is {1}"},
		{"TemplateId": 330, "International": 3, "StatusCode": 0, "ReviewReply": "",
		"TemplateName": "330",
			"CreateTime": 1735689600, "TemplateContent": "{1}"}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}}`,
		e.ask(DescribeSmsTemplateList, `{"International": 1, "TemplateIdSet": [330, 220, 110]}`))

	for body, want := range map[string][]string{
		`{"International": 0}`:                                 {}, // Limit is 0 by default
		`{"International": 0, "Limit": 2}`:                     {"110 0", "111 0"},
		`{"International": 0, "TemplateIdSet": [114, 220, 1]}`: {"114 1"},
	} {
		var response sms.DescribeSmsTemplateListResponse
		require.NoError(t, response.FromJsonString(e.ask(DescribeSmsTemplateList, body)))
		got := []string{}
		for _, s := range response.Response.DescribeTemplateStatusSet {
			got = append(got, fmt.Sprint(*s.TemplateId, " ", *s.StatusCode))
		}
		assert.Equal(t, want, got, body)
	}
}

func TestTemplates_everywhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Templates = append(a.Templates, Template{ID: "330", Text: "{1}", Everywhere: true,
			Approved: true})
	})
	assert.Equal(t, "Ok", e.sendOne(message(template("330", "123456"))))
	assert.Equal(t, "Ok", e.sendOne(message(abroad("+85251234567"), template("330", "123456"))))
}

func TestLists_refuse(t *testing.T) {
	t.Parallel()
	ids := "[1"
	for range maxList {
		ids += ",1"
	}
	const (
		kind0       = `{"International": 0}`
		limitFail   = "InvalidParameterValue.LimitVerifyFail"
		individuals = "FailedOperation.NotEnterpriseCertification"
	)
	wrongType := func(name string) string {
		return "InvalidParameter: The value type of parameter `" + name + "` is not valid."
	}
	with := func(code string) string { return code + ": " + messageOf(code) }
	individual := func(a *Account) { a.Individual = true }
	for _, tt := range []struct {
		name               string
		action, body, want string
		change             func(*Account)
	}{
		{"no kind", DescribeSmsSignList, `{}`,
			"MissingParameter: The request is missing a required parameter `International`.", nil},
		{"a kind there isn't", DescribeSmsSignList, `{"International": 2}`,
			with("InvalidParameterValue.InvalidInternational"), nil},
		{"a kind in quotes", DescribeSmsSignList, `{"International": "0"}`,
			wrongType("International"), nil},
		{"a negative offset", DescribeSmsSignList, `{"International": 0, "Offset": -1}`,
			wrongType("Offset"), nil},
		{"an id in quotes", DescribeSmsTemplateList, `{"International": 0, "TemplateIdSet": ["1"]}`,
			wrongType("TemplateIdSet.0"), nil},
		{"ids of the other list", DescribeSmsTemplateList, `{"International": 0, "SignIdSet": [1]}`,
			"UnknownParameter: The parameter `SignIdSet` is not recognized.", nil},
		{"more than a hundred", DescribeSmsTemplateList, `{"International": 0, "Limit": 101}`,
			with(limitFail), nil},
		{"more than a hundred ids", DescribeSmsTemplateList,
			`{"International": 0, "TemplateIdSet": ` + ids + `]}`, with(limitFail), nil},
		{"an individual's signs", DescribeSmsSignList, kind0, with(individuals), individual},
		{"an individual's templates", DescribeSmsTemplateList, kind0, with(individuals),
			individual},
		{"a sub-account's templates", DescribeSmsTemplateList, kind0,
			with("FailedOperation.ProhibitSubAccountUse"),
			func(a *Account) { a.Keys[2].SubAccount = true }},
		{"a key that may not", DescribeSmsSignList, kind0,
			"UnauthorizedOperation: you are not authorized to perform operation (" +
				"sms:DescribeSmsSignList)\nresource (*) has no permission\n",
			func(a *Account) { a.Keys[2].Allow = []string{"sms:SendSms", "ssm:*"} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			if tt.change != nil {
				e.cloud.Update(tt.change)
			}
			assert.Equal(t, tt.want, e.ask(tt.action, tt.body))
		})
	}
}

func TestLists_faults(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	refusal := Fault{Kind: Refuse, Code: "RequestLimitExceeded"}
	for _, tt := range []struct{ service, version, action, body string }{
		{SMS, smsVersion, DescribeSmsSignList, `{"International": 0}`},
		{SMS, smsVersion, DescribeSmsTemplateList, `{"International": 0}`},
		{SMS, smsVersion, PullSmsSendStatusByPhoneNumber,
			`{"BeginTime": 1, "Offset": 0, "Limit": 1, "PhoneNumber": "", "SmsSdkAppId": ""}`},
		{SSM, ssmVersion, DescribeSecret, `{"SecretName": "sms-key"}`},
	} {
		e.cloud.Script(tt.action, refusal)
		got := e.asRoot().raw(tt.service, tt.version, tt.action, tt.body)
		assert.Equal(t, "RequestLimitExceeded: "+messageOf("RequestLimitExceeded"), got, tt.action)

		got = e.raw(tt.service, "2000-01-01", tt.action, tt.body)
		assert.Equal(t, "NoSuchVersion: NoSuchVersion", got, tt.action)
	}
}
