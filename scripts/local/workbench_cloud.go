package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"scf-sms/internal/cloudsim"
)

// fault is one that the page can switch on: every request of its action meets it.
type fault struct {
	action string
	name   string
	fault  cloudsim.Fault
}

// faults are those that teach something: one or two for each way the function can answer.
func faults() []fault {
	sms := func(name string, f cloudsim.Fault) fault { return fault{cloudsim.SendSms, name, f} }
	ssm := func(name string, f cloudsim.Fault) fault { return fault{cloudsim.GetSecretValue, name, f} }
	refuse := func(code string) cloudsim.Fault { return cloudsim.Fault{Kind: cloudsim.Refuse, Code: code} }
	fail := func(code string) cloudsim.Fault { return cloudsim.Fault{Kind: cloudsim.Error, Code: code} }
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
		sms("html", cloudsim.Fault{Kind: cloudsim.HTTP, Status: 502, Body: "<html>Bad Gateway</html>"}),
		ssm("notFound", fail("ResourceNotFound")),
		ssm("permission", fail("UnauthorizedOperation")),
		ssm("role", fail("AuthFailure.TokenFailure")),
		ssm("rate", fail("RequestLimitExceeded")),
		ssm("internal", fail("InternalError")),
		ssm("silent", cloudsim.Fault{Kind: cloudsim.HangUnsent}),
	}
}

// code is what Tencent's answer says, or how there is none.
func (f fault) code() string {
	if f.fault.Code != "" {
		return f.fault.Code
	}
	return string(f.fault.Kind)
}

// setFault makes every request of an action meet the fault of that name, or none if it is empty.
func (w *workbench) setFault(action, name string) error {
	if action != cloudsim.SendSms && action != cloudsim.GetSecretValue {
		return errors.New("no such action")
	}
	if name == "" {
		w.function.sim.Cloud.Always(action, nil)
		w.chose(action, "")
		w.journal.note("the cloud answers every %s as it should", action)
		return nil
	}
	for _, f := range faults() {
		if f.action == action && f.name == name {
			w.function.sim.Cloud.Always(action, &f.fault)
			w.chose(action, name)
			w.journal.note("the cloud answers every %s with %s", action, f.code())
			return nil
		}
	}
	return errors.New("no such fault")
}

func (w *workbench) chose(action, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults[action] = name
}

// limits says which of the limits on one number hold.
type limits struct {
	ThirtySeconds bool `json:"thirtySeconds"`
	PerDay        bool `json:"perDay"`
}

func (w *workbench) setLimits(l limits) {
	w.function.sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits.ThirtySeconds = limit(a.Limits.ThirtySeconds, l.ThirtySeconds)
		a.Limits.PerDay = limit(a.Limits.PerDay, l.PerDay)
	})
	w.journal.note("limits on one number: 30 seconds %s, a day %s", onOff(l.ThirtySeconds), onOff(l.PerDay))
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
	w.function.sim.Cloud.Update(func(a *cloudsim.Account) {
		l = limits{a.Limits.ThirtySeconds >= 0, a.Limits.PerDay >= 0}
	})
	return l
}

// secretValue is the secret as testdata writes it.
type secretValue struct {
	AccessKeyID     string `json:"accessKeyId"`
	AccessKeySecret string `json:"accessKeySecret"`
	Authorization   tokens `json:"authorization"`
}

// tokens are a string or a list of strings.
type tokens []string

func (t *tokens) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = tokens{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(t))
}

// changeSecret lets change see the account and the secret that the function reads, and stores what it leaves.
func (w *workbench) changeSecret(change func(*cloudsim.Account, *secretValue)) (err error) {
	w.function.sim.Cloud.Update(func(a *cloudsim.Account) {
		var value secretValue
		versions, version := w.versions(a)
		if err = json.Unmarshal([]byte(versions[version].String), &value); err != nil || value.AccessKeyID == "" {
			err = fmt.Errorf(`testdata/cloud.json has no {"accessKeyId", "accessKeySecret", "authorization"} in the secret's version %s`, version)
			return
		}
		change(a, &value)
		text, _ := json.Marshal(value)
		versions[version] = cloudsim.SecretValue{String: string(text)}
	})
	return err
}

// secret returns what the secret holds now, and nothing if that can't be read.
func (w *workbench) secret() (now secretValue) {
	w.function.sim.Cloud.Update(func(a *cloudsim.Account) {
		versions, version := w.versions(a)
		json.Unmarshal([]byte(versions[version].String), &now)
	})
	return now
}

// versions returns those of the secret that the function reads, and which of them it reads.
func (w *workbench) versions(a *cloudsim.Account) (versions map[string]cloudsim.SecretValue, version string) {
	s := w.function.settings.Load()
	for _, secret := range a.Secrets {
		if secret.Name == s.SecretName {
			return secret.Versions, s.SecretVersion
		}
	}
	return nil, s.SecretVersion
}

// authorization is what callers must send: the newest token.
func (w *workbench) authorization() string {
	if all := w.secret().Authorization; len(all) > 0 {
		return all[0]
	}
	return ""
}

// rotateKey does what an operator does: a second key, into the secret with it, and the first is disabled.
func (w *workbench) rotateKey() error {
	fresh := cloudsim.Key{SecretID: "AKID" + rand.Text()[:12], SecretKey: rand.Text()}
	err := w.changeSecret(func(a *cloudsim.Account, s *secretValue) {
		for i := range a.Keys {
			if a.Keys[i].SecretID == s.AccessKeyID {
				fresh.Allow = a.Keys[i].Allow
				a.Keys[i].Disabled = true
			}
		}
		a.Keys = append(a.Keys, fresh)
		s.AccessKeyID, s.AccessKeySecret = fresh.SecretID, fresh.SecretKey
	})
	if err == nil {
		w.journal.note("AccessKey rotated: %s is in the secret, the one before is disabled", fresh.SecretID)
	}
	return err
}

// rotateToken puts a new token before the last one, which goes on working: Logto is changed in between.
func (w *workbench) rotateToken() error {
	fresh := "Bearer " + rand.Text()
	err := w.changeSecret(func(_ *cloudsim.Account, s *secretValue) {
		s.Authorization = append(tokens{fresh}, s.Authorization[:min(1, len(s.Authorization))]...)
	})
	if err == nil {
		w.journal.note("callers' token rotated: Authorization: %s (the one before still works)", fresh)
	}
	return err
}
