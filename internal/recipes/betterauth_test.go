package recipes

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// betterAuth starts better-auth's server, with the page's code, and returns its address. npm keeps
// what it has downloaded, so that only the first run needs the registry.
func betterAuth(t *testing.T, f *function) (url string) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: npm may have to download better-auth")
	}
	code := blocks(t, "better-auth", "js")
	files := map[string]string{"sms.mjs": code[0], "plugin.mjs": code[1]}
	server := command(t, f, files, "node", "server.mjs")
	require.NoError(t, os.CopyFS(server.Dir, os.DirFS("testdata/better-auth")))

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "install", "--prefix", server.Dir,
		"--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline",
		"--fetch-retries=0")
	install.WaitDelay = time.Minute
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("better-auth can't be tried: npm install: %v\n%s", err, out)
	}
	server.Stderr = os.Stderr
	server.Env = append(server.Env, "NODE_ENV=test") // in production it counts its callers
	out, err := server.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "the server has said nothing")
	return lines.Text()
}

func TestBetterAuth(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	url := betterAuth(t, f)
	ask := func(path string, body map[string]string) (int, string) {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		status, answer, err := postTo(t.Context(), url+"/api/auth/phone-number/"+path,
			string(text), http.Header{"Origin": {url}, "Accept-Language": {"zh-CN,zh;q=0.9"}})
		require.NoError(t, err)
		return status, answer
	}

	status, answer := ask("send-otp", map[string]string{"phoneNumber": number})
	require.Equal(t, 200, status, answer)
	sms := f.sent(t)
	require.NotNil(t, sms)
	require.Contains(t, sms.Text, "您的登录验证码为")
	require.Contains(t, f.logged(), `"caller":"flat"`)

	status, answer = ask("verify", map[string]string{"phoneNumber": number, "code": sms.Params[0]})
	require.Equal(t, 200, status, answer)
	require.Contains(t, answer, `"token":"`)

	status, answer = ask("send-otp", map[string]string{"phoneNumber": refused})
	require.Equal(t, 422, status)
	require.Contains(t, answer, sentence)

	status, _ = ask("send-otp", map[string]string{"phoneNumber": "13800138000"})
	require.Equal(t, 400, status)
	require.Nil(t, f.sent(t))

	// Who has forgotten a password gets the text for that.
	status, answer = ask("request-password-reset", map[string]string{"phoneNumber": number})
	require.Equal(t, 200, status, answer)
	require.Contains(t, f.sent(t).Text, "您正在重设密码")
}
