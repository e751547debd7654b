package handler

import (
	"encoding/json"
	"errors"
	"strings"
)

// message is what Logto's HTTP SMS connector posts:
//
//	{"to": "8613800138000", "type": "SignIn", "payload": {"code": "482913", "locale": "zh-CN"}, "ip": "203.0.113.7"}
type message struct {
	to      string   // as it came; see parseNumber
	usage   string   // Logto's usage type: SignIn, Register, …
	code    string   // 1 to 6 digits, or "" if it was anything else
	locale  string   // of the page the user sees
	locales []string // what the user speaks, best first: locale, or uiLocales where that is absent
}

// readMessage reads the message of an event, unless it is too large to be one.
func readMessage(e event) (message, error) {
	if e.tooLarge() {
		return message{}, nil
	}
	body, err := e.body()
	if err != nil {
		return message{}, errors.New("the body is not base64")
	}
	return parseMessage(body)
}

// parseMessage reads the body. Keys are matched exactly and unknown ones ignored: Logto passes application, organization
// and user data for other connectors, and encoding/json's tolerance of case would let those overwrite ours. What it can
// tell of the user's language it returns with an error too: they read the answer.
func parseMessage(body []byte) (message, error) {
	var fields, payload map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return message{}, errors.New("the body is not a JSON object")
	}
	raw, found := fields["payload"]
	noObject := found && json.Unmarshal(raw, &payload) != nil
	var m message
	m.locale, m.locales = languagesOf(payload)
	text(payload["code"], &m.code)
	if !validCode(m.code) {
		m.code = ""
	}
	if !text(fields["to"], &m.to) {
		return m, errors.New("to is not a string")
	}
	if !text(fields["type"], &m.usage) || m.usage == "" {
		return m, errors.New("type is not a string, or empty")
	}
	if noObject {
		return m, errors.New("payload is not a JSON object")
	}
	return m, nil
}

// languagesOf returns the language of the page the user sees, and what they speak: that language or, where it isn't
// told, those their browser or application asked for.
func languagesOf(payload map[string]json.RawMessage) (locale string, locales []string) {
	var wanted string
	text(payload["uiLocales"], &wanted)
	text(payload["locale"], &locale)
	if locale = strings.TrimSpace(locale); locale != "" {
		wanted = locale
	}
	return locale, strings.Fields(wanted)
}

// text reports whether raw is a JSON string, and sets s to it. A number is not one: a code that was made a number has
// lost its leading zeros.
func text(raw json.RawMessage, s *string) bool {
	return len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, s) == nil
}

// validCode reports whether Tencent's verification templates take code: at most six digits
// (https://cloud.tencent.com/document/product/382/39023).
func validCode(code string) bool {
	if len(code) < 1 || len(code) > 6 {
		return false
	}
	return strings.Trim(code, "0123456789") == ""
}
