package dependability

import (
	"slices"
	"strings"
	"time"

	"scf-sms/internal/cloudsim"
)

// This file is the contract's table of what can go wrong and how the function answers. It repeats
// on purpose what the code under test knows: a test that shared code with it would prove nothing.

// ruling is how the function answers one of Tencent's codes.
type ruling struct {
	status      int
	least, most int    // bounds of Retry-After, in seconds
	again       reason // why another attempt is safe
}

// reason is why another attempt can't become a second message.
type reason int

const (
	final     reason = iota // none: there is no other attempt
	unreached               // no byte was sent: once more
	rate                    // refused because of the API's rate: as often as the time allows
	rejected                // refused because of its key: once more, with another
)

const day = 24 * 60 * 60

// rulings has all codes of SendSms and of the gateway. Those with SomethingNew in them don't exist:
// their family decides.
var rulings = func() map[string]ruling {
	all := map[string]ruling{}
	add := func(r ruling, codes ...string) {
		for _, code := range codes {
			if _, twice := all[code]; twice {
				panic("two rulings on " + code)
			}
			all[code] = r
		}
	}
	// The number or its country.
	add(ruling{status: 422},
		"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberParseFail",
		"FailedOperation.PhoneNumberInBlacklist", "UnsupportedOperation.UnsupportedRegion",
		"LimitExceeded.AppCountryOrRegionInBlacklist")

	// Limits of the number, and rates.
	add(ruling{429, 30, 30, final}, "LimitExceeded.PhoneNumberThirtySecondLimit")
	add(ruling{429, 3600, 3600, final}, "LimitExceeded.PhoneNumberOneHourLimit")
	add(ruling{429, 1, day, final},
		"LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit")
	add(ruling{429, 60, 60, final}, "LimitExceeded.DeliveryFrequencyLimit")
	add(ruling{429, 5, 5, final}, "LimitExceeded.GlobalSmsSendingRateLimit")
	add(ruling{429, 1, day, final}, "LimitExceeded.SomethingNew")
	add(ruling{429, 1, 1, rate},
		"RequestLimitExceeded", "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
		"RequestLimitExceeded.UinLimitExceeded", "RequestLimitExceeded.IPLimitExceeded",
		"RequestLimitExceeded.SomethingNew")

	// Limits of the application or the account.
	add(ruling{503, 1, day, final},
		"LimitExceeded.AppDailyLimit", "LimitExceeded.AppMainlandChinaDailyLimit",
		"LimitExceeded.AppGlobalDailyLimit", "LimitExceeded.AppCountryOrRegionDailyLimit",
		"LimitExceeded.DailyLimit")

	// Account, application, signature, template, parameters, or the request itself.
	add(ruling{status: 502},
		"MissingParameter.EmptyPhoneNumberSet", "LimitExceeded.PhoneNumberCountLimit",
		"InvalidParameterValue.TemplateParameterFormatError",
		"InvalidParameterValue.TemplateParameterLengthLimit",
		"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
		"InvalidParameterValue.ContentLengthLimit",
		"FailedOperation.SignatureIncorrectOrUnapproved",
		"FailedOperation.TemplateIncorrectOrUnapproved",
		"FailedOperation.TemplateUnapprovedOrNotExist", "FailedOperation.TemplateIdNotExist",
		"FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
		"FailedOperation.InsufficientBalanceInSmsPackage",
		"UnauthorizedOperation.ServiceSuspendDueToArrears",
		"InvalidParameterValue.SdkAppIdNotExist", "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
		"InvalidParameter.AppidAndBizId", "UnauthorizedOperation.SdkAppIdIsDisabled",
		"UnauthorizedOperation.RequestIpNotInWhitelist", "IpNotInWhitelist", "IpInBlacklist",
		"UnauthorizedOperation.RequestPermissionDeny", "UnauthorizedOperation",
		"UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
		"FailedOperation.MarketingSendTimeConstraint",
		"UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
		"UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
		"UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
		"UnsupportedOperation.ContainDomesticPhoneNumber", "UnsupportedRegion",
		"FailedOperation.ContainSensitiveWord", "InvalidParameter.DirtyWordFound",
		"InvalidAction", "NoSuchVersion", "NoSuchProduct", "InvalidParameter",
		"InvalidParameterValue", "MissingParameter", "UnknownParameter", "UnsupportedOperation",
		"UnsupportedProtocol", "InvalidRequest", "FailedOperation.JsonParseFail",
		"FailedOperation.FailResolvePacket", "FailedOperation.OtherError",
		"FailedOperation.ParametersOtherError", "InternalError.JsonParseFail",
		"InternalError.RestApiInterfaceNotExist", "InternalError.RequestTimeException",
		"InternalError.SigFieldMissing", "InternalError.SigVerificationFail",
		"FailedOperation.SomethingNew", "InvalidSomethingNew", "MissingSomethingNew",
		"UnauthorizedSomethingNew", "UnknownSomethingNew", "UnsupportedSomethingNew",
		"AuthFailure.SignatureExpire") // our clock: another key would not help

	// The AccessKey.
	add(ruling{status: 502, again: rejected},
		"AuthFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.InvalidSecretId",
		"AuthFailure.SignatureFailure", "AuthFailure.TokenFailure",
		"AuthFailure.InvalidAuthorization", "AuthFailure.MFAFailure",
		"AuthFailure.UnauthorizedOperation", "AuthFailure.SomethingNew")

	// A message may have been sent, and the answer doesn't say.
	add(ruling{status: 504},
		"InternalError", "InternalError.Timeout", "InternalError.SendAndRecvFail",
		"InternalError.UnknownError", "InternalError.OtherError",
		"InternalError.ParseBackendResponseFail", "InternalError.SomethingNew", "FailedOperation",
		"LimitExceeded", "ResourceUnavailable", "ResourceInsufficient", "SomethingNew")
	return all
}()

// codes are the keys of rulings in order, so that a seed draws the same in every run.
var codes = func() []string {
	all := make([]string, 0, len(rulings))
	for code := range rulings {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}()

// rule finds the ruling on a code, in whatever case it comes.
func rule(code string) ruling {
	if code == "" {
		return ruling{}
	}
	for known, r := range rulings {
		if strings.EqualFold(known, code) {
			return r
		}
	}
	panic("no ruling on " + code)
}

// meaning is what a fault does to a SendSms request.
type meaning int

const (
	answered   meaning = iota // the request is processed, and the answer arrives
	told                      // an outer error with a code that decides; nothing is processed
	toldInItem                // the code of the number's status decides, if all else is well
	lost                      // no clear answer, and nothing was processed
	lostAfter                 // no clear answer, but the request was processed
	saidOk                    // the answer says Ok in another spelling; nothing was processed
	transient                 // of SSM: no secret now, perhaps later
	permanent                 // of SSM: no secret until somebody changes something
)

// fault is what a request meets, and what it means.
type fault struct {
	cloudsim.Fault
	meaning meaning
}

// unknown is the status of a request to SendSms that meets a fault of which nobody can say whether it
// sent: 504 if a whole answer came that says neither, 202 if none came.
func (f fault) unknown() int {
	switch f.Kind {
	case cloudsim.Body, cloudsim.HTTP, cloudsim.Redirect, cloudsim.Huge:
		return 504
	}
	return 202
}

// endless reports whether the fault lasts until a time budget ends.
func (f fault) endless() bool {
	switch f.Kind {
	case cloudsim.HangUnsent, cloudsim.HangSent:
		return true
	case cloudsim.Slow:
		return f.Delay == 0
	case cloudsim.Delay:
		return true
	}
	return false
}

// late is the delay of an answer that comes after a caller with a short time budget has given up,
// and after a request that may be followed by another has ended: see limit.
const late = time.Second

func body(text string, m meaning) fault {
	return fault{cloudsim.Fault{Kind: cloudsim.Body, Body: text}, m}
}

func page(status int, text string, m meaning) fault {
	return fault{cloudsim.Fault{Kind: cloudsim.HTTP, Status: status, Body: text}, m}
}

// redirect is a fault without its target: see sequencer.redirect.
func redirect(status int, m meaning) fault {
	return fault{cloudsim.Fault{Kind: cloudsim.Redirect, Status: status}, m}
}

func kind(k cloudsim.Kind, m meaning) fault { return fault{cloudsim.Fault{Kind: k}, m} }

const html = "<html><head><title>502 Bad Gateway</title></head></html>"

// smsFaults are those of a SendSms request, but for the codes.
var smsFaults = []fault{
	kind(cloudsim.ResetEarly, lost), kind(cloudsim.ResetUnsent, lost),
	kind(cloudsim.HangUnsent, lost),
	kind(cloudsim.ResetSent, lostAfter), kind(cloudsim.EOFSent, lostAfter),
	kind(cloudsim.HangSent, lostAfter),
	kind(cloudsim.Cut, lostAfter), kind(cloudsim.Huge, lostAfter), kind(cloudsim.Slow, lostAfter),
	{cloudsim.Fault{Kind: cloudsim.Slow, Delay: 5 * time.Millisecond}, answered},
	{cloudsim.Fault{Kind: cloudsim.Delay, Delay: time.Minute}, lost},

	body("null", lost), body("", lost), body("{}", lost), body("[]", lost), body(`"Ok"`, lost),
	body("{", lost),
	body(`{"Response":null}`, lost), body(`{"Response":{}}`, lost), body(`{"Response":[]}`, lost),
	body(`{"Response":{"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":null,"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[],"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[null],"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[{}],"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[{"Code":""}],"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[{"Code":"Ok"},{"Code":"Ok"}],"RequestId":"r"}}`, lost),
	body(`{"Response":{"SendStatusSet":[{"Code":"OK","SerialNo":"s"}],"RequestId":"r"}}`, saidOk),

	page(502, html, lost), page(500, "", lost), page(503, "{}", lost), page(404, "null", lost),
	page(204, "", lost),
	page(500, `{"Response":{"SendStatusSet":[{"Code":"Ok"}],"RequestId":"r"}}`, lost),
	{cloudsim.Fault{Kind: cloudsim.HTTP, Status: 500, Code: "InvalidAction",
		Body: `{"Response":{"Error":{"Code":"InvalidAction","Message":""},"RequestId":"r"}}`,
	}, told},

	redirect(301, lost), redirect(302, lost), redirect(303, lost), redirect(307, lost),
	redirect(308, lost),
}

// secretOf is an answer of SSM with a secret that can't be used.
func secretOf(fields string) fault {
	return body(`{"Response":{`+fields+`,"RequestId":"r"}}`, permanent)
}

// ssmFaults are those of a GetSecretValue request.
var ssmFaults = func() []fault {
	all := []fault{
		kind(cloudsim.ResetEarly, transient), kind(cloudsim.ResetUnsent, transient),
		kind(cloudsim.ResetSent, transient),
		kind(cloudsim.EOFSent, transient), kind(cloudsim.Cut, transient),
		kind(cloudsim.Huge, transient),
		kind(cloudsim.HangUnsent, transient), kind(cloudsim.HangSent, transient),
		kind(cloudsim.Slow, transient),
		{cloudsim.Fault{Kind: cloudsim.Delay, Delay: late}, transient},

		body("null", transient), body("", transient), body("{}", transient), body("{", transient),
		page(502, html, transient), page(503, "{}", transient), page(204, "", transient),
		redirect(302, transient), redirect(307, transient),

		secretOf(`"SecretString":"no JSON"`),
		secretOf(`"SecretString":"{\"accessKeyId\":\"i\",\"accessKeySecret\":\"s\"}"`), // no token
		secretOf(`"SecretString":"{\"authorization\":\"Bearer x\"}"`),                  // no key
		secretOf(`"SecretString":"","SecretBinary":"not base64"`),
	}
	for _, code := range []string{
		"InternalError", "InternalError.SomethingNew", "RequestLimitExceeded", "SomethingNew",
	} {
		all = append(all, fault{cloudsim.Fault{Kind: cloudsim.Error, Code: code}, transient})
	}
	for _, code := range []string{
		"ResourceNotFound", "ResourceNotFound.SecretNotExist",
		"ResourceUnavailable.ResourceDisabled", "ResourceUnavailable.ResourcePendingDeleted",
		"UnauthorizedOperation", "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure",
		"AuthFailure.SignatureFailure", "AuthFailure.SomethingNew",
	} {
		all = append(all, fault{cloudsim.Fault{Kind: cloudsim.Error, Code: code}, permanent})
	}
	return all
}()
