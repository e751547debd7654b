package check

import (
	"context"
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
func (x *run) refused(action string, failure *tencent.Error, faults ...meaning) row {
	if m, ok := meaningOf(faults, failure); ok {
		return wrong(m.detail, m.todo)
	}
	forbidden, allow := x.Say("check.forbidden", action), x.Say("check.forbidden.todo", action)
	code := failure.Code
	notKnown, again := x.Say("check.unknown", code), x.Say("check.again")
	m, ok := meaningOf([]meaning{
		{"FailedOperation.ProhibitSubAccountUse", x.Say("check.subaccount"),
			x.Say("check.subaccount.todo", operator.Console)},
		{"FailedOperation.NotEnterpriseCertification", x.Say("check.individual"),
			x.Say("check.look", operator.Console)},
		{"UnauthorizedOperation.RequestIpNotInWhitelist", x.Say("check.address"),
			x.Say("check.address.todo", operator.Console)},
		{"UnauthorizedOperation", forbidden, allow},
		{"AuthFailure.UnauthorizedOperation", forbidden, allow},
		{"RequestLimitExceeded", notKnown, again},
		{"InternalError", notKnown, again},
	}, failure)
	switch {
	case ok:
	case code == "":
		m.detail = x.Say("check.silent", x.Hint(failure.Reason))
	default:
		m.detail = notKnown
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
		return wrong(x.KeyError.Error(), x.Say("check.key.none.todo", x.Env.Path))
	}
	rejected := x.lostTo(operator.KeyRejected)
	if rejected == nil && (x.ssm.answered || x.sms.answered) {
		return right(x.Say("check.accepted"))
	}
	if rejected == nil {
		return unclear(x.Say("check.key.unknown"), "")
	}
	console, disabled := x.Say("check.key.todo"), x.Say("check.key.disabled.todo")
	m, _ := meaningOf([]meaning{
		{code: "AuthFailure.SecretIdNotFound", todo: disabled},
		{code: "AuthFailure.InvalidSecretId", todo: disabled},
		{code: "AuthFailure.SignatureFailure",
			todo: x.Say("check.key.signature.todo")},
		{code: "AuthFailure.TokenFailure", todo: x.Say("check.key.token.todo")},
		{code: "AuthFailure", todo: console},
	}, rejected)
	id := x.Key.GetSecretId()
	return wrong(x.notAccepted(rejected.Code, "TENCENT_SECRET_ID", id), m.todo)
}

func (x *run) clockRow() row {
	todo := x.Say("check.clock.todo")
	ahead, known := x.Clock.Skew()
	off := ahead.Abs().Round(time.Second)
	detail := x.Say("check.clock.ahead", off)
	if ahead < 0 {
		detail = x.Say("check.clock.behind", off)
	}
	refused := x.lostTo(operator.ClockRejected) != nil
	switch {
	case refused && off < largeSkew:
		return wrong(x.Say("check.clock.refused"), todo)
	case refused, off >= maxSkew:
		return wrong(x.Say("check.clock.far", detail), todo)
	case off >= largeSkew:
		return unclear(detail, todo)
	case !known:
		return unclear(x.Say("check.clock.unknown"), "")
	}
	return right(x.Say("check.clock"))
}

// serviceRow says how a service answers. The rows above say why it was not asked, or doesn't answer
// these signatures.
func (x *run) serviceRow(s service) row {
	host := s.endpoint.Host
	if x.Sim != nil {
		host = x.Say("check.simulated")
	}
	switch {
	case s.lost == nil && s.answered:
		return right(x.Say("check.service", s.region, host))
	case regionRejected(codeOf(s.lost)):
		return wrong(x.Say("check.service.region", s.name, s.region),
			x.Say("check.service.region.todo", s.regionName))
	case s.lost != nil && s.lost.Code == "":
		return wrong(x.Say("check.service.silent", host, x.Hint(s.lost.Reason)),
			x.Say("check.service.silent.todo", s.name))
	}
	return row{}
}
