package cloudsim

import (
	"fmt"
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

// Outbox returns copies of the accepted messages since the start or Reset, oldest first.
func (c *Cloud) Outbox() []Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	messages := slices.Clone(c.outbox)
	for i := range messages {
		messages[i].Params = slices.Clone(messages[i].Params)
	}
	return messages
}

// deliverLocked puts the message into the outbox and returns its serial number.
func (c *Cloud) deliverLocked(m Message) string {
	c.serial++
	m.SerialNo = fmt.Sprintf("5000:10457106691570536578%08d", c.serial)
	c.outbox = append(c.outbox, m)
	return m.SerialNo
}
