package recipes

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	number   = "+8613800138000"
	refused  = "+8613800000422" // which testdata's cloud has on its blacklist
	sentence = "该手机号码无法接收验证码，请更换号码。"
)

// The programs of "Your own program" send a code, and show the sentence if they can't.
func TestYourOwnProgram(t *testing.T) {
	t.Parallel()
	const section = "Your own program"
	for _, tt := range []struct {
		language, file string
		run            []string
	}{
		{"go", "main.go", []string{"go", "run", "main.go"}},
		{"js", "main.mjs", []string{"node", "main.mjs"}},
		{"python", "main.py", []string{"python3", "main.py"}},
	} {
		t.Run(tt.language, func(t *testing.T) {
			t.Parallel()
			f := newFunction(t)
			files := map[string]string{tt.file: blocks(t, section, tt.language)[0]}
			run := func(to string) (string, error) {
				args := append(tt.run[1:len(tt.run):len(tt.run)], to, "482913")
				output, err := command(t, f, files, tt.run[0], args...).CombinedOutput()
				return string(output), err
			}
			output, err := run(number)
			require.NoError(t, err, output)
			sms := f.sent(t)
			require.NotNil(t, sms, output)
			require.Equal(t, number, sms.PhoneNumber)
			require.Equal(t, "【示例】您的登录验证码为482913，请勿泄露给他人。", sms.Text)

			output, err = run(refused)
			require.Error(t, err)
			require.Contains(t, output, sentence)
		})
	}
	t.Run("curl", func(t *testing.T) {
		t.Parallel()
		shellSends(t, blocks(t, section, "sh")[0], `"caller":"flat"`)
	})
}

// The shell alone can sign as Supabase and as ZITADEL do.
func TestTryingOneWithoutItsSoftware(t *testing.T) {
	t.Parallel()
	for _, script := range blocks(t, "Trying one without its software", "sh") {
		name := strings.ToLower(strings.Trim(strings.Fields(script)[1], ":"))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shellSends(t, script, `"caller":"`+name+`"`)
		})
	}
}

// shellSends runs a script, which must send a code to number.
func shellSends(t *testing.T, script, logged string) {
	t.Helper()
	f := newFunction(t)
	for _, tool := range []string{"curl", "openssl", "od"} {
		if strings.Contains(script, tool+" ") {
			command(t, f, nil, tool) // or the test is skipped
		}
	}
	output, err := command(t, f, nil, "sh", "-euc", script).CombinedOutput()
	require.NoError(t, err, string(output))
	require.Contains(t, string(output), `"serialNo":`)
	sms := f.sent(t)
	require.NotNil(t, sms)
	require.Equal(t, number, sms.PhoneNumber)
	require.Equal(t, []string{"482913"}, sms.Params)
	require.Contains(t, f.logged(), logged)
}

// The JavaScript for other programs does what it says, called as they call it.
func TestActions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		section string
		harness func(code string) string
		logged  string
	}{
		{"SuperTokens", func(code string) string {
			return `const {smsDelivery} = {` + code + `};
				await smsDelivery.override({}).sendSms(
					{phoneNumber: process.argv[2], userInputCode: '482913'});`
		}, `"type":"SignIn"`},
		{"Auth0", func(code string) string {
			return `const exports = {};` + code + `
				await exports.onExecuteCustomPhoneProvider({
					secrets: process.env,
					notification: {recipient: process.argv[2], code: '482913',
						message_type: 'otp_verify', locale: 'zh-CN'},
				}, {notification: {drop(reason) { throw new Error(reason); }}});`
		}, `"type":"MfaVerification"`},
	} {
		t.Run(tt.section, func(t *testing.T) {
			t.Parallel()
			f := newFunction(t)
			files := map[string]string{"main.mjs": tt.harness(blocks(t, tt.section, "js")[0])}
			output, err := command(t, f, files, "node", "main.mjs", number).CombinedOutput()
			require.NoError(t, err, string(output))
			require.NotNil(t, f.sent(t))
			require.Contains(t, f.logged(), tt.logged)

			_, err = command(t, f, files, "node", "main.mjs", refused).CombinedOutput()
			require.Error(t, err)
		})
	}
}

// authentik evaluates the mapping as the body of a function, and posts what it returns.
func TestAuthentik(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	mapping := strings.ReplaceAll(blocks(t, "authentik", "python")[0], "\n", "\n    ")
	program := "import json\nfrom types import SimpleNamespace as N\n" +
		"def mapping(device, token, user, request):\n    " + mapping + "\n" +
		"print(json.dumps(mapping(N(phone_number='" + number + "'), '482913'," +
		" N(locale=lambda request: 'zh-CN'), None)))\n"
	c := command(t, f, map[string]string{"main.py": program}, "python3", "main.py")
	c.Stderr = os.Stderr
	body, err := c.Output()
	require.NoError(t, err)
	status, text := f.post(t, string(body), authorized())
	require.Equal(t, 200, status, text)
	require.Equal(t, "【示例】您正在进行两步验证，验证码为482913。", f.sent(t).Text)
}
