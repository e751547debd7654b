package phone

import "strconv"

// Error is why Parse refused a number, and as much of the number as may be logged.
type Error struct {
	Kind        Kind
	CallingCode int    // 0: there is none, or it can't be told
	Digits      int    // how many there are; 0 where the text is too long to be read
	LastTwo     string // "" where the digits may be another field's: below 7, above 15, or NotANumber
}

// Kind says what is wrong with a number.
type Kind int

const (
	NotANumber    Kind = 1 + iota // it holds something else than digits, a plus sign and marks
	NoCallingCode                 // it begins with none that exists
	BareMainland                  // a mainland mobile number without 86, and bareChina is false
	BareOrSpecial                 // BareMainland, or Special of +1: 190 0555 1234, or 1 900 555 1234
	Ambiguous                     // 001: +1, or an exit code and another number
	WrongLength                   // no number behind the calling code has so many digits
	WrongForm                     // +1 is not NXX NXX XXXX (N is 2 to 9), or +86 is not 1[3-9]…
	Special                       // premium-rate, toll-free, satellite and so on; see Parse
)

var kindTexts = [...]string{
	NotANumber:    "not a phone number",
	NoCallingCode: "no such calling code",
	BareMainland:  "a mainland number without its calling code",
	BareOrSpecial: "a mainland number without its calling code, or one of a special service of +1",
	Ambiguous:     "001 is +1 or an exit code",
	WrongLength:   "no number of this calling code has so many digits",
	WrongForm:     "not the form of this calling code's numbers",
	Special:       "a number of a special service",
}

func (k Kind) String() string {
	if k <= 0 || int(k) >= len(kindTexts) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindTexts[k]
}

func (e *Error) Error() string { return "phone: " + e.Kind.String() }

func newError(kind Kind, callingCode int, digits []byte) *Error {
	e := &Error{Kind: kind, CallingCode: callingCode, Digits: len(digits)}
	if 7 <= len(digits) && len(digits) <= 15 && kind != NotANumber {
		e.LastTwo = string(digits[len(digits)-2:])
	}
	return e
}
