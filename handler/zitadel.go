package handler

import (
	"cmp"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"scf-sms/internal/template"
	"scf-sms/secrets"
)

const zitadelSignature = "ZITADEL-Signature"

// zitadel is ZITADEL's HTTP SMS provider
// (https://zitadel.com/docs/guides/manage/customize/notification-providers), as its source has it
// (https://github.com/zitadel/zitadel, internal/notification):
//
//	{"contextInfo": {"recipientPhoneNumber": "+8613800138000",
//	                 "eventType": "session.otp.sms.challenged"},
//	 "args": {"oTP": "482913", "code": "482913"}}
//
// It tells no language. ZITADEL hangs up after 5 s, and posts the same code again unless it is told
// a 2xx.
func zitadel() caller {
	return caller{
		name: "zitadel", maxBody: 64 << 10, within: 4 * time.Second,
		prove: zitadelProof, read: zitadelMessage, tell: zitadelAnswer,
	}
}

// zitadelProof is a signature in a header such as t=1764115200,v1=5257a8…
// (https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go). The key is the text of the
// signing key.
func zitadelProof(req *request, body []byte) credential {
	key := func(value string) []byte { return []byte(value) }
	s := &signed{body: body, field: secrets.Zitadel, key: key, header: zitadelSignature}
	timestamp := ""
	for _, part := range parts(req.header(zitadelSignature)) {
		switch name, value, _ := strings.Cut(part, "="); {
		case name == "t" && timestamp != "" && value != timestamp:
			return credential{malformed: "there are several times in " + zitadelSignature}
		case name == "t":
			timestamp = value
		case name == "v1" && value == strings.ToLower(value): // one spelling is enough
			s.add(value, hex.DecodeString)
		}
	}
	if problem := notOfNow(zitadelSignature, timestamp, time.Now()); problem != "" {
		return credential{malformed: problem}
	}
	s.prefix = timestamp + "."
	return s.credential()
}

func zitadelMessage(body []byte, _ parameters) (m message, err error) {
	body, err = readObject(body)
	if err != nil {
		return message{}, err
	}
	generator := "that makes this code"
	switch text(body, "contextInfo", "eventType") {
	case "user.human.phone.code.added":
		m.usageType, generator = "BindNewIdentifier", "PhoneVerificationCode"
	case "user.human.password.code.added":
		m.usageType, generator = "ForgotPassword", "PasswordVerificationCode"
	case "user.human.mfa.otp.sms.code.added", "session.otp.sms.challenged":
		m.usageType, generator = "MfaVerification", "OTPSMS"
	default:
		m.usageType = template.Generic
	}
	// By default some have letters, and others 8 digits
	// (https://github.com/zitadel/zitadel/blob/main/cmd/defaults.yaml, SecretGenerators).
	m.carries(cmp.Or(text(body, "args", "oTP"), text(body, "args", "code")),
		"neither args.oTP nor args.code is a string of 1 to 6 digits: set ZITADEL's secret "+
			"generator "+generator+" to length 6, with digits alone")

	if m.to = text(body, "contextInfo", "recipientPhoneNumber"); m.to == "" {
		return m, errors.New("contextInfo.recipientPhoneNumber is not a string, or empty")
	}
	return m, nil
}

// zitadelAnswer is answer without Retry-After. ZITADEL reads no more than whether it is a 2xx, and
// otherwise posts the same code again: so an SMS that may have been sent is told as accepted.
func zitadelAnswer(req *request, out *outcome) response {
	told := out.toldAsAccepted()
	r := answer(req, told, told.sentence())
	delete(r.Headers, "retry-after")
	return r
}
