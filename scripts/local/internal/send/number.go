package send

import (
	"errors"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"scf-sms/internal/phone"
)

// adviceForNumber says what to do about a number that the function refused.
func (s *sender) adviceForNumber() string {
	_, err := phone.Parse(s.to, s.Settings.BareChina)
	e, ok := errors.AsType[*phone.Error](err)
	if !ok || e.Kind != phone.Special {
		return s.Say("send.rehearsal.number")
	}
	return s.Say("send.rehearsal.special", s.Say("send.special."+service(s.to, e.CallingCode)))
}

// service names the kind of a special service's number. The function itself doesn't tell them
// apart: it refuses them all.
func service(number string, callingCode int) string {
	switch callingCode { // those that have only services behind them
	case 800:
		return "tollFree"
	case 808:
		return "sharedCost"
	case 870, 881:
		return "satellite"
	case 878:
		return "personal"
	case 882, 883:
		return "network"
	case 888:
		return "universal"
	case 979:
		return "premium"
	}
	digits := strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, number)
	parsed, err := phonenumbers.Parse("+"+strings.TrimPrefix(digits, "00"), "")
	if err != nil {
		return "other"
	}
	switch phonenumbers.GetNumberType(parsed) {
	case phonenumbers.PREMIUM_RATE:
		return "premium"
	case phonenumbers.TOLL_FREE:
		return "tollFree"
	case phonenumbers.SHARED_COST:
		return "sharedCost"
	case phonenumbers.PERSONAL_NUMBER:
		return "personal"
	case phonenumbers.UAN:
		return "universal"
	}
	return "other"
}
