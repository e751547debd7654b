package handler

import "scf-sms/secrets"

// caller is a kind of program that calls the function. Each kind has a file of its own.
type caller struct {
	name    string // for the log
	maxBody int    // bytes

	// prove returns what a request brings to prove who sent it.
	prove func(req *request, body []byte) credential

	// read reads the body. What it could read it returns with an error too: the error is answered
	// in the user's language.
	read func(body []byte) (message, error)

	// tell makes the answer. It holds nothing of the request, and nothing of Tencent's but the
	// serial number: SCF logs answers.
	tell func(req *request, out outcome) response
}

// credential is what a request brings to prove who sent it.
type credential struct {
	secrets.Proof
	malformed string        // why it can't be a proof; such a request is no reason to call SSM
	rejected  func() string // asked after Matches said no: why, for the operator
}

// message is what a caller asks for.
type message struct {
	to        string   // as it came; see phone.Parse
	usageType string   // Logto's word for it: SignIn, Register, …
	passcode  string   // 1 to 6 digits; "" if it was anything else
	locale    string   // of the page that the user sees
	locales   []string // that the user reads, best first
}

// callerOf returns who called, by the proof that the request brings.
func callerOf(*request) caller { return logto() }

// peek reads what it can of the message of a caller that has not proved itself.
func (req *request) peek() (m message) {
	// Invoke never panics. Without a message the answer is in English.
	defer func() { _ = recover() }()
	body, err := req.body(req.caller.maxBody)
	if err != nil {
		return message{}
	}
	m, _ = req.caller.read(body)
	return m
}
