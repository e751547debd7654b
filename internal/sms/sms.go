// Package sms sends one SMS with Tencent's SendSms: at most one for one call of [Sender.Send],
// whatever happens to connections and answers. SendSms has no field that would make a repeated
// request harmless, so a request is repeated only if the one before provably sent nothing:
//
//   - No connection could be opened: once more.
//   - Tencent didn't accept the AccessKey, and the secret holds another by now: once more.
//   - The API's rate limit refused the request, which it does before anything else: after a wait,
//     as often as the time allows.
//
// Every other result is final.
package sms

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"scf-sms/internal/tencent"
)

const (
	// After the API's rate limit, which Tencent counts by the second, a random time between these
	// is waited: instances that were refused together must not come again together.
	shortestWait = 250 * time.Millisecond
	longestWait  = 1250 * time.Millisecond

	// attemptTime must be left of the time budget after a wait, or the attempt isn't worth it.
	attemptTime = time.Second
)

// Keys is where the AccessKey comes from. *secrets.Cache is one.
type Keys interface {
	// Key returns the AccessKey to sign with.
	Key(ctx context.Context) (*tencent.Key, error)
	// Reject says that Tencent doesn't accept the key.
	Reject(*tencent.Key)
}

// Sender sends with one account. Its methods may be called by several goroutines.
type Sender struct {
	AppID            string // SmsSdkAppId
	SignName         string // SignName for mainland numbers
	SignNameOverseas string // SignName for other numbers; "": none is sent
	SenderID         string // SenderId for other numbers; "": none is sent

	Region    string            // X-TC-Region
	Endpoint  tencent.Endpoint  // of SMS
	Transport http.RoundTripper // a *liveconn.Transport
	Keys      Keys
	Now       func() time.Time // for the time to midnight, when Tencent counts its limits anew
	Random    func() float64   // in [0, 1); nil: math/rand's
}

// Message is one SMS to be sent.
type Message struct {
	To         string   // the number in E.164
	Overseas   bool     // the number is not of mainland China
	TemplateID string   // TemplateId
	Params     []string // the template's variables in order
	Session    string   // SessionContext: Tencent hands it back in delivery reports
}

// Result says what became of a message: what the last attempt brought, and what all of them took.
type Result struct {
	Reply
	Attempts     int           // SendSms requests made
	FirstRefusal string        // Tencent's code for attempt 1, if anything followed it
	KeyError     error         // why there was no AccessKey for the next attempt, or nil
	KeyTime      time.Duration // waiting for the AccessKey
	SendTime     time.Duration // in SendSms
}

// Send sends m within the deadline of ctx, and says what became of it.
func (s *Sender) Send(ctx context.Context, m Message) (r Result) {
	key, err := s.key(ctx, &r.KeyTime)
	if err != nil {
		r.KeyError = err
		return r
	}
	var redialled, replaced bool
	for {
		if ctx.Err() != nil {
			r.Reply = unavailable(
				"no time was left to send: raise TIME_BUDGET and the function's timeout")
			return r
		}
		r.Attempts++
		r.Reply = s.attempt(ctx, key, m, &r.SendTime)
		if r.retry == otherKey {
			s.Keys.Reject(key)
		}
		switch r.retry {
		case noRetry:
			return r
		case now:
			if redialled || ctx.Err() != nil {
				return r
			}
			redialled = true
		case later:
			if !s.wait(ctx) {
				return r
			}
		case otherKey:
			if replaced {
				return r
			}
			replaced = true
			other, err := s.key(ctx, &r.KeyTime)
			if err != nil {
				r.FirstRefusal, r.KeyError = cmp.Or(r.FirstRefusal, r.Code), err
				return r
			}
			if other.Equal(key) {
				return r
			}
			key = other
		}
		r.FirstRefusal = cmp.Or(r.FirstRefusal, r.Code)
	}
}

// key returns the AccessKey to sign with.
func (s *Sender) key(ctx context.Context, took *time.Duration) (*tencent.Key, error) {
	defer timed(took)()
	return s.Keys.Key(ctx)
}

// wait waits for the API's rate limit. It reports false if no time is left for another attempt.
func (s *Sender) wait(ctx context.Context) bool {
	longest := longestWait
	if deadline, ok := ctx.Deadline(); ok {
		longest = min(longest, time.Until(deadline)-attemptTime)
	}
	if longest < shortestWait {
		return false
	}
	random := s.Random
	if random == nil {
		random = rand.Float64
	}
	timer := time.NewTimer(shortestWait + time.Duration(random()*float64(longest-shortestWait)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// timed adds the time until the function it returns is called.
func timed(sum *time.Duration) func() {
	began := time.Now()
	return func() { *sum += time.Since(began) }
}
