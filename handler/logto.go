package handler

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"strings"

	"scf-sms/internal/langtag"
	"scf-sms/internal/rawjson"
	"scf-sms/secrets"
)

// logto is Logto's HTTP SMS connector
// (https://github.com/logto-io/logto/tree/master/packages/connectors/connector-http-sms), or any
// program that posts the same:
//
//	{"to": "8613800138000", "type": "SignIn", "payload": {"code": "482913", "locale": "zh-CN"}}
func logto() caller {
	const maxBody = 64 << 10 // bytes; Logto's own are below 1 KiB
	return caller{
		name: "logto", maxBody: maxBody, prove: logtoProof, read: logtoMessage, tell: answer,
	}
}

// logtoProof is the Authorization header, which must be one of the secret's, verbatim.
func logtoProof(req *request, _ []byte) credential {
	header, problem := req.authorization()
	if problem != "" {
		return credential{malformed: problem}
	}
	const scheme = "Bearer "
	why := "the Authorization header is not the secret's"
	matches := func(values []string) bool {
		if equalsOneOf(header, values) {
			return true
		}
		if equalsOneOf(scheme+header, values) {
			why = `the Authorization header lacks the "Bearer " that the secret has`
		} else if token, ok := strings.CutPrefix(header, scheme); ok && equalsOneOf(token, values) {
			why = `the Authorization header has a "Bearer " that the secret has not`
		}
		return false
	}
	return credential{
		Proof:    secrets.Proof{Field: secrets.Authorization, Matches: matches},
		rejected: func() string { return why },
	}
}

// equalsOneOf compares in constant time, and digests, so that not even lengths show.
func equalsOneOf(sent string, values []string) bool {
	got, match := sha256.Sum256([]byte(sent)), 0
	for _, value := range values {
		want := sha256.Sum256([]byte(value))
		match |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return match == 1
}

// logtoMessage reads the body. Keys are matched exactly and unknown ones ignored: Logto passes
// application, organization and user data for other connectors, and encoding/json's tolerance of
// case would let those overwrite ours.
func logtoMessage(body []byte) (message, error) {
	var fields, payload map[string]json.RawMessage
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // a byte order mark, which some programs write
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return message{}, errors.New("the body is not a JSON object")
	}
	raw, found := fields["payload"]
	noObject := found && json.Unmarshal(raw, &payload) != nil

	var m message
	m.locale, m.locales = logtoLocales(payload)
	if code, _ := rawjson.String(payload["code"]); isPasscode(code) {
		m.passcode = code
	}
	var ok bool
	if m.to, ok = rawjson.String(fields["to"]); !ok {
		return m, errors.New("to is not a string")
	}
	if m.usageType, ok = rawjson.String(fields["type"]); !ok || m.usageType == "" {
		return m, errors.New("type is not a string, or empty")
	}
	if noObject {
		return m, errors.New("payload is not a JSON object")
	}
	return m, nil
}

// logtoLocales returns the language of the page that the user sees, and those that the user reads:
// the page's or, where it isn't told, those that the browser or the application asked for.
func logtoLocales(payload map[string]json.RawMessage) (locale string, locales []string) {
	wanted, _ := rawjson.String(payload["uiLocales"])
	locale, _ = rawjson.String(payload["locale"])
	if locale = strings.TrimSpace(locale); locale != "" {
		wanted = locale
	}
	return langtag.Dashes(locale), strings.Fields(langtag.Dashes(wanted))
}

// isPasscode reports whether Tencent's verification templates take the passcode: they take at most
// six digits (https://cloud.tencent.com/document/product/382/39023).
func isPasscode(code string) bool {
	return 1 <= len(code) && len(code) <= 6 && strings.Trim(code, "0123456789") == ""
}
