package handler

import (
	"cmp"

	"scf-sms/internal/rawjson"
	"scf-sms/internal/template"
)

// flat is any program that posts JSON with a token and can fill in strings only, such as Casdoor's
// Custom HTTP SMS (https://github.com/casdoor/casdoor/blob/master/object/sms_custom_http.go):
//
//	{"to": "+8613800138000", "code": "482913", "type": "SignIn", "locale": "zh-CN"}
//
// type and locale may be missing. They may also stand in the query string, where the body lacks
// them: Casdoor fills in two fields.
func flat() caller {
	return caller{
		name: "flat", maxBody: maxTokenBody,
		prove: tokenProof, read: flatMessage, tell: flatAnswer,
	}
}

func flatMessage(body []byte, query parameters) (m message, err error) {
	body, err = readObject(body)
	if err != nil {
		return message{}, err
	}
	m.speaks(text(body, "locale"))
	if rawjson.Get(body, "locale") == nil {
		m.speaks(query.one("locale"))
	}
	m.carries(text(body, "code"), "code is not a string of 1 to 6 digits")
	if err := m.asks(body); err != nil || m.usageType != "" {
		return m, err
	}
	if rawjson.Get(body, "type") != nil {
		return m, errNoType
	}
	m.usageType = cmp.Or(query.one("type"), template.Generic)
	return m, nil
}

func flatAnswer(req *request, out *outcome) response {
	return tokenAnswer(req, out, out.sentence())
}
