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

// codes are the error codes of Redis that mean more than that a command was refused.
var codes = map[string]Cause{
	"NOAUTH": PasswordRefused, "WRONGPASS": PasswordRefused, "DENIED": PasswordRefused,
	"NOPERM": ScriptRefused, "NOSCRIPT": noScript,
	"READONLY": Replica, "MASTERDOWN": Replica,
	"MOVED": OtherSlot, "ASK": OtherSlot, "CROSSSLOT": OtherSlot,
	"LOADING": NotReady, "BUSY": NotReady, "OOM": NotReady, "MISCONF": NotReady,
	"TRYAGAIN": NotReady, "CLUSTERDOWN": NotReady, "NOREPLICAS": NotReady,
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
	if cause, ok := codes[code(e)]; ok {
		return cause
	}
	if strings.Contains(string(e), "max number of clients") {
		return NotReady
	}
	return refused
}

// code returns the code of an error reply. Before Redis 7 an error within a script stood behind the
// place in the script: ERR Error running script (…): @user_script:9: -OOM command not allowed ….
func code(e redis.Error) string {
	words := strings.Fields(string(e))
	for _, word := range words {
		if inner, ok := strings.CutPrefix(word, "-"); ok && codes[inner] != 0 {
			return inner
		}
	}
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
