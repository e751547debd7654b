package probe

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

// Status says what was found of one part of a deployment.
type Status string

// The statuses of a [Finding].
const (
	OK      Status = "ok"
	Wrong   Status = "wrong"
	Unknown Status = "unknown" // it can't be seen from here
)

// The parts of a deployment, in the order in which they are needed.
const (
	URL      = "url"
	Settings = "settings"
	Role     = "role" // and the secret that it may read
	Proof    = "token"
)

// Finding is what a probe says of one part. Nothing in it is secret.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Todo   string `json:"todo,omitempty"`
}

// Result is what a probe found. It has no finding of what lies behind the first fault.
type Result struct {
	OK       bool      `json:"ok"`
	Version  string    `json:"version,omitempty"` // of the function's build
	Findings []Finding `json:"findings"`

	// Early means that a deployment which was made just now may show this, and work in a minute:
	// the URL isn't known yet, or the role isn't.
	Early bool `json:"-"`
}

// Target is a deployed function.
type Target struct {
	URL    string          // https, or http to loopback
	Secret *secrets.Secret // what callers prove themselves with; nil: not known here
}

// Ask probes a function. It sends no SMS: no version of the function can send what it posts.
func Ask(ctx context.Context, w words.Words, t Target) Result {
	p := &prober{words: w, client: newClient(), target: t}
	p.look(ctx)
	p.result.OK = len(p.result.Findings) == 4
	for _, f := range p.result.Findings {
		p.result.OK = p.result.OK && f.Status == OK
	}
	return p.result
}

type prober struct {
	words  words.Words
	client *http.Client
	target Target
	result Result
}

// add adds a finding. key is that of its words; what is to be done has ".todo" behind it.
func (p *prober) add(check string, status Status, key string, values ...any) {
	p.result.Findings = append(p.result.Findings,
		Finding{check, status, p.words.Say(key, values...), p.words.Todo(key)})
}

func (p *prober) look(ctx context.Context) {
	if !p.url(get(ctx, p.client, p.target.URL)) {
		return
	}
	p.add(Settings, OK, "probe.settings.ok")
	if m, ok := proved(p.target.Secret, time.Now()); ok {
		p.proved(post(ctx, p.client, p.target.URL, m))
		return
	}
	// A token that nobody has shows all the same whether the function can read its secret, to
	// compare them.
	p.unproved(post(ctx, p.client, p.target.URL, authorized("Bearer "+rand.Text())))
}

// url reads the answer to a GET, and reports whether there is a use in asking more.
func (p *prober) url(r reply) bool {
	switch {
	case r.is(http.StatusMethodNotAllowed, "method_not_allowed"):
		p.add(URL, OK, "probe.url.ok")
		return true
	case r.is(http.StatusInternalServerError, "misconfigured"):
		p.add(URL, OK, "probe.url.ok")
		p.add(Settings, Wrong, "probe.settings.wrong", r.problem.RequestID)
		return false
	}
	p.result.Early = r.redirectsTo == "" && r.status != http.StatusOK
	switch {
	case r.failure != "":
		p.add(URL, Wrong, "probe.url.silent", p.words.Hint(r.failure))
	case r.redirectsTo != "":
		p.add(URL, Wrong, "probe.url.redirect", r.status, r.redirectsTo)
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		p.add(URL, Wrong, "probe.url.cam", r.status)
	case r.status == http.StatusNotFound:
		p.add(URL, Wrong, "probe.url.none", r.status)
	case r.status >= 430 && r.status < 460, r.status >= 500:
		p.add(URL, Wrong, "probe.url.platform", r.status)
	default:
		p.add(URL, Wrong, "probe.url.other", r.String())
	}
	return false
}

// proved reads the answer to a POST with a proof from the secret.
func (p *prober) proved(r reply) {
	p.result.Version = r.version
	switch {
	case r.is(http.StatusBadRequest, "invalid_phone_number"):
		p.add(Role, OK, "probe.role.ok")
		p.add(Proof, OK, "probe.token.ok")
	case r.is(http.StatusUnauthorized, "unauthorized"):
		p.add(Role, OK, "probe.role.ok")
		p.add(Proof, Wrong, "probe.token.wrong")
	default:
		p.withoutSecret(r)
	}
}

// unproved reads the answer to a POST with a token that nobody has.
func (p *prober) unproved(r reply) {
	if !r.is(http.StatusUnauthorized, "unauthorized") {
		p.withoutSecret(r)
		return
	}
	p.add(Role, OK, "probe.role.ok")
	p.add(Proof, Unknown, "probe.token.unknown")
}

// withoutSecret is for an answer that says that the function has no secret, or nothing at all.
func (p *prober) withoutSecret(r reply) {
	p.result.Early = true
	switch {
	case r.is(http.StatusInternalServerError, "misconfigured"):
		p.add(Role, Wrong, "probe.role.wrong", r.problem.RequestID)
	case r.is(http.StatusServiceUnavailable, "provider_unavailable"):
		p.add(Role, Unknown, "probe.role.away", r.problem.RequestID)
	default:
		p.add(Role, Unknown, "probe.role.other", r.String())
	}
}
