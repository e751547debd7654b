package cloudsim

import (
	"slices"
	"time"
)

// Message is one SMS the cloud accepted.
type Message struct {
	SerialNo       string
	PhoneNumber    string // E.164
	SDKAppID       string
	SignName       string
	TemplateID     string
	Params         []string
	SenderID       string
	SessionContext string
	Text           string // as the phone shows it: 【sign】text, variables filled
	RequestID      string
	KeyID          string // the SecretId that signed the request
	Time           time.Time

	// Answered is false if a fault kept the complete answer from the caller, who then can't know
	// that the message went out.
	Answered bool

	// Reported is what a callback said of it, nil before one did and was taken. See
	// [Cloud.ReportTo].
	Reported *Report

	carrier Report // what its carrier says, unless the account says it of the number
	posted  bool   // a callback has told it, whether it was taken or not
}

// Outbox returns the accepted messages since the start or Reset, oldest first.
func (c *Cloud) Outbox() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.outbox)
}
