package sentence

// words are the sentences of one language. {wait} stands for one of the waits below them.
type words struct {
	of               [meanings]string
	fixedInvalid     string // NumberInvalid for a number that the person can't choose
	fixedUnreachable string // NumberUnreachable for such a number

	later, soon, tomorrow   string
	seconds, minutes, hours unit
}

// English
var english = words{
	of: [meanings]string{
		Failed:            "The code could not be sent. Please contact support if this continues.",
		NumberInvalid:     "This phone number is not valid. Please check it and try again.",
		CountryNotServed:  "Codes cannot be sent to phone numbers in this country or region.",
		NumberUnreachable: "This phone number cannot receive codes. Please use another one.",
		TooManyRequests:   "Too many codes have been requested. Please try again {wait}.",
		Busy:              "The service is busy. Please try again {wait}.",
		Unavailable:       "Codes cannot be sent at the moment. Please try again {wait}.",
		PossiblySent:      "The code may be on its way. If it does not arrive, request a new one. Only the newest code is valid.",
	},
	fixedInvalid:     "The phone number on this account is not valid. Please contact support.",
	fixedUnreachable: "This phone number cannot receive codes. Please contact support.",
	later:            "later",
	soon:             "in a few seconds",
	seconds:          unit{many: "in {n} seconds"},
	minutes:          unit{one: "in a minute", many: "in {n} minutes"},
	hours:            unit{one: "in an hour", many: "in {n} hours"},
	tomorrow:         "tomorrow",
}

// 简体中文
var simplifiedChinese = words{
	of: [meanings]string{
		Failed:            "验证码发送失败。若问题持续，请联系客服。",
		NumberInvalid:     "手机号码无效，请检查后重试。",
		CountryNotServed:  "暂不支持向该国家或地区的手机号码发送验证码。",
		NumberUnreachable: "该手机号码无法接收验证码，请更换号码。",
		TooManyRequests:   "验证码请求过于频繁，请{wait}再试。",
		Busy:              "系统繁忙，请{wait}再试。",
		Unavailable:       "验证码暂时无法发送，请{wait}再试。",
		PossiblySent:      "验证码可能已发出。若未收到，请重新获取，并以最新的验证码为准。",
	},
	fixedInvalid:     "该账号的手机号码无效，请联系客服。",
	fixedUnreachable: "该手机号码无法接收验证码，请联系客服。",
	later:            "稍后",
	soon:             "稍等几秒",
	seconds:          unit{many: "{n}秒后"},
	minutes:          unit{many: "{n}分钟后"},
	hours:            unit{many: "{n}小时后"},
	tomorrow:         "明天",
}

// 繁體中文
var traditionalChinese = words{
	of: [meanings]string{
		Failed:            "驗證碼傳送失敗。若問題持續發生，請聯絡客服。",
		NumberInvalid:     "手機號碼無效，請確認後再試一次。",
		CountryNotServed:  "目前無法傳送驗證碼至此國家或地區的手機號碼。",
		NumberUnreachable: "此手機號碼無法接收驗證碼，請改用其他號碼。",
		TooManyRequests:   "驗證碼請求次數過多，請{wait}再試。",
		Busy:              "系統忙碌中，請{wait}再試。",
		Unavailable:       "目前無法傳送驗證碼，請{wait}再試。",
		PossiblySent:      "驗證碼可能已送出。若未收到，請重新取得，並以最新的驗證碼為準。",
	},
	fixedInvalid:     "此帳號的手機號碼無效，請聯絡客服。",
	fixedUnreachable: "此手機號碼無法接收驗證碼，請聯絡客服。",
	later:            "稍後",
	soon:             "稍等幾秒",
	seconds:          unit{many: "於{n}秒後"},
	minutes:          unit{many: "於{n}分鐘後"},
	hours:            unit{many: "於{n}小時後"},
	tomorrow:         "明天",
}

// 日本語
var japanese = words{
	of: [meanings]string{
		Failed:            "認証コードを送信できませんでした。問題が続く場合は、サポートにお問い合わせください。",
		NumberInvalid:     "電話番号が正しくありません。ご確認のうえ、もう一度お試しください。",
		CountryNotServed:  "この国または地域の電話番号には認証コードを送信できません。",
		NumberUnreachable: "この電話番号では認証コードを受信できません。別の番号をご利用ください。",
		TooManyRequests:   "認証コードのリクエスト回数が多すぎます。{wait}もう一度お試しください。",
		Busy:              "ただいまアクセスが集中しています。{wait}もう一度お試しください。",
		Unavailable:       "現在、認証コードを送信できません。{wait}もう一度お試しください。",
		PossiblySent:      "認証コードは送信済みの可能性があります。届かない場合は再送信のうえ、最新のコードをご入力ください。",
	},
	fixedInvalid:     "アカウントの電話番号が正しくありません。サポートにお問い合わせください。",
	fixedUnreachable: "この電話番号では認証コードを受信できません。サポートにお問い合わせください。",
	later:            "しばらくしてから",
	soon:             "数秒後に",
	seconds:          unit{many: "{n}秒後に"},
	minutes:          unit{many: "{n}分後に"},
	hours:            unit{many: "{n}時間後に"},
	tomorrow:         "明日",
}

// 한국어
var korean = words{
	of: [meanings]string{
		Failed:            "인증번호를 보내지 못했습니다. 문제가 계속되면 고객센터에 문의해 주세요.",
		NumberInvalid:     "전화번호가 올바르지 않습니다. 확인 후 다시 시도해 주세요.",
		CountryNotServed:  "이 국가 또는 지역의 전화번호로는 인증번호를 보낼 수 없습니다.",
		NumberUnreachable: "이 전화번호로는 인증번호를 받을 수 없습니다. 다른 번호를 사용해 주세요.",
		TooManyRequests:   "인증번호 요청 횟수가 너무 많습니다. {wait} 다시 시도해 주세요.",
		Busy:              "현재 요청이 많습니다. {wait} 다시 시도해 주세요.",
		Unavailable:       "지금은 인증번호를 보낼 수 없습니다. {wait} 다시 시도해 주세요.",
		PossiblySent:      "인증번호가 이미 발송되었을 수 있습니다. 오지 않으면 다시 요청해 주세요. 마지막 인증번호만 유효합니다.",
	},
	fixedInvalid:     "계정의 전화번호가 올바르지 않습니다. 고객센터에 문의해 주세요.",
	fixedUnreachable: "이 전화번호로는 인증번호를 받을 수 없습니다. 고객센터에 문의해 주세요.",
	later:            "잠시 후",
	soon:             "몇 초 후에",
	seconds:          unit{many: "{n}초 후에"},
	minutes:          unit{many: "{n}분 후에"},
	hours:            unit{many: "{n}시간 후에"},
	tomorrow:         "내일",
}

// Deutsch
var german = words{
	of: [meanings]string{
		Failed:            "Der Code konnte nicht gesendet werden. Besteht das Problem weiter, wenden Sie sich bitte an den Support.",
		NumberInvalid:     "Diese Telefonnummer ist ungültig. Bitte prüfen Sie Ihre Eingabe und versuchen Sie es erneut.",
		CountryNotServed:  "An Telefonnummern aus diesem Land oder dieser Region können keine Codes gesendet werden.",
		NumberUnreachable: "Diese Telefonnummer kann keine Codes empfangen. Bitte verwenden Sie eine andere.",
		TooManyRequests:   "Es wurden zu viele Codes angefordert. Bitte versuchen Sie es {wait} erneut.",
		Busy:              "Der Dienst ist zurzeit überlastet. Bitte versuchen Sie es {wait} erneut.",
		Unavailable:       "Zurzeit können keine Codes gesendet werden. Bitte versuchen Sie es {wait} erneut.",
		PossiblySent:      "Der Code ist vielleicht unterwegs. Kommt er nicht an, fordern Sie einen neuen an. Nur der neueste gilt.",
	},
	fixedInvalid:     "Die Telefonnummer dieses Kontos ist ungültig. Bitte wenden Sie sich an den Support.",
	fixedUnreachable: "Diese Telefonnummer kann keine Codes empfangen. Bitte wenden Sie sich an den Support.",
	later:            "später",
	soon:             "in einigen Sekunden",
	seconds:          unit{many: "in {n} Sekunden"},
	minutes:          unit{one: "in einer Minute", many: "in {n} Minuten"},
	hours:            unit{one: "in einer Stunde", many: "in {n} Stunden"},
	tomorrow:         "morgen",
}

// Français
var french = words{
	of: [meanings]string{
		Failed:            "Le code n’a pas pu être envoyé. Si le problème persiste, veuillez contacter l’assistance.",
		NumberInvalid:     "Ce numéro de téléphone n’est pas valide. Veuillez le vérifier et réessayer.",
		CountryNotServed:  "Aucun code ne peut être envoyé aux numéros de téléphone de ce pays ou de cette région.",
		NumberUnreachable: "Ce numéro de téléphone ne peut pas recevoir de code. Veuillez en utiliser un autre.",
		TooManyRequests:   "Trop de codes ont été demandés. Veuillez réessayer {wait}.",
		Busy:              "Le service est momentanément surchargé. Veuillez réessayer {wait}.",
		Unavailable:       "L’envoi de codes est momentanément impossible. Veuillez réessayer {wait}.",
		PossiblySent:      "Le code est peut-être en route. S’il n’arrive pas, demandez-en un autre. Seul le dernier est valable.",
	},
	fixedInvalid:     "Le numéro de téléphone de ce compte n’est pas valide. Veuillez contacter l’assistance.",
	fixedUnreachable: "Ce numéro de téléphone ne peut pas recevoir de code. Veuillez contacter l’assistance.",
	later:            "plus tard",
	soon:             "dans quelques secondes",
	seconds:          unit{many: "dans {n} secondes"},
	minutes:          unit{one: "dans une minute", many: "dans {n} minutes"},
	hours:            unit{one: "dans une heure", many: "dans {n} heures"},
	tomorrow:         "demain",
}

// Español
var spanish = words{
	of: [meanings]string{
		Failed:            "No se pudo enviar el código. Si el problema continúa, póngase en contacto con el soporte técnico.",
		NumberInvalid:     "Este número de teléfono no es válido. Verifíquelo e inténtelo de nuevo.",
		CountryNotServed:  "No se pueden enviar códigos a números de teléfono de este país o región.",
		NumberUnreachable: "Este número de teléfono no puede recibir códigos. Utilice otro.",
		TooManyRequests:   "Se han solicitado demasiados códigos. Inténtelo de nuevo {wait}.",
		Busy:              "El servicio está saturado. Inténtelo de nuevo {wait}.",
		Unavailable:       "En este momento no se pueden enviar códigos. Inténtelo de nuevo {wait}.",
		PossiblySent:      "Es posible que el código esté en camino. Si no llega, solicite otro. Solo el más reciente es válido.",
	},
	fixedInvalid:     "El número de teléfono de esta cuenta no es válido. Póngase en contacto con el soporte técnico.",
	fixedUnreachable: "Este número de teléfono no puede recibir códigos. Póngase en contacto con el soporte técnico.",
	later:            "más tarde",
	soon:             "dentro de unos segundos",
	seconds:          unit{many: "dentro de {n} segundos"},
	minutes:          unit{one: "dentro de un minuto", many: "dentro de {n} minutos"},
	hours:            unit{one: "dentro de una hora", many: "dentro de {n} horas"},
	tomorrow:         "mañana",
}

// Português
var portuguese = words{
	of: [meanings]string{
		Failed:            "Não foi possível enviar o código. Se o problema continuar, peça ajuda ao suporte.",
		NumberInvalid:     "Este número de telefone não é válido. Verifique e tente novamente.",
		CountryNotServed:  "Não é possível enviar códigos para números de telefone deste país ou desta região.",
		NumberUnreachable: "Este número de telefone não pode receber códigos. Use outro número.",
		TooManyRequests:   "Foram solicitados muitos códigos. Tente novamente {wait}.",
		Busy:              "O serviço está sobrecarregado. Tente novamente {wait}.",
		Unavailable:       "Neste momento não é possível enviar códigos. Tente novamente {wait}.",
		PossiblySent:      "O código pode estar a caminho. Se não chegar, solicite outro. Só o mais recente é válido.",
	},
	fixedInvalid:     "O número de telefone desta conta não é válido. Peça ajuda ao suporte.",
	fixedUnreachable: "Este número de telefone não pode receber códigos. Peça ajuda ao suporte.",
	later:            "mais tarde",
	soon:             "daqui a alguns segundos",
	seconds:          unit{many: "daqui a {n} segundos"},
	minutes:          unit{one: "daqui a um minuto", many: "daqui a {n} minutos"},
	hours:            unit{one: "daqui a uma hora", many: "daqui a {n} horas"},
	tomorrow:         "amanhã",
}

// Русский
var russian = words{
	of: [meanings]string{
		Failed:            "Не удалось отправить код. Если ошибка повторится, обратитесь в службу поддержки.",
		NumberInvalid:     "Номер телефона указан неверно. Проверьте его и попробуйте ещё раз.",
		CountryNotServed:  "На номера этой страны или региона коды не отправляются.",
		NumberUnreachable: "На этот номер нельзя отправить код. Укажите другой номер.",
		TooManyRequests:   "Код запрашивали слишком часто. Попробуйте ещё раз {wait}.",
		Busy:              "Сервис перегружен. Попробуйте ещё раз {wait}.",
		Unavailable:       "Сейчас отправить код невозможно. Попробуйте ещё раз {wait}.",
		PossiblySent:      "Возможно, код уже отправлен. Если он не придёт, запросите новый. Действует только последний код.",
	},
	fixedInvalid:     "Номер телефона этой учётной записи недействителен. Обратитесь в службу поддержки.",
	fixedUnreachable: "На этот номер нельзя отправить код. Обратитесь в службу поддержки.",
	later:            "позже",
	soon:             "через несколько секунд",
	seconds:          unit{one: "через {n} секунду", few: "через {n} секунды", many: "через {n} секунд"},
	minutes:          unit{one: "через {n} минуту", few: "через {n} минуты", many: "через {n} минут"},
	hours:            unit{one: "через {n} час", few: "через {n} часа", many: "через {n} часов"},
	tomorrow:         "завтра",
}
