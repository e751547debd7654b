package cloudsim

import "cmp"

// messageOf returns the Message that comes with a code.
func messageOf(code string) string { return cmp.Or(messages[code], code) }

// messages holds the Message of each code. Those of the first group were seen in answers of the
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
	"AuthFailure.InvalidAuthorization": "The Authorization header does not conform to the " +
		"TC3-HMAC-SHA256 format.",
	"InvalidAction":            "The requested action does not exist.",
	"NoSuchVersion":            "The requested version does not exist.",
	"InvalidRequest":           "The Content-Type of the request is not supported.",
	"UnsupportedProtocol":      "The request method is not supported.",
	"RequestSizeLimitExceeded": "The size of the request exceeds the upper limit.",
	"RequestLimitExceeded": "Your current request times equals to `3001` in a second, which " +
		"exceeds the frequency limit `3000` for a second. Please reduce the frequency of " +
		"calls.",
	"InternalError": "An internal error has occurred. Retry your request, but if the problem " +
		"persists, contact us.",
	"InvalidParameterValue":                      "The value of a parameter is not valid.",
	"ResourceNotFound":                           "The secret or its version does not exist.",
	"ResourceNotFound.SecretNotExist":            "The secret does not exist.",
	"ResourceUnavailable.ResourceDisabled":       "The secret is disabled.",
	"ResourceUnavailable.ResourcePendingDeleted": "The secret is pending deletion.",
	"MissingParameter.EmptyPhoneNumberSet":       "the phone number set is empty",
	"LimitExceeded.PhoneNumberCountLimit": "the number of phone numbers in " +
		"one request exceeds 200",
	"InvalidParameter.InvalidParameters":         "the session context is too long",
	"InvalidParameterValue.IncorrectPhoneNumber": "incorrect phone number format",
	"InvalidParameterValue.ContentLengthLimit":   "the SMS content is too long",
	"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": "URLs are prohibited in " +
		"template parameters",
	"InvalidParameterValue.TemplateParameterLengthLimit": "the length of a template parameter " +
		"exceeds the upper limit",
	"FailedOperation.SignatureIncorrectOrUnapproved": "signature is not approved or its format " +
		"is incorrect",
	"FailedOperation.MarketingSendTimeConstraint": "marketing SMS can be sent from 8:00 to " +
		"22:00 only",
	"FailedOperation.ParametersOtherError":        "the sender id is not registered",
	"FailedOperation.PhoneNumberInBlacklist":      "the phone number is in the do-not-disturb list",
	"UnauthorizedOperation.SmsSdkAppIdVerifyFail": "SmsSdkAppId verification failed",
	"UnauthorizedOperation.SdkAppIdIsDisabled":    "the SdkAppId is disabled",
	"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone": "a Chinese mainland template " +
		"can not be sent to a global phone number",
	"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone": "a global template can not be " +
		"sent to a Chinese mainland phone number",
	"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber": "the request contains " +
		"both domestic and international phone numbers, signatures or templates",
	"LimitExceeded.PhoneNumberOneHourLimit": "the number of SMS messages sent from a single " +
		"mobile number within 1 hour exceeds the upper limit",
	"FailedOperation.NotEnterpriseCertification": "non-enterprise users can not use the " +
		"interfaces of signatures and templates",
	"FailedOperation.ProhibitSubAccountUse":      "sub-accounts can not pull the list of templates",
	"InvalidParameterValue.InvalidInternational": "International must be 0 or 1",
	"InvalidParameterValue.LimitVerifyFail":      "Limit must be 1 to 100",
	"InvalidParameterValue.OffsetVerifyFail":     "Offset is not valid",
	"InvalidParameterValue.BeginTimeVerifyFail":  "BeginTime must be within the last 7 days",
	"InvalidParameterValue.EndTimeVerifyFail":    "EndTime must be after BeginTime",
	"LimitExceeded.AppDailyLimit": "the number of SMS messages sent by the application every " +
		"day exceeds the upper limit",
}
