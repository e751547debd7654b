package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/simulation"
)

// Every event in testdata comes to what is expected of it, through the real binary.
func TestEventsInTestdata(t *testing.T) {
	root, err := simulation.Root()
	require.NoError(t, err)
	events, err := loadEvents(root, nil, nil)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(events), 25)
	binary, err := simulation.Build(t.Context(), root, t.TempDir())
	require.NoError(t, err)
	p, err := newPlayer(binary, filepath.Join(root, "testdata"))
	require.NoError(t, err)
	defer p.close()
	for _, e := range events {
		t.Run(e.name, func(t *testing.T) {
			require.NotNil(t, e.want, "nothing is expected of it")
			o, err := p.play(t.Context(), e.payload)
			require.NoError(t, err)
			require.Empty(t, o.diff(e))
		})
	}
}

// local runs a command line as a user would and returns its exit status and what it printed.
func local(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

func TestReplayOfOneEvent(t *testing.T) {
	const event = "../../testdata/events/sign-in.json"
	payload, err := os.ReadFile(event)
	require.NoError(t, err)

	t.Run("as expected", func(t *testing.T) {
		status, out, _ := local(t, "", "replay", event)
		require.Equal(t, exitOK, status)
		require.Regexp(t, `(?m)^✓ sign-in  200 +\d+ ms  \+86····00  1110001  【示例】您的登录验证码为482913，请勿泄露给他人。$`, out)
		require.Regexp(t, `1 event, 1 message, \d+ ms, all as expected`, out)
	})
	t.Run("different", func(t *testing.T) {
		dir := t.TempDir()
		file := filepath.Join(dir, "mine.json")
		want, err := os.ReadFile("../../testdata/events/sign-in.want.json")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, payload, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.want.json"), bytes.ReplaceAll(want, []byte("1110001"), []byte("1110002")), 0o600))

		status, out, _ := local(t, "", "replay", file)
		require.Equal(t, exitNegative, status)
		require.Contains(t, out, "✗ mine")
		require.Contains(t, out, `-      "templateId": "1110002",`)
		require.Contains(t, out, `+      "templateId": "1110001",`)
		require.Contains(t, out, "1 different from what is expected")

		status, _, _ = local(t, "", "replay", "-update", file)
		require.Equal(t, exitOK, status)
		updated, err := os.ReadFile(filepath.Join(dir, "mine.want.json"))
		require.NoError(t, err)
		require.Equal(t, string(want), string(updated))
	})
	t.Run("a message in place of an event", func(t *testing.T) {
		status, _, errs := local(t, `{"to": "8613800138000", "type": "SignIn", "payload": {"code": "482913"}}`, "replay", "-")
		require.Equal(t, exitUsage, status)
		require.Equal(t, "local: replay: standard input is a message, not the event that SCF makes of it: see testdata/events/sign-in.json\n", errs)
	})
	t.Run("from standard input, with the answer and the log", func(t *testing.T) {
		status, out, _ := local(t, string(payload), "replay", "-v", "-")
		require.Equal(t, exitOK, status)
		require.Contains(t, out, "· standard input  200")
		require.Contains(t, out, `answer {"isBase64Encoded":false,"statusCode":200`)
		require.Contains(t, out, `"outcome":"sent"`)
		require.Contains(t, out, "1 of which nothing is expected")
	})
}

func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, errs bytes.Buffer
	require.Equal(t, exitNegative, run(ctx, []string{"replay"}, strings.NewReader(""), &out, &errs))
	require.Equal(t, "local: interrupted\n", errs.String())
	require.Empty(t, out.String())
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		status int
		stdout string // begins so
		stderr string // is so
	}{
		{"no command shows the help", nil, exitOK, "Usage: go run ./scripts/local COMMAND", ""},
		{"help shows the help", []string{"-h"}, exitOK, "Usage: go run ./scripts/local COMMAND", ""},
		{"replay -h shows replay's", []string{"replay", "-h"}, exitOK, "Usage: go run ./scripts/local replay", ""},
		{"an unknown command is one line", []string{"play"}, exitUsage, "", "local: no command \"play\"; there are replay, serve, check and send\n"},
		{"an unknown flag is one line", []string{"replay", "-x"}, exitUsage, "", "local: replay: flag provided but not defined: -x\n"},
		{"a flag behind a file is one line", []string{"replay", "../../testdata/events/sign-in.json", "-v"}, exitUsage, "", "local: replay: flags go before files: -v\n"},
		{"what is expected is no event", []string{"replay", "../../testdata/events/sign-in.want.json"}, exitUsage, "", "local: replay: these files say what is expected of events; name the events themselves\n"},
		{"a port that is none is one line", []string{"serve", "-addr", "127.0.0.1:99999"}, exitUsage, "", "local: serve: -addr 127.0.0.1:99999: must be HOST:PORT with a host of this machine only, such as 127.0.0.1:9000\n"},
		{"a file that isn't there is one line", []string{"replay", "nowhere.json"}, exitUsage, "", "local: replay: open nowhere.json: no such file or directory\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := local(t, "", test.args...)
			require.Equal(t, test.status, status)
			require.Equal(t, test.stderr, stderr)
			require.True(t, strings.HasPrefix(stdout, test.stdout), stdout)
		})
	}
}
