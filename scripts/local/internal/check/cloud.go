package check

import (
	"cmp"
	"fmt"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// Tencent refuses requests that are signed by a clock this far off. One that is a fifth of that off
// is on its way there.
const (
	maxSkew   = 5 * time.Minute
	largeSkew = time.Minute
)

// run is a check of an account. Beside the rows it collects what each call shows of the key, the
// clock and the services.
type run struct {
	*operator.Account
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

// note takes from a call's failure, or nil, what it says of the service and of the key. own is
// whether the request was signed with the operator's key.
func (x *run) note(s *service, failure *tencent.Error, own bool) {
	code := codeOf(failure)
	switch {
	case failure != nil && code == "":
		s.silence = cmp.Or(s.silence, failure.Reason)
	case operator.ClockRejected(code):
		x.wrongClock = true
	case operator.KeyRejected(code):
		if own {
			x.rejection = code
		}
	default:
		if own {
			x.accepted = true
		}
		s.badRegion = tencent.Is(code, "UnsupportedRegion")
		s.answered = !s.badRegion
	}
}

func codeOf(failure *tencent.Error) string {
	if failure == nil {
		return ""
	}
	return failure.Code
}

// notKnown completes the row of a check whose call told nothing about it, for a reason that is told
// elsewhere or lies in the operator's key. action is what that key would have to be allowed.
func (r row) notKnown(action string, failure *tencent.Error) row {
	r.Status = unknown
	code := failure.Code
	is := func(name string) bool { return tencent.Is(code, name) }
	switch {
	case code == "":
		r.Detail = "no answer: " + failure.Reason
	case operator.ClockRejected(code):
		r.Detail = "not known: the clock is wrong"
	case operator.KeyRejected(code):
		r.Detail = "not known: your key is not accepted"
	case is("UnsupportedRegion"):
		r.Detail = "not known: the region is wrong"
	case is("FailedOperation.ProhibitSubAccountUse"):
		r.Detail = "can't be checked with the key of a sub-account"
		r.Todo = "look at it in " + operator.Console + ", or check with a key of the main account"
	case is("FailedOperation.NotEnterpriseCertification"):
		r.Detail = "can't be checked in an account without an enterprise's certification"
		r.Todo = "look at it in " + operator.Console
	case is("UnauthorizedOperation.RequestIpNotInWhitelist"):
		r.Detail = "can't be checked from here: this address is not in the list of those allowed"
		r.Todo = "add it, or look at " + operator.Console
	case is("UnauthorizedOperation"), is("AuthFailure.UnauthorizedOperation"):
		r.Detail = "can't be checked: your key may not " + action
		r.Todo = "allow it " + action
	case is("RequestLimitExceeded"), is("InternalError"):
		r.Detail = "not known: " + code
		r.Todo = "check again in a moment"
	default:
		r.Detail = "not known: " + code
	}
	return r
}

// cloudRows says how the calls went.
func (x *run) cloudRows() []row {
	secret, sms := &x.Settings.Secret, &x.Settings.SMS
	return []row{
		x.keyRow(),
		x.clockRow(),
		x.serviceRow("SSM", "SECRET_REGION", secret.Region, secret.Endpoint, x.ssm),
		x.serviceRow("SMS", "SMS_REGION", sms.Region, sms.Endpoint, x.sms),
	}
}

func (x *run) keyRow() row {
	k := row{group: groupCloud, Check: "your key"}
	switch {
	case x.Key == nil:
		k.Status, k.Detail = failed, x.KeyError.Error()
		k.Todo = "set them in " + x.Env.Path + " or the environment: " +
			"without a key nothing below can be checked"
	case x.rejection != "":
		k.Status, k.Detail = failed, "not accepted: "+x.rejection
		k.Todo = rejectionTodo(x.rejection)
	case x.accepted:
		k.Status, k.Detail = passed, "accepted"
	default:
		k.Status, k.Detail = unknown, "not known: no answer that tells"
	}
	return k
}

// rejectionTodo says what to do about a key that is not accepted.
func rejectionTodo(code string) string {
	is := func(name string) bool { return tencent.Is(code, name) }
	switch {
	case is("AuthFailure.SecretIdNotFound"), is("AuthFailure.InvalidSecretId"):
		return "look at https://console.cloud.tencent.com/cam/capi: the key may be disabled or " +
			"deleted; a temporary one needs TENCENT_TOKEN"
	case is("AuthFailure.SignatureFailure"):
		return "TENCENT_SECRET_KEY doesn't belong to TENCENT_SECRET_ID: copy both again"
	case is("AuthFailure.TokenFailure"):
		return "TENCENT_TOKEN is wrong or over: get new temporary credentials, " +
			"or leave it out for a permanent key"
	default:
		return "look at the key in https://console.cloud.tencent.com/cam/capi"
	}
}

func (x *run) clockRow() row {
	c := row{group: groupCloud, Check: "clock", Status: failed}
	ahead, known := x.Clock.Skew()
	off := ahead.Abs().Round(time.Second)
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	switch {
	case x.wrongClock && (!known || off < largeSkew):
		c.Detail = "Tencent Cloud refuses the time of the signatures"
	case x.wrongClock || known && off >= maxSkew:
		c.Detail = fmt.Sprintf("%s %s Tencent Cloud's: signatures are refused from 5 minutes on",
			off, direction)
	case known && off >= largeSkew:
		c.Status, c.Detail = unknown, fmt.Sprintf("%s %s Tencent Cloud's", off, direction)
	case known:
		c.Status, c.Detail = passed, "right"
		return c
	default:
		c.Status, c.Detail = unknown, "not known: no answer with a date"
		return c
	}
	c.Todo = "set this machine's clock (NTP); that of the function is Tencent's affair"
	return c
}

func (x *run) serviceRow(
	name, regionName, region string, endpoint tencent.Endpoint, s service,
) row {
	endpointName := name + "_ENDPOINT"
	c := row{group: groupCloud, Check: name, Status: unknown}
	host := endpoint.Host
	if x.Sim != nil {
		host = "simulated"
	}
	switch {
	case s.badRegion:
		c.Status, c.Detail = failed, fmt.Sprintf("there is no %s in %s", name, region)
		c.Todo = "correct " + regionName
	case s.answered:
		c.Status, c.Detail = passed, "answers in "+region+" ("+host+")"
	case s.silence != "":
		c.Status, c.Detail = failed, fmt.Sprintf("%s gives no answer: %s", host, s.silence)
		c.Todo = "check the network of this machine, and " + endpointName
	case host == "":
		c.Detail = "not asked: " + endpointName + " is wrong"
	case x.Key == nil:
		c.Detail = "not asked: no key"
	case x.rejection != "" || x.wrongClock:
		c.Detail = "answers, but not to these signatures"
	default:
		c.Detail = "not asked: a setting is missing"
	}
	return c
}
