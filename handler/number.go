package handler

import (
	"slices"
	"strings"
	"unicode"
)

// number is a phone number in E.164.
type number struct {
	e164        string // "+8613800138000"
	callingCode int    // 86
	national    string // "13800138000"
}

// callingCode is what there is to know of a calling code in order to read a mobile number behind it; see callingCodes.
type callingCode struct {
	code    int
	lengths uint16 // bit n is set where a mobile number can have n digits after the calling code
	trunk   string // what is dialled before a number inside the country: the 0 in 44 (0)7700 900123
	before  string // if not "", trunk is one only before these digits: there are longer numbers that begin like it
	shared  bool   // other numbers, as long as a mobile number, begin with the digits of trunk: landlines, freephone
}

// parseNumber reads a phone number that begins with its calling code: +86…, 0086… or, as Logto sends them, 86…
// Where bareChina is set, eleven digits that look like a mainland mobile number are one, and need no calling code;
// most of them look North American too, so that can't be told from the digits alone.
func parseNumber(to string, bareChina bool) (number, bool) {
	var buf [19]byte // 00, the 15 digits of E.164 and a trunk prefix, of which Hungary's has two
	b, plus, ok := readDigits(buf[:0], to)
	if !ok {
		return number{}, false
	}
	digits := string(b)
	if rest, found := strings.CutPrefix(digits, "00"); found && !plus {
		digits = rest
	} else if bareChina && !plus && isMainlandMobile(digits) {
		digits = "86" + digits
	}

	c, national := cutCallingCode(digits)
	if c == nil {
		return number{}, false
	}
	code := digits[:len(digits)-len(national)]
	national, ok = c.dropTrunk(national)
	if !ok {
		return number{}, false
	}
	if c.code == 1 && !isNorthAmerican(national) || c.code == 86 && !isMainlandMobile(national) {
		return number{}, false
	}
	e164 := "+" + code + national
	return number{e164: e164, callingCode: c.code, national: e164[1+len(code):]}, true
}

func (n number) mainland() bool { return n.callingCode == 86 }

// lastTwo is as much of the number as may be logged.
func (n number) lastTwo() string { return n.national[max(0, len(n.national)-2):] }

// readDigits appends to b the digits of to, which may begin with a plus sign and have the usual marks in between.
// It gives up at what is too long for a number, the capacity of b, so that a large body costs nothing.
func readDigits(b []byte, to string) (digits []byte, plus, ok bool) {
	const longestInput = 256 // bytes: room for every digit to stand between two wide spaces
	if len(to) > longestInput {
		return nil, false, false
	}
	for _, r := range to {
		switch {
		case '0' <= r && r <= '9':
			if len(b) == cap(b) {
				return nil, false, false
			}
			b = append(b, byte(r))
		case r == '+':
			if plus || len(b) > 0 {
				return nil, false, false
			}
			plus = true
		case r == '-', r == '(', r == ')', r == '.', r == ' ', r == '\t':
		case unicode.Is(unicode.Zs, r): // the no-break and wide spaces that come with a pasted number; never a newline
		default:
			return nil, false, false
		}
	}
	return b, plus, true
}

// cutCallingCode splits off the calling code, or returns nil if the digits begin with none. No calling code is the
// beginning of another, so the first that fits is the only one.
func cutCallingCode(digits string) (c *callingCode, national string) {
	code := 0
	for i := 0; i < len(digits) && i < 3; i++ {
		code = 10*code + int(digits[i]-'0')
		if code == 0 { // none begins with 0: 01 is not 1
			return nil, ""
		}
		if c, found := findCallingCode(code); found {
			return c, digits[i+1:]
		}
	}
	return nil, ""
}

func findCallingCode(code int) (*callingCode, bool) {
	at, found := slices.BinarySearchFunc(callingCodes[:], code, func(c callingCode, code int) int { return c.code - code })
	if !found {
		return nil, false
	}
	return &callingCodes[at], true
}

// dropTrunk drops the trunk prefix, which people type out of habit, and reports whether what is left can be a mobile
// number by its length. A number is never the trunk prefix followed by a mobile number, or the table would have no
// trunk prefix for its country; so this can't make one person's number of another's.
func (c *callingCode) dropTrunk(national string) (string, bool) {
	rest, found := strings.CutPrefix(national, c.trunk)
	if c.trunk == "" || !found {
		return national, c.possible(national)
	}
	// Dropped once only: a second prefix is a typing error, and E.164 must read as itself.
	if c.possible(rest) && !strings.HasPrefix(rest, c.trunk) && (c.before == "" || strings.IndexByte(c.before, rest[0]) >= 0) {
		return rest, true
	}
	// +7 812… is Saint Petersburg, not the trunk prefix 8 and a number that lacks a digit.
	return national, c.shared && c.possible(national)
}

func (c *callingCode) possible(national string) bool { return c.lengths>>len(national)&1 == 1 }

// isNorthAmerican reports whether ten digits have the shape NXX NXX XXXX, where N is 2 to 9.
func isNorthAmerican(national string) bool {
	return len(national) == 10 && national[0] >= '2' && national[3] >= '2'
}

// isMainlandMobile reports whether the digits have the shape of mainland China's mobile numbers.
func isMainlandMobile(national string) bool {
	return len(national) == 11 && national[0] == '1' && national[1] >= '3'
}

// IsCallingCode reports whether code belongs to a country, region or network with mobile numbers.
func IsCallingCode(code int) bool {
	_, found := findCallingCode(code)
	return found
}
