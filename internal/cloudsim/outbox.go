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
}

// Outbox returns the accepted messages since the start or Reset, oldest first.
func (c *Cloud) Outbox() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.outbox)
}
