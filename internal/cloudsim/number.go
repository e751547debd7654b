// This file shares no code with internal/phone: a simulator that shares code with its subject
// proves nothing.

package cloudsim

import "strings"

// parseNumber reads a number as SendSms does and returns it in E.164. Without a + it knows mainland
// forms only: eleven bare digits are a mainland number, even if the caller meant another. It
// returns s and false for what can't be a number.
func parseNumber(s string) (e164 string, ok bool) {
	var digits string
	switch {
	case strings.HasPrefix(s, "+"):
		digits = s[1:]
	case strings.HasPrefix(s, "0086"):
		digits = s[2:]
	case strings.HasPrefix(s, "86") && len(s) == 13:
		digits = s
	case len(s) == 11:
		digits = "86" + s
	default:
		return s, false
	}
	if strings.Trim(digits, "0123456789") != "" {
		return s, false
	}
	e164 = "+" + digits
	if isMainland(e164) {
		return e164, len(digits) == 13 && digits[2] == '1' && digits[3] >= '3'
	}
	return e164, len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0'
}

// isE164 reports whether s is a possible number in E.164.
func isE164(s string) bool {
	e164, ok := parseNumber(s)
	return ok && e164 == s
}

// callingCode returns the digits of a number in E.164 that are its calling code. Those of one and of
// two digits are assigned, and all others have three
// (https://www.itu.int/pub/T-SP-E.164D).
func callingCode(e164 string) string {
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60" +
		" 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	digits := strings.TrimPrefix(e164, "+")
	switch {
	case len(digits) < 3:
		return digits
	case digits[0] == '1' || digits[0] == '7':
		return digits[:1]
	case strings.Contains(two, " "+digits[:2]+" "):
		return digits[:2]
	default:
		return digits[:3]
	}
}

func isMainland(e164 string) bool { return strings.HasPrefix(e164, "+86") }
