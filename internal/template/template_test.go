package template

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// theRest are the required types beside SignIn.
const theRest = `{"usageType": "Register", "templateCode": "2"}, {"usageType": "ForgotPassword", "templateCode": "3"}, {"usageType": "Generic", "templateCode": "4"}`

func TestTemplatesAreReadInEveryForm(t *testing.T) {
	code := []string{"{code}"}
	for _, tt := range []struct {
		name, entry string
		want        Templates
	}{
		{"a text serves the mainland", `{"usageType": "SignIn", "templateCode": "1"}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}}},
		{"one for each destination", `{"usageType": "SignIn", "templateCode": {"china": "1", "overseas": "5"}}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}, {UsageType: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"only the mainland", `{"usageType": "SignIn", "templateCode": {"china": "1"}}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}}},
		{"only abroad", `{"usageType": "SignIn", "templateCode": {"overseas": "5"}}`,
			Templates{{UsageType: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"blanks around", `{"usageType": "SignIn", "templateCode": " 1\n"}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}}},
		{"blanks around each", `{"usageType": "SignIn", "templateCode": {"china": " 1", "overseas": "5 "}}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}, {UsageType: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"a locale", `{"usageType": "SignIn", "locale": "zh-Hant-HK", "templateCode": "1"}`,
			Templates{{UsageType: "SignIn", Locale: "zh-Hant-HK", ID: "1", Params: code}}},
		{"a locale with subtags of one and of eight", `{"usageType": "SignIn", "locale": "x-eightchr-9", "templateCode": "1"}`,
			Templates{{UsageType: "SignIn", Locale: "x-eightchr-9", ID: "1", Params: code}}},
		{"a locale as Java writes it", `{"usageType": "SignIn", "locale": "zh_CN", "templateCode": "1"}`,
			Templates{{UsageType: "SignIn", Locale: "zh-CN", ID: "1", Params: code}}},
		{"a locale with a number", `{"usageType": "SignIn", "locale": "es-419", "templateCode": "1"}`,
			Templates{{UsageType: "SignIn", Locale: "es-419", ID: "1", Params: code}}},
		{"parameters", `{"usageType": "SignIn", "templateCode": "1", "params": ["Example", "{code}", "10"]}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: []string{"Example", "{code}", "10"}}}},
		{"a code within a text", `{"usageType": "SignIn", "templateCode": "1", "params": ["G-{code}"]}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: []string{"G-{code}"}}}},
		{"languages side by side", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "locale": "en", "templateCode": "6"}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}, {UsageType: "SignIn", Locale: "en", ID: "6", Params: code}}},
		{"destinations side by side", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "templateCode": {"overseas": "5"}}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}, {UsageType: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"types that are not required", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "MfaVerification", "templateCode": "7"}, {"usageType": "登录", "templateCode": "8"}`,
			Templates{{UsageType: "SignIn", ID: "1", Params: code}, {UsageType: "MfaVerification", ID: "7", Params: code}, {UsageType: "登录", ID: "8", Params: code}}},
		{"the same text for all", `{"usageType": "SignIn", "templateCode": "4"}`,
			Templates{{UsageType: "SignIn", ID: "4", Params: code}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse("[" + tt.entry + "," + theRest + "]")
			require.NoError(t, err)
			rest := Templates{{UsageType: "Register", ID: "2", Params: code}, {UsageType: "ForgotPassword", ID: "3", Params: code}, {UsageType: "Generic", ID: "4", Params: code}}
			require.Equal(t, append(tt.want, rest...), got)
		})
	}
}

func TestTemplatesThatAreRefusedSayAllThatIsWrong(t *testing.T) {
	const (
		noList     = `must be a JSON list such as [{"usageType": "SignIn", "templateCode": "1110001"}]`
		wrongType  = `entry 1: usageType must be there, and a string that is not empty`
		wrongCode  = `entry 1: templateCode must be there: a string, or {"china": "…", "overseas": "…"} with at least one of them`
		wrongTag   = `entry 1: locale must be a language tag such as "zh-CN"`
		wrongParam = `entry 1: params must be a list of strings with "{code}" in it`
		known      = `; known are usageType, templateCode, locale and params`

		noRegister       = "no template for the usage type Register"
		noSignIn         = "no template for the usage type SignIn"
		noForgotPassword = "no template for the usage type ForgotPassword"
		noGeneric        = "no template for the usage type Generic"
	)
	unclean := func(param string) string {
		return fmt.Sprintf("entry 1: params has %q: write {code} for the code, with no other braces, no $ and "+
			"no blanks around it: Tencent refuses what comes of them", param)
	}
	of := func(entry string, problem string) string {
		return strings.Replace(problem, "entry 1", "entry "+entry, 1)
	}
	signIn := func(parts string) string { return `[{"usageType": "SignIn", ` + parts + `}, ` + theRest + `]` }
	for _, tt := range []struct {
		setting  string
		problems []string
	}{
		// The whole.
		{``, []string{noList + `: unexpected end of JSON input at character 0`}},
		{`[`, []string{noList + `: unexpected end of JSON input at character 1`}},
		{`[]x`, []string{noList + `: invalid character 'x' after top-level value at character 3`}},
		{`[{"usageType": "登录"}， {}]`, []string{noList + `: invalid character '，' after array element at character 21`}},
		{`["示`, []string{noList + `: unexpected end of JSON input at character 3`}},
		{`[t rue]`, []string{noList + `: invalid character U+0020 in literal true (expecting 'r') at character 3`}},
		{`［]`, []string{noList + `: invalid character '［' looking for beginning of value at character 1`}},
		{`[{“usageType”: "SignIn"}]`, []string{noList + `: invalid character '“' looking for beginning of object key string at character 3`}},
		{`{}`, []string{noList}},
		{`"1110001"`, []string{noList}},
		{`["1110001"]`, []string{noList}},

		// What is missing.
		{`[]`, []string{noRegister, noSignIn, noForgotPassword, noGeneric}},
		{`null`, []string{noRegister, noSignIn, noForgotPassword, noGeneric}},
		{`[` + theRest + `]`, []string{noSignIn}},
		{`[{"usageType": "signin", "templateCode": "1"}, ` + theRest + `]`, []string{noSignIn}},
		{`[{"usageType": "SignIn", "templateCode": "1"}]`, []string{noRegister, noForgotPassword, noGeneric}},

		// The usage type.
		{`[null, ` + theRest + `]`, []string{wrongType, wrongCode, noSignIn}},
		{`[{}, ` + theRest + `]`, []string{wrongType, wrongCode, noSignIn}},
		{`[{"templateCode": "1"}, ` + theRest + `]`, []string{wrongType, noSignIn}},
		{`[{"usageType": "", "templateCode": "1"}, ` + theRest + `]`, []string{wrongType, noSignIn}},
		{`[{"usageType": null, "templateCode": "1"}, ` + theRest + `]`, []string{wrongType, noSignIn}},
		{`[{"usageType": 1, "templateCode": "1"}, ` + theRest + `]`, []string{wrongType, noSignIn}},

		// Unknown keys.
		{signIn(`"templatecode": "1"`), []string{`entry 1: unknown key "templatecode"` + known, wrongCode}},
		{signIn(`"templateCode": "1", "UsageType": "SignIn"`), []string{`entry 1: unknown key "UsageType"` + known}},
		{signIn(`"templateCode": "1", "signName": "x"`), []string{`entry 1: unknown key "signName"` + known}},

		// Keys that are there twice.
		{signIn(`"templateCode": "1", "templateCode": "1"`), []string{`entry 1: "templateCode" is there twice`}},
		{signIn(`"templateCode": "1", "locale": "en", "locale": "zh", "locale": "de", "params": ["{code}"], "params": ["{code}"]`),
			[]string{`entry 1: "locale" is there twice`, `entry 1: "params" is there twice`}},
		{signIn(`"templateCode": {"china": "1", "overseas": "2", "china": "3"}`),
			[]string{`entry 1: templateCode: "china" is there twice`}},
		{`[{"usageType": "SignIn", "usageType": "Register", "templateCode": "1"}, ` + theRest + `]`,
			[]string{`entry 1: "usageType" is there twice`, noSignIn}},

		// The template.
		{signIn(`"locale": "en"`), []string{wrongCode}},
		{signIn(`"templateCode": null`), []string{wrongCode}},
		{signIn(`"templateCode": 1110001`), []string{wrongCode}},
		{signIn(`"templateCode": ""`), []string{wrongCode}},
		{signIn(`"templateCode": " "`), []string{wrongCode}},
		{signIn(`"templateCode": []`), []string{wrongCode}},
		{signIn(`"templateCode": ["1"]`), []string{wrongCode}},
		{signIn(`"templateCode": {}`), []string{wrongCode}},
		{signIn(`"templateCode": {"china": ""}`), []string{wrongCode}},
		{signIn(`"templateCode": {"china": null}`), []string{wrongCode}},
		{signIn(`"templateCode": {"china": 1}`), []string{wrongCode}},
		{signIn(`"templateCode": {"china": "1", "overseas": " "}`), []string{wrongCode}},
		{signIn(`"templateCode": {"China": "1"}`), []string{wrongCode}},
		{signIn(`"templateCode": {"china": "1", "us": "2"}`), []string{wrongCode}},

		// The language.
		{signIn(`"templateCode": "1", "locale": ""`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": null`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": 5`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "zh-"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "419"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "*"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "simplified"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-ninechars"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en--US"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-@bc"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-U:S"`), []string{wrongTag}},

		// The parameters.
		{signIn(`"templateCode": "1", "params": null`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": []`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": ["10"]`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": ["{Code}"]`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": "{code}"`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": ["{code}", 10]`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": ["{code}", null]`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": {"1": "{code}"}`), []string{wrongParam}},
		{signIn(`"templateCode": "1", "params": ["{{code}}"]`), []string{unclean("{{code}}")}},
		{signIn(`"templateCode": "1", "params": ["10", "${code}"]`), []string{unclean("${code}")}},
		{signIn(`"templateCode": "1", "params": ["{code} "]`), []string{unclean("{code} ")}},
		{signIn(`"templateCode": "1", "params": ["\u3000{code}"]`), []string{unclean("\u3000{code}")}},
		{signIn(`"templateCode": "1", "params": ["#{code}"]`), []string{unclean("#{code}")}},
		{signIn(`"templateCode": "1", "params": ["{code}", ":code"]`), []string{unclean(":code")}},
		{signIn(`"templateCode": "1", "params": ["{code}", "{2}"]`), []string{unclean("{2}")}},

		// All at once.
		{`[{"usageType": 1, "templateCode": 2, "locale": 3, "params": 4, "name": 5}, {"usageType": "SignIn", "templateCode": "1"}, {"usageType": "Generic"}]`, []string{
			wrongTag, `entry 1: unknown key "name"` + known, wrongParam, wrongType, wrongCode,
			of("3", wrongCode), noRegister, noForgotPassword,
		}},
	} {
		_, err := Parse(tt.setting)
		assert.EqualError(t, err, strings.Join(tt.problems, "\n"), tt.setting)
	}
}

// Lists carried over from Logto's connectors may have several, and there the first counts.
func TestOfSeveralTemplatesBetweenWhichNothingDecidesTheFirstCounts(t *testing.T) {
	all, err := Parse(`[
		{"usageType": "SignIn", "templateCode": "first"}, {"usageType": "SignIn", "templateCode": {"china": "second", "overseas": "first abroad"}},
		{"usageType": "SignIn", "templateCode": {"overseas": "second abroad"}},
		{"usageType": "SignIn", "templateCode": "first en", "locale": "en-GB"}, {"usageType": "SignIn", "templateCode": "second en", "locale": "EN-gb"},
		` + theRest + `]`)
	require.NoError(t, err)
	for _, tt := range []struct {
		overseas bool
		locales  []string
		want     string
	}{
		{false, nil, "first"},
		{true, nil, "first abroad"},
		{false, []string{"En-Gb"}, "first en"},
	} {
		got, ok := all.Choose("SignIn", tt.overseas, tt.locales)
		require.True(t, ok)
		require.Equal(t, tt.want, got.ID)
	}
}

func TestTemplateIsChosenByTypeDestinationAndLanguage(t *testing.T) {
	all, err := Parse(`[
		{"usageType": "SignIn",         "templateCode": {"china": "sign-in", "overseas": "sign-in abroad"}},
		{"usageType": "SignIn",         "templateCode": {"china": "sign-in en"}, "locale": "en"},
		{"usageType": "SignIn",         "templateCode": {"overseas": "sign-in zh abroad"}, "locale": "zh"},
		{"usageType": "SignIn",         "templateCode": {"overseas": "sign-in zh-Hant abroad"}, "locale": "zh-Hant"},
		{"usageType": "SignIn",         "templateCode": {"overseas": "sign-in zh-Hant-HK abroad"}, "locale": "zh-Hant-HK"},
		{"usageType": "Register",       "templateCode": {"overseas": "register fr abroad"}, "locale": "fr"},
		{"usageType": "ForgotPassword", "templateCode": {"china": "forgot ja"}, "locale": "ja"},
		{"usageType": "Generic",        "templateCode": "generic"},
		{"usageType": "Generic",        "templateCode": "generic ko", "locale": "ko"},
		{"usageType": "Generic",        "templateCode": {"overseas": "generic de abroad"}, "locale": "de"}
	]`)
	require.NoError(t, err)
	for _, tt := range []struct {
		name      string
		usageType string
		overseas  bool
		locales   string
		want      string // "": none
	}{
		{"nothing is asked for", "SignIn", false, "", "sign-in"},
		{"abroad", "SignIn", true, "", "sign-in abroad"},
		{"a language there is", "SignIn", false, "en", "sign-in en"},
		{"in another case", "SignIn", false, "EN", "sign-in en"},
		{"of a region", "SignIn", false, "en-GB", "sign-in en"},
		{"of a script and a region", "SignIn", false, "en-Latn-GB", "sign-in en"},
		{"only for the other destination", "SignIn", true, "en", "sign-in abroad"},
		{"a language there is none for", "SignIn", false, "fr", "sign-in"},
		{"a language is no beginning of a word", "SignIn", false, "eng", "sign-in"},
		{"a tag is not shortened to less than was asked for", "SignIn", false, "e", "sign-in"},
		{"the whole tag", "SignIn", true, "zh-Hant-HK", "sign-in zh-Hant-HK abroad"},
		{"shortened once", "SignIn", true, "zh-Hant-TW", "sign-in zh-Hant abroad"},
		{"shortened twice", "SignIn", true, "zh-Hans-CN", "sign-in zh abroad"},
		{"a region is no script", "SignIn", true, "zh-HK", "sign-in zh abroad"},
		{"a private part goes with its letter", "SignIn", true, "zh-Hant-x-private", "sign-in zh-Hant abroad"},
		{"an extension goes with its letter", "SignIn", true, "zh-Hant-HK-u-co-stroke", "sign-in zh-Hant-HK abroad"},
		{"nothing but a private part", "SignIn", true, "x-zh", "sign-in abroad"},
		{"any", "SignIn", true, "*", "sign-in abroad"},
		{"what is no tag", "SignIn", true, "- -- -zh zh_CN", "sign-in abroad"},
		{"the first of several that there is", "SignIn", false, "fr-CA fr en", "sign-in en"},
		{"in the order they are asked for", "SignIn", true, "en zh-Hant zh", "sign-in zh-Hant abroad"},
		{"each is shortened before the next is tried", "SignIn", true, "zh-CN zh-Hant", "sign-in zh abroad"},
		{"the type's own, though Generic has the language", "SignIn", false, "ko", "sign-in"},
		{"Generic for a type that has none for the destination", "Register", false, "", "generic"},
		{"Generic's language for a type that has none", "Register", false, "ko-KR", "generic ko"},
		{"Generic for a type whose only one is of another language", "ForgotPassword", false, "en", "generic"},
		{"the type's language", "ForgotPassword", false, "ja-JP", "forgot ja"},
		{"Generic for a type nobody knows", "NeverHeardOf", false, "", "generic"},
		{"a type in another case is another type", "signin", false, "en", "generic"},
		{"Generic itself", "Generic", false, "ko", "generic ko"},
		{"Generic's language abroad", "NeverHeardOf", true, "de-AT", "generic de abroad"},
		{"the type's language abroad", "Register", true, "fr", "register fr abroad"},
		{"nothing fits abroad", "Register", true, "en", ""},
		{"nor without a language", "Generic", true, "", ""},
		{"a mainland template is never used abroad", "ForgotPassword", true, "ja", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := all.Choose(tt.usageType, tt.overseas, strings.Fields(tt.locales))
			require.Equal(t, tt.want != "", ok)
			require.Equal(t, tt.want, got.ID)
		})
	}
}

func TestParamsAreFilledIn(t *testing.T) {
	for _, tt := range []struct{ params, want []string }{
		{[]string{"{code}"}, []string{"048261"}},
		{[]string{"Example", "{code}", "10"}, []string{"Example", "048261", "10"}},
		{[]string{"G-{code}", "{code}{code}", "{Code}", "{1}"}, []string{"G-048261", "048261048261", "{Code}", "{1}"}},
		{nil, []string{}},
	} {
		assert.Equal(t, tt.want, Template{Params: tt.params}.Fill("048261"))
	}
}
