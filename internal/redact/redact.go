// Package redact decides what of a text from outside may be logged or passed on. A text that could
// hold a number, a passcode or a secret becomes [Hidden]: a caller can put anything into any field,
// and an answer of Tencent's can be garbled or repeat what it is about.
package redact

import (
	"strings"

	"scf-sms/internal/langtag"
)

// Hidden stands for what could hold anything.
const Hidden = "(not shown)"

// Words returns an error code of Tencent's, a usage type or a reason: at most 100 letters, blanks
// and marks between words. A digit could belong to a number or a passcode.
func Words(s string) string {
	if len(s) > 100 || !only(s, letters+".-_ :'") {
		return Hidden
	}
	return s
}

// ID returns an id that Tencent made: at most 128 letters, digits and marks. One in which a run of
// digits is one of the numbers repeats a phone number or a passcode.
func ID(s string, numbers ...string) string {
	if len(s) > 128 || !only(s, letters+digits+".-_:") {
		return Hidden
	}
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	for run := range strings.FieldsFuncSeq(s, notDigit) {
		for _, number := range numbers {
			if number != "" && run == number {
				return Hidden
			}
		}
	}
	return s
}

// Tag returns a language tag of at most 35 characters (RFC 5646, section 4.4.1) and three digits,
// which is a region's number: more digits could belong to a number or a passcode.
func Tag(s string) string {
	if s == "" {
		return ""
	}
	onlyDigits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	if len(s) > 35 || len(onlyDigits) > 3 || !langtag.WellFormed(s) {
		return Hidden
	}
	return s
}

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

func only(s, allowed string) bool { return strings.Trim(s, allowed) == "" }
