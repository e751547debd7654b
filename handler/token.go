package handler

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"scf-sms/internal/langtag"
	"scf-sms/internal/rawjson"
	"scf-sms/secrets"
)

// authorization is the header in which callers send a token: those of logto.go and flat.go.
const authorization = "Authorization"

// maxTokenBody is what their bodies may have, in bytes. Logto's own are below 1 KiB.
const maxTokenBody = 64 << 10

// withToken returns which of the two called: only Logto's body has a payload. Who brings no token
// is answered like them, and has no name; nor has who brings a body that is too large to be read.
func withToken(req *request) caller {
	c := logto()
	body, err := req.body(maxTokenBody)
	if err == nil {
		object, err := readObject(body)
		if err == nil && rawjson.Get(object, "payload") == nil {
			c = flat()
		}
	}
	if _, problem := req.single(authorization); problem != "" || err == errTooLarge {
		c.name = ""
	}
	return c
}

// tokenProof is the Authorization header, which must be one of the secret's, verbatim.
func tokenProof(req *request, _ []byte) credential {
	header, problem := req.single(authorization)
	if problem != "" {
		return credential{malformed: problem}
	}
	const scheme = "Bearer "
	why := noField(secrets.Authorization)
	matches := func(values []string) bool {
		why = "the Authorization header is not the secret's"
		if equalsOneOf(header, values) {
			return true
		}
		if equalsOneOf(scheme+header, values) {
			why = `the Authorization header lacks the "Bearer " that the secret has`
		} else if token, ok := strings.CutPrefix(header, scheme); ok && equalsOneOf(token, values) {
			why = `the Authorization header has a "Bearer " that the secret has not`
		}
		return false
	}
	return credential{
		Proof:    secrets.Proof{Field: secrets.Authorization, Matches: matches},
		rejected: func() string { return why },
	}
}

// asks reads what their bodies have in common.
func (m *message) asks(body []byte) error {
	m.usageType = text(body, "type")
	m.ip = text(body, "ip")
	to, ok := rawjson.String(rawjson.Get(body, "to"))
	if m.to = to; !ok {
		return errors.New("to is not a string")
	}
	return nil
}

var errNoType = errors.New("type is not a string, or empty")

// noField is why nobody is let in whose proof is checked against a field that isn't in the secret.
func noField(field secrets.Field) string {
	return "the secret has no " + string(field) + ", which this kind of caller needs"
}

// equalsOneOf compares in constant time, and digests, so that not even lengths show.
func equalsOneOf(sent string, values []string) bool {
	got, match := sha256.Sum256([]byte(sent)), 0
	for _, value := range values {
		want := sha256.Sum256([]byte(value))
		match |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return match == 1
}

// tokenAnswer is answer, with what belongs to a refused token.
func tokenAnswer(req *request, out *outcome, sentence string) response {
	r := answer(req, out, sentence)
	if out.kind == unauthorized {
		r.Headers["www-authenticate"] = "Bearer"
	}
	return r
}

// inToken reports whether a caller put a part of its own Authorization header into another field,
// as happens when a connector's fields are filled in wrong. Up to four bytes match by chance. A
// locale has dashes where the caller may have written others.
func inToken(req *request, s string) bool {
	if len(s) <= 4 {
		return false
	}
	headers := strings.Join(req.header(authorization), "\n")
	plain := func(s string) string { return strings.ToLower(langtag.Dashes(s)) }
	return strings.Contains(plain(headers), plain(s))
}
