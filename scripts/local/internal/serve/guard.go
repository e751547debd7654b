package serve

import (
	"cmp"
	"encoding/json"
	"time"

	"scf-sms/internal/limits"
	"scf-sms/internal/phone"
	"scf-sms/internal/template"
)

// setGuard makes the next request start an instance with limits of its own, or with none.
func (w *workbench) setGuard(on bool) error {
	if err := w.live.guard(on); err != nil {
		return err
	}
	w.journal.note("serve.guard", w.journal.switched(on))
	return nil
}

// counter is a limit that the last number falls under, and how much of it is used.
type counter struct {
	Scope   limits.Scope
	N, Used int
	W       string // as LIMITS has it
}

// counters returns those of the number that a message asks for. There are none without limits, or
// if the message has no number.
func (w *workbench) counters(event json.RawMessage) (number string, all []counter) {
	settings := w.live.settings.Load()
	o, ok := orderOf(event, settings.BareChina)
	secret := w.secret()
	if settings.Redis.Address == "" || !ok || secret == nil {
		return "", nil
	}
	_, hashKey := secret.ForLimits()
	for _, c := range limits.Counters(settings.Limits, settings.SMS.AppID, hashKey, o) {
		used := c.Limit.Used(w.live.sim.Redis.Hash(c.Name), time.Now())
		all = append(all, counter{c.Scope, c.Limit.N, used, c.Limit.Length()})
	}
	return o.Number, all
}

// orderOf reads of an event what limits count, the number and the IP, wherever a caller puts them.
func orderOf(event json.RawMessage, bareChina bool) (o limits.Order, ok bool) {
	var e struct{ Body string }
	var m struct {
		To, Type, IP string // of Logto
		SMS, User    struct{ Phone string }
		Metadata     struct {
			IP string `json:"ip_address"`
		}
		ContextInfo struct{ RecipientPhoneNumber string } // of ZITADEL
	}
	if json.Unmarshal(event, &e) != nil || json.Unmarshal([]byte(e.Body), &m) != nil {
		return o, false
	}
	to := cmp.Or(m.To, m.SMS.Phone, m.User.Phone, m.ContextInfo.RecipientPhoneNumber)
	number, err := phone.Parse(to, bareChina)
	if err != nil {
		return o, false
	}
	if m.Type == template.Generic {
		m.IP = "" // an administrator's, who tries the connector
	}
	return limits.Order{Number: number.E164, CallingCode: number.CallingCode,
		IP: cmp.Or(m.IP, m.Metadata.IP)}, true
}
