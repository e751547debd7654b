package recipes

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// field returns what the page says to fill into a field.
func field(t *testing.T, section, name string) string {
	t.Helper()
	_, text, _ := strings.Cut(page(t), "\n## "+section+"\n")
	row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(name) + ` \| (.*) \|$`)
	match := row.FindStringSubmatch(text)
	require.NotNil(t, match, "section %s has no field %s", section, name)
	return match[1]
}

// code returns the n-th text in backquotes.
func code(t *testing.T, text string, n int) string {
	t.Helper()
	all := regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(text, -1)
	require.Greater(t, len(all), n, text)
	return all[n][1]
}

// casdoor does what Casdoor's object/sms_custom_http.go does with a provider whose fields are as
// the page says: POST of a JSON object with two strings, of which the second is a format of the
// code. Nothing but a 200 is a success.
func casdoor(t *testing.T, f *function, query, phone, passcode string) error {
	t.Helper()
	const section = "Casdoor"
	require.Equal(t, "POST", field(t, section, "Method"))
	require.Equal(t, "application/json", field(t, section, "Content type"))
	mapping := field(t, section, "HTTP body mapping")
	require.Equal(t, "phoneNumber", code(t, mapping, 0))
	body, err := json.Marshal(map[string]string{
		code(t, mapping, 1): phone,
		code(t, field(t, section, "Parameter"), 0): fmt.Sprintf(
			code(t, field(t, section, "Template code"), 0), passcode),
	})
	require.NoError(t, err)
	header := http.Header{}
	header.Set(code(t, field(t, section, "HTTP header"), 0), token)
	status, _, err := postTo(t.Context(), f.url+query, string(body), header)
	require.NoError(t, err)
	if status != http.StatusOK {
		return fmt.Errorf("SMS sending request failed with status: %d", status)
	}
	return nil
}

func TestCasdoor(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	require.NoError(t, casdoor(t, f, "?type=Register&locale=en", number, "482913"))
	require.Equal(t, "【示例】Your registration code is 482913. Do not share it with anyone.",
		f.sent(t).Text)
	require.Contains(t, f.logged(), `"caller":"flat"`)
	require.NoError(t, casdoor(t, f, "", number, "482913"))
	require.Contains(t, f.logged(), `"type":"Generic"`)
	f.sent(t)
	require.ErrorContains(t, casdoor(t, f, "", refused, "482913"), "422")
	require.ErrorContains(t, casdoor(t, f, "", "+8613800000504", "482913"), "202",
		"nobody knows whether it was sent, and Casdoor takes that for a failure")
}

// The plugin fills the template by Java's String.format, with the number and the text, which is
// the code alone.
func TestKeycloak(t *testing.T) {
	t.Parallel()
	f := newFunction(t)
	body := code(t, field(t, "Keycloak", "Request JSON template"), 0)
	for _, filling := range []string{number, "482913"} {
		require.Contains(t, body, "%s")
		body = strings.Replace(body, "%s", filling, 1)
	}
	require.NotContains(t, body, "%")
	status, text := f.post(t, body, authorized())
	require.Equal(t, 200, status, text)
	require.Equal(t, "【示例】您正在进行两步验证，验证码为482913。", f.sent(t).Text)
}

// JumpServer's common/sdk/sms/custom.py formats each parameter and posts them to the URL, whose
// user and token make a Basic Authorization.
func TestJumpServer(t *testing.T) {
	t.Parallel()
	const section, secret = "JumpServer", "5b1f7c"
	f := newFunction(t)
	script := command(t, f, nil, "sh", "-euc", blocks(t, section, "sh")[0])
	command(t, f, nil, "openssl") // or the test is skipped
	script.Env = append(script.Env, "TOKEN="+secret)
	basic, err := script.Output()
	require.NoError(t, err)
	f.cloud.Update(func(a *cloudsim.Account) {
		value, err := json.Marshal(map[string]any{
			"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key",
			"authorization": []string{token, strings.TrimSpace(string(basic))},
		})
		require.NoError(t, err)
		a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: string(value)}
	})

	filled := code(t, field(t, section, "URL"), 0)
	at, err := url.Parse(strings.NewReplacer("TOKEN", secret, "….", "example.").Replace(filled))
	require.NoError(t, err)
	at.Scheme, at.Host = "http", strings.TrimSuffix(strings.TrimPrefix(f.url, "http://"), "/")
	body := code(t, field(t, section, "Parameters"), 0)
	body = strings.NewReplacer("{phone_numbers}", number, "{code}", "482913").Replace(body)
	status, text, err := postTo(t.Context(), at.String(), body, http.Header{})
	require.NoError(t, err)
	require.Equal(t, 200, status, text)
	require.Equal(t, "【示例】您正在进行两步验证，验证码为482913。", f.sent(t).Text)
}
