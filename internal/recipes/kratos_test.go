package recipes

import (
	"encoding/json"
	"testing"

	"github.com/google/go-jsonnet"
	"github.com/stretchr/testify/require"
)

// Kratos evaluates the recipe with this library, and posts what comes of it.
func TestKratos(t *testing.T) {
	t.Parallel()
	snippet := blocks(t, "Ory Kratos", "jsonnet")[0]
	type object = map[string]any
	evaluate := func(t *testing.T, ctx object) (string, error) {
		t.Helper()
		code, err := json.Marshal(ctx)
		require.NoError(t, err)
		vm := jsonnet.MakeVM()
		vm.TLACode("ctx", string(code))
		return vm.EvaluateAnonymousSnippet("sms.jsonnet", snippet)
	}
	chinese := object{"Accept-Language": []string{"zh-CN,zh;q=0.9"}}
	for _, tt := range []struct {
		name     string
		template string
		field    string
		headers  any
		want     string
	}{
		{"a sign-in", "login_code_valid", "login_code", chinese,
			`{"to": "+8613800138000", "type": "SignIn",
			"payload": {"code": "482913", "locale": "zh-CN"}}`},
		{"a registration", "registration_code_valid", "registration_code", chinese,
			`{"to": "+8613800138000", "type": "Register",
			"payload": {"code": "482913", "locale": "zh-CN"}}`},
		{"a recovery, whose code has another's name", "recovery_code_valid", "verification_code",
			chinese, `{"to": "+8613800138000", "type": "ForgotPassword",
			"payload": {"code": "482913", "locale": "zh-CN"}}`},
		{"a new number, of whose request Kratos knows nothing", "verification_code_valid",
			"verification_code", nil, `{"to": "+8613800138000", "type": "BindNewIdentifier",
			"payload": {"code": "482913"}}`},
		{"a browser that takes any language", "login_code_valid", "login_code",
			object{"Accept-Language": []string{"*"}}, `{"to": "+8613800138000", "type": "SignIn",
			"payload": {"code": "482913"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := object{"recipient": number, "template_type": tt.template,
				"template_data": object{tt.field: "482913", "expires_in_minutes": 15},
				"message_type":  "sms", "subject": "", "body": "Your code is 482913"}
			if tt.headers != nil {
				ctx["request_headers"] = tt.headers
			}
			body, err := evaluate(t, ctx)
			require.NoError(t, err)
			require.JSONEq(t, tt.want, body)

			f := newFunction(t)
			status, text := f.post(t, body, authorized())
			require.Equal(t, 200, status, text)
			require.Equal(t, []string{"482913"}, f.sent(t).Params)
		})
	}
	t.Run("a version that has no request_headers, or has null", func(t *testing.T) {
		ctx := object{"recipient": number, "template_type": "login_code_valid",
			"template_data": object{"login_code": "482913"}, "request_headers": nil}
		_, err := evaluate(t, ctx)
		require.NoError(t, err)
	})
	t.Run("a notice has no code, and is not sent", func(t *testing.T) {
		for _, template := range []string{"verifiable_address_changed", "authenticator_key_added"} {
			_, err := evaluate(t, object{"recipient": number, "template_type": template,
				"template_data": object{}})
			require.ErrorContains(t, err, "cancel")
		}
	})
}
