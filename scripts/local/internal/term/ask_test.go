package term

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfirm(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{"y\n": true, "YES\n": true, " y ": true, "是\n": true,
		"n\n": false, "\n": false, "": false, "yellow\n": false} {
		stdio := Stdio{In: strings.NewReader(answer), Out: io.Discard}
		require.Equal(t, want, Confirm(t.Context(), stdio, "?"), "%q", answer)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	silent, writer := io.Pipe()
	defer writer.Close()
	require.False(t, Confirm(ctx, Stdio{In: silent, Out: io.Discard}, "?"), "Ctrl-C is a no")
}

// One question reads no answer of the next.
func TestAsk(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	stdio := Stdio{In: strings.NewReader(" one \ntwo\n"), Out: &out}
	for _, want := range []string{"one", "two", ""} {
		answer, err := Ask(t.Context(), stdio, "what")
		require.NoError(t, err)
		require.Equal(t, want, answer)
	}
	require.Equal(t, "what: what: what: \n", out.String())

	_, err := AskHidden(t.Context(), stdio, "key")
	require.ErrorContains(t, err, "no terminal")
}

func TestPrintRow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	paint := Painter(&out)
	for _, r := range []Row{
		{Sign: "✓", Name: "short", Detail: "right", NameWidth: 8},
		{Sign: "✗", Name: "a longer name", Detail: strings.Repeat("word ", 20), NameWidth: 8,
			Todo: strings.Repeat("do it ", 15)},
	} {
		PrintRow(&out, paint, r)
	}
	indent := strings.Repeat(" ", 12)
	require.Equal(t, "✓ short     right\n✗ a longer name\n"+
		indent+strings.TrimSpace(strings.Repeat("word ", 13))+"\n"+
		indent+strings.TrimSpace(strings.Repeat("word ", 7))+"\n"+
		indent+"→ "+strings.TrimSpace(strings.Repeat("do it ", 11))+"\n"+
		indent+"  "+strings.TrimSpace(strings.Repeat("do it ", 4))+"\n", out.String())
}
