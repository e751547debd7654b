package handler

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"scf-sms/internal/rawjson"
	"scf-sms/secrets"
)

// The headers of Standard Webhooks.
const (
	webhookID        = "webhook-id"
	webhookTimestamp = "webhook-timestamp"
	webhookSignature = "webhook-signature"
)

// supabase is the send-sms hook of Supabase Auth
// (https://supabase.com/docs/guides/auth/auth-hooks/send-sms-hook), as its source has it
// (https://github.com/supabase/auth, internal/hooks):
//
//	{"metadata": {"uuid": "…", "ip_address": "203.0.113.7"},
//	 "user": {"phone": "8613800138000", "phone_confirmed_at": "…", "new_phone": "…", "factors": […],
//	          "user_metadata": {"locale": "zh-CN"}},
//	 "sms": {"otp": "482913", "phone": "8613800138000", "sms_type": "mfa"}}
//
// The body has all that is known of the user, and the user's metadata twice. Supabase hangs up 5 s
// after it began to connect.
func supabase() caller {
	return caller{
		name: "supabase", maxBody: 512 << 10, within: 4 * time.Second,
		prove: supabaseProof, read: supabaseMessage, tell: supabaseAnswer,
	}
}

// supabaseProof is a signature as Standard Webhooks says
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
// Supabase joins those of several secrets by a comma, not by the blank of the specification.
func supabaseProof(req *request, body []byte) credential {
	id, problem := req.single(webhookID)
	if problem != "" {
		return credential{malformed: problem}
	}
	timestamp, problem := req.single(webhookTimestamp)
	if problem == "" {
		problem = notOfNow(webhookTimestamp, timestamp, time.Now())
	}
	if problem != "" {
		return credential{malformed: problem}
	}
	s := &signed{body: body, field: secrets.Supabase, key: secrets.HookKey,
		header: webhookSignature, prefix: id + "." + timestamp + "."}
	all := parts(req.header(webhookSignature))
	for i, version := range all {
		if version == "v1" && i+1 < len(all) {
			s.add(all[i+1], base64.StdEncoding.Strict().DecodeString)
		}
	}
	return s.credential()
}

func supabaseMessage(body []byte, _ parameters) (m message, err error) {
	body, err = readObject(body)
	if err != nil {
		return message{}, err
	}
	sms, user := rawjson.Get(body, "sms"), rawjson.Get(body, "user")
	metadata := rawjson.Get(body, "metadata")
	m.speaks(text(user, "user_metadata", "locale"))
	m.ip = text(metadata, "ip_address")
	m.mark = text(metadata, "uuid") // webhook-id is another one at each attempt
	m.carries(text(sms, "otp"), "sms.otp is not a string of 1 to 6 digits: set the length "+
		"of codes to 6 in Supabase (GOTRUE_SMS_OTP_LENGTH)")

	isMFA := text(sms, "sms_type") == "mfa"
	if m.to, err = supabaseNumber(sms, user, isMFA); err != nil {
		return m, err
	}
	switch {
	case isMFA:
		m.usageType = "MfaVerification"
	case bare(m.to) == bare(text(user, "new_phone")):
		m.usageType = "BindNewIdentifier" // new_phone stays there while the user signs in
	case text(user, "phone_confirmed_at") == "":
		m.usageType = "Register"
	default:
		m.usageType = "SignIn"
	}
	return m, nil
}

// supabaseNumber returns the number to send to. Supabase Auth tells it in sms.phone since 2.180.
// Before, it is found among the user's: but the code for a second factor must not go to a number
// that is only being changed to, as that one has proved nothing.
func supabaseNumber(sms, user json.RawMessage, isMFA bool) (string, error) {
	if number := text(sms, "phone"); number != "" {
		return number, nil
	}
	switch string(rawjson.Get(sms, "phone")) {
	case "", "null", `""`:
	default:
		return "", errors.New("sms.phone is not a string")
	}
	if isMFA {
		return onlyFactor(rawjson.Get(user, "factors"))
	}
	number := cmp.Or(text(user, "new_phone"), text(user, "phone"))
	if number == "" {
		return "", errors.New("there is no number in sms.phone, user.new_phone or user.phone")
	}
	return number, nil
}

// onlyFactor returns the phone among a user's factors, if it is one.
func onlyFactor(raw json.RawMessage) (number string, err error) {
	var factors []json.RawMessage
	_ = json.Unmarshal(raw, &factors) // what is no list has no phone
	several := false
	for _, factor := range factors {
		phone := text(factor, "phone")
		several = several || number != "" && phone != "" && phone != number
		number = cmp.Or(phone, number)
	}
	if number == "" || several {
		return "", errors.New("there is no sms.phone, and user.factors has no phone or several: " +
			"update Supabase Auth to 2.180 or newer, which says where the code is to go")
	}
	return number, nil
}

// supabaseAnswer tells refusals in a 200, the only answer of which Supabase passes on a status and a
// sentence to the application. Versions 2.174 to 2.186 don't, and take it for sent
// (https://github.com/supabase/auth/pull/2380): docs/callers.md asks for newer ones. At a
// Retry-After it would ask again at once, three times in all. It voids the code of what it takes
// for a failure, so an SMS that may have been sent is told as accepted.
func supabaseAnswer(req *request, out *outcome) response {
	told := out.toldAsAccepted()
	sentence := told.sentence()
	r := answer(req, told, sentence)
	switch r.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusUnauthorized,
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge:
		return r
	}
	delete(r.Headers, "retry-after")
	r.json(supabaseError{supabaseRefusal{r.StatusCode, withID(sentence, req.id)}})
	r.StatusCode = http.StatusOK
	return r
}

// supabaseError is what Supabase reads of a 200
// (https://github.com/supabase/auth/blob/master/internal/hooks/hookserrors/hookserrors.go).
type supabaseError struct {
	Error supabaseRefusal `json:"error"`
}

type supabaseRefusal struct {
	Status  int    `json:"http_code"`
	Message string `json:"message"`
}
