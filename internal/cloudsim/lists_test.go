package cloudsim

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

func (w *world) asRoot() *world {
	w.key = common.NewCredential("AKIDroot", "root-secret")
	return w
}

// ask sends the body of an SMS action as the root account.
func (w *world) ask(action, body string) string {
	w.t.Helper()
	return w.asRoot().raw(SMS, smsVersion, action, body)
}

func TestSignaturesAreListed(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) {
		a.Signs = append(a.Signs,
			Sign{Name: "驳回", ID: 77, Review: Review{Status: StatusRejected, Reply: "资质不符"}},
			Sign{Name: "待生效", Review: Review{Status: StatusWaiting}})
	})
	assert.JSONEq(t, `{"Response": {"DescribeSignListStatusSet": [{
		"SignId": 1000003, "International": 1, "StatusCode": 0, "ReviewReply": "", "SignName": "Tencent",
		"CreateTime": 1735689600, "QualificationId": 0, "QualificationName": "", "QualificationStatusCode": 0}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}}`, w.ask(DescribeSmsSignList, `{"International": 1}`))

	for body, want := range map[string][]string{
		`{"International": 0}`:                                   {"腾讯云 0 ", "未审核 1 ", "驳回 -1 资质不符", "待生效 2 "},
		`{"International": 0, "Limit": 2, "Offset": 1}`:          {"未审核 1 ", "驳回 -1 资质不符"},
		`{"International": 0, "Offset": 9}`:                      {},
		`{"International": 0, "SignIdSet": [77, 1000001, 5]}`:    {"腾讯云 0 ", "驳回 -1 资质不符"},
		`{"International": 1, "SignIdSet": [77], "Limit": 100}`:  {},
		`{"International": 0, "SignIdSet": [], "Limit": 1}`:      {"腾讯云 0 "},
		`{"International": 0, "SignIdSet": [1000005, 1000005]}`:  {"待生效 2 "},
		`{"International": 0, "SignIdSet": null, "Limit": null}`: {"腾讯云 0 ", "未审核 1 ", "驳回 -1 资质不符", "待生效 2 "},
	} {
		var response sms.DescribeSmsSignListResponse
		require.NoError(t, response.FromJsonString(w.ask(DescribeSmsSignList, body)))
		got := []string{}
		for _, s := range response.Response.DescribeSignListStatusSet {
			got = append(got, fmt.Sprint(*s.SignName, " ", *s.StatusCode, " ", *s.ReviewReply))
		}
		assert.Equal(t, want, got, body)
	}
}

func TestTemplatesAreListed(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) {
		a.Templates = append(a.Templates, Template{ID: "330", Text: "{1}", Everywhere: true, Approved: true}, Template{ID: "word", Text: "{1}"})
	})
	assert.JSONEq(t, `{"Response": {"DescribeTemplateStatusSet": [
		{"TemplateId": 220, "International": 1, "StatusCode": 0, "ReviewReply": "", "TemplateName": "220",
			"CreateTime": 1735689600, "TemplateContent": "Your code is {1}"},
		{"TemplateId": 330, "International": 3, "StatusCode": 0, "ReviewReply": "", "TemplateName": "330",
			"CreateTime": 1735689600, "TemplateContent": "{1}"}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000001"}}`,
		w.ask(DescribeSmsTemplateList, `{"International": 1, "TemplateIdSet": [330, 220, 110]}`))

	for body, want := range map[string][]string{
		`{"International": 0}`:                                 {}, // Limit is 0 by default
		`{"International": 0, "Limit": 2}`:                     {"110 0", "111 0"},
		`{"International": 0, "TemplateIdSet": [114, 220, 1]}`: {"114 1"},
	} {
		var response sms.DescribeSmsTemplateListResponse
		require.NoError(t, response.FromJsonString(w.ask(DescribeSmsTemplateList, body)))
		got := []string{}
		for _, s := range response.Response.DescribeTemplateStatusSet {
			got = append(got, fmt.Sprint(*s.TemplateId, " ", *s.StatusCode))
		}
		assert.Equal(t, want, got, body)
	}
}

func TestATemplateForBothKindsOfNumbers(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) {
		a.Templates = append(a.Templates, Template{ID: "330", Text: "{1}", Everywhere: true, Approved: true})
	})
	assert.Equal(t, "Ok", w.sendOne(message(template("330", "123456"))))
	assert.Equal(t, "Ok", w.sendOne(message(abroad("+85251234567"), template("330", "123456"))))
}

func TestListsRefuse(t *testing.T) {
	ids := "[1"
	for range maxList {
		ids += ",1"
	}
	for name, test := range map[string]struct {
		action, body, want string
		change             func(*Account)
	}{
		"no kind":                   {DescribeSmsSignList, `{}`, "MissingParameter: The request is missing a required parameter `International`.", nil},
		"a kind there isn't":        {DescribeSmsSignList, `{"International": 2}`, "InvalidParameterValue.InvalidInternational: International must be 0 or 1", nil},
		"a kind in quotes":          {DescribeSmsSignList, `{"International": "0"}`, "InvalidParameter: The value type of parameter `International` is not valid.", nil},
		"a negative offset":         {DescribeSmsSignList, `{"International": 0, "Offset": -1}`, "InvalidParameter: The value type of parameter `Offset` is not valid.", nil},
		"an id in quotes":           {DescribeSmsTemplateList, `{"International": 0, "TemplateIdSet": ["1"]}`, "InvalidParameter: The value type of parameter `TemplateIdSet.0` is not valid.", nil},
		"ids of the other list":     {DescribeSmsTemplateList, `{"International": 0, "SignIdSet": [1]}`, "UnknownParameter: The parameter `SignIdSet` is not recognized.", nil},
		"more than a hundred":       {DescribeSmsTemplateList, `{"International": 0, "Limit": 101}`, "InvalidParameterValue.LimitVerifyFail: Limit must be 1 to 100", nil},
		"more than a hundred ids":   {DescribeSmsTemplateList, `{"International": 0, "TemplateIdSet": ` + ids + `]}`, "InvalidParameterValue.LimitVerifyFail: Limit must be 1 to 100", nil},
		"an individual's signs":     {DescribeSmsSignList, `{"International": 0}`, "FailedOperation.NotEnterpriseCertification: " + messageOf("FailedOperation.NotEnterpriseCertification"), func(a *Account) { a.Individual = true }},
		"an individual's templates": {DescribeSmsTemplateList, `{"International": 0}`, "FailedOperation.NotEnterpriseCertification: " + messageOf("FailedOperation.NotEnterpriseCertification"), func(a *Account) { a.Individual = true }},
		"a sub-account's templates": {DescribeSmsTemplateList, `{"International": 0}`, "FailedOperation.ProhibitSubAccountUse: " + messageOf("FailedOperation.ProhibitSubAccountUse"), func(a *Account) { a.Keys[2].SubAccount = true }},
		"a key that may not": {DescribeSmsSignList, `{"International": 0}`, "UnauthorizedOperation: you are not authorized to perform operation (sms:DescribeSmsSignList)\nresource (*) has no permission\n",
			func(a *Account) { a.Keys[2].Allow = []string{"sms:SendSms", "ssm:*"} }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if test.change != nil {
				w.cloud.Update(test.change)
			}
			assert.Equal(t, test.want, w.ask(test.action, test.body))
		})
	}
}

func TestOperatorsActionsMeetFaults(t *testing.T) {
	w := newWorld(t)
	refusal := Fault{Kind: Refuse, Code: "RequestLimitExceeded"}
	for _, test := range []struct{ service, version, action, body string }{
		{SMS, smsVersion, DescribeSmsSignList, `{"International": 0}`},
		{SMS, smsVersion, DescribeSmsTemplateList, `{"International": 0}`},
		{SMS, smsVersion, PullSmsSendStatusByPhoneNumber, `{"BeginTime": 1, "Offset": 0, "Limit": 1, "PhoneNumber": "", "SmsSdkAppId": ""}`},
		{SSM, ssmVersion, DescribeSecret, `{"SecretName": "sms-key"}`},
	} {
		w.cloud.Script(test.action, refusal)
		got := w.asRoot().raw(test.service, test.version, test.action, test.body)
		assert.Equal(t, "RequestLimitExceeded: "+messageOf("RequestLimitExceeded"), got, test.action)

		got = w.raw(test.service, "2000-01-01", test.action, test.body)
		assert.Equal(t, "NoSuchVersion: The requested version does not exist.", got, test.action)
	}
}
