package cloudsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// The actions the cloud knows.
const (
	SendSms                        = "SendSms"
	DescribeSmsSignList            = "DescribeSmsSignList"
	DescribeSmsTemplateList        = "DescribeSmsTemplateList"
	PullSmsSendStatusByPhoneNumber = "PullSmsSendStatusByPhoneNumber"
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
func (c *Cloud) process(q *call, fault Fault) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()

	response, code, err := c.answerLocked(q, fault)
	if err != nil {
		code = err.Code
		response = struct {
			Error     *apiError
			RequestId string
		}{err, q.id()}
	}
	c.decideLocked(q, code)
	return encode(struct{ Response any }{response})
}

// answerLocked returns the response of a success with the code of its first refused item, or an
// outer error.
func (c *Cloud) answerLocked(q *call, fault Fault) (response any, code string, err *apiError) {
	if fault.Kind == Error {
		return nil, "", fault.apiError()
	}
	key, err := c.gatewayLocked(q)
	if err != nil {
		return nil, "", err
	}
	switch q.action {
	case DescribeSmsSignList:
		response, err = c.signsLocked(q, fault)
	case DescribeSmsTemplateList:
		response, err = c.templatesLocked(q, key, fault)
	case PullSmsSendStatusByPhoneNumber:
		response, err = c.reportsLocked(q, fault)
	case GetSecretValue:
		response, err = c.secretLocked(q, fault)
	case DescribeSecret:
		response, err = c.describeSecretLocked(q, fault)
	default:
		return c.sendLocked(q, key, fault)
	}
	return response, "", err
}

// serviceWith returns the service and the version of an action.
func serviceWith(action string) (service, version string) {
	switch action {
	case SendSms, DescribeSmsSignList, DescribeSmsTemplateList, PullSmsSendStatusByPhoneNumber:
		return SMS, smsVersion
	case GetSecretValue, DescribeSecret:
		return SSM, ssmVersion
	}
	return "", ""
}

// gatewayLocked checks what every action has in common. It changes nothing.
func (c *Cloud) gatewayLocked(q *call) (Key, *apiError) {
	if len(q.body) > maxBody {
		return Key{}, refuse("RequestSizeLimitExceeded")
	}
	if q.http.Method != http.MethodPost {
		return Key{}, refuse("UnsupportedProtocol")
	}
	key, service, err := c.authenticateLocked(q)
	if err != nil {
		return Key{}, err
	}

	header := q.http.Header
	if q.action == "" {
		return Key{}, missing("Action")
	}
	wantService, wantVersion := serviceWith(q.action)
	if service != wantService {
		return Key{}, refuse("InvalidAction")
	}
	if header.Get("X-TC-Version") == "" {
		return Key{}, missing("Version")
	}
	if header.Get("X-TC-Version") != wantVersion {
		return Key{}, refuse("NoSuchVersion")
	}
	mediaType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	if strings.TrimSpace(mediaType) != "application/json" {
		return Key{}, refuse("InvalidRequest")
	}
	region := header.Get("X-TC-Region")
	if region == "" {
		return Key{}, missing("Region")
	}
	if !c.account.serves(service, region) {
		return Key{}, refuse("UnsupportedRegion")
	}
	if operation := service + ":" + q.action; !key.may(service, operation) {
		return Key{}, &apiError{"UnauthorizedOperation",
			"you are not authorized to perform operation (" + operation + ")\n" +
				"resource (*) has no permission\n"}
	}
	return key, nil
}

func (k *Key) may(service, operation string) bool {
	for _, allowed := range k.Allow {
		if allowed == "*" || allowed == service+":*" || allowed == operation {
			return true
		}
	}
	return false
}

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
