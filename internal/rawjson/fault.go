package rawjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault says what is wrong with a text that is meant to be JSON, and where, as the end of a
// sentence: ": invalid character ']' after object key:value pair at character 24". It returns "" for
// valid JSON.
//
// It names and counts characters. encoding/json does so with bytes: of a full-width comma it shows
// an ï that stands nowhere.
func Fault(text string) string {
	var value json.RawMessage
	var syntax *json.SyntaxError
	if !errors.As(json.Unmarshal([]byte(text), &value), &syntax) {
		return ""
	}
	const named = "invalid character "
	quoted, found := strings.CutPrefix(syntax.Error(), named)
	if !found { // the JSON ends too early
		return fmt.Sprintf(": %s at character %d", syntax, utf8.RuneCountInString(text))
	}
	before := text[:max(0, min(len(text), int(syntax.Offset)-1))]
	seen, _ := utf8.DecodeRuneInString(text[len(before):])
	shown := fmt.Sprintf("'%c'", seen)
	if !unicode.IsGraphic(seen) || unicode.IsSpace(seen) {
		shown = fmt.Sprintf("U+%04X", seen)
	}
	closing := 1 + strings.IndexByte(quoted[1:], '\'')
	if strings.HasPrefix(quoted, `'\''`) {
		closing = 3
	}
	return fmt.Sprintf(": %s%s%s at character %d", named, shown, quoted[closing+1:],
		utf8.RuneCountInString(before)+1)
}
