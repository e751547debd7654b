// Package callersim plays the programs that call the function: Logto, a program that posts flat
// JSON, Supabase and ZITADEL. It makes their requests, signed, and says what becomes of an answer
// in each of them. It shares no code with the function, because a simulator that shares code with
// what it tests proves nothing.
package callersim

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Message is the code that a caller wants to be sent.
type Message struct {
	To        string // the number, as somebody typed it
	Type      string // Logto's word for what the code is for: SignIn, Register, …
	Code      string
	Locale    string // "" for none; ZITADEL can't tell one
	UILocales string // "" for none; only Logto tells them
}

// Request is what a caller posts. Each has a body of its own, and is proved for its time.
type Request struct {
	Header http.Header
	Body   []byte
}

// Caller is a program that calls the function.
type Caller struct {
	Name  string   // as the function's log has it
	Field string   // of the secret, whose value proves the caller
	Types []string // that it can tell; nil: any

	body  func(Message) any
	prove func(proof string, at time.Time, body []byte) (http.Header, error)
	told  func(Answer) Told
}

// Callers returns all callers. Those that prove themselves by the same field follow one another.
func Callers() []Caller { return []Caller{Logto(), Flat(), Supabase(), ZITADEL()} }

// Request returns what the caller posts to have a message sent. proof is a value of the secret's
// field. It is an error if the caller can't tell the message's type or language, or if the proof
// has not the form of one. No error holds a part of the proof.
func (c Caller) Request(m Message, proof string, at time.Time) (Request, error) {
	if c.Types != nil && !slices.Contains(c.Types, m.Type) {
		return Request{}, fmt.Errorf("%s can't tell the type %s, only %s",
			c.Name, m.Type, strings.Join(c.Types, ", "))
	}
	if c.Name == "zitadel" && m.Locale != "" {
		return Request{}, errors.New("zitadel can't tell a language")
	}
	body, err := json.Marshal(c.body(m))
	if err != nil {
		return Request{}, err
	}
	header, err := c.prove(proof, at, body)
	if err != nil {
		return Request{}, err
	}
	header.Set("Content-Type", "application/json")
	return Request{header, body}, nil
}

type object = map[string]any

// authorized proves a caller by the header that the secret has, verbatim.
func authorized(proof string, _ time.Time, _ []byte) (http.Header, error) {
	header := http.Header{}
	if proof != "" {
		header.Set("Authorization", proof)
	}
	return header, nil
}

// Logto is Logto's HTTP SMS connector
// (https://github.com/logto-io/logto/tree/master/packages/connectors/connector-http-sms).
func Logto() Caller {
	body := func(m Message) any {
		payload := object{"code": m.Code}
		if m.Locale != "" {
			payload["locale"] = m.Locale
		}
		if m.UILocales != "" {
			payload["uiLocales"] = m.UILocales
		}
		return object{"to": m.To, "type": m.Type, "payload": payload}
	}
	return Caller{"logto", "authorization", nil, body, authorized, asItIs}
}

// Flat is a program that posts strings, such as Casdoor, JumpServer, or one's own.
func Flat() Caller {
	body := func(m Message) any {
		fields := object{"to": m.To, "code": m.Code}
		if m.Type != "" {
			fields["type"] = m.Type
		}
		if m.Locale != "" {
			fields["locale"] = m.Locale
		}
		return fields
	}
	return Caller{"flat", "authorization", nil, body, authorized, asItIs}
}

// Supabase is the Send SMS hook of Supabase Auth
// (https://supabase.com/docs/guides/auth/auth-hooks/send-sms-hook). A type is told by the user that
// it posts. A locale is what an application may keep in user_metadata.
func Supabase() Caller {
	prove := func(secret string, at time.Time, body []byte) (http.Header, error) {
		return SignSupabase(newID(), at, body, secret) // each try has an id of its own
	}
	types := []string{"SignIn", "Register", "BindNewIdentifier", "MfaVerification"}
	return Caller{"supabase", "supabase", types, supabaseBody, prove, supabaseTold}
}

func supabaseBody(m Message) any {
	const time = "2026-11-25T23:25:20.093177Z"
	// Supabase keeps and posts numbers so (internal/api/phone.go).
	phone := strings.TrimPrefix(strings.ReplaceAll(m.To, " ", ""), "+")
	metadata := object{"email_verified": false, "phone_verified": false}
	if m.Locale != "" {
		metadata["locale"] = m.Locale
	}
	user := object{
		"id": "d6b5d590-245e-4902-bc29-d7fc836b5a5c", "aud": "authenticated",
		"role": "authenticated", "email": "", "phone": phone, "user_metadata": metadata,
		"app_metadata": object{"provider": "phone", "providers": []string{"phone"}},
		"identities":   []any{}, "created_at": time, "updated_at": time, "is_anonymous": false,
	}
	sms := object{"otp": m.Code, "phone": phone}
	switch m.Type {
	case "SignIn":
		user["phone_confirmed_at"] = time
	case "BindNewIdentifier":
		user["phone_confirmed_at"], user["phone"], user["new_phone"] = time, "8613700000001", phone
	case "MfaVerification":
		user["phone_confirmed_at"], sms["sms_type"] = time, "mfa"
	}
	return object{
		"metadata": object{
			"uuid": newID(), "time": time, "name": "send-sms", "ip_address": "203.0.113.7",
		},
		"user": user, "sms": sms,
	}
}

// ZITADEL is ZITADEL's HTTP SMS provider
// (https://zitadel.com/docs/guides/manage/customize/notification-providers).
func ZITADEL() Caller {
	prove := func(key string, at time.Time, body []byte) (http.Header, error) {
		return SignZITADEL(at, body, key), nil
	}
	types := []string{"MfaVerification", "ForgotPassword", "BindNewIdentifier"}
	return Caller{"zitadel", "zitadel", types, zitadelBody, prove, zitadelTold}
}

func zitadelBody(m Message) any {
	to := m.To
	if strings.Trim(to, "0123456789") == "" {
		to = "+" + to // ZITADEL keeps and posts numbers so
	}
	event, field := "session.otp.sms.challenged", "oTP"
	switch m.Type {
	case "ForgotPassword":
		event, field = "user.human.password.code.added", "code"
	case "BindNewIdentifier":
		event, field = "user.human.phone.code.added", "code"
	}
	return object{
		"contextInfo": object{
			"recipientPhoneNumber": to, "eventType": event,
			"provider": object{"id": "285181292935381355", "description": "scf-sms"},
		},
		"templateData": object{"title": "ZITADEL", "text": m.Code + " is your code."},
		"args":         object{field: m.Code, "expiry": 300_000_000_000, "lastPhone": to},
	}
}

// newID is a random UUID.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
