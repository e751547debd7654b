package cloudsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// The actions the cloud knows.
const (
	SendSms                        = "SendSms"
	DescribeSmsSignList            = "DescribeSmsSignList"
	DescribeSmsTemplateList        = "DescribeSmsTemplateList"
	PullSmsSendStatusByPhoneNumber = "PullSmsSendStatusByPhoneNumber"
	SmsPackagesStatistics          = "SmsPackagesStatistics"
	GetSecretValue                 = "GetSecretValue"
	DescribeSecret                 = "DescribeSecret"
)

// The versions of the two APIs.
const (
	smsVersion = "2021-01-11"
	ssmVersion = "2019-09-23"
)

// maxBody is the largest request the gateway takes if it is signed with TC3.
const maxBody = 10 << 20

// apiAction is what the gateway knows of an action, and what answers it.
type apiAction struct {
	service, version string
	fields           []field
	answerLocked     func(*Cloud, *call) (response any, err *apiError)
}

var actions = map[string]apiAction{
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
	GetSecretValue: {SSM, ssmVersion, []field{
		{name: "SecretName", required: true},
		{name: "VersionId", required: true},
		{name: "EncryptionPublicKey"},
		{name: "EncryptionAlgorithm"},
	}, (*Cloud).secretLocked},
	DescribeSecret: {SSM, ssmVersion, []field{
		{name: "SecretName", required: true},
	}, (*Cloud).describeSecretLocked},
}

// apiError is an outer error: Response.Error.
type apiError struct {
	Code    string
	Message string
}

func refuse(code string) *apiError { return &apiError{code, messageOf(code)} }

func missing(parameter string) *apiError {
	return &apiError{"MissingParameter",
		"The request is missing a required parameter `" + parameter + "`."}
}

// process does what the request asks for and returns the JSON of the answer.
func (c *Cloud) process(q *call) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	response, err := c.answerLocked(q)
	if err != nil {
		q.record.Code = err.Code
		response = map[string]any{"Error": err, "RequestId": q.id()}
	}
	c.decideLocked(q)
	return encode(map[string]any{"Response": response})
}

// answerLocked returns the response of a success, or an outer error.
func (c *Cloud) answerLocked(q *call) (response any, err *apiError) {
	if q.fault.Kind == Error {
		return nil, q.fault.apiError()
	}
	a, err := c.gatewayLocked(q)
	if err != nil {
		return nil, err
	}
	if c.overRateLocked(q) {
		return nil, refuse("RequestLimitExceeded")
	}
	if q.fault.Kind == Refuse && q.action != SendSms { // which refuses its numbers
		return nil, q.fault.apiError()
	}
	return a.answerLocked(c, q)
}

// gatewayLocked checks what every action has in common, and sets the request's key and parameters.
func (c *Cloud) gatewayLocked(q *call) (a apiAction, err *apiError) {
	if len(q.body) > maxBody {
		return a, refuse("RequestSizeLimitExceeded")
	}
	if q.http.Method != http.MethodPost {
		return a, refuse("UnsupportedProtocol")
	}
	key, service, err := c.authenticateLocked(q)
	if err != nil {
		return a, err
	}

	a = actions[q.action]
	header := q.http.Header
	mediaType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	region := header.Get("X-TC-Region")
	operation := service + ":" + q.action
	switch {
	case q.action == "":
		return a, missing("Action")
	case service != a.service:
		return a, refuse("InvalidAction")
	case header.Get("X-TC-Version") == "":
		return a, missing("Version")
	case header.Get("X-TC-Version") != a.version:
		return a, refuse("NoSuchVersion")
	case !strings.EqualFold(strings.TrimSpace(mediaType), "application/json"):
		return a, refuse("InvalidRequest")
	case region == "":
		return a, missing("Region")
	case !serves(service, region):
		return a, refuse("UnsupportedRegion")
	case !slices.ContainsFunc([]string{"*", service + ":*", operation}, key.allows):
		return a, &apiError{"UnauthorizedOperation",
			"you are not authorized to perform operation (" + operation + ")\n" +
				"resource (*) has no permission\n"}
	}
	q.key = key
	q.params, err = parseParams(q.body, a.fields)
	return a, err
}

// serves reports whether the service can be called in the region. SMS has a list of regions. No
// full list is published for SSM, so the form decides.
func serves(service, region string) bool {
	if service == SMS {
		return slices.Contains([]string{"ap-beijing", "ap-guangzhou", "ap-nanjing"}, region)
	}
	area, place, ok := strings.Cut(region, "-")
	return ok && len(area) == 2 && place != "" && strings.ToLower(region) == region
}

func (k *Key) allows(operation string) bool { return slices.Contains(k.Allow, operation) }

// encode writes JSON as it is, without Go's escapes for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("cloudsim: internal error: " + err.Error()) // only our own types come here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
