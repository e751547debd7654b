package handler

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"scf-sms/secrets"
)

// maxSignatures is how many signatures of a request are looked at. It bounds the work that a
// stranger can ask for.
const maxSignatures = 8

// signed is a proof by signatures: HMAC-SHA256 of a text and the body.
type signed struct {
	body       []byte // as it was received
	field      secrets.Field
	key        func(value string) []byte // of one of the field's values
	header     string                    // that the signatures are in, for hints
	prefix     string                    // of the text that is signed; the body follows
	looked     int                       // how many signatures were looked at
	signatures [][]byte                  // those of them that can be one
	checked    bool                      // there were values to check them with
}

// add looks at a signature.
func (s *signed) add(encoded string, decode func(string) ([]byte, error)) {
	if s.looked++; s.looked > maxSignatures {
		return
	}
	if signature, err := decode(encoded); err == nil && len(signature) == sha256.Size {
		s.signatures = append(s.signatures, signature)
	}
}

func (s *signed) credential() credential {
	if len(s.signatures) == 0 {
		return credential{malformed: s.header + " has no v1 signature of 32 bytes"}
	}
	proof := secrets.Proof{Field: s.field, Matches: s.matches}
	return credential{Proof: proof, rejected: s.rejected}
}

func (s *signed) matches(values []string) bool {
	s.checked = true
	match := false
	for _, value := range values {
		mac := hmac.New(sha256.New, s.key(value))
		mac.Write([]byte(s.prefix))
		mac.Write(s.body)
		sum := mac.Sum(nil)
		for _, signature := range s.signatures {
			match = hmac.Equal(sum, signature) || match
		}
	}
	return match
}

func (s *signed) rejected() string {
	if !s.checked {
		return noField(s.field)
	}
	return "no signature in " + s.header + " is made with the secret's " + string(s.field)
}

// toldAsAccepted is for callers that void the code, or post it again, if an SMS that may have been
// sent is told as anything else.
func (o *outcome) toldAsAccepted() *outcome {
	accepted := *o
	accepted.noWholeAnswer = true
	return &accepted
}

// notOfNow says what is wrong with the time of a signature, in seconds since 1970: an old one could
// be sent again by whoever saw it.
func notOfNow(header, timestamp string, now time.Time) string {
	const tolerance = 300 // seconds, as Standard Webhooks and ZITADEL have it
	seconds, err := strconv.ParseUint(timestamp, 10, 62)
	if err != nil {
		return "the time in " + header + " is not a number"
	}
	if off := now.Unix() - int64(seconds); off > tolerance || off < -tolerance {
		return "the time in " + header + " is more than 300 s off: look at the clock of the caller"
	}
	return ""
}

// parts returns what stands between blanks and commas.
func parts(headers []string) []string {
	separates := func(r rune) bool { return strings.ContainsRune(", \t", r) }
	return strings.FieldsFunc(strings.Join(headers, ","), separates)
}
