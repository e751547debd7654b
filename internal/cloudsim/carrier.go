package cloudsim

import (
	"slices"
	"strings"
)

// CarrierCode is a word by which a carrier, or Tencent for it, says what became of a message: errmsg
// of a report that is posted, Description of one that is pulled.
type CarrierCode struct {
	Code      string
	Delivered bool
	Meaning   string   // for the operator
	Source    string   // the URL of what says so
	Chinese   string   // Meaning in Chinese
	Alike     []string // what other codes of the same meaning begin with
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
		{"DELIVRD", true, "it is on the phone", tencentCodes, "已送达手机", nil},
		{"UNDELIV", false, "the phone is off or out of service, or the number is barred: " +
			"nothing to do unless many fail", tencentCodes,
			"关机、停机或号码异常：个别失败无需处理", nil},
		{"EXPIRED", false, "the phone could not be found in time, or has no signal: the person " +
			"asks for another code", tencentCodes,
			"未能及时送到，或手机没有信号：请用户重新获取验证码", nil},
		{"REJECTD", false, "the carrier refuses the text or the sender: look at the signature, " +
			"the template, and the sender's registration abroad", tencentCodes,
			"运营商拒绝内容或发送方：检查签名、模板以及境外的发送方注册", nil},
		{"DELETED", false, "it was deleted on its way, mostly because of the phone", tencentCodes,
			"途中被删除，多因手机所致", nil},
		{"SUBFAIL", false, "the carrier did not take it, mostly because of the number's form",
			tencentCodes, "运营商未受理，多因号码格式所致", nil},
		{"UNKNOWN", false, "nobody knows why: ask Tencent's support, with serialNo", tencentCodes,
			"原因不明：带 serialNo 咨询腾讯云客服", nil},
		{"COMFAIL", false, "no connection to the carrier: if it lasts, ask Tencent's support",
			tencentCodes, "与运营商连接异常：若持续，咨询腾讯云客服", nil},
		{"WTNFAIL", false, "the carrier's network was disturbed: if it lasts, ask Tencent's " +
			"support", tencentCodes, "运营商网络抖动：若持续，咨询腾讯云客服", nil},
		{"MK:0012", false, "the number does not exist, is off, or is out of service (MK:…, " +
			"MN:…, MI:…, LT:…): nothing to do unless many fail", chineseCodes,
			"空号、关机或停机（MK:…、MN:…、MI:…、LT:…）：个别失败无需处理",
			[]string{"MK:", "MN:", "MI:", "LT:"}},
		{"BLACK", false, "the number is on a carrier's blacklist: Tencent's support can ask for it",
			chineseCodes, "号码在运营商黑名单中：可请腾讯云客服查询", nil},
		{"ID:0076", false, "the carrier blocks a word in the text (ID:0076, MA:…, KEYWORD): " +
			"change the template", chineseCodes,
			"内容被关键词拦截（ID:0076、MA:…、KEYWORD）：修改模板", []string{"MA:", "KEYWORD"}},
	}
}

// CarrierCodeOf returns what is known of a carrier's word. It reports whether anything is.
func CarrierCodeOf(word string) (CarrierCode, bool) {
	all := CarrierCodes()
	i := slices.IndexFunc(all, func(c CarrierCode) bool {
		return c.Code == word || slices.ContainsFunc(c.Alike, func(beginning string) bool {
			return strings.HasPrefix(word, beginning)
		})
	})
	if i < 0 {
		return CarrierCode{}, false
	}
	return all[i], true
}

// describe is the sentence that Tencent's page has for a delivered message, and another for others.
func describe(code string) string {
	if c, _ := CarrierCodeOf(code); c.Delivered {
		return "用户短信送达成功"
	}
	return "用户短信送达失败"
}
