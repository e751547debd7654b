package handler

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// theRest are the required types beside SignIn.
const theRest = `{"usageType": "Register", "templateCode": "2"}, {"usageType": "ForgotPassword", "templateCode": "3"}, {"usageType": "Generic", "templateCode": "4"}`

func TestTemplatesAreReadInEveryForm(t *testing.T) {
	code := []string{"{code}"}
	for _, test := range []struct {
		name, entry string
		want        Templates
	}{
		{"a text serves the mainland", `{"usageType": "SignIn", "templateCode": "1"}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}}},
		{"one for each destination", `{"usageType": "SignIn", "templateCode": {"china": "1", "overseas": "5"}}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}, {Usage: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"only the mainland", `{"usageType": "SignIn", "templateCode": {"china": "1"}}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}}},
		{"only abroad", `{"usageType": "SignIn", "templateCode": {"overseas": "5"}}`,
			Templates{{Usage: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"blanks around", `{"usageType": "SignIn", "templateCode": " 1\n"}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}}},
		{"blanks around each", `{"usageType": "SignIn", "templateCode": {"china": " 1", "overseas": "5 "}}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}, {Usage: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"a locale", `{"usageType": "SignIn", "locale": "zh-Hant-HK", "templateCode": "1"}`,
			Templates{{Usage: "SignIn", Locale: "zh-Hant-HK", ID: "1", Params: code}}},
		{"a locale with subtags of one and of eight", `{"usageType": "SignIn", "locale": "x-eightchr-9", "templateCode": "1"}`,
			Templates{{Usage: "SignIn", Locale: "x-eightchr-9", ID: "1", Params: code}}},
		{"a locale with a number", `{"usageType": "SignIn", "locale": "es-419", "templateCode": "1"}`,
			Templates{{Usage: "SignIn", Locale: "es-419", ID: "1", Params: code}}},
		{"parameters", `{"usageType": "SignIn", "templateCode": "1", "params": ["Example", "{code}", "10"]}`,
			Templates{{Usage: "SignIn", ID: "1", Params: []string{"Example", "{code}", "10"}}}},
		{"a code within a text", `{"usageType": "SignIn", "templateCode": "1", "params": ["G-{code}"]}`,
			Templates{{Usage: "SignIn", ID: "1", Params: []string{"G-{code}"}}}},
		{"languages side by side", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "locale": "en", "templateCode": "6"}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}, {Usage: "SignIn", Locale: "en", ID: "6", Params: code}}},
		{"destinations side by side", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "templateCode": {"overseas": "5"}}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}, {Usage: "SignIn", Overseas: true, ID: "5", Params: code}}},
		{"types that are not required", `{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "MfaVerification", "templateCode": "7"}, {"usageType": "登录", "templateCode": "8"}`,
			Templates{{Usage: "SignIn", ID: "1", Params: code}, {Usage: "MfaVerification", ID: "7", Params: code}, {Usage: "登录", ID: "8", Params: code}}},
		{"the same text for all", `{"usageType": "SignIn", "templateCode": "4"}`,
			Templates{{Usage: "SignIn", ID: "4", Params: code}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseTemplates("[" + test.entry + "," + theRest + "]")
			require.NoError(t, err)
			rest := Templates{{Usage: "Register", ID: "2", Params: code}, {Usage: "ForgotPassword", ID: "3", Params: code}, {Usage: "Generic", ID: "4", Params: code}}
			require.Equal(t, append(test.want, rest...), got)
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
	of := func(entry string, problem string) string {
		return strings.Replace(problem, "entry 1", "entry "+entry, 1)
	}
	signIn := func(parts string) string { return `[{"usageType": "SignIn", ` + parts + `}, ` + theRest + `]` }
	for _, test := range []struct {
		setting  string
		problems []string
	}{
		// The whole.
		{``, []string{noList + `: unexpected end of JSON input at character 0`}},
		{`[`, []string{noList + `: unexpected end of JSON input at character 1`}},
		{`[]x`, []string{noList + `: invalid character 'x' after top-level value at character 3`}},
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
		{signIn(`"templateCode": "1", "locale": "zh_CN"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "zh-"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "419"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "*"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "simplified"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-ninechars"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en--US"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-@bc"`), []string{wrongTag}},
		{signIn(`"templateCode": "1", "locale": "en-U_S"`), []string{wrongTag}},
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

		// All at once.
		{`[{"usageType": 1, "templateCode": 2, "locale": 3, "params": 4, "name": 5}, {"usageType": "SignIn", "templateCode": "1"}, {"usageType": "Generic"}]`, []string{
			wrongTag, `entry 1: unknown key "name"` + known, wrongParam, wrongType, wrongCode,
			of("3", wrongCode), noRegister, noForgotPassword,
		}},
	} {
		all, err := ParseTemplates(test.setting)
		assert.EqualError(t, err, strings.Join(test.problems, "\n"), test.setting)
		assert.Empty(t, all, test.setting)
	}
}

// Lists carried over from Logto's connectors may have several, and there the first counts.
func TestOfSeveralTemplatesBetweenWhichNothingDecidesTheFirstCounts(t *testing.T) {
	all, err := ParseTemplates(`[
		{"usageType": "SignIn", "templateCode": "first"}, {"usageType": "SignIn", "templateCode": {"china": "second", "overseas": "first abroad"}},
		{"usageType": "SignIn", "templateCode": {"overseas": "second abroad"}},
		{"usageType": "SignIn", "templateCode": "first en", "locale": "en-GB"}, {"usageType": "SignIn", "templateCode": "second en", "locale": "EN-gb"},
		` + theRest + `]`)
	require.NoError(t, err)
	for _, test := range []struct {
		to      destination
		locales []string
		want    string
	}{
		{china, nil, "first"},
		{overseas, nil, "first abroad"},
		{china, []string{"En-Gb"}, "first en"},
	} {
		got, ok := all.choose("SignIn", test.to, test.locales)
		require.True(t, ok)
		require.Equal(t, test.want, got.ID)
	}
}

func TestTemplateIsChosenByTypeDestinationAndLanguage(t *testing.T) {
	all, err := ParseTemplates(`[
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
	for _, test := range []struct {
		name    string
		usage   string
		to      destination
		locales string
		want    string // "": none
	}{
		{"nothing is asked for", "SignIn", china, "", "sign-in"},
		{"abroad", "SignIn", overseas, "", "sign-in abroad"},
		{"a language there is", "SignIn", china, "en", "sign-in en"},
		{"in another case", "SignIn", china, "EN", "sign-in en"},
		{"of a region", "SignIn", china, "en-GB", "sign-in en"},
		{"of a script and a region", "SignIn", china, "en-Latn-GB", "sign-in en"},
		{"only for the other destination", "SignIn", overseas, "en", "sign-in abroad"},
		{"a language there is none for", "SignIn", china, "fr", "sign-in"},
		{"a language is no beginning of a word", "SignIn", china, "eng", "sign-in"},
		{"a tag is not shortened to less than was asked for", "SignIn", china, "e", "sign-in"},
		{"the whole tag", "SignIn", overseas, "zh-Hant-HK", "sign-in zh-Hant-HK abroad"},
		{"shortened once", "SignIn", overseas, "zh-Hant-TW", "sign-in zh-Hant abroad"},
		{"shortened twice", "SignIn", overseas, "zh-Hans-CN", "sign-in zh abroad"},
		{"a region is no script", "SignIn", overseas, "zh-HK", "sign-in zh abroad"},
		{"a private part goes with its letter", "SignIn", overseas, "zh-Hant-x-private", "sign-in zh-Hant abroad"},
		{"an extension goes with its letter", "SignIn", overseas, "zh-Hant-HK-u-co-stroke", "sign-in zh-Hant-HK abroad"},
		{"nothing but a private part", "SignIn", overseas, "x-zh", "sign-in abroad"},
		{"any", "SignIn", overseas, "*", "sign-in abroad"},
		{"what is no tag", "SignIn", overseas, "- -- -zh zh_CN", "sign-in abroad"},
		{"the first of several that there is", "SignIn", china, "fr-CA fr en", "sign-in en"},
		{"in the order they are asked for", "SignIn", overseas, "en zh-Hant zh", "sign-in zh-Hant abroad"},
		{"each is shortened before the next is tried", "SignIn", overseas, "zh-CN zh-Hant", "sign-in zh abroad"},
		{"the type's own, though Generic has the language", "SignIn", china, "ko", "sign-in"},
		{"Generic for a type that has none for the destination", "Register", china, "", "generic"},
		{"Generic's language for a type that has none", "Register", china, "ko-KR", "generic ko"},
		{"Generic for a type whose only one is of another language", "ForgotPassword", china, "en", "generic"},
		{"the type's language", "ForgotPassword", china, "ja-JP", "forgot ja"},
		{"Generic for a type nobody knows", "NeverHeardOf", china, "", "generic"},
		{"a type in another case is another type", "signin", china, "en", "generic"},
		{"Generic itself", "Generic", china, "ko", "generic ko"},
		{"Generic's language abroad", "NeverHeardOf", overseas, "de-AT", "generic de abroad"},
		{"the type's language abroad", "Register", overseas, "fr", "register fr abroad"},
		{"nothing fits abroad", "Register", overseas, "en", ""},
		{"nor without a language", "Generic", overseas, "", ""},
		{"a mainland template is never used abroad", "ForgotPassword", overseas, "ja", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := all.choose(test.usage, test.to, strings.Fields(test.locales))
			require.Equal(t, test.want != "", ok)
			require.Equal(t, test.want, got.ID)
		})
	}
}

// The page's language, or else those the application asked for: through the whole function.
func TestMessageSaysTheLanguage(t *testing.T) {
	templates := Templates{
		{Usage: generic, ID: "everybody"}, {Usage: generic, Locale: "fr", ID: "french"}, {Usage: generic, Locale: "zh", ID: "chinese"},
	}
	for _, test := range []struct {
		name    string
		payload fields
		want    string
	}{
		{"none", nil, "everybody"},
		{"locale", fields{"locale": "fr-CA"}, "french"},
		{"uiLocales", fields{"uiLocales": "ja zh-HK fr"}, "chinese"},
		{"uiLocales with more blanks than needed", fields{"uiLocales": "  ja   fr "}, "french"},
		{"locale is stronger", fields{"locale": "fr", "uiLocales": "zh"}, "french"},
		{"also where there is nothing in it", fields{"locale": "ja", "uiLocales": "zh"}, "everybody"},
		{"an empty locale is none", fields{"locale": "", "uiLocales": "zh"}, "chinese"},
		{"so is one of blanks", fields{"locale": " ", "uiLocales": "zh"}, "chinese"},
		{"so is null", fields{"locale": nil, "uiLocales": "zh"}, "chinese"},
		{"so is what is no text", fields{"locale": []string{"fr"}, "uiLocales": "zh"}, "chinese"},
		{"uiLocales that are no text", fields{"uiLocales": []string{"fr"}}, "everybody"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, _ := newFake(t, func(c *Config) { c.Templates = templates })
			require.Equal(t, test.want, f.invoke(t, eventWith(fields{"body": bodyWith(fields{"payload": test.payload})})).logged("template"))
		})
	}
}

func TestParamsAreFilledIn(t *testing.T) {
	for _, test := range []struct{ params, want []string }{
		{[]string{"{code}"}, []string{"048261"}},
		{[]string{"Example", "{code}", "10"}, []string{"Example", "048261", "10"}},
		{[]string{"G-{code}", "{code}{code}", "{Code}", "{1}"}, []string{"G-048261", "048261048261", "{Code}", "{1}"}},
		{nil, []string{}},
	} {
		assert.Equal(t, test.want, Template{Params: test.params}.params(theCode))
	}
}

func TestTagsAreShortenedFromTheRight(t *testing.T) {
	for tag, want := range map[string]string{
		"zh-Hant-CN-x-private1-private2": "zh-Hant-CN-x-private1", // the example of RFC 4647, section 3.4
		"zh-Hant-CN-x-private1":          "zh-Hant-CN",
		"zh-Hant-CN":                     "zh-Hant",
		"zh-Hant":                        "zh",
		"zh":                             "",
		"x-private":                      "x",
		"":                               "",
		"-":                              "",
	} {
		assert.Equal(t, want, shorten(tag), tag)
	}
}
