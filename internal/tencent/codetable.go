package tencent

import "time"

const (
	hintCAM       = "the AccessKey's user may not send: grant it sms:SendSms on *"
	hintLookUp    = "look its code up at https://cloud.tencent.com/document/api/382/55981"
	hintLimits    = ": the limits are in the SMS console (application, frequency limits)"
	hintEverybody = " Until it is raised or the day is over (China time), nobody gets a code."
)

// codes is the one table of what Tencent's error codes mean. Codes of one meaning are separated by
// blanks; * at the end of one stands for every code that begins so. The first row that fits
// decides, so a code stands before its family. A code may be here in two spellings: Tencent's pages
// have both.
//
// Sources: https://cloud.tencent.com/document/api/382/55981 and the SDK's sms/errors.go for
// SendSms, https://cloud.tencent.com/document/api/1140/40522 for SSM.
var codes = [...]codeRow{
	{SendSms, "Ok", Accepted, 0, ""},

	// The number or its country.
	{SendSms, "InvalidParameterValue.IncorrectPhoneNumber " +
		"FailedOperation.PhoneNumberParseFail", NumberRefused, 0,
		"Tencent says this is no phone number"},
	{SendSms, "FailedOperation.PhoneNumberInBlacklist " +
		"FailedOperation.PhoneNumberOnBlacklist", NumberRefused, 0,
		"the number opted out, or its carrier blocks it: Tencent's support can lift that"},
	{SendSms, "UnsupportedOperation.UnsupportedRegion", NumberRefused, 0,
		"Tencent doesn't send to this country or region"},
	{SendSms, "LimitExceeded.AppCountryOrRegionInBlacklist", NumberRefused, 0,
		"the country or region isn't on the SMS console's list (application, basic " +
			"configuration)"},

	// Limits of one number, and rates.
	{SendSms, "LimitExceeded.PhoneNumberThirtySecondLimit", NumberLimited, 30 * time.Second,
		"the number got the same text less than 30 seconds ago" + hintLimits},
	{SendSms, "LimitExceeded.PhoneNumberOneHourLimit", NumberLimited, time.Hour,
		"the number got all it may get in an hour" + hintLimits},
	{SendSms, "LimitExceeded.PhoneNumberDailyLimit", NumberLimited, untilMidnight,
		"the number got all it may get in a day" + hintLimits},
	{SendSms, "LimitExceeded.PhoneNumberSameContentDailyLimit", NumberLimited, untilMidnight,
		"the number got the same text as often as it may in a day" + hintLimits},
	{SendSms, "LimitExceeded.DeliveryFrequencyLimit", NumberLimited, time.Minute,
		"the number got all it may get for now" + hintLimits},
	{SendSms, "LimitExceeded.GlobalSmsSendingRateLimit", NumberLimited, 5 * time.Second,
		"more go abroad at once than Tencent sends: ask its support for a higher rate"},

	// Limits of the application or the account.
	{SendSms, "LimitExceeded.AppDailyLimit", Exhausted, untilMidnight,
		"the application's daily limit is reached: raise it in the SMS console." +
			hintEverybody},
	{SendSms, "LimitExceeded.AppMainlandChinaDailyLimit", Exhausted, untilMidnight,
		"the application's daily limit for mainland China is reached: raise it in the SMS " +
			"console." + hintEverybody},
	{SendSms, "LimitExceeded.AppGlobalDailyLimit", Exhausted, untilMidnight,
		"the application's daily limit abroad is reached: raise it in the SMS console." +
			hintEverybody},
	{SendSms, "LimitExceeded.AppCountryOrRegionDailyLimit", Exhausted, untilMidnight,
		"the application's daily limit for this country or region is reached: raise it in " +
			"the SMS console." + hintEverybody},
	{SendSms, "LimitExceeded.DailyLimit", Exhausted, untilMidnight,
		"the account's daily limit abroad is reached: ask Tencent's support to raise it." +
			hintEverybody},

	// The template, its parameters and the signature.
	{SendSms, "FailedOperation.TemplateIncorrectOrUnapproved " +
		"FailedOperation.TemplateUnapprovedOrNotExist " +
		"FailedOperation.TemplateIdNotExist", Refused, 0,
		"check the templateCode in TEMPLATES: it must exist, be approved and belong to " +
			"SDK_APP_ID"},
	{SendSms, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", Refused, 0,
		"check params in TEMPLATES: as many as the template has variables {1}, {2}, …"},
	{SendSms, "InvalidParameterValue.TemplateParameterFormatError " +
		"InvalidParameterValue.TemplateParameterLengthLimit " +
		"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", Refused, 0,
		"check params in TEMPLATES: verification templates take up to 6 digits for each " +
			"variable, others up to 6 characters by default, and never a URL"},
	{SendSms, "InvalidParameterValue.ContentLengthLimit", Refused, 0,
		"the SMS would be too long: shorten the template, or the literals in params"},
	{SendSms, "FailedOperation.SignatureIncorrectOrUnapproved", Refused, 0,
		"check SIGN_NAME (abroad: SIGN_NAME_OVERSEAS): the text of an approved signature, " +
			"not its number, without 【】"},
	{SendSms, "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone " +
		"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone " +
		"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber " +
		"UnsupportedOperation.ContainDomesticPhoneNumber", Refused, 0,
		"a mainland signature or template was used for a number abroad, or the reverse: " +
			"check which templateCode in TEMPLATES stands under china and which under " +
			"overseas"},
	{SendSms, "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny " +
		"FailedOperation.MarketingSendTimeConstraint", Refused, 0,
		"the template is one for marketing: configure one for verification codes"},
	{SendSms, "FailedOperation.ContainSensitiveWord InvalidParameter.DirtyWordFound", Refused, 0,
		"the signature, the template or a literal in params holds a word Tencent doesn't allow"},

	// The account and the application.
	{SendSms, "FailedOperation.InsufficientBalanceInSmsPackage", Refused, 0,
		"the SMS package is used up: buy one. Until then nobody gets a code."},
	{SendSms, "UnauthorizedOperation.ServiceSuspendDueToArrears " +
		"UnauthorizedOperation.SerivceSuspendDueToArrears", Refused, 0,
		"the account is overdue: top it up. Until then nobody gets a code."},
	{SendSms, "InvalidParameterValue.SdkAppIdNotExist " +
		"UnauthorizedOperation.SmsSdkAppidVerifyFail " +
		"InvalidParameter.AppidAndBizId", Refused, 0,
		"check SDK_APP_ID: it must belong to the account of the AccessKey in the secret"},
	{SendSms, "UnauthorizedOperation.SdkAppIdIsDisabled", Refused, 0,
		"the SMS application is disabled: ask Tencent's support"},
	{SendSms, "UnauthorizedOperation.RequestIpNotInWhitelist " +
		"IpNotInWhitelist IpInBlacklist", Refused, 0,
		"source IP checking is on in the SMS console: give the function a fixed outbound " +
			"IP and list it there, or switch the check off"},
	{SendSms, "UnauthorizedOperation.RequestPermissionDeny", Refused, 0,
		"the account may not send: ask Tencent's support"},
	{SendSms, "UnauthorizedOperation", Refused, 0, hintCAM},
	{SendSms, "UnsupportedRegion", Refused, 0,
		"check SMS_REGION: such as ap-guangzhou, ap-beijing or ap-nanjing"},

	// The AccessKey.
	{SendSms, "AuthFailure.SecretIdNotFound", KeyRefused, 0,
		"the AccessKey in the secret doesn't exist or is disabled: put the new one into " +
			"the secret"},
	{SendSms, "AuthFailure.SignatureFailure", KeyRefused, 0,
		"the AccessKey in the secret doesn't fit its id: check accessKeySecret"},
	{SendSms, "AuthFailure.TokenFailure", KeyRefused, 0,
		"the temporary key in the secret has a wrong or expired token: use a permanent " +
			"AccessKey"},
	{SendSms, "AuthFailure.MFAFailure", KeyRefused, 0,
		"the AccessKey in the secret demands MFA: use one of a sub-account without it"},
	{SendSms, "AuthFailure.UnauthorizedOperation", KeyRefused, 0, hintCAM},
	{SendSms, "AuthFailure.SignatureExpire InternalError.RequestTimeException", Refused, 0,
		"the function's clock is wrong"},

	// The request itself, or Tencent's own systems, before anything was sent.
	{SendSms, "MissingParameter.EmptyPhoneNumberSet " +
		"LimitExceeded.PhoneNumberCountLimit " +
		"NoSuchVersion NoSuchProduct InternalError.JsonParseFail " +
		"InternalError.RestApiInterfaceNotExist", Refused, 0,
		"Tencent can't read the request: this is a fault of this program or a change of " +
			"Tencent's API"},
	{SendSms, "InternalError.SigFieldMissing InternalError.SigVerificationFail", Refused, 0,
		"the signature check between Tencent's own systems failed: ask Tencent's support"},

	// Families: a code that isn't known, or is spelt in one of the ways of Tencent's older pages.
	{SendSms, "AuthFailure*", KeyRefused, 0, "Tencent doesn't accept the AccessKey in the secret"},
	{SendSms, "RequestLimitExceeded*", Busy, time.Second,
		"requests come faster than Tencent's API takes them: ask its support for more a second"},
	{SendSms, "LimitExceeded.*", NumberLimited, time.Minute,
		"a limit of Tencent's is reached: " + hintLookUp},
	{SendSms, "FailedOperation.* Invalid* Missing* Unauthorized* Unknown* Unsupported*", Refused, 0,
		"Tencent refused the request: " + hintLookUp},
	{SendSms, "*", Unclear, 0, ""},

	// SSM.
	{GetSecretValue, "ResourceNotFound*", Refused, 0,
		"SSM has no such secret or version: check SECRET_NAME, SECRET_VERSION and SECRET_REGION"},
	{GetSecretValue, "ResourceUnavailable.ResourceDisabled*", Refused, 0,
		"the secret is disabled: enable it in the SSM console"},
	{GetSecretValue, "ResourceUnavailable.ResourcePendingDeleted*", Refused, 0,
		"the secret is about to be deleted: restore it in the SSM console"},
	{GetSecretValue, "ResourceUnavailable.NotPurchased*", Refused, 0,
		"SSM is not opened for this account, or overdue"},
	{GetSecretValue, "ResourceUnavailable*", Refused, 0,
		"the secret can't be used in its present state: look at it in the SSM console"},
	{GetSecretValue, "UnauthorizedOperation*", Refused, 0,
		"the function's role may not read the secret: grant it ssm:GetSecretValue on it " +
			"(and kms:Decrypt if it uses a key of your own)"},
	{GetSecretValue, "FailedOperation.AccessKmsError*", Refused, 0,
		"SSM can't use the secret's KMS key: check the key and the role's rights to it"},
	{GetSecretValue, "OperationDenied*", Refused, 0,
		"SSM refuses: check the function's role and the secret's KMS key"},
	{GetSecretValue, "AuthFailure.SignatureExpire*", Refused, 0,
		"the function's clock is wrong by more than five minutes"},
	{GetSecretValue, "AuthFailure*", KeyRefused, 0,
		"SSM doesn't accept the credentials of the function's role: check the role in the " +
			"SCF console"},
	{GetSecretValue, "UnsupportedRegion*", Refused, 0,
		"SSM is not in this region: check SECRET_REGION"},
	{GetSecretValue, "Invalid* Missing*", Refused, 0,
		"SSM doesn't accept the request: check SECRET_NAME, SECRET_VERSION and SECRET_REGION"},
	{GetSecretValue, "Unsupported*", Refused, 0,
		"SSM doesn't accept the request: check SECRET_REGION"},
	{GetSecretValue, "Unknown*", Refused, 0,
		"SSM doesn't accept the request"},
	{GetSecretValue, "NoSuch*", Refused, 0,
		"SSM doesn't know the request: check SSM_ENDPOINT"},
	{GetSecretValue, "*", Unavailable, 0, "SSM can't answer now"},
}
