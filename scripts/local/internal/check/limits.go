package check

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"

	"scf-sms/internal/limits"
	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// limitsRows says which limits are in force, and what of the deployment and of the secret they
// need.
func (x *run) limitsRows() (rows report) {
	s := x.Settings
	bad := func(p settings.Problem) bool { return p.Variable == "LIMITS" }
	if !slices.ContainsFunc(s.Problems, bad) { // else none are in force
		rows.add(groupRedis, "limits", limitsRow(x.Account))
	}
	host, _, _ := net.SplitHostPort(s.Redis.Address)
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsLoopback() {
		rows.add(groupRedis, "VPC", vpcRow(x.Account, host))
	}
	if x.held != nil && !x.held.HasHashKey() {
		rows.add(groupRedis, "hashKey", warning(
			x.Say("check.hashKey", term.Span(s.Secret.TTL)), x.Say("check.hashKey.todo")))
	}
	return rows
}

// vpcRow looks for what a function needs to reach a private address.
func vpcRow(a *operator.Account, host string) row {
	switch d := a.Deployed; {
	case d.Variables == nil:
		return row{}
	case !d.VPC:
		return wrong(a.Say("check.vpc.none", host), a.Say("check.vpc.none.todo"))
	case d.Private:
		return wrong(a.Say("check.vpc.private"), a.Say("check.vpc.private.todo"))
	}
	return right(a.Say("check.vpc"))
}

// limitsRow says which limits are in force. The default for calling codes is too low for whoever
// has many users in one country abroad, and nobody notices before people are refused.
func limitsRow(a *operator.Account) row {
	r := a.Settings.Limits
	if r.Observe {
		return warning(a.Say("check.limits.observe", inForce(a, r)),
			a.Say("check.limits.observe.todo"))
	}
	found := right(inForce(a, r))
	found.Todo = a.Say("check.limits.todo")
	if codes := byDefault(a); codes != "" {
		n, length := r.OtherCodes[0].N, r.OtherCodes[0].Length()
		found = warning(inForce(a, r), a.Say("check.limits.default.todo", n, length, codes,
			found.Todo))
	}
	return found
}

// byDefault names the calling codes that SMS may go to and that have the default limit, "" if there
// are none.
func byDefault(a *operator.Account) string {
	s := a.Settings
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(s.AllowedCallingCodes)) {
		if _, named := s.Limits.CallingCode[code]; !named {
			codes = append(codes, fmt.Sprint("+", code))
		}
	}
	const most = 3
	if more := len(codes) - most; more > 0 {
		codes = append(codes[:most], a.Say("check.limits.more", more))
	}
	switch {
	case !reflect.DeepEqual(s.Limits.OtherCodes, limits.Defaults().OtherCodes):
		return "" // somebody thought about it
	case s.AllowedCallingCodes == nil && s.Templates.Serve(true):
		return a.Say("check.limits.unnamed")
	}
	return strings.Join(codes, a.Say("words.list"))
}

// inForce are the rules in the words of LIMITS.
func inForce(a *operator.Account, r limits.Rules) string {
	none := a.Say("check.limits.none")
	list := func(all []limits.Limit) string {
		if len(all) == 0 {
			return none
		}
		var words []string
		for _, l := range all {
			words = append(words, l.String())
		}
		return strings.Join(words, ", ")
	}
	dedupe, away := none, "open"
	if r.Dedupe > 0 {
		dedupe = limits.Limit{W: r.Dedupe}.Length()
	}
	if r.Closed {
		away = "closed"
	}
	words := []string{"number " + list(r.Number), "block " + list(r.Block)}
	for _, code := range slices.Sorted(maps.Keys(r.CallingCode)) {
		words = append(words, fmt.Sprintf("callingCode %d %s", code, list(r.CallingCode[code])))
	}
	words = append(words, a.Say("check.limits.others", list(r.OtherCodes)), "total "+list(r.Total),
		"ip "+list(r.IP), "dedupe "+dedupe, "away "+away)
	return strings.Join(words, "; ")
}
