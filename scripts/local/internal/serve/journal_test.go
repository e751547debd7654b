package serve

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// What serve says first fits a terminal of 80 columns in both languages, but for what is pasted.
func TestWelcome(t *testing.T) {
	t.Parallel()
	for locale, title := range map[string]string{
		"en_US": "The function is at http://127.0.0.1:9000/ (", "zh_CN": "函数地址：http://127.0.0.1:9000/（",
	} {
		var out bytes.Buffer
		j := newJournal(words.Of(locale), &out, &out)
		j.welcome("http://127.0.0.1:9000/", nil)
		j.note("serve.limits", j.switched(true), j.switched(false))
		require.True(t, strings.HasPrefix(out.String(), title), out.String())
		require.NotContains(t, out.String(), "serve.", "a text is missing")
		for line := range strings.Lines(out.String()) {
			if !strings.HasPrefix(line, "curl ") {
				require.LessOrEqual(t, term.Cells(strings.TrimSpace(line)), term.PageWidth, line)
			}
		}
	}
}
