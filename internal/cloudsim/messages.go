package cloudsim

import "cmp"

// messageOf returns the Message that comes with a code: the code itself if none is known.
func messageOf(code string) string { return cmp.Or(messages[code], code) }

// messages holds the Messages of some codes. Those of the first group were seen in answers of the
// real service; the others follow the code's description in tencentcloud-sdk-go.
var messages = map[string]string{
	"AuthFailure.SignatureFailure": "The provided credentials could not be validated. Please " +
		"check your signature is correct.",
	"AuthFailure.SecretIdNotFound": "The SecretId is not found, please ensure that your " +
		"SecretId is correct.",
	"AuthFailure.TokenFailure": "Token verification failed, please check if your Token is correct",
	"UnsupportedRegion":        "The action not support this region",
	"FailedOperation.TemplateParamSetNotMatchApprovedTemplate": "request content does not " +
		"match the template content",
	"FailedOperation.TemplateIncorrectOrUnapproved": "template is not approved or request " +
		"content does not match the approved template content",
	"FailedOperation.InsufficientBalanceInSmsPackage": "insufficient balance in SMS package",
	"InvalidParameterValue.TemplateParameterFormatError": "Verification code template " +
		"parameter format error",
	"LimitExceeded.PhoneNumberThirtySecondLimit": "the number of SMS messages sent from a " +
		"single mobile number within 30 seconds exceeds the upper limit",
	"LimitExceeded.PhoneNumberDailyLimit": "the number of sms messages sent from a single " +
		"mobile number every day exceeds the upper limit",

	"AuthFailure.SignatureExpire": "The signature has expired, please check that your local " +
		"time is correct.",
	"RequestLimitExceeded": "Your current request times equals to `3001` in a second, which " +
		"exceeds the frequency limit `3000` for a second. Please reduce the frequency of " +
		"calls.",
	"InternalError": "An internal error has occurred. Retry your request, but if the problem " +
		"persists, contact us.",
}
