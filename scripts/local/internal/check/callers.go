package check

import (
	"regexp"

	"scf-sms/secrets"
)

// callerRows are those of what callers prove themselves with. A value of the wrong form is a fault
// of the secret, which the row of its value names.
func (x *run) callerRows() {
	if len(x.held.Values(secrets.Authorization)) > 0 {
		x.add(groupSecret, "token", x.tokenRow())
	}
	if all := x.held.Values(secrets.Supabase); len(all) > 0 {
		x.add(groupSecret, "supabase", right(x.inRotation(len(all), "check.supabase")))
	}
	if all := x.held.Values(secrets.Zitadel); len(all) > 0 {
		x.add(groupSecret, "zitadel", x.zitadelRow(all))
	}
}

// inRotation counts values, and says what ends a rotation.
func (x *run) inRotation(n int, key string) string { return x.Count(key, n) }

// zitadelRow looks for keys that ZITADEL hasn't made: it makes 36 letters and digits, and nobody
// can choose another one.
func (x *run) zitadelRow(keys []string) row {
	made := regexp.MustCompile(`^[0-9A-Za-z]{36}$`)
	for _, key := range keys {
		if !made.MatchString(key) {
			return warning(
				x.Say("check.zitadel.other", x.inRotation(len(keys), "check.zitadel")),
				x.Say("check.zitadel.other.todo"))
		}
	}
	return right(x.inRotation(len(keys), "check.zitadel"))
}
