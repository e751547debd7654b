// Package phone reads phone numbers to E.164 and masks them for logs. What a number of each country
// looks like is in a table (callingcodes.go) that scripts/callingcodes generates from
// libphonenumber's metadata: linking that library would triple the cold start.
package phone

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Number is a phone number in E.164.
type Number struct {
	E164        string // "+8613800138000"
	CallingCode int    // 86
	National    string // "13800138000"
}

// callingCode describes the mobile numbers behind one calling code.
type callingCode struct {
	code    int
	lengths uint16 // bit n is set if a mobile number can have n digits after the calling code
	trunk   string // what people dial before a number inside the country: the 0 in 44 (0)7700 900123
	before  string // if not "": the trunk is dropped only if one of these digits follows it
	shared  bool   // other numbers of this length begin with the trunk's digits: try as written too
}

// Parse reads a phone number that begins with its calling code: +86…, 0086… or, as Logto sends
// them, 86…. It reports whether the number has a calling code that exists and a length that a mobile
// number can have there.
//
// With bareChina, eleven digits that look like a mainland mobile number are one and need no calling
// code. Most of them look North American too, so the digits alone can't tell.
func Parse(to string, bareChina bool) (Number, bool) {
	var buf [maxDigits]byte
	b, plus, ok := readDigits(buf[:0], to)
	if !ok {
		return Number{}, false
	}
	digits := string(b)
	if rest, found := strings.CutPrefix(digits, "00"); found && !plus {
		digits = rest
	} else if bareChina && !plus && isMainlandMobile(digits) {
		digits = "86" + digits
	}

	c, national := cutCallingCode(digits)
	if c == nil {
		return Number{}, false
	}
	code := digits[:len(digits)-len(national)]
	national, ok = c.dropTrunk(national)
	if !ok || c.code == 1 && !isNorthAmerican(national) || c.code == 86 && !isMainlandMobile(national) {
		return Number{}, false
	}
	e164 := "+" + code + national
	return Number{E164: e164, CallingCode: c.code, National: e164[1+len(code):]}, true
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

// IsCallingCode reports whether a country, region or network with mobile numbers has this code.
func IsCallingCode(code int) bool {
	_, found := findCallingCode(code)
	return found
}

// maxDigits is the longest number in digits: 00, the 15 digits of E.164, and Hungary's trunk prefix
// of two.
const maxDigits = 19

// readDigits appends to b the digits of to, which may begin with a plus sign and have the usual marks
// in between. It gives up at maxDigits, so that a large body costs nothing.
func readDigits(b []byte, to string) (digits []byte, plus, ok bool) {
	const longestInput = 256 // bytes: room for every digit to stand between two wide spaces
	if len(to) > longestInput {
		return nil, false, false
	}
	for _, r := range to {
		switch {
		case '0' <= r && r <= '9':
			if len(b) == maxDigits {
				return nil, false, false
			}
			b = append(b, byte(r))
		case r == '+':
			if plus || len(b) > 0 {
				return nil, false, false
			}
			plus = true
		case r == '-', r == '(', r == ')', r == '.', r == ' ', r == '\t':
		case unicode.Is(unicode.Zs, r): // the no-break and wide spaces of a pasted number; never a newline
		default:
			return nil, false, false
		}
	}
	return b, plus, true
}

// cutCallingCode splits off the calling code. It returns nil if the digits begin with none. No calling
// code is the beginning of another, so the first that fits is the only one.
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

// dropTrunk drops the trunk prefix, which people type out of habit, and reports whether the rest can
// be a mobile number by its length. It can't make one person's number of another's: the table has no
// trunk prefix for a country in which a number can be the prefix followed by a mobile number.
func (c *callingCode) dropTrunk(national string) (string, bool) {
	rest, found := strings.CutPrefix(national, c.trunk)
	if c.trunk == "" || !found {
		return national, c.possible(national)
	}
	// The prefix is dropped only once: a second one is a typing error, and E.164 must read as itself.
	trunkOnly := c.before == "" || rest != "" && strings.IndexByte(c.before, rest[0]) >= 0
	if c.possible(rest) && !strings.HasPrefix(rest, c.trunk) && trunkOnly {
		return rest, true
	}
	// +7 812… is Saint Petersburg, not the trunk prefix 8 and a number that lacks a digit.
	return national, c.shared && c.possible(national)
}

func (c *callingCode) possible(national string) bool { return c.lengths>>len(national)&1 == 1 }

// isNorthAmerican reports whether the digits have the shape NXX NXX XXXX, where N is 2 to 9.
func isNorthAmerican(national string) bool {
	return len(national) == 10 && national[0] >= '2' && national[3] >= '2'
}

// isMainlandMobile reports whether the digits have the shape of mainland China's mobile numbers.
func isMainlandMobile(national string) bool {
	return len(national) == 11 && national[0] == '1' && national[1] >= '3'
}
