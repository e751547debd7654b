package check

import (
	"regexp"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// callerRows are those of what callers prove themselves with. A value of the wrong form is a fault
// of the secret, which the row of its value names.
func (x *run) callerRows() {
	if len(x.held.Values(secrets.Authorization)) > 0 {
		x.add(groupSecret, "token", x.tokenRow())
	}
	if all := x.held.Values(secrets.Supabase); len(all) > 0 {
		x.add(groupSecret, "supabase", right(inRotation(len(all), "secret", "Supabase")))
	}
	if all := x.held.Values(secrets.Zitadel); len(all) > 0 {
		x.add(groupSecret, "zitadel", zitadelRow(all))
	}
}

// inRotation counts values, and says what ends a rotation.
func inRotation(n int, of, caller string) string {
	text := term.Count(n, of)
	if n > 1 {
		text += ": the old one can go as soon as " + caller + " signs with the new one"
	}
	return text
}

// zitadelRow looks for keys that ZITADEL hasn't made: it makes 36 letters and digits, and nobody
// can choose another one.
func zitadelRow(keys []string) row {
	made := regexp.MustCompile(`^[0-9A-Za-z]{36}$`)
	for _, key := range keys {
		if !made.MatchString(key) {
			return warning(inRotation(len(keys), "key", "ZITADEL")+
				"; one isn't 36 letters and digits, as ZITADEL's are",
				"paste signingKey as ZITADEL shows it when the provider is made")
		}
	}
	return right(inRotation(len(keys), "key", "ZITADEL"))
}
