package replay

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

// Every event in testdata comes to what is expected of it, through the real binary.
func TestEventsInTestdata(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	events, err := loadEvents(root, nil, term.Stdio{}, words.English())
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(events), 103, "an event is gone")
	binary, err := checkout.Build(t.Context(), root)
	require.NoError(t, err)
	p, err := newPlayer(binary, filepath.Join(root, "testdata"))
	require.NoError(t, err)
	defer p.close()
	for _, e := range events {
		t.Run(e.name, func(t *testing.T) {
			require.NotNil(t, e.want, "nothing is expected of it")
			o, err := p.play(t.Context(), e)
			require.NoError(t, err)
			require.Empty(t, o.diff(e))
		})
	}
}

// command runs the command line and returns what it printed.
func command(t *testing.T, stdin string, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = Run(t.Context(), args, term.Stdio{In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return errs.String() + out.String(), err
}

func TestBrokenInputNamesTheLine(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "mine.json")
	for text, want := range map[string]string{
		"{\n \"body\": \"\",\n}": ":3: invalid character '}' " +
			"looking for beginning of object key string",
		"{\n \"body\": \"\"\n":    ":3: unexpected end of JSON input",
		"{\n}\n{}":                ":3: invalid character '{' after top-level value",
		"":                        ":1: unexpected end of JSON input",
		"to=8613800138000&type=x": ":1: invalid character 'o' in literal true (expecting 'r')",
	} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		_, err := loadEvents(root, []string{file}, term.Stdio{}, words.English())
		require.Equal(t, term.UsageError{Text: "replay: " + file + want}, err)
		_, err = loadEvents(root, []string{"-"}, term.Stdio{In: strings.NewReader(text)}, words.English())
		require.Equal(t, term.UsageError{Text: "replay: standard input" + want}, err)
	}
}

func TestWhatComesBefore(t *testing.T) {
	t.Parallel()
	const events = "../../../../testdata/events/"
	payload, err := os.ReadFile(events + "sign-in.json")
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.json")
	require.NoError(t, os.WriteFile(file, payload, 0o600))
	before := func(text string) {
		path := filepath.Join(dir, "mine.before.json")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}

	t.Run("another event", func(t *testing.T) {
		before(`{"events": ["mine"]}`)
		out, err := command(t, "", file)
		require.NoError(t, err)
		require.Contains(t, out, "sent: the same request was sent before")
		require.Contains(t, out, "1 event, 0 messages")
	})
	t.Run("settings", func(t *testing.T) {
		before(`{"settings": {"LIMITS": "none"}}`)
		out, err := command(t, "", file)
		require.NoError(t, err)
		require.Contains(t, out, "misconfigured: LIMITS: must be a JSON object")
	})
	t.Run("Redis goes away", func(t *testing.T) {
		before(`{"redis": "away", "settings": {"LIMITS": "{\"away\": \"closed\"}"}}`)
		out, err := command(t, "", file)
		require.NoError(t, err)
		require.Contains(t, out, "503")
		require.Contains(t, out, "provider_unavailable: Redis gave no answer")
	})
	t.Run("mistakes are told", func(t *testing.T) {
		for text, want := range map[string]string{
			`{"event": ["mine"]}`:     `unknown field "event"`,
			`{"events": ["nowhere"]}`: "nowhere.json: no such file",
			`{"redis": "away"`:        "unexpected EOF",
			`{"redis": "on holiday"}`: `no such fault of Redis: "on holiday"`,
			`{"died": true}`:          "died says it of the last of events, and there is none",
		} {
			before(text)
			_, err := command(t, "", file)
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, err, "mine.before.json")
		}
	})
}

func TestReplayOfOneEvent(t *testing.T) {
	t.Parallel()
	const event = "../../../../testdata/events/sign-in.json"
	payload, err := os.ReadFile(event)
	require.NoError(t, err)

	t.Run("as expected", func(t *testing.T) {
		out, err := command(t, "", event)
		require.NoError(t, err)
		require.Regexp(t,
			`(?m)^✓ sign-in  200 +\d+ ms  \+86····00  1110001  【示例】您的登录验证码为482913，请勿泄露给他人。$`, out)
		require.Regexp(t, `1 event, 1 message, \d+ ms, all as expected`, out)
	})
	t.Run("different", func(t *testing.T) {
		dir := t.TempDir()
		file := filepath.Join(dir, "mine.json")
		want, err := os.ReadFile("../../../../testdata/events/sign-in.want.json")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, payload, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir,
			"mine.want.json"), bytes.ReplaceAll(want, []byte("1110001"), []byte("1110002")), 0o600))

		out, err := command(t, "", file)
		require.ErrorIs(t, err, term.ErrNegative)
		require.Contains(t, out, "✗ mine")
		require.Contains(t, out, `-      "templateId": "1110002",`)
		require.Contains(t, out, `+      "templateId": "1110001",`)
		require.Contains(t, out, "1 different from what is expected")

		_, err = command(t, "", "-update", file)
		require.NoError(t, err)
		updated, err := os.ReadFile(filepath.Join(dir, "mine.want.json"))
		require.NoError(t, err)
		require.Equal(t, string(want), string(updated))
	})
	t.Run("by its name", func(t *testing.T) {
		out, err := command(t, "", "sign-in")
		require.NoError(t, err)
		require.Contains(t, out, "✓ sign-in  200")
	})
	t.Run("a message in place of an event", func(t *testing.T) {
		out, err := command(t,
			`{"to": "85261234567", "type": "SignIn", "payload": {"code": "739104"}}`, "-")
		require.NoError(t, err)
		require.Contains(t, out, "standard input is a message without an event around it: "+
			"replayed as the body of testdata/events/sign-in.json\n")
		require.Regexp(t, `· standard input  200 .* \+852····67  2220001 .*739104`, out)
	})
	t.Run("or as Supabase and ZITADEL post it, which is signed", func(t *testing.T) {
		out, err := command(t,
			`{"user": {"phone": "8613800138000"}, "sms": {"otp": "739104"}}`, "-")
		require.NoError(t, err)
		require.Regexp(t, `· standard input  200 .* \+86····00  1110002  .*739104`, out)
		out, err = command(t, `{"contextInfo": {"recipientPhoneNumber": "+85261234567"}, `+
			`"args": {"code": "739104"}}`, "-")
		require.NoError(t, err)
		require.Regexp(t, `· standard input  200 .* \+852····67  2220004  .*739104`, out)
	})
	t.Run("a refusal has its reason in the row", func(t *testing.T) {
		out, err := command(t, "", "tencent-balance")
		require.NoError(t, err)
		require.Regexp(t, `(?m)^✓ tencent-balance  50\d .* provider_refused: `+
			`FailedOperation\.InsufficientBalanceInSmsPackage: \S+`, out)
	})
	t.Run("from standard input, with the answer and the log", func(t *testing.T) {
		out, err := command(t, string(payload), "-v", "-")
		require.NoError(t, err)
		require.Contains(t, out, "· standard input  200")
		require.Contains(t, out, `answer {"isBase64Encoded":false,"statusCode":200`)
		require.Contains(t, out, `"outcome":"sent"`)
		require.Contains(t, out, "1 of which nothing is expected")
	})
}
