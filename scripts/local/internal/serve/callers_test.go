package serve

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/callersim"
)

// sendAs has the page's API send a message as a caller.
func (b *bench) sendAs(t *testing.T, order string) (status int, told callersim.Told) {
	t.Helper()
	code, text := call(t, "POST", b.url+ours+"send", order, "Content-Type: application/json")
	require.Equal(t, http.StatusOK, code, text)
	var answer struct {
		Status int
		Told   callersim.Told
	}
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	return answer.Status, answer.Told
}

func TestSendAs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	proofs := map[string]string{}
	for _, c := range b.state(t).Callers {
		proofs[c.Name] = c.Proof
	}
	order := func(caller, proof, to string) string {
		text, err := json.Marshal(map[string]string{"caller": caller, "proof": proof, "to": to,
			"type": "MfaVerification", "code": "482913"})
		require.NoError(t, err)
		return string(text)
	}
	for _, name := range []string{"logto", "flat", "supabase", "zitadel"} {
		require.NotEmpty(t, proofs[name], name)
		b.do(t, "clear", `{}`)
		status, told := b.sendAs(t, order(name, proofs[name], "8613800138000"))
		require.Equal(t, 200, status, name)
		require.True(t, told.Sent, name)
		require.Len(t, b.state(t).Messages, 1, name)
		require.Contains(t, string(b.state(t).Last.Log), `"caller":"`+name+`"`)

		status, told = b.sendAs(t, order(name, proofs[name], "8613800000422"))
		require.False(t, told.Sent, name)
		require.Equal(t, name == "supabase", status == 200, name)
		require.Contains(t, b.printed.String(), "FailedOperation.PhoneNumberInBlacklist")
	}
	t.Run("a secret that was changed forges the signature", func(t *testing.T) {
		forged := "v1,whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBvZiAzMiBieXRlcw=="
		status, told := b.sendAs(t, order("supabase", forged, "8613800138000"))
		require.Equal(t, 401, status)
		require.Equal(t, 500, told.Status)
		status, _ = b.sendAs(t, order("zitadel", "x", "8613800138000"))
		require.Equal(t, 401, status)
	})
	t.Run("what can't be posted is refused", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"caller":"sms"}`: "there is no caller \"sms\"\n",
			`{"caller":"supabase","type":"SignIn","proof":"whsec_1"}`: "a Supabase secret is " +
				"v1,whsec_ and base64\n",
			`{"caller":"zitadel","type":"SignIn"}`: "zitadel can't tell the type SignIn, only " +
				"MfaVerification, ForgotPassword, BindNewIdentifier\n",
		} {
			status, text := call(t, "POST", b.url+ours+"send", body,
				"Content-Type: application/json")
			require.Equal(t, http.StatusBadRequest, status)
			require.Equal(t, want, text)
		}
	})
}

func TestPageSendsAsAnyCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "en-US")
	listenIn(t, tab)
	see(t, tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(b.url),
		shows("#as", "ZITADEL"))
	send := clickSend()

	t.Run("Supabase tells the app status and sentence", func(t *testing.T) {
		see(t, tab,
			enter("as", "supabase"),
			enter("to", "8613800000422"),
			enter("locale", "zh-CN"),
			send,
			shows("#toldText", `{"code":422,"msg":"该手机号码无法接收验证码，请更换号码。 (`),
			shows("#toldMore", "it is void"),
			shows("#status.warn", "200"),
			shows("#hint", "FailedOperation.PhoneNumberInBlacklist"),
			until(`document.querySelector("#logto").hidden`),
			until(`document.querySelector("#type option[value=Generic]").disabled`))
	})
	t.Run("and that the code is valid", func(t *testing.T) {
		see(t, tab,
			enter("to", "8613800138000"),
			send,
			shows("#toldText", "200"),
			shows("#toldMore", "The code is valid"),
			shows("#why", "the template of SignIn, for mainland numbers, for every language, "+
				"as there is none for zh-CN"),
			shows("#inbox .bubble", "您的登录验证码为"))
	})
	t.Run("ZITADEL tells the person nothing", func(t *testing.T) {
		see(t, tab,
			enter("as", "zitadel"),
			enter("to", "8613800000422"),
			send,
			shows("#toldText", "Check your phone for the code."),
			shows("#toldMore", "it posts 3 times"),
			until(`document.querySelector("#type").value === "MfaVerification"`))
	})
	t.Run("a program gets what the function answers", func(t *testing.T) {
		see(t, tab,
			enter("as", "flat"),
			send,
			shows("#toldText", "422\n该手机号码无法接收验证码"))
	})
	t.Run("a secret that is changed signs wrong, one that is none does not sign",
		func(t *testing.T) {
			see(t, tab,
				enter("as", "supabase"),
				enter("type", "SignIn"),
				enter("proof", "v1,whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBvZiAzMiBieXRlcw=="),
				send,
				shows("#toldText", "Hook requires authorization token"),
				enter("proof", "whsec_1"),
				send,
				shows("#toldText", "a Supabase secret is v1,whsec_ and base64"))
		})
	t.Run("and Logto's page is there again", func(t *testing.T) {
		see(t, tab,
			enter("as", "logto"),
			enter("to", "8613800138000"),
			send,
			shows("#codes", "has been sent to your phone number"),
			until(`document.querySelector("#told").hidden`))
	})
}
