package cloudsim

import "strings"

// parseNumber reads a number as SendSms does and returns it in E.164. Without a +
// it knows mainland forms only, so eleven bare digits are a mainland number
// whatever the caller meant. If the number can't be one, ok is false.
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

func isMainland(e164 string) bool { return strings.HasPrefix(e164, "+86") }

// isoCode names the country of a number: the one with most people where several
// share a calling code, DEF where the calling code is not in this short table.
func isoCode(e164 string) string {
	for n := 4; n >= 2; n-- {
		if len(e164) <= n {
			continue
		}
		switch e164[:n] {
		case "+1":
			return "US"
		case "+7":
			return "RU"
		case "+31":
			return "NL"
		case "+33":
			return "FR"
		case "+34":
			return "ES"
		case "+39":
			return "IT"
		case "+44":
			return "GB"
		case "+49":
			return "DE"
		case "+52":
			return "MX"
		case "+55":
			return "BR"
		case "+60":
			return "MY"
		case "+61":
			return "AU"
		case "+62":
			return "ID"
		case "+63":
			return "PH"
		case "+64":
			return "NZ"
		case "+65":
			return "SG"
		case "+66":
			return "TH"
		case "+81":
			return "JP"
		case "+82":
			return "KR"
		case "+84":
			return "VN"
		case "+86":
			return "CN"
		case "+91":
			return "IN"
		case "+852":
			return "HK"
		case "+853":
			return "MO"
		case "+886":
			return "TW"
		case "+971":
			return "AE"
		}
	}
	return "DEF"
}

// callingCode returns the calling code of a number in E.164: one digit in North
// America and around Russia, two where ITU-T E.164 gave two, three elsewhere.
func callingCode(e164 string) string {
	const twoDigits = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 " +
		"81 82 84 86 90 91 92 93 94 95 98 "
	switch {
	case e164[1] == '1' || e164[1] == '7':
		return e164[1:2]
	case strings.Contains(twoDigits, " "+e164[1:3]+" "):
		return e164[1:3]
	}
	return e164[1:4]
}
