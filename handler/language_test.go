package handler_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInvoke_languageIsThatOfThePage(t *testing.T) {
	t.Parallel()
	const (
		english     = "Please use another one"
		traditional = "請改用其他號碼"
		german      = "verwenden Sie eine andere"
	)
	e := newCanned(t, answering(200, `{"Response":{"Error":{"Code":"FailedOperation.PhoneNumberInBlacklist"}}}`))
	for payload, want := range map[string]string{
		`{}`:                         english,
		`{"locale": null}`:           english,
		`{"locale": 5}`:              english,
		`{"locale": ""}`:             english,
		`{"locale": "it"}`:           english,
		`{"Locale": "ja"}`:           english,
		`{"uiLocales": "ja"}`:        english,
		`{"locale": "zh-TW"}`:        traditional,
		`{"locale": "zh_TW"}`:        traditional,
		`{"locale": " zh-hant-hk "}`: traditional,
		`{"locale": "de-AT"}`:        german,
	} {
		body := strings.Replace(payload, "{", `{"code": "`+passcode+`", `, 1)
		body = strings.Replace(`{"to": "`+toMainland+`", "type": "SignIn", "payload": `+body+`}`, ", }", "}", 1)
		assert.Contains(t, e.invoke(t, eventWith(fields{"body": body})).Body, want, payload)
	}
}

// A caller that is turned away is told so in the user's language all the same.
func TestInvoke_languageOfARequestThatIsWrong(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	for name, event := range map[string]fields{
		"no token":         {"headers": fields{"authorization": absent}},
		"a wrong token":    {"headers": fields{"authorization": "Bearer guess"}},
		"a wrong method":   {"httpMethod": "GET"},
		"in base64":        merge(inBase64(bodyWith(fields{"to": 1, "payload": fields{"locale": "ja"}}))),
		"no number":        {"body": bodyWith(fields{"to": absent, "payload": fields{"locale": "ja"}})},
		"no type":          {"body": bodyWith(fields{"type": absent, "payload": fields{"locale": "ja"}})},
		"no passcode":      {"body": bodyWith(fields{"payload": fields{"locale": "ja", "code": absent}})},
		"a wrong number":   {"body": bodyWith(fields{"to": "1", "payload": fields{"locale": "ja"}})},
		"a wrong passcode": {"body": bodyWith(fields{"payload": fields{"locale": "ja", "code": 5}})},
	} {
		a := e.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": fields{"locale": "ja"}})}, event))
		require.NotEqual(t, 200, a.StatusCode)
		assert.Regexp(t, "サポート|電話番号", a.Body, name)
		assert.Equal(t, "ja", a.logged("locale"), name)
	}
}

// What a body that is too large says of the user's language isn't read.
func TestInvoke_bodyTooLargeIsAnsweredInEnglish(t *testing.T) {
	t.Parallel()
	e, _ := newAccepting(t)
	a := e.invoke(t, messageWith(fields{"payload": fields{"locale": "ja", "more": tooLargeBody()}}))
	require.Equal(t, "The code could not be sent. Please contact support if this continues. ("+requestID[:8]+")", a.Body)
}
