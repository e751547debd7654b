package handler

import (
	"slices"

	"scf-sms/internal/sentence"
)

// sentence is what the person who is signing in is told. The person can do something about the
// number, and wait. Everything else is for the operator, who finds the reason in the log.
func (o *outcome) sentence() string {
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

// numberIsFixed reports whether the person can't choose another number: messages of these usage
// types go to the number that the account has.
func (o *outcome) numberIsFixed() bool {
	fixed := []string{"MfaVerification", "ForgotPassword", "UserPermissionValidation"}
	return slices.Contains(fixed, o.message.usageType)
}
