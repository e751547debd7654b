package limits

import (
	"strconv"
	"strings"
	"time"
)

// Rules are what the setting LIMITS says.
type Rules struct {
	Number []Limit // of a phone number
	Block  []Limit // of a phone number without its last four digits
	IP     []Limit // of a person's IP address, or of its /64 if it is one of IPv6
	Total  []Limit // of all together

	// CallingCode has the limits of the calling codes that are named; all others have OtherCodes,
	// each on its own.
	CallingCode map[int][]Limit
	OtherCodes  []Limit

	Dedupe  time.Duration // how long the same number, code and type are a duplicate; 0: they aren't
	Closed  bool          // without Redis nothing is sent, unless Observe is set
	Observe bool          // nothing is refused, but all is counted
}

// Limit allows N messages in any stretch of W.
type Limit struct {
	N int           // 1 to 1,000,000
	W time.Duration // 1 s to 24 h, in whole milliseconds
}

// String is the limit as LIMITS has it, such as 5/1h.
func (l Limit) String() string { return strconv.Itoa(l.N) + "/" + l.Length() }

// Length is W as LIMITS has it, such as 1h.
func (l Limit) Length() string {
	w := l.W.String() // 1h0m0s
	if strings.HasSuffix(w, "m0s") {
		w = strings.TrimSuffix(w, "0s")
	}
	if strings.HasSuffix(w, "h0m") {
		w = strings.TrimSuffix(w, "0m")
	}
	return w
}

// Defaults are the rules of a guard whose operator sets none. docs/limits.md says where the numbers
// come from.
func Defaults() Rules {
	return Rules{
		Number: []Limit{{1, 30 * time.Second}, {5, time.Hour}, {10, 24 * time.Hour}},
		Block:  []Limit{{30, time.Hour}},
		// What the mainland takes in an hour only the operator knows.
		CallingCode: map[int][]Limit{86: nil},
		OtherCodes:  []Limit{{100, time.Hour}},
		Dedupe:      time.Minute,
	}
}

// Scope is what a limit counts.
type Scope string

// The scopes, by their names in LIMITS.
const (
	Number      Scope = "number"
	Block       Scope = "block"
	IP          Scope = "ip"
	CallingCode Scope = "callingCode"
	Total       Scope = "total"
)

// Everybody reports whether a limit of this scope holds people back who did nothing.
func (s Scope) Everybody() bool { return s == CallingCode || s == Total }
