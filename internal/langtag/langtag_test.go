package langtag

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWellFormed(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{
		"en":           true,
		"zh-Hant-HK":   true,
		"es-419":       true,
		"x-eightchr-9": true,
		"":             false,
		"zh_CN":        false,
		"zh-":          false,
		"419":          false,
		"*":            false,
		"simplified":   false,
		"en-ninechars": false,
		"en--US":       false,
		"en-@bc":       false,
		"en US":        false,
	} {
		assert.Equal(t, want, WellFormed(tag), tag)
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"zh-Hant-CN-x-private1-private2": "zh-Hant-CN-x-private1", // RFC 4647, section 3.4
		"zh-Hant-CN-x-private1":          "zh-Hant-CN",
		"zh-Hant-CN":                     "zh-Hant",
		"zh-Hant":                        "zh",
		"zh":                             "",
		"x-private":                      "x",
		"":                               "",
		"-":                              "",
	} {
		assert.Equal(t, want, Shorten(tag), tag)
	}
}
