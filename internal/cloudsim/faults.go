package cloudsim

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Kind says what goes wrong with a request.
type Kind string

// The kinds of faults. An "unsent" one changes nothing in the cloud. With a "sent" one the request
// is processed first: an accepted message is in the outbox although its sender never learns it.
//
// "Read" means read by the handler. The headers are read before it runs, and so may be a small
// body. For a connection that ends before anything is read see [Server.BreakTLS].
const (
	// Behave is no fault.
	Behave Kind = ""

	// Error answers with the outer error Code; unsent. Nothing of the request is checked.
	Error Kind = "error"

	// Refuse refuses every number of a SendSms with Code, if the request is otherwise in order. For
	// other actions it is an outer error, if the parameters are in order.
	Refuse Kind = "refuse"

	// HTTP answers as a proxy might, with Status (default 502) and Body; unsent.
	HTTP Kind = "http"

	Body        Kind = "body"         // HTTP 200 with just this Body; unsent
	Redirect    Kind = "redirect"     // Status (default 307) with Location; unsent
	ResetEarly  Kind = "reset-early"  // RST before the body is read; unsent
	ResetUnsent Kind = "reset-unsent" // RST once the request is read; unsent
	ResetSent   Kind = "reset-sent"   // RST instead of an answer; sent
	EOFSent     Kind = "eof-sent"     // FIN instead of an answer; sent

	// HangUnsent and HangSent give no answer until the client leaves or the server closes.
	HangUnsent Kind = "hang-unsent"
	HangSent   Kind = "hang-sent"

	// Slow sends the answer byte by byte over Delay, or without end if that is 0; sent.
	Slow Kind = "slow"

	Cut   Kind = "cut"   // half of the answer, then FIN; sent
	Huge  Kind = "huge"  // the answer with 4 MiB of blanks inside; sent
	Delay Kind = "delay" // behaves after Delay; unsent if the client has left by then
)

// All kinds, by whether the request is processed.
var (
	sentKinds = []Kind{
		Behave, Error, Refuse, ResetSent, EOFSent, HangSent, Slow, Cut, Huge, Delay,
	}
	unsentKinds = []Kind{HTTP, Body, Redirect, ResetEarly, ResetUnsent, HangUnsent}
)

// Fault is a Kind with its particulars. The zero Fault behaves.
type Fault struct {
	Kind     Kind   `json:"kind,omitempty"`
	Code     string `json:"code,omitempty"`    // default InternalError
	Message  string `json:"message,omitempty"` // default: the usual one of Code
	Status   int    `json:"status,omitempty"`
	Body     string `json:"body,omitempty"`
	Location string `json:"location,omitempty"`

	// Delay is a time on the network, not by Config.Now; in JSON "delay", a text like "2s".
	Delay time.Duration `json:"-"`

	ofAction bool // scripted or standing, not of Account.Numbers
}

// UnmarshalJSON refuses fields and kinds it doesn't know.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type plain Fault
	err := strictJSON(data, &struct {
		*plain
		Delay *textDuration `json:"delay"`
	}{(*plain)(f), (*textDuration)(&f.Delay)})
	switch {
	case err != nil:
		return err
	case !slices.Contains(slices.Concat(sentKinds, unsentKinds), f.Kind):
		return fmt.Errorf("there is no fault of kind %q", f.Kind)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("%d is no final HTTP status", f.Status)
	}
	return nil
}

// textDuration is a duration that is a text in JSON, like "2s".
type textDuration time.Duration

// UnmarshalText reads what time.ParseDuration does.
func (d *textDuration) UnmarshalText(text []byte) error {
	duration, err := time.ParseDuration(string(text))
	*d = textDuration(duration)
	return err
}

func (f Fault) apiError() *apiError {
	code := cmp.Or(f.Code, "InternalError")
	return &apiError{code, cmp.Or(f.Message, messageOf(code))}
}

// answers reports whether a processed request gets its whole answer.
func (f Fault) answers() bool {
	return slices.Contains([]Kind{Behave, Delay, Huge}, f.Kind) || f.Kind == Slow && f.Delay > 0
}

// Script gives the next requests of the action one fault each, after those scripted before. The
// zero Fault means: behave. A scripted fault precedes a standing one and those of
// [Account.Numbers].
func (c *Cloud) Script(action string, faults ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scripted[action] = append(c.scripted[action], faults...)
}

// Always gives every request of the action the fault, until it is called with nil. Reset doesn't
// end it.
func (c *Cloud) Always(action string, fault *Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if fault == nil {
		delete(c.standing, action)
		return
	}
	c.standing[action] = *fault
}

// faultOfNumberLocked returns the fault that [Account.Numbers] has for a number of the request. It
// returns none for a request that the gateway refuses, and leaves refusals to sending: those
// concern one number, not the request.
func (c *Cloud) faultOfNumberLocked(q *call) Fault {
	if q.action != SendSms {
		return Fault{}
	}
	if _, err := c.gatewayLocked(q); err != nil {
		return Fault{}
	}
	for _, number := range q.params["PhoneNumberSet"] {
		e164, _ := parseNumber(number)
		if f := c.account.Numbers[e164]; f.Kind != Behave && f.Kind != Refuse {
			return f
		}
	}
	return Fault{}
}
