package operator

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatANameMeans(t *testing.T) {
	t.Parallel()
	names := append([]string{"SIGN_NAME", "SDK_APP_ID", "SSM_ENDPOINT", "SMS_ENDPOINT"},
		UsageTypes()...)
	for name, want := range map[string]string{
		"BindMFA": "BindMfa", "SignIn ": "SignIn", "signin": "SignIn", "SignIn": "SignIn",
		"Sign-In": "SignIn", "Regsiter": "Register", "SING_NAME": "SIGN_NAME",
		"SDK_APPID": "SDK_APP_ID", "SMS_ENDPOINT": "SMS_ENDPOINT",
		"登录": "", "Marketing": "", "": "", "TENCENT_SECRET_ID": "",
	} {
		assert.Equal(t, want, Meant(name, names), "%q", name)
	}
}
