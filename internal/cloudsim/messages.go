package cloudsim

// messageOf returns the Message that comes with a code. Those of the first group
// were seen in answers of the real service; the others are worded after the
// code's description in tencentcloud-sdk-go.
func messageOf(code string) string {
	switch code {
	case "AuthFailure.SignatureFailure":
		return "The provided credentials could not be validated. Please check your signature is correct."
	case "AuthFailure.SecretIdNotFound":
		return "The SecretId is not found, please ensure that your SecretId is correct."
	case "AuthFailure.TokenFailure":
		return "Token verification failed, please check if your Token is correct"
	case "UnsupportedRegion":
		return "The action not support this region"
	case "FailedOperation.TemplateParamSetNotMatchApprovedTemplate":
		return "request content does not match the template content"
	case "FailedOperation.TemplateIncorrectOrUnapproved":
		return "template is not approved or request content does not match the approved template content"
	case "FailedOperation.InsufficientBalanceInSmsPackage":
		return "insufficient balance in SMS package"
	case "InvalidParameterValue.TemplateParameterFormatError":
		return "Verification code template parameter format error"
	case "LimitExceeded.PhoneNumberThirtySecondLimit":
		return "the number of SMS messages sent from a single mobile number within 30 seconds exceeds the upper limit"
	case "LimitExceeded.PhoneNumberDailyLimit":
		return "the number of sms messages sent from a single mobile number every day exceeds the upper limit"

	case "AuthFailure.SignatureExpire":
		return "The signature has expired, please check that your local time is correct."
	case "AuthFailure.InvalidAuthorization":
		return "The Authorization header does not conform to the TC3-HMAC-SHA256 format."
	case "InvalidAction":
		return "The requested action does not exist."
	case "NoSuchVersion":
		return "The requested version does not exist."
	case "InvalidRequest":
		return "The Content-Type of the request is not supported."
	case "UnsupportedProtocol":
		return "The request method is not supported."
	case "RequestSizeLimitExceeded":
		return "The size of the request exceeds the upper limit."
	case "RequestLimitExceeded":
		return "Your current request times equals to `3001` in a second, which exceeds the frequency limit `3000` for a second. Please reduce the frequency of calls."
	case "InternalError":
		return "An internal error has occurred. Retry your request, but if the problem persists, contact us."
	case "InvalidParameterValue":
		return "The value of a parameter is not valid."
	case "ResourceNotFound":
		return "The secret or its version does not exist."
	case "ResourceNotFound.SecretNotExist":
		return "The secret does not exist."
	case "ResourceUnavailable.ResourceDisabled":
		return "The secret is disabled."
	case "ResourceUnavailable.ResourcePendingDeleted":
		return "The secret is pending deletion."
	case "MissingParameter.EmptyPhoneNumberSet":
		return "the phone number set is empty"
	case "LimitExceeded.PhoneNumberCountLimit":
		return "the number of phone numbers in one request exceeds 200"
	case "InvalidParameter.InvalidParameters":
		return "the session context is too long"
	case "InvalidParameterValue.IncorrectPhoneNumber":
		return "incorrect phone number format"
	case "InvalidParameterValue.ContentLengthLimit":
		return "the SMS content is too long"
	case "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter":
		return "URLs are prohibited in template parameters"
	case "InvalidParameterValue.TemplateParameterLengthLimit":
		return "the length of a template parameter exceeds the upper limit"
	case "FailedOperation.SignatureIncorrectOrUnapproved":
		return "signature is not approved or its format is incorrect"
	case "FailedOperation.MarketingSendTimeConstraint":
		return "marketing SMS can be sent from 8:00 to 22:00 only"
	case "FailedOperation.ParametersOtherError":
		return "the sender id is not registered"
	case "FailedOperation.PhoneNumberInBlacklist":
		return "the phone number is in the do-not-disturb list"
	case "UnauthorizedOperation.SmsSdkAppIdVerifyFail":
		return "SmsSdkAppId verification failed"
	case "UnauthorizedOperation.SdkAppIdIsDisabled":
		return "the SdkAppId is disabled"
	case "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone":
		return "a Chinese mainland template can not be sent to a global phone number"
	case "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone":
		return "a global template can not be sent to a Chinese mainland phone number"
	case "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber":
		return "the request contains both domestic and international phone numbers, signatures or templates"
	case "LimitExceeded.PhoneNumberOneHourLimit":
		return "the number of SMS messages sent from a single mobile number within 1 hour exceeds the upper limit"
	case "FailedOperation.NotEnterpriseCertification":
		return "non-enterprise users can not use the interfaces of signatures and templates"
	case "FailedOperation.ProhibitSubAccountUse":
		return "sub-accounts can not pull the list of templates"
	case "InvalidParameterValue.InvalidInternational":
		return "International must be 0 or 1"
	case "InvalidParameterValue.LimitVerifyFail":
		return "Limit must be 1 to 100"
	case "InvalidParameterValue.OffsetVerifyFail":
		return "Offset is not valid"
	case "InvalidParameterValue.BeginTimeVerifyFail":
		return "BeginTime must be within the last 7 days"
	case "InvalidParameterValue.EndTimeVerifyFail":
		return "EndTime must be after BeginTime"
	case "LimitExceeded.AppDailyLimit":
		return "the number of SMS messages sent by the application every day exceeds the upper limit"
	}
	return code
}
