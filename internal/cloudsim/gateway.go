package cloudsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
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
	case region == "" && !global(service):
		return a, missing("Region")
	case region != "" && !serves(service, region):
		return a, refuse("UnsupportedRegion")
	}
	if resource, ok := c.mayLocked(q, key, operation); !ok {
		return a, &apiError{unauthorized(operation),
			"you are not authorized to perform operation (" + operation + ")\n" +
				"resource (" + resource + ") has no permission\n"}
	}
	if slices.Contains(c.account.Closed, service) && !slices.Contains(anytime, q.action) {
		return a, refuse(closed(service))
	}
	q.key = key
	q.params, err = parseParams(q.body, a.fields)
	return a, err
}

// anytime are the actions of services that nobody has opened yet.
var anytime = []string{GetServiceStatus, GetClsService, OpenClsService}

// closed is the code of a service that nobody has opened yet.
func closed(service string) string {
	switch service {
	case SCF:
		return "FailedOperation.UnOpenedService"
	case CLS:
		return "OperationDenied.AccountNotExists"
	}
	return "ResourceUnavailable.NotPurchased"
}

// global reports whether a service is the same in all regions.
func global(service string) bool { return service == CAM || service == STS }

// serves reports whether the service can be called in the region. SMS has a list of regions. No
// full list is published for the others, so the form decides.
func serves(service, region string) bool {
	if service == SMS {
		return slices.Contains([]string{"ap-beijing", "ap-guangzhou", "ap-nanjing"}, region)
	}
	area, place, ok := strings.Cut(region, "-")
	return ok && len(area) == 2 && place != "" && strings.ToLower(region) == region
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
