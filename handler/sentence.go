package handler

import (
	"slices"

	"scf-sms/internal/sentence"
	"scf-sms/internal/template"
)

// sentence is what the person who is signing in is told. The person can do something about the
// number, and wait. Everything else is for the operator, who finds the reason in the log.
func (o outcome) sentence() string {
	if text := o.forAdministrator(); text != "" {
		return text
	}
	facts := sentence.Facts{Wait: o.retryAfter, Fixed: o.numberIsFixed()}
	switch o.kind {
	case invalidPhoneNumber:
		facts.Meaning = sentence.NumberInvalid
	case notAllowed:
		facts.Meaning = sentence.CountryNotServed
	case undeliverable:
		facts.Meaning = sentence.NumberUnreachable
	case tooManyRequests:
		facts.Meaning = sentence.TooManyRequests
		if o.busy {
			facts.Meaning = sentence.Busy
		}
	case unavailable:
		facts.Meaning = sentence.Unavailable
	case unknown:
		facts.Meaning = sentence.PossiblySent
	}
	return sentence.Text(o.message.locale, facts)
}

// numberIsFixed reports whether the person can't choose another number: Logto sends these usage
// types to the number that the account has.
func (o outcome) numberIsFixed() bool {
	fixed := []string{"MfaVerification", "ForgotPassword", "UserPermissionValidation"}
	return slices.Contains(fixed, o.message.usageType)
}

// forAdministrator is what an administrator is told who tries the connector: Logto's console sends
// the type Generic, and it is the only one to send no locale. It holds nothing secret, as a caller
// that has not proved itself may be told it too.
func (o outcome) forAdministrator() string {
	if o.message.usageType != template.Generic || o.message.locale != "" {
		return ""
	}
	switch {
	case o.kind == unauthorized:
		return "The Authorization header is not the one in the secret. " +
			"The function's log says how it differs."
	case o.kind == invalidPhoneNumber:
		return "This is not a mobile number with its calling code, such as 86 for mainland China."
	case o.notListed:
		return "This country is not in ALLOWED_CALLING_CODES."
	case o.noTemplate:
		return "Generic has no template in TEMPLATES for numbers of this destination."
	default:
		return ""
	}
}
