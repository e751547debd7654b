package sentence

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/sentences.txt anew")

var locales = []string{"en", "zh-CN", "zh-TW", "ja", "ko", "de", "fr", "es", "pt", "ru"}

// every has each sentence once, with a wait where it tells one.
func every() []Facts {
	var all []Facts
	for m := range meanings {
		waits := []time.Duration{0}
		switch m {
		case TooManyRequests, Busy, Unavailable:
			waits = []time.Duration{0, time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute,
				21 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 16 * time.Hour}
		}
		for _, wait := range waits {
			all = append(all, Facts{Meaning: m, Wait: wait})
		}
		if m == NumberInvalid || m == NumberUnreachable {
			all = append(all, Facts{Meaning: m, Fixed: true})
		}
	}
	return all
}

// testdata/sentences.txt has all sentences in all languages, to be read by those who speak them.
func TestText_golden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, locale := range locales {
		fmt.Fprintf(&b, "== %s\n", locale)
		for _, f := range every() {
			fmt.Fprintln(&b, Text(locale, f))
		}
	}
	const file = "testdata/sentences.txt"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "if that is right: go test ./internal/sentence -update")
}

// The sign-in page shows the sentence for three seconds.
func TestText_isShort(t *testing.T) {
	t.Parallel()
	for _, locale := range locales {
		longest := 110
		switch locale {
		case "zh-CN", "zh-TW", "ja", "ko":
			longest = 60
		}
		for _, f := range every() {
			text := Text(locale, f)
			assert.LessOrEqual(t, utf8.RuneCountInString(text), longest, "%s: %s", locale, text)
			assert.NotContains(t, text, "{", locale)
			assert.NotContains(t, text, "\n", locale)
		}
	}
}

// No two languages say the same, so none has another's words in place of its own.
func TestText_differsInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, f := range every() {
		said := map[string]string{}
		for _, locale := range locales {
			text := Text(locale, f)
			assert.Empty(t, said[text], "%s in %s", text, locale)
			said[text] = locale
		}
	}
}

func TestText_speaksTheLanguageOfTheLocale(t *testing.T) {
	t.Parallel()
	for want, tags := range map[string][]string{
		"en":    {"", "en", "en-GB", "it", "jav", "zhx-CN", "*", "-", "_"},
		"zh-CN": {"zh", "zh-CN", "zh-SG", "ZH-cn", "zh_CN", "zh-Hans", "zh-Hans-HK", "zh-Hans-TW"},
		"zh-TW": {"zh-TW", "zh_TW", "zh-HK", "zh-MO", "zh-Hant", "zh_Hant_HK", "zh-Hant-CN", "zh-hant-tw"},
		"ja":    {"ja", "ja-JP"},
		"ko":    {"ko", "KO-kr", "ko_KR"},
		"de":    {"de", "de-AT"},
		"fr":    {"fr", "fr-CA"},
		"es":    {"es", "es-419"},
		"pt":    {"pt", "pt-BR", "pt_BR", "pt-PT"},
		"ru":    {"ru", "ru-RU"},
	} {
		for _, tag := range tags {
			assert.Equal(t, Text(want, Facts{}), Text(tag, Facts{}), tag)
		}
	}
}

func TestText_tellsHowLongToWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		wait   time.Duration
		en, ru string
	}{
		{0, "later", "позже"},
		{1, "in a few seconds", "через несколько секунд"},
		{9 * time.Second, "in a few seconds", "через несколько секунд"},
		{10 * time.Second, "in 10 seconds", "через 10 секунд"},
		{30 * time.Second, "in 30 seconds", "через 30 секунд"},
		{31 * time.Second, "in 31 seconds", "через 31 секунду"},
		{58*time.Second + 1, "in 59 seconds", "через 59 секунд"},
		{59*time.Second + 1, "in a minute", "через 1 минуту"},
		{time.Minute, "in a minute", "через 1 минуту"},
		{time.Minute + 1, "in 2 minutes", "через 2 минуты"},
		{11 * time.Minute, "in 11 minutes", "через 11 минут"},
		{12 * time.Minute, "in 12 minutes", "через 12 минут"},
		{22 * time.Minute, "in 22 minutes", "через 22 минуты"},
		{59*time.Minute + 1, "in an hour", "через 1 час"},
		{time.Hour, "in an hour", "через 1 час"},
		{time.Hour + 1, "in 2 hours", "через 2 часа"},
		{6 * time.Hour, "in 6 hours", "через 6 часов"},
		{6*time.Hour + 1, "tomorrow", "завтра"},
		{24 * time.Hour, "tomorrow", "завтра"},
	} {
		assert.Contains(t, Text("en", Facts{Meaning: Unavailable, Wait: tt.wait}), " "+tt.en+".")
		assert.Contains(t, Text("ru", Facts{Meaning: Unavailable, Wait: tt.wait}), " "+tt.ru+".")
	}
}
