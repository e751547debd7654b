package handler

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"scf-sms/internal/langtag"
	"scf-sms/internal/rawjson"
	"scf-sms/secrets"
)

// caller is a kind of program that calls the function. Each kind has a file of its own.
type caller struct {
	name    string        // for the log; "": nobody, there is no proof
	maxBody int           // bytes
	within  time.Duration // in which it must have its answer; 0: TIME_BUDGET

	// prove returns what a request brings to prove who sent it. body is as it was received.
	prove func(req *request, body []byte) credential

	// read reads the body, and what of the query string belongs to it. What it could read it
	// returns with an error too: the error is answered in the user's language.
	read func(body []byte, query parameters) (message, error)

	// tell makes the answer. It holds nothing of the request, and nothing of Tencent's but the
	// serial number: SCF logs answers.
	tell func(req *request, out *outcome) response
}

// credential is what a request brings to prove who sent it.
type credential struct {
	secrets.Proof
	malformed string        // why it can't be a proof; such a request is no reason to call SSM
	rejected  func() string // asked after the secret said no: why, for the operator
}

// message is what a caller asks for.
type message struct {
	to        string // as it came; see phone.Parse
	usageType string // Logto's word for it: SignIn, Register, …
	passcode  string // 1 to 6 digits; "" if it was anything else
	// noPasscode says what is wrong where there is no passcode, in fixed words.
	noPasscode string
	locale     string   // of the page that the user sees
	locales    []string // that the user reads, best first

	ip   string // of whoever asked for the code, as it came; "": not known, or not to be counted
	mark string // the same for each attempt of one request; "": the caller has none

	reports []report // not nil: it asks for no message, but tells what became of others
}

// speaks notes the language of the page that the user sees.
func (m *message) speaks(locale string) {
	m.locale = langtag.Dashes(strings.TrimSpace(locale))
	m.locales = strings.Fields(m.locale)
}

// carries notes the passcode if Tencent's verification templates take it: they take at most six
// digits (https://cloud.tencent.com/document/product/382/39023). Otherwise problem is why not.
func (m *message) carries(code, problem string) {
	if len(code) < 1 || len(code) > 6 || strings.Trim(code, "0123456789") != "" {
		m.noPasscode = problem
		return
	}
	m.passcode = code
}

// callerOf returns who called, by the proof that the request brings, right or not. Nothing is
// guessed from a body but which of the two that come with a token it is.
func callerOf(req *request) caller {
	hook := req.has(webhookID) || req.has(webhookTimestamp) || req.has(webhookSignature)
	zitadelSigned := req.has(zitadelSignature)
	reported := len(req.query().values(reportsParameter)) > 0

	var c caller
	switch {
	case hook:
		c = supabase()
	case zitadelSigned:
		c = zitadel()
	case req.has(authorization), !reported:
		return withToken(req)
	default:
		return reports()
	}
	if hook && zitadelSigned || reported {
		c.prove = twoKinds
	}
	return c
}

func twoKinds(*request, []byte) credential {
	return credential{malformed: "there are two kinds of proof: a signature must be the only one"}
}

// budget returns the time for an invocation of this caller.
func (c caller) budget(setting time.Duration) time.Duration {
	if c.within > 0 {
		return min(setting, c.within)
	}
	return setting
}

// peek reads what it can of the message of a caller that has not proved itself. A large body isn't
// read: it would cost more than the proof.
func (req *request) peek() (m message) {
	// Invoke never panics. Without a message the answer is in English.
	defer func() { _ = recover() }()
	const most = 64 << 10 // bytes
	body, err := req.body(min(req.caller.maxBody, most))
	if err != nil {
		return message{}
	}
	m, _ = req.caller.read(body, parameters{})
	return m
}

// withoutMark returns a body without the byte order mark that some programs write.
func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// readObject returns a body that is a JSON object.
func readObject(body []byte) (json.RawMessage, error) {
	body = bytes.TrimLeft(withoutMark(body), " \t\r\n")
	if !begins(body, '{') || !json.Valid(body) {
		return nil, errors.New("the body is not a JSON object")
	}
	return body, nil
}

// text returns a string of a JSON object, "" where it has something else.
func text(object []byte, path ...string) string {
	s, _ := rawjson.String(rawjson.Get(object, path...))
	return s
}

// bare returns a number without its plus sign.
func bare(number string) string { return strings.TrimPrefix(number, "+") }
