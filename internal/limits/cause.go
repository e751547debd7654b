package limits

import (
	"crypto/tls"
	"errors"
	"strings"

	"github.com/gomodule/redigo/redis"
)

// Cause says why Redis is away.
type Cause int

const (
	NoConnection    Cause = iota + 1 // it can't be reached
	NotTrusted                       // rediss: its certificate isn't one that we trust
	NoAnswer                         // no whole answer came in time
	NotReady                         // it can't answer now: it loads, is busy, can't save, or is full
	PasswordRefused                  // it wants another password, one at all, or none
	DatabaseRefused                  // it has no such database
	ScriptRefused                    // it doesn't let us run scripts, or can't run ours
	Replica                          // it is one that only reads
	OtherSlot                        // it is a node of a cluster, and not the one with our keys
	Foreign                          // a key with one of our names holds something else
	Garbled                          // its answer is none of Redis's, or none of our scripts'
	NoSecret                         // there is no secret to name the keys by

	noScript // it doesn't know the script by its hash
)

// Lasting reports whether the cause stays until the operator changes something.
func (c Cause) Lasting() bool {
	return c == NotTrusted || c == PasswordRefused || c == DatabaseRefused || c == ScriptRefused ||
		c == Replica || c == OtherSlot || c == Foreign
}

// Hint is what the operator is told of a Redis that is away for this cause.
func (c Cause) Hint() string {
	switch c {
	case NoConnection:
		return "Redis can't be reached: check REDIS_URL, the function's vpcConfig, and the security " +
			"group of Redis"
	case NotTrusted:
		return "Redis's certificate isn't trusted, or is for another name than that in REDIS_URL: " +
			"for one of a private CA, SSL_CERT_FILE must name a file with that CA and with the " +
			"public ones, which SSM and SMS need"
	case NotReady:
		return "Redis can't answer now: it loads its data, runs a script of others, can't save, or " +
			"has no room for more data or connections"
	case PasswordRefused:
		return "Redis refuses the password: check redisPassword in the secret, which must not be " +
			"there if Redis has none"
	case DatabaseRefused:
		return "Redis has no database of the number in REDIS_URL, or doesn't let us use it"
	case ScriptRefused:
		return "Redis doesn't run our script: it must be version 5 or newer, and let us use EVAL " +
			"and EVALSHA on keys that begin with scf-sms:"
	case Replica:
		return "Redis is a replica that only reads: REDIS_URL must be the address of the primary"
	case OtherSlot:
		return "Redis is one node of a cluster, and our keys are on another: REDIS_URL must be the " +
			"address of a proxy, or of a Redis that is no cluster"
	case Foreign:
		return "a key in Redis that begins with scf-sms: holds what isn't ours: delete it, or let " +
			"REDIS_URL name another database"
	case Garbled:
		return "what answers at REDIS_URL is not Redis, or not what it should be"
	case NoSecret:
		return "there was no secret to name the counters by"
	default:
		return "Redis gave no answer in time, or hung up"
	}
}

// HintUnsettled is what the operator is told of a claim that could not be settled.
const HintUnsettled = "Redis could not be told what became of the message: if nothing was sent it " +
	"counts all the same, and a duplicate is answered by 202"

// connecting says what it means that no connection could be made.
func connecting(err error) Cause {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return NotTrusted
	}
	return NoConnection
}

// causeOf is what an error code of Redis's means beyond that a command was refused, or 0.
func causeOf(code string) Cause {
	switch code {
	case "NOAUTH", "WRONGPASS", "DENIED":
		return PasswordRefused
	case "NOPERM":
		return ScriptRefused
	case "NOSCRIPT":
		return noScript
	case "READONLY", "MASTERDOWN":
		return Replica
	case "MOVED", "ASK", "CROSSSLOT":
		return OtherSlot
	case "LOADING", "BUSY", "OOM", "MISCONF", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS":
		return NotReady
	default:
		return 0
	}
}

// Explain says what it means that redigo returned an error in place of an answer. refused is what an
// error reply means whose code doesn't say more.
func Explain(err error, refused Cause) Cause {
	if errors.Is(err, errReply) {
		return Garbled
	}
	e, ok := errors.AsType[redis.Error](err)
	if !ok {
		return NoAnswer
	}
	if cause := causeOf(code(e)); cause != 0 {
		return cause
	}
	switch text := string(e); {
	case strings.Contains(text, "max number of clients"):
		return NotReady
	case strings.Contains(text, "unauthenticated"):
		// Before AUTH Redis reads no command of more than ten words, and calls one a fault of the
		// protocol instead of NOAUTH (https://github.com/redis/redis/blob/7.0/src/networking.c).
		return PasswordRefused
	case strings.Contains(text, "WRONGTYPE"): // before Redis 7 behind the place in the script
		return Foreign
	}
	return refused
}

// code returns the code of an error reply. Before Redis 7 that of an error within a script stood
// behind the place in the script: ERR Error running script (…): @user_script:9: -OOM command ….
func code(e redis.Error) string {
	words := strings.Fields(string(e))
	for _, word := range words {
		if inner, ok := strings.CutPrefix(word, "-"); ok && causeOf(inner) != 0 {
			return inner
		}
	}
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
