package check

import (
	"context"
	"fmt"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/secrets"
)

// From maxSkew on Tencent refuses the signatures of a clock. From largeSkew on check warns.
const (
	maxSkew   = 5 * time.Minute
	largeSkew = time.Minute
)

// run is a check of an account.
type run struct {
	*operator.Account
	report   // what the calls brought
	ssm, sms service
	held     *secrets.Secret // nil: it could not be read
	noApp    bool            // something is wrong with the application
}

// service is one of the two services, and what the calls to it showed.
type service struct {
	name, regionName, region string
	endpoint                 tencent.Endpoint

	answered bool
	lost     *tencent.Error // why there is no use in asking it more
}

func newRun(a *operator.Account) *run {
	secret, sms := &a.Settings.Secret, &a.Settings.SMS
	return &run{
		Account: a,
		ssm: service{name: "SSM", regionName: "SECRET_REGION", region: secret.Region,
			endpoint: secret.Endpoint},
		sms: service{name: "SMS", regionName: "SMS_REGION", region: sms.Region,
			endpoint: sms.Endpoint},
	}
}

// look runs the checks of a service until there is no use in asking it more. The check that found
// that out adds no row: the row of the service, the key or the clock says why.
func (x *run) look(ctx context.Context, s *service, looks ...func(context.Context)) {
	for _, look := range looks {
		before := len(x.report)
		if look(ctx); s.lost != nil {
			x.report = x.report[:before]
			return
		}
	}
}

// note records what a call showed of the service: that it answered, or why to ask it no more.
// failure is nil if the call succeeded.
func (s *service) note(failure *tencent.Error) {
	code := codeOf(failure)
	switch {
	case failure != nil && code == "":
		if !s.answered {
			s.lost = failure
		}
	case operator.ClockRejected(code), operator.KeyRejected(code), regionRejected(code):
		s.lost = failure
	default:
		s.answered = true
	}
}

func regionRejected(code string) bool { return tencent.Is(code, "UnsupportedRegion") }

func codeOf(failure *tencent.Error) string {
	if failure == nil {
		return ""
	}
	return failure.Code
}

// meaning is what a code of Tencent's, or a family of codes, says of what is checked.
type meaning struct {
	code, detail, todo string
}

// meaningOf returns the first meaning of a failure's code.
func meaningOf(meanings []meaning, failure *tencent.Error) (meaning, bool) {
	for _, m := range meanings {
		if tencent.Is(failure.Code, m.code) {
			return m, true
		}
	}
	return meaning{}, false
}

// refused is the row of a check whose call failed. If the failure is none of those that say that
// the thing itself is wrong, it is in the way of knowing. action is what the operator's key would
// have to be allowed.
func refused(action string, failure *tencent.Error, faults ...meaning) row {
	if m, ok := meaningOf(faults, failure); ok {
		return wrong(m.detail, m.todo)
	}
	forbidden, allow := "can't be checked: your key may not "+action, "allow it "+action
	const again = "check again in a moment"
	code := failure.Code
	m, ok := meaningOf([]meaning{
		{"FailedOperation.ProhibitSubAccountUse", "can't be checked with the key of a sub-account",
			"look at it in " + operator.Console + ", or check with a key of the main account"},
		{"FailedOperation.NotEnterpriseCertification",
			"can't be checked in an account without an enterprise's certification",
			"look at it in " + operator.Console},
		{"UnauthorizedOperation.RequestIpNotInWhitelist",
			"can't be checked from here: this address is not in the list of those allowed",
			"add it, or look at " + operator.Console},
		{"UnauthorizedOperation", forbidden, allow},
		{"AuthFailure.UnauthorizedOperation", forbidden, allow},
		{"RequestLimitExceeded", "not known: " + code, again},
		{"InternalError", "not known: " + code, again},
	}, failure)
	switch {
	case ok:
	case code == "":
		m.detail = "no answer: " + failure.Reason
	default:
		m.detail = "not known: " + code
	}
	return unclear(m.detail, m.todo)
}

// cloudRows says how the calls went.
func (x *run) cloudRows() (rows report) {
	rows.add(groupCloud, "your key", x.keyRow())
	rows.add(groupCloud, "clock", x.clockRow())
	rows.add(groupCloud, x.ssm.name, x.serviceRow(x.ssm))
	rows.add(groupCloud, x.sms.name, x.serviceRow(x.sms))
	return rows
}

// lostTo returns the first failure that is a reason to ask a service no more.
func (x *run) lostTo(reason func(code string) bool) *tencent.Error {
	for _, failure := range []*tencent.Error{x.ssm.lost, x.sms.lost} {
		if reason(codeOf(failure)) {
			return failure
		}
	}
	return nil
}

func (x *run) keyRow() row {
	if x.Key == nil {
		return wrong(x.KeyError.Error(), "set them in "+x.Env.Path+
			" or the environment: without a key nothing below can be checked")
	}
	rejected := x.lostTo(operator.KeyRejected)
	if rejected == nil && (x.ssm.answered || x.sms.answered) {
		return right("accepted")
	}
	if rejected == nil {
		return unclear("not known: no answer that tells", "")
	}
	const console = "look at https://console.cloud.tencent.com/cam/capi"
	const disabled = console + ": the key may be disabled or deleted; " +
		"a temporary one needs TENCENT_TOKEN"
	m, _ := meaningOf([]meaning{
		{code: "AuthFailure.SecretIdNotFound", todo: disabled},
		{code: "AuthFailure.InvalidSecretId", todo: disabled},
		{code: "AuthFailure.SignatureFailure",
			todo: "TENCENT_SECRET_KEY doesn't belong to TENCENT_SECRET_ID: copy both again"},
		{code: "AuthFailure.TokenFailure", todo: "TENCENT_TOKEN is wrong or over: get new " +
			"temporary credentials, or leave it out for a permanent key"},
		{code: "AuthFailure", todo: console},
	}, rejected)
	id := x.Key.GetSecretId()
	return wrong("not accepted: "+rejected.Code+noKeyID("TENCENT_SECRET_ID", id), m.todo)
}

func (x *run) clockRow() row {
	const todo = "set this machine's clock (NTP); that of the function is Tencent's affair"
	ahead, known := x.Clock.Skew()
	off := ahead.Abs().Round(time.Second)
	detail := fmt.Sprintf("%s ahead of Tencent Cloud's", off)
	if ahead < 0 {
		detail = fmt.Sprintf("%s behind Tencent Cloud's", off)
	}
	refused := x.lostTo(operator.ClockRejected) != nil
	switch {
	case refused && off < largeSkew:
		return wrong("Tencent Cloud refuses the time of the signatures", todo)
	case refused, off >= maxSkew:
		return wrong(detail+": signatures are refused from 5 minutes on", todo)
	case off >= largeSkew:
		return unclear(detail, todo)
	case !known:
		return unclear("not known: no answer with a date", "")
	}
	return right("right")
}

// serviceRow says how a service answers. The rows above say why it was not asked, or doesn't answer
// these signatures.
func (x *run) serviceRow(s service) row {
	const rest = "; nothing more of it was checked"
	host := s.endpoint.Host
	if x.Sim != nil {
		host = "simulated"
	}
	switch {
	case s.lost == nil && s.answered:
		return right("answers in " + s.region + " (" + host + ")")
	case regionRejected(codeOf(s.lost)):
		return wrong("there is no "+s.name+" in "+s.region+rest, "correct "+s.regionName)
	case s.lost != nil && s.lost.Code == "":
		return wrong(host+" gives no answer: "+s.lost.Reason+rest,
			"check the network of this machine, and "+s.name+"_ENDPOINT")
	}
	return row{}
}
