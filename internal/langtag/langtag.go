// Package langtag handles language tags (BCP 47), such as zh-Hant-HK.
package langtag

import "strings"

// WellFormed reports whether tag looks like a language tag: subtags of 1 to 8 letters or digits,
// the first of letters only.
func WellFormed(tag string) bool {
	for i, subtag := range strings.Split(tag, "-") {
		if len(subtag) < 1 || len(subtag) > 8 {
			return false
		}
		for _, r := range subtag {
			letter := 'a' <= r|0x20 && r|0x20 <= 'z'
			digit := '0' <= r && r <= '9'
			if !letter && (i == 0 || !digit) {
				return false
			}
		}
	}
	return true
}

// Shorten drops the last subtag, and then a single letter or digit, which only introduces another
// subtag (RFC 4647, section 3.4). Nothing is left of a tag with one subtag.
func Shorten(tag string) string {
	tag = tag[:max(0, strings.LastIndexByte(tag, '-'))]
	if i := strings.LastIndexByte(tag, '-'); i >= 0 && i == len(tag)-2 {
		tag = tag[:i]
	}
	return tag
}

// Dashes returns a tag with - for _, as in Java's en_US.
func Dashes(tag string) string { return strings.ReplaceAll(tag, "_", "-") }
