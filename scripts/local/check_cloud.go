package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"scf-sms/internal/tencent"
)

// console is where an operator looks at SMS by hand.
const console = "https://console.cloud.tencent.com/smsv2"

// Tencent refuses requests that are signed by a clock this far off, and one that is a fifth of that off is on its way there.
const (
	maxSkew   = 5 * time.Minute
	largeSkew = time.Minute
)

// examination is an account and what the calls showed besides what was asked.
type examination struct {
	*account
	ssm, sms   service
	accepted   bool   // the operator's key was
	rejection  string // the code with which it was not
	wrongClock bool   // a request was signed too early or too late
}

// service is what the calls to one of the two services showed.
type service struct {
	answered  bool   // the request got as far as the service
	badRegion bool   // the region is none of its
	silence   string // why there was no answer
}

// note takes from what came of a call what it says of the service and, if it was signed with the operator's key, of that.
func (x *examination) note(s *service, failure *tencent.Error, own bool) {
	code := ""
	if failure != nil {
		code = failure.Code
	}
	switch {
	case failure != nil && code == "":
		s.silence = cmp.Or(s.silence, failure.Reason)
	case is(code, "AuthFailure.SignatureExpire"), is(code, "InternalError.RequestTimeException"):
		x.wrongClock = true
	case keyRejected(code):
		if own {
			x.rejection = code
		}
	default:
		if own {
			x.accepted = true
		}
		s.badRegion = is(code, "UnsupportedRegion")
		s.answered = !s.badRegion
	}
}

// keyRejected reports whether a code says that a key is not accepted. One without a permission is.
func keyRejected(code string) bool {
	return is(code, "AuthFailure") && !is(code, "AuthFailure.UnauthorizedOperation")
}

// is reports whether a code is the one named, or of its family.
func is(code, name string) bool {
	code, name = strings.ToLower(code), strings.ToLower(name)
	return code == name || strings.HasPrefix(code, name+".")
}

// obstacle is the row of a check that its call told nothing about, for a reason that is told elsewhere or lies in the
// operator's key.
func obstacle(group, check, action string, failure *tencent.Error) row {
	r := row{group: group, Check: check, Status: unknown}
	code := failure.Code
	switch {
	case code == "":
		r.Detail = "no answer: " + failure.Reason
	case is(code, "AuthFailure.SignatureExpire"), is(code, "InternalError.RequestTimeException"):
		r.Detail = "not known: the clock is wrong"
	case keyRejected(code):
		r.Detail = "not known: your key is not accepted"
	case is(code, "UnsupportedRegion"):
		r.Detail = "not known: the region is wrong"
	case is(code, "FailedOperation.ProhibitSubAccountUse"):
		r.Detail = "can't be checked with the key of a sub-account"
		r.Todo = "look at it in " + console + ", or check with a key of the main account"
	case is(code, "FailedOperation.NotEnterpriseCertification"):
		r.Detail = "can't be checked in an account without an enterprise's certification"
		r.Todo = "look at it in " + console
	case is(code, "UnauthorizedOperation.RequestIpNotInWhitelist"):
		r.Detail = "can't be checked from here: this address is not in the list of those allowed"
		r.Todo = "add it, or look at " + console
	case is(code, "UnauthorizedOperation"), is(code, "AuthFailure.UnauthorizedOperation"):
		r.Detail = "can't be checked: your key may not " + action
		r.Todo = "allow it " + action
	case is(code, "RequestLimitExceeded"), is(code, "InternalError"):
		r.Detail = "not known: " + code
		r.Todo = "check again in a moment"
	default:
		r.Detail = "not known: " + code
	}
	return r
}

// examineCloud says how the calls went.
func (x *examination) examineCloud() []row {
	return []row{
		x.keyRow(),
		x.clockRow(),
		x.serviceRow("SSM", "SECRET_REGION", x.settings.SecretRegion, "SSM_ENDPOINT", x.settings.SSMEndpoint, x.ssm),
		x.serviceRow("SMS", "SMS_REGION", x.settings.SMSRegion, "SMS_ENDPOINT", x.settings.SMSEndpoint, x.sms),
	}
}

func (x *examination) keyRow() row {
	r := row{group: groupCloud, Check: "your key"}
	switch {
	case x.key == nil:
		r.Status, r.Detail = failed, x.keyError.Error()
		r.Todo = "set them in " + x.env.path + " or the environment: without a key nothing below can be checked"
	case x.rejection != "":
		r.Status, r.Detail, r.Todo = failed, "not accepted: "+x.rejection, rejectionTodo(x.rejection)
	case x.accepted:
		r.Status, r.Detail = passed, "accepted"
	default:
		r.Status, r.Detail = unknown, "not known: no answer that tells"
	}
	return r
}

// rejectionTodo says what to do about a key that is not accepted.
func rejectionTodo(code string) string {
	switch {
	case is(code, "AuthFailure.SecretIdNotFound"), is(code, "AuthFailure.InvalidSecretId"):
		return "look at https://console.cloud.tencent.com/cam/capi: the key may be disabled or deleted; a temporary one needs TENCENT_TOKEN"
	case is(code, "AuthFailure.SignatureFailure"):
		return "TENCENT_SECRET_KEY doesn't belong to TENCENT_SECRET_ID: copy both again"
	case is(code, "AuthFailure.TokenFailure"):
		return "TENCENT_TOKEN is wrong or over: get new temporary credentials, or leave it out for a permanent key"
	default:
		return "look at the key in https://console.cloud.tencent.com/cam/capi"
	}
}

func (x *examination) clockRow() row {
	r := row{group: groupCloud, Check: "clock"}
	ahead, known := x.date.skew()
	off := ahead.Abs().Round(time.Second)
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	switch {
	case x.wrongClock && (!known || off < largeSkew):
		r.Status, r.Detail = failed, "Tencent Cloud refuses the time of the signatures"
	case x.wrongClock || known && off >= maxSkew:
		r.Status, r.Detail = failed, fmt.Sprintf("%s %s Tencent Cloud's: signatures are refused from 5 minutes on", off, direction)
	case known && off >= largeSkew:
		r.Status, r.Detail = unknown, fmt.Sprintf("%s %s Tencent Cloud's", off, direction)
	case known:
		r.Status, r.Detail = passed, "right"
		return r
	default:
		r.Status, r.Detail = unknown, "not known: no answer with a date"
		return r
	}
	r.Todo = "set this machine's clock (NTP); that of the function is Tencent's affair"
	return r
}

func (x *examination) serviceRow(name, regionName, region, endpointName string, endpoint tencent.Endpoint, s service) row {
	r := row{group: groupCloud, Check: name, Status: unknown}
	host := endpoint.Host
	if x.sim != nil {
		host = "simulated"
	}
	switch {
	case s.badRegion:
		r.Status, r.Detail = failed, fmt.Sprintf("there is no %s in %s", name, region)
		r.Todo = "correct " + regionName
	case s.answered:
		r.Status, r.Detail = passed, "answers in "+region+" ("+host+")"
	case s.silence != "":
		r.Status, r.Detail = failed, fmt.Sprintf("%s gives no answer: %s", host, s.silence)
		r.Todo = "check the network of this machine, and " + endpointName
	case host == "":
		r.Detail = "not asked: " + endpointName + " is wrong"
	case x.key == nil:
		r.Detail = "not asked: no key"
	case x.rejection != "" || x.wrongClock:
		r.Detail = "answers, but not to these signatures"
	default:
		r.Detail = "not asked: a setting is missing"
	}
	return r
}

// usable reports whether the settings that a call needs are there.
func usable(endpoint tencent.Endpoint, values ...string) bool {
	if endpoint == (tencent.Endpoint{}) {
		return false
	}
	for _, value := range values {
		if value == "" {
			return false
		}
	}
	return true
}
