package cloudsim

import "maps"

// The actions of SMS and SSM. Those of the other services stand beside what answers them.
const (
	SendSms                        = "SendSms"
	DescribeSmsSignList            = "DescribeSmsSignList"
	DescribeSmsTemplateList        = "DescribeSmsTemplateList"
	PullSmsSendStatusByPhoneNumber = "PullSmsSendStatusByPhoneNumber"
	SmsPackagesStatistics          = "SmsPackagesStatistics"
	GetSecretValue                 = "GetSecretValue"
	DescribeSecret                 = "DescribeSecret"
	GetServiceStatus               = "GetServiceStatus"
	CreateSecret                   = "CreateSecret"
	UpdateSecret                   = "UpdateSecret"
)

// The versions of the APIs.
const (
	smsVersion = "2021-01-11"
	ssmVersion = "2019-09-23"
	stsVersion = "2018-08-13"
	camVersion = "2019-01-16"
	scfVersion = "2018-04-16"
	clsVersion = "2020-10-16"
)

// apiAction is what the gateway knows of an action, and what answers it.
type apiAction struct {
	service, version string
	fields           []field
	answerLocked     func(*Cloud, *call) (response any, err *apiError)
}

// actions are all that the cloud knows. No two services have one of the same name.
var actions = merge(messageActions, secretActions, identityActions, functionActions, logActions)

func merge(services ...map[string]apiAction) map[string]apiAction {
	all := map[string]apiAction{}
	for _, service := range services {
		maps.Copy(all, service)
	}
	return all
}

// text, number, boolean, integer and object are fields in short.
func text(name string) field                    { return field{name: name} }
func number(name string) field                  { return field{name: name, number: true} }
func boolean(name string) field                 { return field{name: name, boolean: true} }
func integer(name string) field                 { return field{name: name, signed: true} }
func (f field) must() field                     { f.required = true; return f }
func (f field) many() field                     { f.list = true; return f }
func object(name string, fields ...field) field { return field{name: name, object: fields} }

var messageActions = map[string]apiAction{
	SendSms: {SMS, smsVersion, []field{
		{name: "PhoneNumberSet", list: true, required: true},
		{name: "SmsSdkAppId", required: true},
		{name: "TemplateId", required: true},
		{name: "SignName"},
		{name: "TemplateParamSet", list: true},
		{name: "ExtendCode"},
		{name: "SessionContext"},
		{name: "SenderId"},
	}, (*Cloud).sendLocked},
	DescribeSmsSignList: {SMS, smsVersion, listFields("SignIdSet"), (*Cloud).signsLocked},
	DescribeSmsTemplateList: {
		SMS, smsVersion, listFields("TemplateIdSet"), (*Cloud).templatesLocked,
	},
	PullSmsSendStatusByPhoneNumber: {SMS, smsVersion, []field{
		{name: "BeginTime", number: true, required: true},
		{name: "Offset", number: true, required: true},
		{name: "Limit", number: true, required: true},
		{name: "PhoneNumber", required: true},
		{name: "SmsSdkAppId", required: true},
		{name: "EndTime", number: true},
	}, (*Cloud).reportsLocked},
	SmsPackagesStatistics: {SMS, smsVersion, []field{
		{name: "SmsSdkAppId", required: true},
		{name: "Limit", number: true, required: true},
		{name: "Offset", number: true, required: true},
		{name: "BeginTime", required: true},
		{name: "EndTime", required: true},
	}, (*Cloud).packagesLocked},
}

var secretActions = map[string]apiAction{
	GetSecretValue: {SSM, ssmVersion, []field{
		{name: "SecretName", required: true},
		{name: "VersionId", required: true},
		{name: "EncryptionPublicKey"},
		{name: "EncryptionAlgorithm"},
	}, (*Cloud).secretLocked},
	DescribeSecret: {SSM, ssmVersion, []field{
		{name: "SecretName", required: true},
	}, (*Cloud).describeSecretLocked},
	GetServiceStatus: {SSM, ssmVersion, nil, (*Cloud).serviceStatusLocked},
	CreateSecret: {SSM, ssmVersion, []field{
		text("SecretName").must(), text("VersionId"), text("Description"), text("KmsKeyId"),
		number("SecretType"), text("SecretString"), text("SecretBinary"),
		text("AdditionalConfig"), object("Tags", text("TagKey"), text("TagValue")).many(),
		number("EncryptType"),
	}, (*Cloud).createSecretLocked},
	UpdateSecret: {SSM, ssmVersion, []field{
		text("SecretName").must(), text("VersionId").must(), text("SecretString"),
		text("SecretBinary"),
	}, (*Cloud).updateSecretLocked},
}
