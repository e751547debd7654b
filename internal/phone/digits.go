package phone

import "unicode"

// longestInput is in bytes. Every digit of a number has room between two wide spaces, and a large
// body costs nothing.
const longestInput = 256

// readDigits appends to b the digits of to, as ASCII. There may be a plus sign before them, and
// marks around and between them. ok reports whether there is nothing else; if there is, digits has
// the digits all the same.
func readDigits(b []byte, to string) (digits []byte, plus, ok bool) {
	if len(to) > longestInput {
		return nil, false, false
	}
	ok = true
	for _, r := range to {
		switch {
		case '0' <= r && r <= '9':
			b = append(b, byte(r))
		case r == '+', r == '＋':
			ok = ok && !plus && len(b) == 0
			plus = true
		case isMark(r):
		case unicode.IsDigit(r):
			b = append(b, '0'+digitValue(r))
		default:
			ok = false
		}
	}
	return b, plus, ok
}

// isMark reports whether the character means nothing in a number: dashes, spaces, brackets, dots,
// and the invisible characters that come along when a number is copied, such as U+202A. A line
// break is none of these.
func isMark(r rune) bool {
	switch r {
	case ' ', '-', '(', ')', '.', '\t', '（', '）', '．':
		return true
	}
	return r > unicode.MaxASCII && unicode.In(r, unicode.Zs, unicode.Dash, unicode.Cf)
}

// digitValue returns what a digit of any script stands for. Unicode has them in rows from 0 to 9.
func digitValue(r rune) byte {
	for _, row := range unicode.Nd.R16 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return byte((r - rune(row.Lo)) % 10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if rune(row.Lo) <= r && r <= rune(row.Hi) {
			return byte((r - rune(row.Lo)) % 10)
		}
	}
	return 0
}
