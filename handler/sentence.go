package handler

import "strings"

// language is an index into the sentences.
type language int

const (
	english language = iota
	simplifiedChinese
	traditionalChinese
	japanese
	korean
	languages // their number
)

// speak returns the language for a language tag: English where we have no other.
func speak(tag string) language {
	tag = strings.ToLower(tag)
	primary, rest, _ := strings.Cut(tag, "-")
	switch primary {
	case "ja":
		return japanese
	case "ko":
		return korean
	case "zh":
	default:
		return english
	}
	for subtag := range strings.SplitSeq(rest, "-") {
		switch subtag {
		case "hans":
			return simplifiedChinese
		case "hant", "tw", "hk", "mo":
			return traditionalChinese
		}
	}
	return simplifiedChinese
}

// sentence tells the user, in their language, why no code was sent. They can correct the number, or
// wait. Everything else is for the operator, who finds the reason in the log.
func sentence(k kind, locale string) string {
	var s [languages]string
	switch k {
	case invalidPhoneNumber:
		s = [languages]string{
			"This phone number is not valid. Please check it and try again.",
			"手机号码无效，请检查后重试。",
			"手機號碼無效，請檢查後重試。",
			"電話番号が正しくありません。ご確認のうえ、もう一度お試しください。",
			"전화번호가 올바르지 않습니다. 확인 후 다시 시도해 주세요.",
		}
	case notAllowed:
		s = [languages]string{
			"Verification codes cannot be sent to phone numbers of this country or region.",
			"暂不支持向该国家或地区的手机号码发送验证码。",
			"暫不支援向該國家或地區的手機號碼傳送驗證碼。",
			"この国または地域の電話番号には認証コードを送信できません。",
			"이 국가 또는 지역의 전화번호로는 인증번호를 보낼 수 없습니다.",
		}
	case undeliverable:
		s = [languages]string{
			"This phone number cannot receive verification codes. Please use another one.",
			"该手机号码无法接收验证码，请更换号码。",
			"該手機號碼無法接收驗證碼，請更換號碼。",
			"この電話番号では認証コードを受信できません。別の番号をご利用ください。",
			"이 전화번호로는 인증번호를 받을 수 없습니다. 다른 번호를 사용해 주세요.",
		}
	case tooManyRequests:
		s = [languages]string{
			"Too many verification codes were requested. Please wait a while and try again.",
			"验证码请求过于频繁，请稍后再试。",
			"驗證碼請求過於頻繁，請稍後再試。",
			"認証コードのリクエストが多すぎます。しばらくしてからもう一度お試しください。",
			"인증번호 요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
		}
	case unavailable:
		s = [languages]string{
			"Verification codes cannot be sent at the moment. Please try again later.",
			"验证码暂时无法发送，请稍后再试。",
			"驗證碼暫時無法傳送，請稍後再試。",
			"現在、認証コードを送信できません。しばらくしてからもう一度お試しください。",
			"지금은 인증번호를 보낼 수 없습니다. 잠시 후 다시 시도해 주세요.",
		}
	case unknown:
		s = [languages]string{
			"The verification code may be on its way. If it does not arrive within a minute, please request a new one.",
			"验证码可能已发出。如一分钟内仍未收到，请重新获取。",
			"驗證碼可能已送出。如一分鐘內仍未收到，請重新取得。",
			"認証コードは送信済みの可能性があります。1分以内に届かない場合は、もう一度リクエストしてください。",
			"인증번호가 발송되었을 수 있습니다. 1분 안에 도착하지 않으면 다시 요청해 주세요.",
		}
	default:
		s = [languages]string{
			"The verification code could not be sent. Please contact support if this continues.",
			"验证码发送失败。如持续出现，请联系客服。",
			"驗證碼傳送失敗。如持續發生，請聯絡客服。",
			"認証コードを送信できませんでした。問題が続く場合は、サポートにお問い合わせください。",
			"인증번호를 보내지 못했습니다. 문제가 계속되면 고객 지원에 문의해 주세요.",
		}
	}
	return s[speak(locale)]
}
