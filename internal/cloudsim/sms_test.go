package cloudsim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

func TestSend_accepted(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	response, err := e.send(t.Context(), message())
	require.NoError(t, err)
	assert.Equal(t, `{"Response":{"SendStatusSet":[{`+
		`"SerialNo":"5000:1045710669157053657800000001","PhoneNumber":"+8613800138000","Fee":1,`+
		`"SessionContext":"ctx","Code":"Ok","Message":"send success","IsoCode":""}],`+
		`"RequestId":"a0aabda6-cf91-4f3e-a81f-000000000001"}}`, toJSON(t, response))

	assert.Equal(t, []Message{{
		SerialNo:       "5000:1045710669157053657800000001",
		PhoneNumber:    "+8613800138000",
		SDKAppID:       "1400006666",
		SignName:       "腾讯云",
		TemplateID:     "110",
		Params:         []string{"012345", "10"},
		SessionContext: "ctx",
		Text:           "【腾讯云】012345为您的登录验证码，请于10分钟内填写",
		RequestID:      "a0aabda6-cf91-4f3e-a81f-000000000001",
		KeyID:          "AKIDsender",
		Time:           noon,
		Answered:       true,
	}}, e.cloud.Outbox())
}

func TestSend_refused(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	response, err := e.send(t.Context(), message(template("110", "012345")))
	require.NoError(t, err, "a business refusal is an outer success")
	assert.Equal(t, `{"Response":{"SendStatusSet":[{"SerialNo":"",`+
		`"PhoneNumber":"+8613800138000","Fee":0,"SessionContext":"ctx",`+
		`"Code":"FailedOperation.TemplateParamSetNotMatchApprovedTemplate",`+
		`"Message":"request content does not match the template content","IsoCode":""}],`+
		`"RequestId":"a0aabda6-cf91-4f3e-a81f-000000000001"}}`, toJSON(t, response))
	assert.Empty(t, e.cloud.Outbox())
	assert.Equal(t, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
		e.cloud.Requests()[0].Code)
}

func TestSend(t *testing.T) {
	t.Parallel()
	const (
		us          = "+12025550123"
		badSign     = "FailedOperation.SignatureIncorrectOrUnapproved"
		badTemplate = "FailedOperation.TemplateIncorrectOrUnapproved"
		badCount    = "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
		badCode     = "InvalidParameterValue.TemplateParameterFormatError"
		toGlobal    = "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone"
		toMainland  = "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone"
		tooLong     = "InvalidParameterValue.TemplateParameterLengthLimit"
		noURLs      = "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
		mix         = "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"
	)
	session := func(length int) func(*sms.SendSmsRequest) {
		return func(r *sms.SendSmsRequest) {
			r.SessionContext = common.StringPtr(strings.Repeat("x",
				length))
		}
	}
	extended := func(r *sms.SendSmsRequest) { r.ExtendCode = common.StringPtr("01") }
	tests := []struct {
		name    string
		message *sms.SendSmsRequest
		want    string
	}{
		{"a code to the mainland", message(), "Ok"},
		{"a code abroad, without a sign", message(abroad(us)), "Ok"},
		{"a code abroad, with a sign", message(abroad(us), signed("Tencent")), "Ok"},
		{"a code to Hong Kong", message(abroad("+85251234567")), "Ok"},
		{"an own sender id abroad", message(abroad(us), from("ACME")), "Ok"},
		{"somebody else's sender id abroad", message(abroad(us), from("OTHER")),
			"FailedOperation.ParametersOtherError"},
		{"any sender id to the mainland", message(from("OTHER")), "Ok"},

		{"an app of nobody", message(app("1400009999")),
			"UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{"a disabled app", message(app("1400007777")), "UnauthorizedOperation.SdkAppIdIsDisabled"},

		{"a template that isn't", message(template("999", "1")), badTemplate},
		{"a template not approved", message(template("114", "1")), badTemplate},
		{"a mainland template abroad", message(to(us)), toGlobal},
		{"a mainland template to Hong Kong", message(to("+85251234567")), toGlobal},
		{"an international template to the mainland", message(template("220", "1")), toMainland},

		{"no sign to the mainland", message(signed("")), badSign},
		{"a sign not approved", message(signed("未审核")), badSign},
		{"a sign that isn't", message(signed("【腾讯云】")), badSign},
		{"an international sign to the mainland", message(signed("Tencent")), mix},
		{"a mainland sign abroad", message(abroad(us), signed("腾讯云")), mix},
		{"a sign abroad that isn't", message(abroad(us), signed("Nobody")), badSign},

		{"too few parameters", message(template("110", "1")), badCount},
		{"too many parameters", message(template("110", "1", "2", "3")), badCount},
		{"no parameters", message(template("110")), badCount},
		{"a code of six digits", message(template("110", "000000", "1")), "Ok"},
		{"a code of no digits", message(template("110", "", "1")), "Ok"},
		{"a code of seven digits", message(template("110", "1234567", "1")), badCode},
		{"a code with letters", message(template("110", "abc123", "1")), badCode},

		{"a notification without parameters", message(template("111")), "Ok"},
		{"a notification with six characters", message(template("112", "六个字符没错")), "Ok"},
		{"a notification with seven characters", message(template("112", "七个字符就错了")), tooLong},
		{"a notification with a URL", message(template("112", "https://a.b")), noURLs},
		{"a notification with a domain", message(template("112", "A.COM")), noURLs},
		{"more than 500 characters", message(template("115")),
			"InvalidParameterValue.ContentLengthLimit"},

		{"no number", message(to()), "MissingParameter.EmptyPhoneNumberSet"},
		{"201 numbers", message(to(strings.Split(strings.Repeat("+1 ", 200), " ")...)),
			"LimitExceeded.PhoneNumberCountLimit"},
		{"one number twice", message(to("+8613800138000", "+8613800138000")),
			"InvalidParameter.InvalidParameters"},
		{"one number in two forms", message(to("+8613800138000", "13800138000")),
			"InvalidParameter.InvalidParameters"},
		{"a session context of 511 bytes", message(session(511)), "Ok"},
		{"a session context of 512 bytes", message(session(512)),
			"InvalidParameter.InvalidParameters"},
		{"an extended sender number, which is not open", message(extended), "Ok"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			assert.Equal(t, tt.want, e.sendOne(tt.message))
			want := 0
			if tt.want == "Ok" {
				want = 1
			}
			assert.Len(t, e.cloud.Outbox(), want)
		})
	}
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number, want string
		ok           bool
	}{
		{"+8613800138000", "+8613800138000", true},
		{"008613800138000", "+8613800138000", true},
		{"8613800138000", "+8613800138000", true},
		{"13800138000", "+8613800138000", true},
		{"14155550123", "+8614155550123", true},  // meant for +1 415: reaches a stranger in China
		{"12025550123", "+8612025550123", false}, // meant for +1 202: no such number in China
		{"+12025550123", "+12025550123", true},
		{"+85251234567", "+85251234567", true},
		{"85251234567", "+8685251234567", false}, // eleven digits again
		{"0012025550123", "0012025550123", false},
		{"447700900123", "447700900123", false},
		{"+86138001380000", "+86138001380000", false},
		{"+8612800138000", "+8612800138000", false},
		{"+1202", "+1202", false},
		{"+0123456789", "+0123456789", false},
		{"+1234567890123456", "+1234567890123456", false},
		{"+1 2025550123", "+1 2025550123", false},
		{"+1２０２５５５０１２３", "+1２０２５５５０１２３", false},
		{"138001380x0", "138001380x0", false},
		{"+", "+", false},
		{"", "", false},
	}
	for _, tt := range tests {
		got, ok := parseNumber(tt.number)
		assert.Equal(t, tt.want, got, tt.number)
		assert.Equal(t, tt.ok, ok, tt.number)
	}
}

func TestSend_bareAmericanNumberReachesChina(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	assert.Equal(t, "Ok", e.sendOne(message(to("14155550123"))))
	assert.Equal(t, "+8614155550123", e.cloud.Outbox()[0].PhoneNumber)
	assert.Equal(t, "InvalidParameterValue.IncorrectPhoneNumber",
		e.sendOne(message(to("12025550123"))))
}

func TestSend_severalNumbers(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	response, err := e.send(t.Context(), message(to("13800138000", "x", "+8613800138001")))
	require.NoError(t, err)
	var codes []string
	for _, status := range response.Response.SendStatusSet {
		codes = append(codes, *status.PhoneNumber+" "+*status.Code)
	}
	assert.Equal(t, []string{"+8613800138000 Ok", "x InvalidParameterValue.IncorrectPhoneNumber",
		"+8613800138001 Ok"}, codes)
	assert.Len(t, e.cloud.Outbox(), 2)
	assert.Equal(t, "InvalidParameterValue.IncorrectPhoneNumber", e.cloud.Requests()[0].Code)
}

func TestSend_mixedDestinations(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	response, err := e.send(t.Context(), message(to("+8613800138000", "+12025550123")))
	require.NoError(t, err)
	for _, status := range response.Response.SendStatusSet {
		assert.Equal(t, "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
			*status.Code)
	}
}

func TestSend_malformed(t *testing.T) {
	t.Parallel()
	with := func(field, value string) string {
		fields := map[string]string{"PhoneNumberSet": `["+8613800138000"]`,
			"SmsSdkAppId": `"1400006666"`, "TemplateId": `"111"`, "SignName": `"腾讯云"`}
		fields[field] = value
		var parts []string
		for name, value := range fields {
			if value != "" {
				parts = append(parts, fmt.Sprintf("%q:%s", name, value))
			}
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	wrongType := func(name string) string {
		return "InvalidParameter: The value type of parameter `" + name + "` is not valid."
	}
	const missing = "MissingParameter: The request is missing a required parameter `TemplateId`."
	tests := []struct {
		name       string
		body, want string
	}{
		{"a template id that is a number", with("TemplateId", "111"), wrongType("TemplateId")},
		{"an app id that is a number", with("SmsSdkAppId", "1400006666"), wrongType("SmsSdkAppId")},
		{"one number that is no list", with("PhoneNumberSet", `"+8613800138000"`),
			wrongType("PhoneNumberSet")},
		{"a number in the list of numbers", with("PhoneNumberSet", `[8613800138000]`),
			wrongType("PhoneNumberSet.0")},
		{"a null among the parameters", with("TemplateParamSet", `["1",null]`),
			wrongType("TemplateParamSet.1")},
		{"a session context that is a map", with("SessionContext", `{}`),
			wrongType("SessionContext")},
		{"no template id", with("TemplateId", ""), missing},
		{"a template id that is null", with("TemplateId", "null"), missing},
		{"a parameter of the older version", with("TemplateID", `"111"`),
			"UnknownParameter: The parameter `TemplateID` is not recognized."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			assert.Equal(t, tt.want, e.raw("sms", "2021-01-11", "SendSms", tt.body))
			assert.Empty(t, e.cloud.Outbox())
		})
	}
}

func TestParseParams_bodyIsNoObject(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `[]`, `{"a":1}{}`, `{`} {
		_, err := parseParams([]byte(body), nil)
		assert.Equal(t, &apiError{"InvalidParameter",
			"The request body is not a valid JSON object."}, err, body)
	}
}

func TestSend_region(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, region, want string
	}{
		{"Guangzhou", "ap-guangzhou", "Ok"},
		{"Beijing", "ap-beijing", "Ok"},
		{"Nanjing", "ap-nanjing", "Ok"},
		{"Singapore", "ap-singapore", "UnsupportedRegion"},
		{"none", "", "MissingParameter"},
		{"spelled by its customer", "Guangzhou", "UnsupportedRegion"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			e.region = tt.region
			assert.Equal(t, tt.want, e.sendOne(message()))
		})
	}
}

func TestFill(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "{2} and b", fill("{1} and {2}", []string{"{2}", "b"}))
	assert.Equal(t, 2, variables("{2} before {1}"))
	assert.Equal(t, 0, variables("{a} {0} {2}"))
}

func TestSegments(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want int
	}{
		"70 characters":        {strings.Repeat("长", 70), 1},
		"71 characters":        {strings.Repeat("长", 71), 2},
		"134 characters":       {strings.Repeat("长", 134), 2},
		"135 characters":       {strings.Repeat("长", 135), 3},
		"160 ASCII characters": {strings.Repeat("a", 160), 1},
		"161 ASCII characters": {strings.Repeat("a", 161), 2},
	}
	for name, tt := range tests {
		assert.Equal(t, tt.want, segments(tt.text), name)
	}
}
