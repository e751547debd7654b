package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/term"
)

// local runs a command line as a user would.
func local(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(ctx, args, term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs})
	return status, out.String(), errs.String()
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":          "COMMAND",
		"-h":        "COMMAND",
		"--help":    "COMMAND",
		"help":      "COMMAND",
		"replay -h": "replay",
		"serve -h":  "serve",
		"check -h":  "check",
		"send -h":   "send",
	} {
		status, stdout, stderr := local(t.Context(), strings.Fields(args)...)
		require.Equal(t, exitOK, status, args)
		require.Empty(t, stderr, args)
		require.True(t, strings.HasPrefix(stdout, "Usage: go run ./scripts/local "+want), stdout)
		for line := range strings.Lines(stdout) {
			if !strings.HasPrefix(line, "    ") { // of the flag package
				require.LessOrEqual(t, term.Cells(strings.TrimRight(line,
					"\n")), term.PageWidth, line)
			}
		}
	}
}

// A mistake in the command line is one line that names it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const (
		loopback = ": must be HOST:PORT with a host of this machine only, such as 127.0.0.1:9000"
		event    = "../../testdata/events/sign-in"
	)
	for args, want := range map[string]string{
		"play": `no command "play"; ` +
			"there are replay, serve, check and send",
		"replay -x":                    "replay: flag provided but not defined: -x",
		"replay " + event + ".json -v": "replay: flags go before files: -v",
		"replay " + event + ".want.json": "replay: these files say what is expected of events; " +
			"name the events themselves",
		"replay nowhere.json":       "replay: open nowhere.json: no such file or directory",
		"replay nowhere":            "replay: nowhere is neither a file nor an event in testdata/events",
		"serve -x":                  "serve: flag provided but not defined: -x",
		"serve -apigw":              "serve: flag provided but not defined: -apigw",
		"serve now":                 `serve: unexpected argument "now"`,
		"serve -addr :9000":         "serve: -addr :9000" + loopback,
		"serve -addr 10.0.0.1:9000": "serve: -addr 10.0.0.1:9000" + loopback,
		"check -x":                  "check: flag provided but not defined: -x",
		"check now":                 "check: takes no arguments, only flags: now",
		"check -env no.env":         "check: open no.env: no such file or directory",
		"check -env x -stage y": "check: -env names the file and -stage finds it: " +
			"give one of them",
		"send":                     "send: say where to: -to +8613800138000",
		"send -x":                  "send: flag provided but not defined: -x",
		"send -to +1 x":            "send: takes no arguments, only flags: x",
		"send -to +1 -code 12ab":   "send: -code must be 1 to 6 digits: 12ab",
		"send -to +1 -json":        "send: -json can't ask; say -yes to send without being asked",
		"send -to +1 -yes -env no": "send: open no: no such file or directory",
	} {
		status, stdout, stderr := local(t.Context(), strings.Fields(args)...)
		require.Equal(t, exitUsage, status, args)
		require.Empty(t, stdout, args)
		require.Equal(t, "local: "+want+"\n", stderr)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	status, stdout, stderr := local(ctx, "replay")
	require.Equal(t, exitNegative, status)
	require.Equal(t, "local: interrupted\n", stderr)
	require.Empty(t, stdout)
}
