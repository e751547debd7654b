// Package phone reads phone numbers to E.164 and masks them for logs. What a number looks like
// behind each calling code is in tables (callingcodes.go) that scripts/callingcodes generates from
// libphonenumber's metadata: linking that library would triple the cold start.
package phone

import (
	"slices"
	"strconv"
	"strings"
)

// Number is a phone number in E.164.
type Number struct {
	E164        string // "+8613800138000"
	CallingCode int    // 86
	National    string // "13800138000"
}

// Parse reads a phone number that begins with its calling code: +86…, 0086… or, as Logto sends
// them, 86…. What people write at home before their number, a trunk prefix or a carrier's code, is
// dropped where libphonenumber drops it. So is Mexico's old mobile 1. The error is an *Error.
//
// With bareChina, eleven digits that look like a mainland mobile number are one and need no calling
// code. Most of them look North American too, so the digits alone can't tell.
//
// Special services are refused, as SMS pumping lives on them: premium-rate, toll-free, shared-cost,
// personal and universal-access numbers, and satellites. A landline is not refused, but for the
// mainland's: what is fixed and what is mobile changes faster than any table.
func Parse(to string, bareChina bool) (Number, error) {
	var buf [longestInput]byte
	b, plus, ok := readDigits(buf[:0], to)
	if !ok {
		return Number{}, newError(NotANumber, 0, b)
	}
	n, kind := read(string(b), plus, bareChina)
	if kind != 0 {
		return Number{}, newError(kind, n.CallingCode, b)
	}
	return n, nil
}

func read(digits string, plus, bareChina bool) (Number, Kind) {
	switch bare := isMainlandMobile(digits); {
	case plus:
	case strings.HasPrefix(digits, "001"):
		return dialled001(digits)
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	case bare && bareChina:
		digits = "86" + digits
	case bare:
		n, _, kind := international(digits)
		switch kind {
		case 0:
			return n, 0
		case Special:
			return Number{}, BareOrSpecial
		}
		return Number{}, BareMainland
	}
	n, _, kind := international(digits)
	return n, kind
}

// dialled001 reads digits that begin with 001. That is 00 and +1, or an exit code of Hong Kong,
// Singapore and others, and any calling code behind it: 001 65 8312 4567 is a number of
// Singapore's, or Jamaica's +1 658 312 4567. What can be another number than +1's is refused.
func dialled001(digits string) (Number, Kind) {
	n, _, kind := international(digits[2:])
	other, otherMobile, otherKind := international(digits[3:])
	if otherKind == 0 && other.E164 != n.E164 && (kind != 0 || otherMobile) {
		return Number{}, Ambiguous
	}
	return n, kind
}

// international reads digits that begin with a calling code. The number it returns with a Kind has
// only that. It reports whether the number is marked as a mobile one.
func international(digits string) (n Number, isMobile bool, kind Kind) {
	c, written := cutCallingCode(digits)
	if c == nil {
		return Number{}, false, NoCallingCode
	}
	code := digits[:len(digits)-len(written)]
	var e edit
	if is := c.reading(written); is >= firstEdit {
		e = edits[is-firstEdit]
	}
	e164 := "+" + code + e.text + written[e.skip:e.skip+e.keep] + written[e.skip+e.keep+e.gap:]
	national := e164[1+len(code):]
	switch is := c.reading(national); is {
	case possible, mobile:
		return Number{E164: e164, CallingCode: c.code, National: national}, is == mobile, 0
	case special:
		kind = Special
	case wrongForm:
		kind = WrongForm
	default:
		// Or yet another edit: a second prefix is a typing error, and E.164 must read as itself.
		kind = WrongLength
	}
	return Number{CallingCode: c.code}, false, kind
}

// callingCode is a calling code and the state at which the digits behind it begin.
type callingCode struct {
	code  int
	start uint16
}

// edit makes the national number of what people write behind a calling code: skip some digits, put
// text before the others, keep some of them, leave out a gap. The zero edit changes nothing.
// Argentina's 0 11 15 2345 6789 is 9 11 2345 6789.
type edit struct {
	skip      int
	text      string
	keep, gap int
}

// reading says what the digits behind the calling code are; see states.
func (c *callingCode) reading(national string) uint16 {
	s := c.start
	for i := range len(national) {
		s = states[s][1+national[i]-'0']
	}
	return states[s][0]
}

// cutCallingCode splits off the calling code. It returns nil if the digits begin with none. No
// calling code is the beginning of another, so the first that fits is the only one.
func cutCallingCode(digits string) (c *callingCode, national string) {
	code := 0
	for i := 0; i < len(digits) && i < 3; i++ {
		code = 10*code + int(digits[i]-'0')
		if code == 0 { // no calling code begins with 0: 01 is not 1
			return nil, ""
		}
		if c, found := findCallingCode(code); found {
			return c, digits[i+1:]
		}
	}
	return nil, ""
}

func findCallingCode(code int) (*callingCode, bool) {
	byCode := func(c callingCode, code int) int { return c.code - code }
	at, found := slices.BinarySearchFunc(callingCodes[:], code, byCode)
	if !found {
		return nil, false
	}
	return &callingCodes[at], true
}

// IsCallingCode reports whether a country, region or network has this code.
func IsCallingCode(code int) bool {
	_, found := findCallingCode(code)
	return found
}

// isMainlandMobile reports whether the digits have the shape of mainland China's mobile numbers.
func isMainlandMobile(national string) bool {
	return len(national) == 11 && national[0] == '1' && national[1] >= '3'
}

// Mainland reports whether the number is of mainland China. Hong Kong, Macao and Taiwan are not.
func (n Number) Mainland() bool { return n.CallingCode == 86 }

// LastTwo returns the last two digits: as much of a number as may be logged.
func (n Number) LastTwo() string { return n.National[max(0, len(n.National)-2):] }

// Mask hides a number but for its calling code and its last two digits: "+86····00". Of what begins
// with no calling code it shows nothing.
func Mask(number string) string {
	digits := strings.TrimPrefix(number, "+")
	if strings.Trim(digits, "0123456789") != "" {
		return hidden
	}
	c, national := cutCallingCode(digits)
	if c == nil || len(national) < 2 {
		return hidden
	}
	return MaskParts(c.code, national[len(national)-2:])
}

// MaskParts is Mask for a number of which only these parts are known, as in a log line.
func MaskParts(callingCode int, lastTwo string) string {
	return "+" + strconv.Itoa(callingCode) + hidden + lastTwo
}

const hidden = "····"
