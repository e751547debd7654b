package setup

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
)

// The whole way, with the function itself behind its URL.
func TestRun_simulated(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-yes"}, stdio), errs.String())
	text := regexp.MustCompile(`http://127\.0\.0\.1:\d+/u\d+`).ReplaceAllString(out.String(), "URL")
	operatortest.Golden(t, "simulated.txt", text)
	operatortest.NoSecrets(t, out.String()+errs.String())
	for line := range strings.Lines(out.String()) {
		if !strings.Contains(line, "http://") {
			require.LessOrEqual(t, term.Cells(strings.TrimRight(line, "\n")), term.PageWidth, line)
		}
	}

	out.Reset()
	require.NoError(t, Run(t.Context(), []string{"-simulate", "-yes", "-show-authorization"}, stdio))
	require.Regexp(t, `Authorization Header  Bearer [\w-]{43}\n`, out.String())
}
