package setup

import (
	"regexp"
	"slices"
)

// required are the usage types that Logto demands.
var required = []string{"SignIn", "Register", "ForgotPassword", "Generic"}

// suggestion returns the number of the template that is likely to be meant for a usage type, by its
// words; 0: none. Generic's has the words of no other.
func suggestion(usageType string, all []listed) int {
	says := map[string]*regexp.Regexp{
		"SignIn":         regexp.MustCompile(`(?i)登录|登入|sign[- ]?in|log[- ]?in`),
		"Register":       regexp.MustCompile(`(?i)注册|註冊|regist|sign[- ]?up`),
		"ForgotPassword": regexp.MustCompile(`(?i)密码|密碼|password`),
		"":               regexp.MustCompile(`(?i)两步|兩步|two[- ]step`),
	}
	return 1 + slices.IndexFunc(all, func(t listed) bool {
		if own := says[usageType]; own != nil {
			return own.MatchString(t.TemplateContent)
		}
		for _, other := range says {
			if other.MatchString(t.TemplateContent) {
				return false
			}
		}
		return true
	})
}
