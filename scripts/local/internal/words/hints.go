package words

import (
	_ "embed"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed hints.zh.yml
var chineseHints []byte

// Hints are what the function says in its log, in another language; see hints.zh.yml.
type Hints struct {
	Begins   map[string]string
	Patterns [][2]string // an expression that RE2 and JavaScript know, and the translation
}

// ChineseHints returns those in Chinese.
func ChineseHints() (h Hints) {
	if err := yaml.Unmarshal(chineseHints, &h); err != nil {
		panic("words: " + err.Error()) // a test reads the file
	}
	return h
}

// Hint returns a text that the function writes into its log, a hint or why a connection failed, in
// the language of the words. One that has no translation stays as it is.
func (w Words) Hint(text string) string {
	if w.Say("words.language") != "zh" || text == "" {
		return text
	}
	h := ChineseHints()
	parts := strings.Split(text, "; ")
	for i, part := range parts {
		parts[i] = h.translate(part)
	}
	return strings.Join(parts, "；")
}

func (h Hints) translate(text string) string {
	group := regexp.MustCompile(`\$\d`)
	for _, p := range h.Patterns {
		if found := regexp.MustCompile(p[0]).FindStringSubmatch(text); found != nil {
			return group.ReplaceAllStringFunc(p[1], func(name string) string {
				return h.translate(found[name[1]-'0'])
			})
		}
	}
	longest := ""
	for begin := range h.Begins {
		if strings.HasPrefix(text, begin) && len(begin) > len(longest) {
			longest = begin
		}
	}
	if longest == "" {
		return text
	}
	return h.Begins[longest]
}
