package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

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
		"report -h": "report",
		"setup -h":  "setup",
		"probe -h":  "probe",
		"rotate -h": "rotate",
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
			"there are replay, serve, check, send, setup, probe, rotate and report",
		"replay -x":                    "replay: flag provided but not defined: -x",
		"replay " + event + ".json -v": "replay: flags go before files: -v",
		"replay " + event + ".want.json": "replay: these files say what is expected of events, " +
			"or what comes before them; name the events themselves",
		"replay nowhere.json":       "replay: open nowhere.json: no such file or directory",
		"replay nowhere":            "replay: nowhere is neither a file nor an event in testdata/events",
		"serve -x":                  "serve: flag provided but not defined: -x",
		"serve -apigw":              "serve: flag provided but not defined: -apigw",
		"serve now":                 "serve: takes no arguments, only flags: now",
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
		"report -x":                "report: flag provided but not defined: -x",
		"report nowhere.json":      "report: open nowhere.json: no such file or directory",
		"report a b":               "report: takes one FILE, and flags before it: b",
		"report -since -1h":        "report: -since must be more than 0, such as 24h",
		"report -html x -json":     "report: -html and -json: give one of them",
		"report -prices none":      "report: open none: no such file or directory",
		"rotate":                   `rotate: say what: "rotate key" or "rotate token", and flags behind it`,
		"rotate key": "rotate: standard input is no terminal to ask at; " +
			"say -yes to go on without being asked",
		"rotate token -delete -yes": "rotate: -delete is for keys; the old token ends with -finish",
		"setup": "setup: standard input is no terminal to ask at; say -plan to look, or " +
			"-yes to go on without being asked",
		"setup now": "setup: takes no arguments, only flags: now",
		"probe": "probe: say which function: its URL, such as " +
			"https://….ap-guangzhou.tencentscf.com",
		"probe http://1.ap-guangzhou.tencentscf.com": "probe: a function's URL begins with " +
			"https:// (http:// to this machine alone), and has no user in it",
		"probe https://tencentscf.com.example.org/": "probe: tencentscf.com.example.org is none " +
			"of Tencent's functions (*.tencentscf.com), and would get the callers' token: " +
			"say -yes if it is yours",
		"probe -simulate https://1.ap-guangzhou.tencentscf.com": "probe: with -simulate there " +
			"is no URL to give",
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
