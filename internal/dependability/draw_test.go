package dependability

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"scf-sms/internal/cloudsim"
)

// sequencer draws a sequence from its number: the same one each time, but for -short.
type sequencer struct {
	*model
	rng     *rand.Rand
	decoys  *decoys
	made    int      // names given
	tokens  []string // that were ever valid
	secrets []string // what no log may hold
}

func newSequencer(n int, d *decoys) *sequencer {
	s := &sequencer{rng: rand.New(rand.NewPCG(*seed, uint64(n))), decoys: d}
	s.model = &model{condition: fine, permitted: true, accepted: map[string]string{}}
	s.newKey()
	s.newToken(false)
	return s
}

// odds is true once in n times.
func (s *sequencer) odds(n int) bool { return s.rng.IntN(n) == 0 }

func (s *sequencer) name(prefix string) string {
	s.made++
	name := fmt.Sprintf("%s%dof%x", prefix, s.made, s.rng.Uint32())
	s.secrets = append(s.secrets, name)
	return name
}

func (s *sequencer) newKey() {
	s.secret.key = key{s.name("AKID"), s.name("key")}
	s.accepted[s.secret.key.id] = s.secret.key.secret
}

func (s *sequencer) newToken(keepOld bool) {
	token := "Bearer " + s.name("token")
	s.tokens = append(s.tokens, token)
	s.secret.tokens = append(slices.Clone(s.secret.tokens), token)
	if !keepOld {
		s.secret.tokens = []string{token}
	}
}

// Events between two requests that concern more than the account. The fixture carries them out.
const (
	eventRestart = "a new instance"
	eventTime    = "a day passes"
)

// events lets things happen between two requests, and says what did.
func (s *sequencer) events() (happened []string) {
	if s.condition != fine && s.odds(2) {
		s.condition = fine
		happened = append(happened, "the secret can be read again")
	}
	if !s.permitted && s.odds(2) {
		s.permitted = true
		happened = append(happened, "the keys may send again")
	}
	if s.accepted[s.secret.key.id] != s.secret.key.secret && s.odds(2) {
		s.accepted[s.secret.key.id] = s.secret.key.secret
		happened = append(happened, "the key is accepted again")
	}
	for s.odds(3) {
		happened = append(happened, s.event())
	}
	return happened
}

func (s *sequencer) event() string {
	switch s.rng.IntN(16) {
	case 0, 1, 2:
		clear(s.accepted)
		s.newKey()
		return "the key is changed and the old one disabled"
	case 3:
		s.newKey()
		return "the key is changed and the old one stays"
	case 4:
		s.secret.key.secret = s.name("key")
		s.accepted[s.secret.key.id] = s.secret.key.secret
		return "the key is changed under the same id"
	case 5:
		delete(s.accepted, s.secret.key.id)
		return "the key is disabled"
	case 6:
		s.permitted = false
		return "the keys may not send any more"
	case 7, 8:
		s.newToken(false)
		return "the token is changed"
	case 9:
		s.newToken(true)
		return "a token is added"
	case 10:
		s.condition = []condition{disabled, deleted, broken}[s.rng.IntN(3)]
		return "the secret is " + string(s.condition)
	case 11, 12:
		s.held, s.due, s.asked, s.tried, s.spare = nil, false, false, false, false
		return eventRestart
	default:
		s.due, s.asked = true, false
		return eventTime
	}
}

// step draws a request and what it may meet.
func (s *sequencer) step() step {
	st := step{
		token:   s.token(),
		ssmAt:   s.place(),
		smsAt:   s.place(),
		closing: []string{"", "", "FIN", "RST"}[s.rng.IntN(4)],
	}
	if s.odds(25) {
		st.role = []string{"none", "wrong"}[s.rng.IntN(2)]
	}
	ends := func(f fault) bool { return !f.endless() }
	allowed := func(fault) bool { return true }
	if testing.Short() {
		allowed = ends // each of the others costs a time budget
	}
	st.sms = append(st.sms, s.draw(s.smsFault, allowed))
	if rule(st.sms[0].Code).again == rate && s.odds(4) {
		st.patient, allowed = true, ends
		for s.odds(2) && len(st.sms) < 4 {
			st.sms = append(st.sms, st.sms[0])
		}
	}
	for range 2 {
		st.sms = append(st.sms, s.draw(s.smsFault, allowed))
	}
	// The rate limit and two rejected keys may go before these.
	st.sms = append(st.sms, fault{}, fault{}, fault{})
	away := s.odds(8)
	for i := range 8 { // those of two fetches
		f := s.draw(s.ssmFault, allowed)
		if away && i > 0 && st.ssm[0].meaning == transient && !st.ssm[0].endless() {
			f = st.ssm[0]
		}
		st.ssm = append(st.ssm, f)
	}
	// With a key that works there is no fetch: it is the SMS that meets the end of a connection.
	works := s.held != nil && !s.due && slices.Contains(s.held.tokens, st.token) &&
		s.gateway() == ""
	switch {
	case works && s.odds(16):
		st.racing, st.smsAt, st.sms[0] = true, cloud, fault{}
	case !s.spare && s.odds(12):
		st.breaking = 20
		if works {
			st.breaking = 1 + s.rng.IntN(2)
		}
		st.closing = []string{"FIN", "RST"}[s.rng.IntN(2)]
		st.patient = false
		for i := range st.sms {
			st.sms[i] = s.draw(s.smsFault, func(f fault) bool {
				return ends(f) && rule(f.Code).again != rejected
			})
		}
	}
	return st
}

func (s *sequencer) token() string {
	switch s.rng.IntN(16) {
	case 0:
		return ""
	case 1:
		return "Bearer unknown"
	case 2:
		return s.tokens[s.rng.IntN(len(s.tokens))]
	default:
		return s.tokens[len(s.tokens)-1]
	}
}

func (s *sequencer) place() place {
	switch s.rng.IntN(40) {
	case 0:
		return nobody
	case 1:
		return stranger
	default:
		return cloud
	}
}

// draw draws a fault until one is allowed.
func (s *sequencer) draw(from func() fault, allowed func(fault) bool) fault {
	for {
		if f := from(); allowed(f) {
			return f
		}
	}
}

func (s *sequencer) ssmFault() fault {
	if !s.odds(3) {
		return fault{}
	}
	return s.redirect(ssmFaults[s.rng.IntN(len(ssmFaults))])
}

func (s *sequencer) smsFault() fault {
	switch s.rng.IntN(10) {
	case 0, 1, 2, 3:
		return fault{}
	case 4, 5, 6:
		code := codes[s.rng.IntN(len(codes))]
		switch s.rng.IntN(8) {
		case 0:
			code = strings.ToLower(code)
		case 1:
			code = strings.ToUpper(code)
		}
		if s.odds(2) {
			return fault{cloudsim.Fault{Kind: cloudsim.Refuse, Code: code}, toldInItem}
		}
		return fault{cloudsim.Fault{Kind: cloudsim.Error, Code: code}, told}
	default:
		return s.redirect(smsFaults[s.rng.IntN(len(smsFaults))])
	}
}

// redirect fills in where a redirect leads.
func (s *sequencer) redirect(f fault) fault {
	if f.Kind == cloudsim.Redirect {
		f.Location = s.decoys.redirected
	}
	return f
}

func names(faults []fault) string {
	var all []string
	for _, f := range faults {
		text, _ := json.Marshal(f.Fault)
		all = append(all, string(text))
	}
	return "[" + strings.Join(all, " ") + "]"
}

func (s step) String() string {
	text := "request with " + strconv.Quote(s.token)
	add := func(said bool, format string, args ...any) {
		if said {
			text += fmt.Sprintf(format, args...)
		}
	}
	add(s.role != "", ", role %s", s.role)
	add(s.ssmAt != cloud, ", SSM is %s", s.ssmAt)
	add(s.smsAt != cloud, ", SMS is %s", s.smsAt)
	add(s.closing != "", ", idle connections end with %s", s.closing)
	add(s.breaking > 0, ", %d connections break", s.breaking)
	add(s.racing, ", idle connections are closed meanwhile")
	add(s.patient, ", with patience")
	return text
}
