// Package sentence has what the person who is signing in is told when a message could not be sent.
// The sign-in page shows it for about three seconds, so it is short: one or two sentences of at
// most 60 characters in Chinese and 110 in English. It never speaks of balances, keys, templates or
// Tencent.
package sentence

import (
	"strconv"
	"strings"
	"time"
)

// Meaning is what there is to say.
type Meaning int

const (
	Failed            Meaning = iota // the person can do nothing about it
	NumberInvalid                    // the number is not one
	CountryNotServed                 // nothing is sent to this country or region
	NumberUnreachable                // Tencent refuses this number
	TooManyRequests                  // this person asked too often
	Busy                             // everybody asks at once; this person did nothing
	Unavailable                      // nothing was sent, and a later try may work
	PossiblySent                     // the SMS may arrive
	meanings                         // their number
)

// Facts are what a sentence depends on.
type Facts struct {
	Meaning Meaning
	Wait    time.Duration // when to ask again; 0: not known
	// Fixed says that the person can't choose the number: it is the one that the account has.
	Fixed bool
}

// Text returns the sentence in the language of a locale, such as zh-TW or pt_BR, and in English for
// a locale in another language or none.
func Text(locale string, f Facts) string {
	w := speak(locale)
	text := w.of[f.Meaning]
	if f.Fixed {
		switch f.Meaning {
		case NumberInvalid:
			text = w.fixedInvalid
		case NumberUnreachable:
			text = w.fixedUnreachable
		}
	}
	return strings.Replace(text, "{wait}", w.wait(f.Wait), 1)
}

// The waits that are told in words. From 6 hours on it is "tomorrow": longer waits end at midnight.
const (
	shortly  = 10 * time.Second
	tomorrow = 6 * time.Hour
)

// wait puts a wait into words: "in 30 seconds". It rounds up, so that nobody comes too early.
func (w *words) wait(d time.Duration) string {
	switch {
	case d <= 0:
		return w.later
	case d < shortly:
		return w.soon
	case d <= time.Minute-time.Second:
		return w.seconds.count(up(d, time.Second))
	case d <= time.Hour-time.Minute:
		return w.minutes.count(up(d, time.Minute))
	case d <= tomorrow:
		return w.hours.count(up(d, time.Hour))
	default:
		return w.tomorrow
	}
}

func up(d, unit time.Duration) int { return int((d + unit - 1) / unit) }

// unit is "in n seconds" in the plural forms of a language: for 1, for the 2 to 4 of Russian, and
// for all other numbers. A form that is empty is like the last.
type unit struct{ one, few, many string }

func (u unit) count(n int) string {
	form := u.many
	switch {
	case u.few != "" && n%10 == 1 && n%100 != 11: // 1, 21, 31 minutes
		form = u.one
	case u.few != "" && 2 <= n%10 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		form = u.few
	case u.few == "" && n == 1 && u.one != "":
		form = u.one
	}
	return strings.Replace(form, "{n}", strconv.Itoa(n), 1)
}

// speak returns the words for a locale.
func speak(locale string) *words {
	isDash := func(r rune) bool { return r == '-' || r == '_' }
	subtags := strings.FieldsFunc(strings.ToLower(locale), isDash)
	if len(subtags) == 0 {
		return &english
	}
	switch subtags[0] {
	case "zh":
		return chinese(subtags[1:])
	case "ja":
		return &japanese
	case "ko":
		return &korean
	case "de":
		return &german
	case "fr":
		return &french
	case "es":
		return &spanish
	case "pt":
		return &portuguese
	case "ru":
		return &russian
	default:
		return &english
	}
}

// chinese goes by the script, and by the region where none is told.
func chinese(subtags []string) *words {
	for _, subtag := range subtags {
		switch subtag {
		case "hans":
			return &simplifiedChinese
		case "hant", "tw", "hk", "mo":
			return &traditionalChinese
		}
	}
	return &simplifiedChinese
}
