package operator

import (
	"strings"
	"unicode"
)

// UsageTypes are Logto's usage types
// (https://github.com/logto-io/logto, packages/toolkit/connector-kit/src/types/passwordless.ts).
func UsageTypes() []string {
	return []string{"SignIn", "Register", "ForgotPassword", "Generic", "OrganizationInvitation",
		"UserPermissionValidation", "BindNewIdentifier", "MfaVerification", "BindMfa"}
}

// Meant returns the name that another one seems to mean, or "": that with the same letters and
// digits, or with at most two wrong ones. A name that is one of the names means itself.
func Meant(name string, names []string) string {
	best, least := "", 3
	for _, known := range names {
		if known == name {
			return name
		}
		if d := distance(essence(name), essence(known)); d < least {
			best, least = known, d
		}
	}
	return best
}

// essence is what makes a name, whatever its case and whatever stands between its words.
func essence(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// distance is how many bytes must be put in, taken out or replaced to make b of a (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
