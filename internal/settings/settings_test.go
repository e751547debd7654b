package settings

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/limits"
	"scf-sms/internal/phone"
	"scf-sms/internal/template"
	"scf-sms/internal/tencent"
)

const templates = `[
	{"usageType": "Register", "templateCode": "1110001"},
	{"usageType": "SignIn", "templateCode": {"china": "1110002", "overseas": "2220002"}},
	{"usageType": "ForgotPassword", "templateCode": "1110003"},
	{"usageType": "Generic", "locale": "en", "templateCode": {"overseas": "2220004"}, "params": ["{code}", "10"]}
]`

// minimal is the least that a function needs.
var minimal = map[string]string{
	"SECRET_NAME": "sms-accesskey",
	"SDK_APP_ID":  "1400000000",
	"SIGN_NAME":   "示例",
	"TEMPLATES":   templates,
}

// with reads the least and what else is given.
func with(environment map[string]string) Settings {
	all := maps.Clone(minimal)
	maps.Copy(all, environment)
	return Read(func(name string) string { return all[name] })
}

// set reads the least and one more variable.
func set(name, value string) Settings { return with(map[string]string{name: value}) }

func TestDefaults(t *testing.T) {
	code := []string{"{code}"}
	want := Settings{
		Secret: Secret{
			Name:     "sms-accesskey",
			Version:  "SSM_Current",
			Region:   "ap-guangzhou",
			TTL:      10 * time.Minute,
			Endpoint: tencent.Endpoint{Scheme: "https", Host: "ssm.tencentcloudapi.com"},
		},
		SMS: SMS{
			AppID:    "1400000000",
			SignName: "示例",
			Region:   "ap-guangzhou",
			Endpoint: tencent.Endpoint{Scheme: "https", Host: "sms.tencentcloudapi.com"},
		},
		Templates: template.Templates{
			{UsageType: "Register", ID: "1110001", Params: code},
			{UsageType: "SignIn", ID: "1110002", Params: code},
			{UsageType: "SignIn", ID: "2220002", Overseas: true, Params: code},
			{UsageType: "ForgotPassword", ID: "1110003", Params: code},
			{UsageType: "Generic", Locale: "en", ID: "2220004", Overseas: true, Params: []string{"{code}", "10"}},
		},
		TimeBudget: 8 * time.Second,
		LogLevel:   slog.LevelInfo,
		Limits:     limits.Defaults(),
	}
	require.Equal(t, want, with(nil))

	t.Run("an empty variable counts as not set", func(t *testing.T) {
		for _, name := range optional {
			require.Equal(t, want, set(name, ""), name)
			require.Equal(t, want, set(name, " \t\n"), name)
		}
	})
	t.Run("blanks around values are trimmed", func(t *testing.T) {
		padded := map[string]string{}
		for name, value := range minimal {
			padded[name] = "\n " + value + "\t"
		}
		require.Equal(t, want, with(padded))
	})
}

var optional = []string{
	"SECRET_VERSION", "CALLERS_SECRET_NAME", "SECRET_REGION", "TENCENTCLOUD_REGION", "SECRET_TTL", "SIGN_NAME_OVERSEAS", "SENDER_ID", "SMS_REGION",
	"ALLOWED_CALLING_CODES", "BARE_NUMBERS", "TIME_BUDGET", "SSM_ENDPOINT", "SMS_ENDPOINT", "LOG_LEVEL",
	"REDIS_URL", "LIMITS",
}

func TestEveryVariableIsRead(t *testing.T) {
	everything := map[string]string{
		"SECRET_VERSION":        "v1",
		"CALLERS_SECRET_NAME":   "sms-callers",
		"SECRET_REGION":         "ap-shanghai",
		"SECRET_TTL":            "1h30m",
		"SSM_ENDPOINT":          "https://ssm.internal.example:8443/",
		"SIGN_NAME_OVERSEAS":    "Example",
		"SENDER_ID":             "EXAMPLE",
		"SMS_REGION":            "ap-nanjing",
		"SMS_ENDPOINT":          "http://127.0.0.1:9001",
		"ALLOWED_CALLING_CODES": "86,852,1",
		"BARE_NUMBERS":          "china",
		"TIME_BUDGET":           "2500ms",
		"LOG_LEVEL":             "debug",
		"REDIS_URL":             "redis://10.0.0.86/1",
		"LIMITS":                `{"number": "2/1h", "callingCode": {"852": "none"}}`,
	}
	want := with(nil)
	want.Secret.Version = "v1"
	want.Secret.Callers = "sms-callers"
	want.Secret.Region = "ap-shanghai"
	want.Secret.TTL = 90 * time.Minute
	want.Secret.Endpoint = tencent.Endpoint{Scheme: "https", Host: "ssm.internal.example:8443"}
	want.SMS.SignNameOverseas = "Example"
	want.SMS.SenderID = "EXAMPLE"
	want.SMS.Region = "ap-nanjing"
	want.SMS.Endpoint = tencent.Endpoint{Scheme: "http", Host: "127.0.0.1:9001"}
	want.AllowedCallingCodes = map[int]bool{86: true, 852: true, 1: true}
	want.BareChina = true
	want.TimeBudget = 2500 * time.Millisecond
	want.LogLevel = slog.LevelDebug
	want.Redis = limits.Server{Address: "10.0.0.86:6379", Database: 1}
	want.Limits.Number = []limits.Limit{{N: 2, W: time.Hour}}
	want.Limits.CallingCode[852] = nil
	require.Equal(t, want, with(everything))
}

func TestRegionOfTheSecret(t *testing.T) {
	for _, tt := range []struct {
		name, secret, function, want string
	}{
		{"its own", "ap-shanghai", "ap-beijing", "ap-shanghai"},
		{"else the function's", "", "ap-beijing", "ap-beijing"},
		{"else Guangzhou", "", "", "ap-guangzhou"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := with(map[string]string{"SECRET_REGION": tt.secret, "TENCENTCLOUD_REGION": tt.function})
			require.Empty(t, s.Problems)
			require.Equal(t, tt.want, s.Secret.Region)
			require.Equal(t, "ap-guangzhou", s.SMS.Region, "which is not where the function is: few regions take SMS")
		})
	}
}

func TestCallingCodes(t *testing.T) {
	for setting, want := range map[string]map[int]bool{
		"86":           {86: true},
		"86,852,1":     {86: true, 852: true, 1: true},
		"+86, 852":     {86: true, 852: true},
		" +1 ,\t+44\n": {1: true, 44: true},
		"86,86":        {86: true},
		"":             nil,
	} {
		s := set("ALLOWED_CALLING_CODES", setting)
		require.Empty(t, s.Problems, setting)
		require.Equal(t, want, s.AllowedCallingCodes, setting)
	}
}

func TestWordsInAnyCase(t *testing.T) {
	for setting, want := range map[string]slog.Level{
		"debug": slog.LevelDebug, "INFO": slog.LevelInfo, "Warn": slog.LevelWarn, "error": slog.LevelError,
	} {
		s := set("LOG_LEVEL", setting)
		require.Empty(t, s.Problems, setting)
		require.Equal(t, want, s.LogLevel, setting)
	}
}

func TestWrongValue(t *testing.T) {
	const (
		duration = `must be a time such as "10m" or "8s"`
		endpoint = "must be host[:port] or a URL"
		words    = "must be debug, info, warn or error"
	)
	code := func(item string) string { return "not a calling code: " + item + "; write them as in 86,852,1" }
	for _, tt := range []struct{ variable, value, problem string }{
		{"SECRET_TTL", "10", duration},
		{"SECRET_TTL", "ten minutes", duration},
		{"SECRET_TTL", "0s", duration},
		{"SECRET_TTL", "-10m", duration},
		{"TIME_BUDGET", "8", duration},
		{"TIME_BUDGET", "0", duration},
		{"SIGN_NAME", "【示例】", "must be the signature's text without 【】"},
		{"SIGN_NAME_OVERSEAS", "Example】", "must be the signature's text without 【】"},
		{"SSM_ENDPOINT", "a b", endpoint},
		{"SSM_ENDPOINT", "http://ssm.tencentcloudapi.com", "must be https, unless it is a loopback address"},
		{"SMS_ENDPOINT", "https://", endpoint},
		{"SMS_ENDPOINT", "ftp://sms.tencentcloudapi.com", "must be https"},
		{"SMS_ENDPOINT", "https://sms.tencentcloudapi.com/v3", "must have no user, path, query or fragment"},
		{"ALLOWED_CALLING_CODES", "86,", code(`""`)},
		{"ALLOWED_CALLING_CODES", "86;852", code(`"86;852"`)},
		{"ALLOWED_CALLING_CODES", "86, 0", code(`" 0"`)},
		{"ALLOWED_CALLING_CODES", "86,-1", code(`"-1"`)},
		{"ALLOWED_CALLING_CODES", "86,999", code(`"999"`)},
		{"ALLOWED_CALLING_CODES", "China", code(`"China"`)},
		{"ALLOWED_CALLING_CODES", "86,8\n6", code(`"8\n6"`)},
		{"ALLOWED_CALLING_CODES", "99999999999999999999", code(`"99999999999999999999"`)},
		{"BARE_NUMBERS", "China", "must be international or china"},
		{"BARE_NUMBERS", "86", "must be international or china"},
		{"LOG_LEVEL", "verbose", words},
		{"LOG_LEVEL", "0", words},
		{"TEMPLATES", "1110001", `must be a JSON list such as [{"usageType": "SignIn", "templateCode": "1110001"}]`},
		{"TEMPLATES", `[{"usageType": "SignIn"]`, `must be a JSON list such as [{"usageType": "SignIn", "templateCode": "1110001"}]: ` +
			"invalid character ']' after object key:value pair at character 24"},
		{"TEMPLATES", "[]", "no template for the usage type Register; no template for the usage type SignIn; " +
			"no template for the usage type ForgotPassword; no template for the usage type Generic"},
		{"TEMPLATES", `[{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "templateCode": {"china": "2"}}]`,
			"no template for the usage type Register; " +
				"no template for the usage type ForgotPassword; no template for the usage type Generic"},
		{"TEMPLATES", `[{"templateCode": "1"}, {"usageType": "SignIn"}, {"usageType": "SignIn", "template": "1"}]`,
			`entry 1: usageType must be there, and a string that is not empty; ` +
				`entry 2: templateCode must be there: a string, or {"china": "…", "overseas": "…"} with at least one of them; ` +
				`entry 3: unknown key "template"; known are usageType, templateCode, locale and params; ` +
				`entry 3: templateCode must be there: a string, or {"china": "…", "overseas": "…"} with at least one of them; ` +
				`no template for the usage type Register; no template for the usage type ForgotPassword; no template for the usage type Generic`},
		{"REDIS_URL", "10.0.0.86:6379",
			"must be a URL such as redis://10.0.0.86:6379/0 or rediss://redis.example.com:6379"},
		{"LIMITS", "{}", "has no effect without REDIS_URL, which says where to count"},
		{"ALLOWED_CALLING_CODES", "999,86,abc", `not a calling code: "999", "abc"; write them as in 86,852,1`},
	} {
		t.Run(tt.variable+" "+tt.value, func(t *testing.T) {
			s := set(tt.variable, tt.value)
			require.Equal(t, []Problem{{Variable: tt.variable, Text: tt.problem}}, s.Problems)
			require.Equal(t, tt.variable+": "+tt.problem, s.Problems[0].String())
			require.Equal(t, "sms-accesskey", s.Secret.Name, "what is right is read all the same")
		})
	}
}

func TestLimits(t *testing.T) {
	s := with(map[string]string{
		"REDIS_URL": "redis://10.0.0.86",
		"LIMITS":    `{"callingCode": {"999": "none"}, "away": 1}`,
	})
	require.Equal(t, []Problem{{Variable: "LIMITS", Text: `callingCode: "999" is not a calling ` +
		`code; write it as in 86, or "*" for all others; away must be "open" or "closed"`}}, s.Problems)

	s = with(map[string]string{"REDIS_URL": "nonsense", "LIMITS": "{}"})
	require.Len(t, s.Problems, 1, "a REDIS_URL that is wrong is one all the same")
	require.Equal(t, "REDIS_URL", s.Problems[0].Variable)
}

func TestMissingVariable(t *testing.T) {
	for name := range minimal {
		want := []Problem{{Variable: name, Missing: true}}
		require.Equal(t, want, set(name, "").Problems)
		require.Equal(t, want, set(name, " \n").Problems)
		require.Equal(t, name+" is not set", want[0].String())
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	t.Run("nothing is set", func(t *testing.T) {
		s := Read(func(string) string { return "" })
		require.Equal(t, []Problem{
			{Variable: "SECRET_NAME", Missing: true},
			{Variable: "SDK_APP_ID", Missing: true},
			{Variable: "TEMPLATES", Missing: true},
		}, s.Problems)
	})
	t.Run("everything is wrong", func(t *testing.T) {
		s := with(map[string]string{
			"SECRET_NAME": "", "SDK_APP_ID": " ", "SIGN_NAME": "【】", "SIGN_NAME_OVERSEAS": "【】", "TEMPLATES": "{",
			"SECRET_TTL": "x", "TIME_BUDGET": "x", "SSM_ENDPOINT": "x/x", "SMS_ENDPOINT": "x/x",
			"ALLOWED_CALLING_CODES": "x", "BARE_NUMBERS": "x", "LOG_LEVEL": "x",
		})
		var named []string
		for _, problem := range s.Problems {
			require.NotContains(t, problem.String(), "\n", "a sentence for each variable")
			named = append(named, problem.Variable)
		}
		require.ElementsMatch(t, []string{
			"SECRET_NAME", "SDK_APP_ID", "SIGN_NAME", "SIGN_NAME_OVERSEAS", "TEMPLATES", "SECRET_TTL", "TIME_BUDGET",
			"SSM_ENDPOINT", "SMS_ENDPOINT", "ALLOWED_CALLING_CODES", "BARE_NUMBERS", "LOG_LEVEL",
		}, named)
		require.Equal(t, slog.LevelInfo, s.LogLevel, "so that the log can tell")
	})
}

func TestSignNameIsRequiredWithMainlandTemplates(t *testing.T) {
	abroad := `[{"usageType": "Register", "templateCode": {"overseas": "1"}}, {"usageType": "SignIn", "templateCode": {"overseas": "1"}},
		{"usageType": "ForgotPassword", "templateCode": {"overseas": "1"}}, {"usageType": "Generic", "templateCode": {"overseas": "1"}}]`
	require.Empty(t, with(map[string]string{"SIGN_NAME": "", "TEMPLATES": abroad}).Problems)
	require.Equal(t, []Problem{{Variable: "SIGN_NAME", Missing: true}}, set("SIGN_NAME", "").Problems)
}

func TestInvisibleCharacters(t *testing.T) {
	for _, tt := range []struct{ variable, value, found string }{
		{"SECRET_NAME", "scf\u200b-sms", "U+200B) at character 4"},
		{"SIGN_NAME", "\ufeff示例", "U+FEFF) at character 1"},
		{"SDK_APP_ID", "1400006666\u202c", "U+202C) at character 11"},
		{"SMS_REGION", "ap-guang\x00zhou", "U+0000) at character 9"},
		{"TIME_BUDGET", "8s\u00ad", "U+00AD) at character 3"},
		{"TEMPLATES", strings.Replace(templates, "SignIn", "Sign\u200dIn", 1), "U+200D"},
		{"TEMPLATES", strings.Replace(templates, ",", ",\u00a0", 1), "U+00A0"},
		{"SECRET_NAME", "scf\tsms", "U+0009) at character 4"},
		{"SENDER_ID", "EXA\nMPLE", "U+000A) at character 4"},
		{"SIGN_NAME_OVERSEAS", "Example\u2028x", "U+2028) at character 8"},
	} {
		s := set(tt.variable, tt.value)
		require.Len(t, s.Problems, 1, tt.variable)
		require.Equal(t, tt.variable, s.Problems[0].Variable)
		require.Contains(t, s.Problems[0].Text, tt.found)
	}
	require.Equal(t, "ap-guangzhou", set("SMS_REGION", "ap-\u200bbeijing").SMS.Region)
	require.Empty(t, set("TEMPLATES", "[\r\n\t"+templates[1:]).Problems, "between the parts of JSON")
}

// In .env files and shells quotes stand around values. SCF's console takes them as they are.
func TestQuotesAroundAValue(t *testing.T) {
	for variable, value := range map[string]string{
		"SECRET_NAME": "\"scf-sms\"", "SECRET_VERSION": "'SSM_Current'", "SECRET_REGION": "“ap-guangzhou”",
		"SDK_APP_ID": "\"1400006666\"", "SIGN_NAME": "'示例'", "SIGN_NAME_OVERSEAS": "‘Example’",
		"SENDER_ID": "`EXAMPLE`", "SMS_REGION": "\"ap-guangzhou\"", "TEMPLATES": "'" + templates + "'",
	} {
		require.Equal(t,
			[]Problem{{Variable: variable, Text: "has quotes around it: write the value without them"}},
			set(variable, value).Problems)
	}
	require.Equal(t, "ap-beijing", set("SMS_REGION", "“ap-beijing”").SMS.Region)
	for _, value := range []string{"\"", "Joe's", "Joe's and Jim's", "\"示例\"公司", "'示例\""} {
		require.Empty(t, set("SIGN_NAME", value).Problems, value)
	}
}

func TestReadAsksForNothingElse(t *testing.T) {
	known := append(slices.Collect(maps.Keys(minimal)), optional...)
	var asked []string
	Read(func(name string) string {
		asked = append(asked, name)
		return ""
	})
	require.ElementsMatch(t, known, asked)
	require.ElementsMatch(t, known, append(Names(), "TENCENTCLOUD_REGION"))
}

func FuzzRead(f *testing.F) {
	names := slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(minimal)), optional...)))
	for i, seed := range []string{"86,852,1", "+86, 999", "china", "http://[::1]:9001", "https://a@b/c", "10m", "1e9h", "【示例】", "debug+1", templates, "[{"} {
		f.Add(uint(i), seed)
	}
	f.Fuzz(func(t *testing.T, i uint, value string) {
		if strings.Contains(value, "\x00") {
			t.Skip("no environment variable can hold it")
		}
		name := names[i%uint(len(names))]
		s := set(name, value)
		for _, problem := range s.Problems {
			require.Equal(t, name, problem.Variable)
			require.NotContains(t, problem.Text, "\n")
		}
		require.LessOrEqual(t, len(s.Problems), 1)
		if len(s.Problems) == 0 {
			require.Positive(t, s.Secret.TTL)
			require.Positive(t, s.TimeBudget)
		}
		for code := range s.AllowedCallingCodes {
			require.True(t, phone.IsCallingCode(code))
		}
	})
}
