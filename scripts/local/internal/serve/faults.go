package serve

import (
	"cmp"
	"errors"
	"slices"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/redissim"
)

// fault is one that the page can switch on: every request of its action meets it.
type fault struct {
	Action string
	Name   string
	Kind   cloudsim.Kind
	Code   string // what the answer says; "": Kind is how there is none
}

// redisAction is what stands for an action where the fault is of Redis. The names of its faults are
// those of redissim.
const redisAction = "Redis"

// faults are those that teach something: one or two for each way the function can answer.
func faults() []fault {
	const (
		sms, ssm     = cloudsim.SendSms, cloudsim.GetSecretValue
		refuse, fail = cloudsim.Refuse, cloudsim.Error
	)
	return append(carrierFaults(), []fault{
		{sms, "blacklist", refuse, "FailedOperation.PhoneNumberInBlacklist"},
		{sms, "thirtySeconds", refuse, "LimitExceeded.PhoneNumberThirtySecondLimit"},
		{sms, "daily", refuse, "LimitExceeded.PhoneNumberDailyLimit"},
		{sms, "rate", fail, "RequestLimitExceeded"},
		{sms, "balance", refuse, "FailedOperation.InsufficientBalanceInSmsPackage"},
		{sms, "sign", refuse, "FailedOperation.SignatureIncorrectOrUnapproved"},
		{sms, "params", refuse, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"},
		{sms, "permission", fail, "UnauthorizedOperation"},
		{sms, "key", fail, "AuthFailure.SecretIdNotFound"},
		{sms, "appDaily", refuse, "LimitExceeded.AppDailyLimit"},
		{sms, "internal", fail, "InternalError"},
		{sms, "lost", cloudsim.ResetSent, ""},
		{sms, "silent", cloudsim.HangSent, ""},
		{sms, "html", cloudsim.HTTP, ""},
		{ssm, "notFound", fail, "ResourceNotFound"},
		{ssm, "permission", fail, "UnauthorizedOperation"},
		{ssm, "role", fail, "AuthFailure.TokenFailure"},
		{ssm, "rate", fail, "RequestLimitExceeded"},
		{ssm, "internal", fail, "InternalError"},
		{ssm, "silent", cloudsim.HangUnsent, ""},
		{redisAction, string(redissim.Away), "no answer", ""},
		{redisAction, string(redissim.Password), "", "WRONGPASS"},
		{redisAction, string(redissim.Replica), "", "READONLY"},
		{redisAction, string(redissim.Loading), "", "LOADING"},
	}...)
}

// setFault makes every request of an action meet the fault of that name, or none if it is empty.
func (w *workbench) setFault(action, name string) error {
	all := faults()
	i := slices.IndexFunc(all, func(f fault) bool {
		return f.Action == action && (f.Name == name || name == "")
	})
	if i < 0 {
		return errors.New("no such fault")
	}
	switch {
	case action == deliveryAction:
		w.setDelivery(name)
	case action == redisAction:
		w.live.sim.Redis.SetFault(redissim.Fault(name))
		if name == "" {
			w.journal.note("serve.redis.right")
		} else {
			w.journal.note("serve.redis", name)
		}
	case name == "":
		w.live.sim.Cloud.Always(action, nil)
		w.journal.note("serve.fault.right", action)
	default:
		f := all[i]
		w.live.sim.Cloud.Always(action, &cloudsim.Fault{
			Kind: f.Kind, Code: f.Code, Body: "<html>Bad Gateway</html>", // of HTTP alone
		})
		w.journal.note("serve.fault", action, cmp.Or(f.Code, string(f.Kind)))
	}
	w.mu.Lock()
	w.faults[action] = name
	w.mu.Unlock()
	return nil
}

// tencentLimits says which of Tencent's limits on one number hold.
type tencentLimits struct{ ThirtySeconds, PerDay bool }

// setLimits switches limits off, or back to the simulator's default; one that holds stays as it is.
func (w *workbench) setLimits(l tencentLimits) error {
	set := func(limit *int, on bool) {
		switch {
		case !on:
			*limit = -1
		case *limit < 0:
			*limit = 0
		}
	}
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		set(&a.Limits.ThirtySeconds, l.ThirtySeconds)
		set(&a.Limits.PerDay, l.PerDay)
	})
	w.journal.note("serve.limits", w.journal.switched(l.ThirtySeconds), w.journal.switched(l.PerDay))
	return nil
}

func (w *workbench) limits() (l tencentLimits) {
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		l = tencentLimits{a.Limits.ThirtySeconds >= 0, a.Limits.PerDay >= 0}
	})
	return l
}
