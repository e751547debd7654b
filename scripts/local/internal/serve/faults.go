package serve

import (
	"cmp"
	"errors"
	"slices"

	"scf-sms/internal/cloudsim"
)

// fault is one that the page can switch on: every request of its action meets it.
type fault struct {
	Action string `json:"action"`
	Name   string `json:"name"`
	Code   string `json:"code"` // what Tencent's answer says, or how there is none
	fault  cloudsim.Fault
}

// faults are those that teach something: one or two for each way the function can answer.
func faults() []fault {
	of := func(action string) func(name string, f cloudsim.Fault) fault {
		return func(name string, f cloudsim.Fault) fault {
			return fault{action, name, cmp.Or(f.Code, string(f.Kind)), f}
		}
	}
	sms, ssm := of(cloudsim.SendSms), of(cloudsim.GetSecretValue)
	refuse := func(code string) cloudsim.Fault {
		return cloudsim.Fault{Kind: cloudsim.Refuse, Code: code}
	}
	fail := func(code string) cloudsim.Fault {
		return cloudsim.Fault{Kind: cloudsim.Error, Code: code}
	}
	return []fault{
		sms("blacklist", refuse("FailedOperation.PhoneNumberInBlacklist")),
		sms("thirtySeconds", refuse("LimitExceeded.PhoneNumberThirtySecondLimit")),
		sms("daily", refuse("LimitExceeded.PhoneNumberDailyLimit")),
		sms("rate", fail("RequestLimitExceeded")),
		sms("balance", refuse("FailedOperation.InsufficientBalanceInSmsPackage")),
		sms("sign", refuse("FailedOperation.SignatureIncorrectOrUnapproved")),
		sms("params", refuse("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")),
		sms("permission", fail("UnauthorizedOperation")),
		sms("key", fail("AuthFailure.SecretIdNotFound")),
		sms("appDaily", refuse("LimitExceeded.AppDailyLimit")),
		sms("internal", fail("InternalError")),
		sms("lost", cloudsim.Fault{Kind: cloudsim.ResetSent}),
		sms("silent", cloudsim.Fault{Kind: cloudsim.HangSent}),
		sms("html", cloudsim.Fault{
			Kind: cloudsim.HTTP, Status: 502, Body: "<html>Bad Gateway</html>",
		}),
		ssm("notFound", fail("ResourceNotFound")),
		ssm("permission", fail("UnauthorizedOperation")),
		ssm("role", fail("AuthFailure.TokenFailure")),
		ssm("rate", fail("RequestLimitExceeded")),
		ssm("internal", fail("InternalError")),
		ssm("silent", cloudsim.Fault{Kind: cloudsim.HangUnsent}),
	}
}

// setFault makes every request of an action meet the fault of that name, or none if it is empty.
func (w *workbench) setFault(action, name string) error {
	all := faults()
	if !slices.ContainsFunc(all, func(f fault) bool { return f.Action == action }) {
		return errors.New("no such action")
	}
	var chosen *cloudsim.Fault
	how := "as it should"
	if name != "" {
		i := slices.IndexFunc(all, func(f fault) bool {
			return f.Action == action && f.Name == name
		})
		if i < 0 {
			return errors.New("no such fault")
		}
		chosen, how = &all[i].fault, "with "+all[i].Code
	}
	w.live.sim.Cloud.Always(action, chosen)
	w.mu.Lock()
	w.faults[action] = name
	w.mu.Unlock()
	w.journal.note("the cloud answers every %s %s", action, how)
	return nil
}

// limits says which of the limits on one number hold.
type limits struct {
	ThirtySeconds bool `json:"thirtySeconds"`
	PerDay        bool `json:"perDay"`
}

func (w *workbench) setLimits(l limits) {
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits.ThirtySeconds = limit(a.Limits.ThirtySeconds, l.ThirtySeconds)
		a.Limits.PerDay = limit(a.Limits.PerDay, l.PerDay)
	})
	w.journal.note("limits on one number: 30 seconds %s, a day %s",
		onOff(l.ThirtySeconds), onOff(l.PerDay))
}

// limit switches a limit off, or back to Tencent's default; one that holds stays as it is.
func limit(now int, on bool) int {
	switch {
	case !on:
		return -1
	case now < 0:
		return 0
	}
	return now
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (w *workbench) limits() limits {
	var l limits
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		l = limits{a.Limits.ThirtySeconds >= 0, a.Limits.PerDay >= 0}
	})
	return l
}
