package dependability

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"scf-sms/internal/cloudsim"
)

// key is an AccessKey.
type key struct{ id, secret string }

// content is what the secret says.
type content struct {
	key    key
	tokens []string
}

func (c content) String() string { return fmt.Sprint(c.key.id, "/", c.key.secret, c.tokens) }

// condition is the state a secret is in.
type condition string

const (
	fine     condition = "fine"
	disabled condition = "disabled"
	deleted  condition = "deleted"
	broken   condition = "broken" // its value can't be used
)

// model is what decides how a request ends: the account, and what the function holds of it.
type model struct {
	secret    content
	condition condition
	accepted  map[string]string // the keys Tencent accepts :: id → secret
	permitted bool              // they may send

	held  *content // by the function; nil: none
	due   bool     // held should be fetched anew
	asked bool     // a fetch was made for an unknown token, or without a secret, a moment ago
	tried bool     // it has tried to fetch
	spare bool     // it may have a connection that carried no request: the cloud can't close that
}

// place is where an endpoint leads.
type place string

const (
	cloud    place = "the cloud"
	nobody   place = "a port where nobody listens"
	stranger place = "a server with a certificate that nobody trusts"
)

// step is one request and what it meets.
type step struct {
	token        string // the Authorization header
	role         string // "", "none" or "wrong"
	ssmAt, smsAt place
	closing      string // how the idle connections are closed before: "", "FIN" or "RST"
	breaking     int    // how many new connections break before they can be used
	racing       bool   // idle connections are closed while the request is handled
	patient      bool   // there is time enough to wait for the API's rate
	ssm          []fault
	sms          []fault
}

// end is how a request may end.
type end struct {
	status      int
	least, most int // bounds of Retry-After
	accepted    int // messages that went out
	sends       int // SendSms requests that arrived
	again       reason
}

func (e end) String() string {
	return fmt.Sprintf("status %d, %d accepted of %d sends", e.status, e.accepted, e.sends)
}

// prediction is what the contract says of a step. If chance decides, there is more than one end.
type prediction struct {
	ends     []end
	ssm, sms []fault // those that are met, one for each request that arrives
	hung     bool    // a refresh gets no answer
	again    bool    // SSM is asked again after a wait
	last     bool    // the step after this one can't be predicted
}

// short reports whether the step waits, so that it gets a short time budget.
func (p prediction) short() bool {
	return p.hung || p.again || slices.ContainsFunc(p.sms, fault.endless)
}

// forecast is a prediction in the making.
type forecast struct {
	*model
	step
	secure bool
	p      prediction
	open   bool // there is a connection to the cloud
	breaks int  // how many of the next connections break
	hung   bool // a fetch is under way that won't end in time
}

// predict returns what the contract says of a step, and changes the model accordingly.
func (m *model) predict(s step, secure bool) prediction {
	f := &forecast{model: m, step: s, secure: secure, open: s.breaking == 0, breaks: s.breaking}
	f.p.ends = f.serve()
	if s.racing { // the connection may end before the request, or before its answer
		f.p.ends = append(f.p.ends, end{status: 202}, end{status: 202, accepted: 1, sends: 1})
	}
	return f.p
}

func (f *forecast) serve() []end {
	if f.token == "" { // no secret allows this
		return []end{{status: http.StatusUnauthorized}}
	}
	held, verdict := f.get()
	if held == nil {
		return []end{verdict}
	}
	if !f.authorized() {
		return []end{{status: http.StatusUnauthorized}}
	}
	return f.send()
}

// authorized reports whether the caller's token is valid. The secret is fetched again before a
// caller is refused, but not for every caller.
func (f *forecast) authorized() bool {
	if slices.Contains(f.held.tokens, f.token) {
		return true
	}
	if f.hung || f.asked {
		return false
	}
	f.asked = true
	fetched, _ := f.fetch()
	if !f.hung {
		f.due = false // fetched, or backing off
	}
	if fetched == nil {
		return false
	}
	f.held = fetched
	return slices.Contains(f.held.tokens, f.token)
}

// get returns the secret, or how the request ends without it.
func (f *forecast) get() (*content, end) {
	if f.held != nil && (!f.due || f.hung) {
		return f.held, end{}
	}
	first := f.held == nil
	fetched, verdict := f.fetch()
	if !f.hung {
		f.due = false
	}
	if fetched != nil {
		f.held = fetched
		f.asked = f.asked || first // it is new enough for any token
	}
	return f.held, verdict
}

// fetch is one GetSecretValue request, or up to four while no secret is held.
func (f *forecast) fetch() (*content, end) {
	// Each fetch opens a connection for the SMS if there is none. The first request to the cloud
	// takes it.
	f.spare = f.spare || f.tried || f.role == "none" || f.ssmAt != cloud
	f.tried = true
	if f.held != nil {
		secret, verdict, hung := f.ask()
		if hung {
			f.hung, f.p.hung, f.p.last = true, true, true
		}
		return secret, verdict
	}
	f.p.again = f.p.again || f.p.hung // time must be left after the wait for the refresh
	hangs := 0
	for requests := 1; ; requests++ {
		secret, verdict, hung := f.ask()
		passing := verdict.status == http.StatusServiceUnavailable
		if secret != nil || !passing || requests == 4 {
			return secret, verdict
		}
		// The second request follows at once, see newPlayed, but one without an answer takes half
		// of the share.
		f.p.again = f.p.again || hung || requests > 1
		if hung {
			hangs++
		}
		if hangs == 2 || hung && requests == 3 { // the share is over
			f.p.last = true
			return nil, verdict
		}
	}
}

// ask is one GetSecretValue request. It reports whether that gets no answer.
func (f *forecast) ask() (secret *content, verdict end, hung bool) {
	now := end{status: http.StatusServiceUnavailable, least: 1, most: day, sends: len(f.p.sms)}
	never := end{status: http.StatusInternalServerError, sends: len(f.p.sms)}
	if f.role == "none" {
		return nil, never, false
	}
	if f.ssmAt != cloud || !f.connect() {
		return nil, now, false
	}
	met := f.ssm[len(f.p.ssm)]
	f.p.ssm = append(f.p.ssm, met)
	readable := f.role == "" && f.condition == fine
	switch met.meaning {
	case permanent:
		return nil, never, false
	case transient:
		return nil, now, met.endless()
	case answered:
		if !readable {
			return nil, never, false
		}
		return &content{f.secret.key, slices.Clone(f.secret.tokens)}, end{}, false
	}
	panic("a fault of SMS, not of SSM")
}

// send is all SendSms requests.
func (f *forecast) send() (ends []end) {
	var redialled, replaced bool
	for {
		e, alternative := f.attempt()
		ends = append(ends, alternative...)
		switch e.again {
		case final:
			return append(ends, e)
		case rate:
			if !f.patient {
				return append(ends, e)
			}
		case unreached:
			if redialled {
				return append(ends, e)
			}
			redialled = true
		case rejected:
			before := f.held.key
			f.held, f.hung = nil, false
			if replaced {
				return append(ends, e)
			}
			replaced = true
			fetched, verdict := f.get()
			if fetched == nil {
				return append(ends, verdict)
			}
			if fetched.key == before {
				return append(ends, e)
			}
		}
	}
}

// attempt is one SendSms request. There is an alternative if net/http may notice too late that a
// connection is broken: then the request counts as sent.
func (f *forecast) attempt() (e end, alternative []end) {
	sends := func(e end) end { e.sends = len(f.p.sms); return e }
	gone := end{status: http.StatusServiceUnavailable, least: 1, most: day, again: unreached}
	if f.smsAt != cloud {
		return sends(gone), nil
	}
	if !f.connect() {
		if f.secure {
			return sends(gone), nil
		}
		return sends(gone), []end{sends(end{status: http.StatusAccepted})}
	}
	met := f.sms[len(f.p.sms)]
	f.p.sms = append(f.p.sms, met)
	refusal := f.gateway()
	switch {
	case met.meaning == told:
		return sends(f.ruled(met.Code)), nil
	case met.meaning == lost:
		return sends(end{status: met.unknown()}), nil
	case met.meaning == lostAfter && refusal != "":
		return sends(end{status: met.unknown()}), nil
	case met.meaning == lostAfter:
		return sends(end{status: met.unknown(), accepted: 1}), nil
	case met.meaning == saidOk:
		return sends(end{status: http.StatusOK}), nil
	case refusal != "":
		return sends(f.ruled(refusal)), nil
	case met.meaning == toldInItem:
		return sends(f.ruled(met.Code)), nil
	case met.meaning == answered:
		return sends(end{status: http.StatusOK, accepted: 1}), nil
	}
	panic("a fault of SSM, not of SMS")
}

// gateway is Tencent's code for the key that is held; "" if it is accepted.
func (m *model) gateway() string {
	secret, known := m.accepted[m.held.key.id]
	switch {
	case !known:
		return "AuthFailure.SecretIdNotFound"
	case secret != m.held.key.secret:
		return "AuthFailure.SignatureFailure"
	case !m.permitted:
		return "UnauthorizedOperation"
	}
	return ""
}

func (f *forecast) ruled(code string) end {
	r := rule(code)
	return end{status: r.status, least: r.least, most: r.most, again: r.again}
}

// connect reports whether there is a connection to the cloud, or a new one holds.
func (f *forecast) connect() bool {
	if !f.open && f.breaks > 0 {
		f.breaks--
		return false
	}
	f.open = true
	return true
}

// apply makes the account what the model says.
func (m *model) apply(a *cloudsim.Account) {
	a.Keys = slices.DeleteFunc(a.Keys, func(k cloudsim.Key) bool { return k.Token == "" })
	for id, secret := range m.accepted {
		k := cloudsim.Key{SecretID: id, SecretKey: secret}
		if m.permitted {
			k.Allow = []string{"sms:SendSms"}
		}
		a.Keys = append(a.Keys, k)
	}
	a.Secrets[0].State = ""
	value := cloudsim.SecretValue{String: m.secret.json()}
	a.Secrets[0].Versions = map[string]cloudsim.SecretValue{"SSM_Current": value}
	switch m.condition {
	case disabled:
		a.Secrets[0].State = cloudsim.StateDisabled
	case deleted:
		a.Secrets[0].Versions = nil
	case broken:
		a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: `{"accessKeyId": 1}`}
	}
}

// json is the secret's value.
func (c content) json() string {
	text, _ := json.Marshal(map[string]any{
		"accessKeyId": c.key.id, "accessKeySecret": c.key.secret, "authorization": c.tokens,
	})
	return string(text)
}
