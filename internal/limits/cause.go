package limits

import (
	"errors"
	"strings"

	"github.com/gomodule/redigo/redis"
)

// Cause says why Redis is away.
type Cause int

const (
	NoConnection    Cause = iota + 1 // it can't be reached
	NoAnswer                         // no whole answer came in time
	NotReady                         // it can't answer now: it loads, is busy, or is full
	PasswordRefused                  // it wants another password, one at all, or none
	DatabaseRefused                  // it has no such database
	ScriptRefused                    // it doesn't let us run scripts, or can't run ours
	Replica                          // it is one that only reads
	OtherSlot                        // it is a node of a cluster, and not the one with our keys
	Garbled                          // its answer is none of Redis's, or none of our scripts'
	NoSecret                         // there is no secret to name the keys by

	noScript // it doesn't know the script by its hash
)

// Lasting reports whether the cause stays until the operator changes something.
func (c Cause) Lasting() bool {
	return c == PasswordRefused || c == DatabaseRefused || c == ScriptRefused ||
		c == Replica || c == OtherSlot
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

// explain says what it means that an answer is missing or an error. refused is what an error reply
// means whose code doesn't say more.
func explain(err error, refused Cause) Cause {
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
	if strings.Contains(string(e), "max number of clients") {
		return NotReady
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
