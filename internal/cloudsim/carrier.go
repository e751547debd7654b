package cloudsim

import "slices"

// CarrierCode is a word by which a carrier, or Tencent for it, says what became of a message: errmsg
// of a report that is posted, Description of one that is pulled.
type CarrierCode struct {
	Code      string // "MK:0012" stands for all that begin with MK:, MN:, MI: or LT:
	Delivered bool
	Meaning   string // for the operator
	Source    string // the URL of what says so
}

// The lists of codes. Tencent's is on the page of messages abroad; it documents no list of what
// carriers in China say, so that is another provider's.
const (
	tencentCodes = "https://www.tencentcloud.com/document/product/382/35462"
	chineseCodes = "https://mysubmail.com/documents/1XQAE4"
)

// CarrierCodes are the codes that an operator meets most.
func CarrierCodes() []CarrierCode {
	return []CarrierCode{
		{"DELIVRD", true, "it is on the phone", tencentCodes},
		{"UNDELIV", false, "the phone is off or out of service, or the number is barred: " +
			"nothing to do unless many fail", tencentCodes},
		{"EXPIRED", false, "the phone could not be found in time, or has no signal: the person " +
			"asks for another code", tencentCodes},
		{"REJECTD", false, "the carrier refuses the text or the sender: look at the signature, " +
			"the template, and the sender's registration abroad", tencentCodes},
		{"DELETED", false, "it was deleted on its way, mostly because of the phone", tencentCodes},
		{"SUBFAIL", false, "the carrier did not take it, mostly because of the number's form",
			tencentCodes},
		{"UNKNOWN", false, "nobody knows why: ask Tencent's support, with serialNo", tencentCodes},
		{"COMFAIL", false, "no connection to the carrier: if it lasts, ask Tencent's support",
			tencentCodes},
		{"WTNFAIL", false, "the carrier's network was disturbed: if it lasts, ask Tencent's " +
			"support", tencentCodes},
		{"MK:0012", false, "the number does not exist, is off, or is out of service (MK:…, " +
			"MN:…, MI:…, LT:…): nothing to do unless many fail", chineseCodes},
		{"BLACK", false, "the number is on a carrier's blacklist: Tencent's support can ask for it",
			chineseCodes},
		{"ID:0076", false, "the carrier blocks a word in the text (ID:0076, MA:…, KEYWORD): " +
			"change the template", chineseCodes},
	}
}

// describe is the sentence that Tencent's page has for a delivered message, and another for others.
func describe(code string) string {
	delivered := func(c CarrierCode) bool { return c.Code == code && c.Delivered }
	if slices.ContainsFunc(CarrierCodes(), delivered) {
		return "用户短信送达成功"
	}
	return "用户短信送达失败"
}
