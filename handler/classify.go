package handler

import (
	"net/http"
	"strings"
	"time"
)

// classify says what one of Tencent's error codes means for the caller, at whichever of its two layers the code came:
// the answer's Error or the number's SendStatus. The documentation doesn't say which code comes where, so both go
// through here. Codes and meanings: https://cloud.tencent.com/document/api/382/55981 and the SDK's sms/errors.go.
func classify(code string, now time.Time) outcome {
	out, ok := known(strings.ToLower(code))
	if !ok {
		out = family(strings.ToLower(code))
	}
	if out.retryAfter == untilMidnight {
		out.retryAfter = toMidnight(now)
	}
	out.tencent = code
	return out
}

// family decides about a code that isn't known, or is spelt in one of the ways Tencent's older pages have.
func family(code string) outcome {
	has := func(prefix string) bool { return strings.HasPrefix(code, prefix) }
	switch {
	case has("authfailure"):
		return withNewKey("Tencent doesn't accept the AccessKey in the secret")
	case has("requestlimitexceeded"):
		return apiRate()
	case has("limitexceeded."):
		return tooMany(time.Minute, "a limit of Tencent's is reached: "+hintLookUp)
	case has("failedoperation."), has("invalid"), has("missing"), has("unauthorized"), has("unknown"), has("unsupported"):
		return refused("Tencent refused the request: " + hintLookUp)
	default:
		return unknown("")
	}
}

func withNewKey(hint string) outcome {
	out := refused(hint)
	out.again = newKey
	return out
}

func undeliverable(hint string) outcome {
	return outcome{status: http.StatusUnprocessableEntity, code: codeUndeliverable, hint: hint}
}

func tooMany(after time.Duration, hint string) outcome {
	return outcome{status: http.StatusTooManyRequests, code: codeTooManyRequests, retryAfter: after, hint: hint}
}

// apiRate is for the gateway's limit of requests. It counts before anything is done, so one more attempt is safe.
func apiRate() outcome {
	out := tooMany(time.Second, "requests come faster than Tencent's API takes them: ask its support for more a second")
	out.again = later
	return out
}

// dailyLimit is for limits that hold back everybody, not one number.
func dailyLimit(hint string) outcome {
	out := unavailable(hint + " Until it is raised or the day is over (China time), nobody gets a code.")
	out.retryAfter = untilMidnight
	return out
}

// untilMidnight stands for the time to the next natural day, from which Tencent counts daily limits anew.
const untilMidnight = -1 * time.Second

// toMidnight assumes that Tencent's day is China's; its documentation only says 自然日.
func toMidnight(now time.Time) time.Duration {
	const offset = 8 * time.Hour
	local := now.UTC().Add(offset)
	return local.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(local)
}

const (
	hintCAM    = "the AccessKey's user may not send: grant it sms:SendSms on *"
	hintLookUp = "look its code up at https://cloud.tencent.com/document/api/382/55981"
	hintLimits = ": the limits are in the SMS console (application, frequency limits)"
)

// known decides about the codes that say more than their family, in lower case. The second result is false for others.
func known(code string) (outcome, bool) {
	switch code {
	// The number or its country.
	case "invalidparametervalue.incorrectphonenumber", "failedoperation.phonenumberparsefail":
		return undeliverable("Tencent says this is no phone number"), true
	case "failedoperation.phonenumberinblacklist", "failedoperation.phonenumberonblacklist": // the second is an older spelling
		return undeliverable("the number opted out, or its carrier blocks it: Tencent's support can lift that"), true
	case "unsupportedoperation.unsupportedregion":
		return undeliverable("Tencent doesn't send to this country or region"), true
	case "limitexceeded.appcountryorregioninblacklist":
		return undeliverable("the country or region isn't on the SMS console's list (application, basic configuration)"), true

	// Limits of one number, and rates.
	case "limitexceeded.phonenumberthirtysecondlimit":
		return tooMany(30*time.Second, "the number got the same text less than 30 seconds ago"+hintLimits), true
	case "limitexceeded.phonenumberonehourlimit":
		return tooMany(time.Hour, "the number got all it may get in an hour"+hintLimits), true
	case "limitexceeded.phonenumberdailylimit":
		return tooMany(untilMidnight, "the number got all it may get in a day"+hintLimits), true
	case "limitexceeded.phonenumbersamecontentdailylimit":
		return tooMany(untilMidnight, "the number got the same text as often as it may in a day"+hintLimits), true
	case "limitexceeded.deliveryfrequencylimit":
		return tooMany(time.Minute, "the number got all it may get for now"+hintLimits), true
	case "limitexceeded.globalsmssendingratelimit":
		return tooMany(5*time.Second, "more go abroad at once than Tencent sends: ask its support for a higher rate"), true

	// Limits of the application or the account.
	case "limitexceeded.appdailylimit":
		return dailyLimit("the application's daily limit is reached: raise it in the SMS console."), true
	case "limitexceeded.appmainlandchinadailylimit":
		return dailyLimit("the application's daily limit for mainland China is reached: raise it in the SMS console."), true
	case "limitexceeded.appglobaldailylimit":
		return dailyLimit("the application's daily limit abroad is reached: raise it in the SMS console."), true
	case "limitexceeded.appcountryorregiondailylimit":
		return dailyLimit("the application's daily limit for this country or region is reached: raise it in the SMS console."), true
	case "limitexceeded.dailylimit":
		return dailyLimit("the account's daily limit abroad is reached: ask Tencent's support to raise it."), true

	// The template, its parameters and the signature.
	case "failedoperation.templateincorrectorunapproved", "failedoperation.templateunapprovedornotexist", "failedoperation.templateidnotexist":
		return refused("check the templateCode in TEMPLATES: it must exist, be approved and belong to SDK_APP_ID"), true
	case "failedoperation.templateparamsetnotmatchapprovedtemplate":
		return refused("check params in TEMPLATES: as many as the template has variables {1}, {2}, …"), true
	case "invalidparametervalue.templateparameterformaterror", "invalidparametervalue.templateparameterlengthlimit",
		"invalidparametervalue.prohibiteduseurlintemplateparameter":
		return refused("check params in TEMPLATES: verification templates take up to 6 digits for each variable, others up to 6 characters by default, and never a URL"), true
	case "invalidparametervalue.contentlengthlimit":
		return refused("the SMS would be too long: shorten the template, or the literals in params"), true
	case "failedoperation.signatureincorrectorunapproved":
		return refused("check SIGN_NAME (abroad: SIGN_NAME_OVERSEAS): the text of an approved signature, not its number, without 【】"), true
	case "unsupportedoperation.chinesemainlandtemplatetoglobalphone", "unsupportedoperation.globaltemplatetochinesemainlandphone",
		"unsupportedoperation.containdomesticandinternationalphonenumber", "unsupportedoperation.containdomesticphonenumber":
		return refused("a mainland signature or template was used for a number abroad, or the reverse: check which templateCode in TEMPLATES stands under china and which under overseas"), true
	case "unauthorizedoperation.individualusermarketingsmspermissiondeny", "failedoperation.marketingsendtimeconstraint":
		return refused("the template is one for marketing: configure one for verification codes"), true
	case "failedoperation.containsensitiveword", "invalidparameter.dirtywordfound":
		return refused("the signature, the template or a literal in params holds a word Tencent doesn't allow"), true

	// The account and the application.
	case "failedoperation.insufficientbalanceinsmspackage":
		return refused("the SMS package is used up: buy one. Until then nobody gets a code."), true
	case "unauthorizedoperation.servicesuspendduetoarrears", "unauthorizedoperation.serivcesuspendduetoarrears": // the second is an older spelling
		return refused("the account is overdue: top it up. Until then nobody gets a code."), true
	case "invalidparametervalue.sdkappidnotexist", "unauthorizedoperation.smssdkappidverifyfail", "invalidparameter.appidandbizid":
		return refused("check SDK_APP_ID: it must belong to the account of the AccessKey in the secret"), true
	case "unauthorizedoperation.sdkappidisdisabled":
		return refused("the SMS application is disabled: ask Tencent's support"), true
	case "unauthorizedoperation.requestipnotinwhitelist", "ipnotinwhitelist", "ipinblacklist":
		return refused("source IP checking is on in the SMS console: give the function a fixed outbound IP and list it there, or switch the check off"), true
	case "unauthorizedoperation.requestpermissiondeny":
		return refused("the account may not send: ask Tencent's support"), true
	case "unauthorizedoperation":
		return refused(hintCAM), true
	case "unsupportedregion":
		return refused("check SMS_REGION: such as ap-guangzhou, ap-beijing or ap-nanjing"), true

	// The AccessKey.
	case "authfailure.secretidnotfound":
		return withNewKey("the AccessKey in the secret doesn't exist or is disabled: put the new one into the secret"), true
	case "authfailure.signaturefailure":
		return withNewKey("the AccessKey in the secret doesn't fit its id: check accessKeySecret"), true
	case "authfailure.tokenfailure":
		return withNewKey("the temporary key in the secret has a wrong or expired token: use a permanent AccessKey"), true
	case "authfailure.mfafailure":
		return withNewKey("the AccessKey in the secret demands MFA: use one of a sub-account without it"), true
	case "authfailure.unauthorizedoperation":
		return withNewKey(hintCAM), true
	case "authfailure.signatureexpire", "internalerror.requesttimeexception": // a new key would not help
		return refused("the function's clock is wrong"), true

	// The request itself, or Tencent's own systems, before anything was sent.
	case "missingparameter.emptyphonenumberset", "limitexceeded.phonenumbercountlimit", "nosuchversion", "nosuchproduct",
		"internalerror.jsonparsefail", "internalerror.restapiinterfacenotexist":
		return refused("Tencent can't read the request: this is a fault of this program or a change of Tencent's API"), true
	case "internalerror.sigfieldmissing", "internalerror.sigverificationfail":
		return refused("the signature check between Tencent's own systems failed: ask Tencent's support"), true
	default:
		return outcome{}, false
	}
}
