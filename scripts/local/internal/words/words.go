// Package words has what commands say, in one file for each language: en.yml and zh.yml hold the
// same keys. A text is a format of package fmt; a translation may take its values in another order.
package words

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed en.yml
var english []byte

//go:embed zh.yml
var chinese []byte

// Words are the texts of one language.
type Words map[string]string // :: key → format

// From returns the texts of the language that the environment asks for, by the rules of POSIX: the
// first of LC_ALL, LC_MESSAGES and LANG that is set
// (https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html). What is not Chinese
// is English.
func From(getenv func(string) string) Words {
	return Of(cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")))
}

// Of returns the texts for a locale, such as zh_CN.UTF-8.
func Of(locale string) Words {
	if strings.HasPrefix(locale, "zh") {
		return parse(chinese)
	}
	return parse(english)
}

// English are the texts where nobody says which language they read.
func English() Words { return parse(english) }

func parse(file []byte) Words {
	var w Words
	if err := yaml.Unmarshal(file, &w); err != nil {
		panic("words: " + err.Error()) // a test reads both files
	}
	return w
}

// Count says how many there are of something: the text of the key, or for one of it that of the key
// with ".one" behind it.
func (w Words) Count(key string, n int) string {
	if one, ok := w[key+".one"]; ok && n == 1 {
		return one
	}
	return w.Say(key, n)
}

// Todo is what is to be done about the text of a key, "" if it has nothing to say of that.
func (w Words) Todo(key string) string { return w[key+".todo"] }

// Advise puts a colon between what is wrong and what to do about it; "" is nothing to do.
func (w Words) Advise(wrong, todo string) string {
	if todo == "" {
		return wrong
	}
	return wrong + w.Say("words.colon") + todo
}

// Say returns the text of a key, with the values in it. A key that isn't there is shown itself.
func (w Words) Say(key string, values ...any) string {
	format, known := w[key]
	if !known {
		return key
	}
	if len(values) == 0 {
		return format
	}
	return fmt.Sprintf(format, values...)
}
