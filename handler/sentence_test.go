package handler

import (
	"slices"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestSentence_isInItsLanguage(t *testing.T) {
	t.Parallel()
	ascii := func(r rune) bool { return r <= unicode.MaxASCII }
	is := func(table *unicode.RangeTable) func(rune) bool {
		return func(r rune) bool { return unicode.Is(table, r) }
	}
	kana := func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }
	for _, k := range []kind{
		badRequest, invalidPhoneNumber, unauthorized, methodNotAllowed, bodyTooLarge, notAllowed,
		undeliverable, tooManyRequests, misconfigured, providerRefused, unavailable, unknown,
	} {
		var all []string
		for _, tt := range []struct {
			locale   string
			has, not func(rune) bool
		}{
			{"en", ascii, func(r rune) bool { return !ascii(r) }},
			{"zh-CN", is(unicode.Han), func(r rune) bool { return kana(r) || is(unicode.Hangul)(r) }},
			{"zh-TW", is(unicode.Han), func(r rune) bool { return kana(r) || is(unicode.Hangul)(r) }},
			{"ja", kana, is(unicode.Hangul)},
			{"ko", is(unicode.Hangul), kana},
		} {
			s := sentence(k, tt.locale)
			assert.True(t, slices.ContainsFunc([]rune(s), tt.has), "%s for %s: %s", k, tt.locale, s)
			assert.False(t, slices.ContainsFunc([]rune(s), tt.not), "%s for %s: %s", k, tt.locale, s)
			assert.Less(t, len([]rune(s)), 120, "short")
			all = append(all, s)
		}
		slices.Sort(all)
		assert.Len(t, slices.Compact(all), int(languages), k)
	}
}
