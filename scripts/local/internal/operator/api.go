package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"

	"scf-sms/internal/tencent"
)

// Service is one of Tencent's APIs: its name, and the version of it that is spoken here.
type Service struct{ Name, Version string }

// The services.
var (
	STS = Service{"sts", "2018-08-13"}
	CAM = Service{"cam", "2019-01-16"}
	SSM = Service{"ssm", "2019-09-23"}
	SCF = Service{"scf", "2018-04-16"}
	SMS = Service{"sms", "2021-01-11"}
	CLS = Service{"cls", "2020-10-16"}
)

// Failure is a call that did not succeed. It holds no message of Tencent's: those quote requests
// and answers.
type Failure struct {
	tencent.Error
	Operation string // such as "cam:AddUser": also the permission that the call needs
}

// Denied reports whether the key lacks the permission for the call.
func (f *Failure) Denied() bool {
	return f.Is("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation",
		"OperationDenied.ACLFailed")
}

// Is reports whether the failure has a code of one of the families.
func (f *Failure) Is(families ...string) bool {
	return f != nil && slices.ContainsFunc(families, func(family string) bool {
		return tencent.Is(f.Code, family)
	})
}

// Absent reports whether the failure says that something is not there. Tencent has many codes for
// that, which end alike; OperationDenied.RoleNotExist is of a role that SSM itself lacks.
func (f *Failure) Absent() bool {
	return f.Is("ResourceNotFound") || f != nil && strings.HasSuffix(f.Code, "NotExist") &&
		!f.Is("OperationDenied")
}

// InUse reports whether the failure says that a name is taken.
func (f *Failure) InUse() bool {
	return f != nil && (f.Is("ResourceInUse") || strings.HasSuffix(f.Code, "InUse"))
}

// Unclear reports whether nobody knows if the call was done: no whole answer came, or one that says
// neither yes nor no.
func (f *Failure) Unclear() bool {
	return f != nil && !f.NotSent && (f.Code == "" || f.Is("InternalError"))
}

// Cause is the failure without its operation, nil for none.
func (f *Failure) Cause() *tencent.Error {
	if f == nil {
		return nil
	}
	return &f.Error
}

// passing reports whether the same call may succeed in a moment.
func (f *Failure) passing() bool {
	return f.Code == "" || f.Is("InternalError", "RequestLimitExceeded", "ResourceBusy")
}

// attempts is how often a call is made that failed for a passing reason.
const attempts = 4

// uploadTimeout bounds a call that brings the function's code.
const uploadTimeout = 3 * time.Minute

// Call makes one call with the operator's key. params is what the request has, answer points to
// what the Response shall be read into; each may be nil. A call that only looks, or that may be made
// twice, is made again where it failed for a passing reason; any other only where it certainly was
// not done.
func (a *Account) Call(
	ctx context.Context, service Service, action string, params map[string]any, answer any,
) *Failure {
	for n := time.Duration(1); ; n++ {
		f := a.Try(ctx, service, action, params, answer)
		if f == nil || n == attempts || ctx.Err() != nil {
			return f
		}
		undone := f.NotSent || f.Is("RequestLimitExceeded")
		if !undone && !(repeatable(action) && f.passing()) || a.Pause(ctx, n*time.Second) != nil {
			return f
		}
	}
}

// repeatable reports whether an action changes nothing, or the second time nothing more than the
// first. The second is assumed: Tencent doesn't say it.
func repeatable(action string) bool {
	return strings.HasPrefix(action, "Get") || strings.HasPrefix(action, "List") ||
		strings.HasPrefix(action, "Describe") ||
		slices.Contains([]string{"UpdatePolicy", "UpdateAssumeRolePolicy", "AttachUserPolicy",
			"AttachRolePolicy", "UpdateAccessKey", "DeleteAccessKey"}, action)
}

// Try is Call that never makes the call again.
func (a *Account) Try(
	ctx context.Context, service Service, action string, params map[string]any, answer any,
) *Failure {
	failed := func(e tencent.Error) *Failure {
		return &Failure{Error: e, Operation: service.Name + ":" + action}
	}
	endpoint, err := a.endpoint(service)
	if err != nil {
		reason := service.endpoint() + " " + err.Error()
		return failed(tencent.Error{NotSent: true, Reason: reason})
	}
	request := tchttp.NewCommonRequest(service.Name, service.Version, action)
	timeout := callTimeout
	if params["Code"] != nil {
		timeout = uploadTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request.SetContext(ctx)
	if params == nil {
		params = map[string]any{}
	}
	if request.SetActionParameters(params) != nil { // never, for a map
		return failed(tencent.Error{NotSent: true, Reason: "the request can't be written"})
	}
	client := common.NewCommonClient(a.Key, a.region(service), tencent.Profile(endpoint))
	client.WithHttpTransport(a.Clock)
	response := tchttp.NewCommonResponse()
	if e := tencent.Do(func() error { return client.Send(request, response) }); e != nil {
		return failed(*e)
	}
	var body struct{ Response json.RawMessage }
	if json.Unmarshal(response.GetBody(), &body) != nil || len(body.Response) < len("{}") ||
		answer != nil && json.Unmarshal(body.Response, answer) != nil {
		return failed(tencent.Error{Reason: "unreadable answer"})
	}
	return nil
}

// Endpoints are the variables that say where services are reached. The function has those of SSM
// and SMS alone.
func Endpoints() (names []string) {
	for _, service := range []Service{STS, CAM, SSM, SCF, SMS, CLS} {
		names = append(names, service.endpoint())
	}
	return names
}

func (s Service) endpoint() string { return strings.ToUpper(s.Name) + "_ENDPOINT" }

// endpoint is where a service is reached: its …_ENDPOINT, or the public one.
func (a *Account) endpoint(service Service) (tencent.Endpoint, error) {
	var none tencent.Endpoint // of a service that the function doesn't ask
	set := map[Service]tencent.Endpoint{
		SSM: a.Settings.Secret.Endpoint, SMS: a.Settings.SMS.Endpoint,
	}[service]
	if set != none {
		return set, nil
	}
	name := service.endpoint()
	host := strings.TrimSpace(cmp.Or(a.Over[name], a.Env.Get(name)))
	return tencent.ParseEndpoint(cmp.Or(host, service.Name+".tencentcloudapi.com"))
}

// region is where a service is asked. Those that are the same in all regions are asked in the
// function's.
func (a *Account) region(service Service) string {
	switch service {
	case SSM:
		return a.Settings.Secret.Region
	case SMS:
		return a.Settings.SMS.Region
	}
	return cmp.Or(a.Deployed.Region, "ap-guangzhou")
}
