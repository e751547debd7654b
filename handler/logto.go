package handler

import (
	"cmp"
	"errors"
	"strings"

	"scf-sms/internal/langtag"
	"scf-sms/internal/rawjson"
	"scf-sms/internal/template"
)

// logto is Logto's HTTP SMS connector
// (https://github.com/logto-io/logto/tree/master/packages/connectors/connector-http-sms), or any
// program that posts the same with a token:
//
//	{"to": "8613800138000", "type": "SignIn", "payload": {"code": "482913", "locale": "zh-CN"}}
func logto() caller {
	return caller{
		name: "logto", maxBody: maxTokenBody,
		prove: tokenProof, read: logtoMessage, tell: logtoAnswer,
	}
}

// logtoMessage reads the body. Keys are matched exactly and unknown ones ignored: Logto passes
// application, organization and user data for other connectors, and encoding/json's tolerance of
// case would let those overwrite ours.
func logtoMessage(body []byte, _ parameters) (m message, err error) {
	body, err = readObject(body)
	if err != nil {
		return message{}, err
	}
	m.speaks(text(body, "payload", "locale"))
	if m.locale == "" { // then those that the browser or the application asked for
		m.locales = strings.Fields(langtag.Dashes(text(body, "payload", "uiLocales")))
	}
	m.carries(text(body, "payload", "code"), "payload.code is not a string of 1 to 6 digits")
	if err := m.asks(body); err != nil {
		return m, err
	}
	if m.usageType == "" {
		return m, errNoType
	}
	if raw := rawjson.Get(body, "payload"); !begins(raw, '{') && string(raw) != "null" {
		return m, errors.New("payload is not a JSON object")
	}
	if m.usageType == template.Generic { // an administrator's, who tries the connector
		m.ip = ""
	}
	return m, nil
}

// logtoAnswer speaks to an administrator as one.
func logtoAnswer(req *request, out *outcome) response {
	return tokenAnswer(req, out, cmp.Or(out.forAdministrator(), out.sentence()))
}

// forAdministrator is what an administrator is told who tries the connector: Logto's console sends
// the type Generic, and it is the only one to send no locale. It holds nothing secret, as a caller
// that has not proved itself may be told it too.
func (o *outcome) forAdministrator() string {
	if o.message.usageType != template.Generic || o.message.locale != "" {
		return ""
	}
	switch {
	case o.kind == unauthorized:
		return "The Authorization header is not the one in the secret. " +
			"The function's log says how it differs."
	case o.kind == invalidPhoneNumber:
		return "This is not a mobile number with its calling code, such as 86 for mainland China."
	case o.notListed:
		return "This country is not in ALLOWED_CALLING_CODES."
	case o.noTemplate:
		return "Generic has no template in TEMPLATES for numbers of this destination."
	default:
		return ""
	}
}
