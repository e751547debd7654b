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
)

// limitsRows says which limits are in force, and what of the deployment and of the secret they
// need.
func (x *run) limitsRows() (rows report) {
	s := x.Settings
	rows.add(groupRedis, "limits", limitsRow(s))
	host, _, _ := net.SplitHostPort(s.Redis.Address)
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsLoopback() {
		rows.add(groupRedis, "VPC", vpcRow(x.Deployed, host))
	}
	if x.held != nil && !x.held.HasHashKey() {
		rows.add(groupRedis, "hashKey", warning(
			"the secret has none: when the AccessKey is rotated, all counters begin anew, and for "+
				"up to "+s.Secret.TTL.String()+" twice the limits may pass",
			"make one (openssl rand -base64 32), and put it into the secret as hashKey"))
	}
	return rows
}

// vpcRow looks for what a function needs to reach a private address.
func vpcRow(d operator.Deployment, host string) row {
	switch {
	case d.Variables == nil:
		return row{}
	case !d.VPC:
		return wrong("serverless.yml has no vpcConfig: the function can't reach "+host,
			"name the VPC and the subnet of the Redis there")
	case d.Private:
		return wrong("publicAccess is false in serverless.yml: the function can't reach SSM and "+
			"SMS", "set it to true; a function can have both")
	}
	return right("serverless.yml names one, and the public network stays on")
}

// limitsRow says which limits are in force. The default for calling codes is too low for whoever
// has many users in one country abroad, and nobody notices before people are refused.
func limitsRow(s settings.Settings) row {
	r := s.Limits
	const observe = `in the first week let LIMITS have "observe": true, which counts and refuses ` +
		`nothing; wouldLimit in the log then says which numbers are too low`
	if r.Observe {
		return warning("nothing is refused, as observe is on; counted are "+inForce(r),
			"after a week look for wouldLimit in the log, correct the numbers, and take observe out")
	}
	found := right(inForce(r))
	found.Todo = observe
	if codes := byDefault(s); codes != "" {
		n, w := r.OtherCodes[0].N, r.OtherCodes[0].Length()
		found = warning(inForce(r), fmt.Sprintf("SMS %d within %s to %s is refused: give a country "+
			`with many users a limit of its own, such as {"callingCode": {"852": "1000/1h"}}; and `+
			"%s", n+1, w, codes, observe))
	}
	return found
}

// byDefault names the calling codes that SMS may go to and that have the default limit, "" if there
// are none.
func byDefault(s settings.Settings) string {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(s.AllowedCallingCodes)) {
		if _, named := s.Limits.CallingCode[code]; !named {
			codes = append(codes, fmt.Sprint("+", code))
		}
	}
	const most = 3
	if more := len(codes) - most; more > 0 {
		codes = append(codes[:most], fmt.Sprintf("or one of %d more", more))
	}
	switch {
	case !reflect.DeepEqual(s.Limits.OtherCodes, limits.Defaults().OtherCodes):
		return "" // somebody thought about it
	case s.AllowedCallingCodes == nil && s.Templates.Serve(true):
		return "one calling code that LIMITS doesn't name"
	}
	return strings.Join(codes, ", ")
}

// inForce are the rules in the words of LIMITS.
func inForce(r limits.Rules) string {
	list := func(all []limits.Limit) string {
		if len(all) == 0 {
			return "none"
		}
		var words []string
		for _, l := range all {
			words = append(words, l.String())
		}
		return strings.Join(words, ", ")
	}
	dedupe, away := "none", "open"
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
	words = append(words, "each other callingCode "+list(r.OtherCodes), "total "+list(r.Total),
		"ip "+list(r.IP), "dedupe "+dedupe, "away "+away)
	return strings.Join(words, "; ")
}
