package words

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		zh   bool
	}{
		{"nothing is set", nil, false},
		{"Chinese", map[string]string{"LANG": "zh_CN.UTF-8"}, true},
		{"English", map[string]string{"LANG": "en_US.UTF-8"}, false},
		{"LC_ALL wins", map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN"}, true},
		{"so does LC_MESSAGES", map[string]string{"LANG": "zh_CN", "LC_MESSAGES": "C"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := From(func(name string) string { return tt.env[name] })
			want := parse(english)
			if tt.zh {
				want = parse(chinese)
			}
			require.Equal(t, want, got)
		})
	}
}

// A translation has the same keys, and takes the same values, in any order.
func TestLanguages_sayTheSame(t *testing.T) {
	t.Parallel()
	en, zh := parse(english), parse(chinese)
	require.Equal(t, slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(zh)))
	verb := regexp.MustCompile(`%(\[\d+\])?[a-z]`)
	for key, text := range en {
		verbs := func(text string) []string {
			all := verb.FindAllString(text, -1)
			for i := range all {
				all[i] = all[i][len(all[i])-1:]
			}
			slices.Sort(all)
			return all
		}
		assert.Equal(t, verbs(text), verbs(zh[key]), key)
	}
}

// Every text is said somewhere, and everything that is said has a text. A key in the source may be
// the beginning of several, with a point at its end; what is to be done about a text has ".todo"
// behind the text's key, and what is said of one thing has ".one".
func TestKeys_areSaid(t *testing.T) {
	t.Parallel()
	en := parse(english)
	commands := map[string]bool{}
	for key := range en {
		command, _, _ := strings.Cut(key, ".")
		commands[command] = true
	}
	literal := regexp.MustCompile(`"((` + strings.Join(slices.Sorted(maps.Keys(commands)), "|") +
		`)(\.[a-zA-Z0-9]+)+\.?)"`)
	said := map[string]bool{}
	walk := func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".go", ".html"}, filepath.Ext(name)) ||
			strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, match := range literal.FindAllStringSubmatch(string(text), -1) {
			said[match[1]] = true
		}
		return err
	}
	require.NoError(t, filepath.WalkDir("../..", walk))
	isSaid := func(key string) bool {
		for one := range said {
			if key == one || key == one+".todo" || key == one+".one" ||
				strings.HasSuffix(one, ".") && strings.HasPrefix(key, one) {
				return true
			}
		}
		return false
	}
	for key := range en {
		assert.True(t, isSaid(key), "nothing says %s", key)
	}
	for one := range said {
		has := func(key string) bool {
			return key == one || strings.HasSuffix(one, ".") && strings.HasPrefix(key, one)
		}
		assert.True(t, slices.ContainsFunc(slices.Collect(maps.Keys(en)), has),
			"there is no text %s", one)
	}
}

// A help text fits a terminal of 80 columns.
func TestHelp(t *testing.T) {
	t.Parallel()
	for _, file := range [][]byte{english, chinese} {
		for key, text := range parse(file) {
			if !strings.HasSuffix(key, ".help") {
				continue
			}
			for line := range strings.Lines(text) {
				line = strings.TrimRight(line, "\n")
				assert.LessOrEqual(t, term.Cells(line), term.PageWidth, line)
			}
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	zh := Of("zh_CN")
	for text, want := range map[string]string{
		"":    "",
		"any": "any",
		"SSM refuses; SSM gave no answer: no connection: timed out": "SSM 拒绝：请检查函数的角色和" +
			"凭据的 KMS 密钥；SSM 没有响应：无法连接：超时",
		"there are several svix-id headers, and they differ": "有多个 svix-id 请求头，且不相同",
	} {
		require.Equal(t, want, zh.Hint(text))
		require.Equal(t, text, English().Hint(text))
	}
}

// Whatever is wrong with a setting, a Chinese reader is told in Chinese.
func TestHint_settings(t *testing.T) {
	t.Parallel()
	zh, english := Of("zh_CN"), regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,}`)
	look := func(text string) {
		told := zh.Hint(text)
		assert.Regexp(t, `\p{Han}`, told, text)
		assert.NotRegexp(t, english, strings.NewReplacer("rediss://", "", "redis://", "").Replace(told))
	}
	const template = `{"usageType": "SignIn", "templateCode": "1"`
	for name, values := range map[string][]string{
		"SECRET_TTL":            {"soon", "10\u200bm"},
		"SIGN_NAME":             {"【示例】"},
		"ALLOWED_CALLING_CODES": {"86,x"},
		"BARE_NUMBERS":          {"x"},
		"LOG_LEVEL":             {"x"},
		"SSM_ENDPOINT":          {"http://example.com", "https://u@example.com", "x:0", "ftp://x"},
		"REDIS_URL": {"redis://u:p@x", "x", "redis://10.0.0.1:0", "redis://10.0.0.1/x",
			"redis://example.com"},
		"TEMPLATES": {"x", "{}", "[", "[]", `[` + template + `, "locale": "!"}]`,
			`[` + template + `, "params": []}]`, `[` + template + `, "params": ["{{code}}"]}]`,
			`[` + template + `, "x": 1}]`, `[{"usageType": ""}]`},
		"LIMITS": {"x", "[]", "{", `{"away": 1, "away": 2}`, `{"observe": 1}`, `{"x": 1}`,
			`{"callingCode": 1}`, `{"callingCode": {"x": "none"}}`, `{"number": 1}`,
			`{"ip": "1/1h, 1/2h, 1/3h, 1/4h, 1/5h"}`, `{"total": "x"}`, `{"total": "0/1h"}`,
			`{"total": "1/1y"}`, `{"dedupe": 1}`, "{}"},
	} {
		for _, value := range values {
			read := settings.Read(func(asked string) string {
				if asked == name {
					return value
				}
				return ""
			})
			for _, p := range read.Problems {
				if !p.Missing {
					look(p.Text)
					look(p.String())
				}
			}
		}
	}
}

// So it is with the secret's value.
func TestHint_secret(t *testing.T) {
	t.Parallel()
	zh := Of("zh_CN")
	const key = `"accessKeyId": "AKIDx", "accessKeySecret": "x"`
	for _, value := range []string{"x", "{}", `{` + key + `}`, `{"accessKeyId": 1}`,
		`{"accessKeyId": "a", "secretId": "b"}`, `{"accessKeyId": "a\nb"}`,
		`{` + key + `, "authorization": 1}`, `{` + key + `, "hashKey": "x", "authorization": "x"}`,
		`{` + key + `, "supabase": "x"}`, `{` + key + `, "zitadel": "x y"}`,
		`{` + key + `, "reports": "x", "authorization": "x"}`} {
		_, err := secrets.Parse([]byte(value))
		fault, _ := errors.AsType[*secrets.Error](err)
		require.NotNil(t, fault, value)
		assert.Regexp(t, `\p{Han}`, zh.Hint(fault.Text), fault.Text)
		assert.NotRegexp(t, `[a-z]{2,} [a-z]{2,} [a-z]{2,}`, zh.Hint(fault.Text))
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	w := Words{"a": "%s first, then %s", "b": "%[2]s, %[1]s", "c": "100 %"}
	require.Equal(t, "x first, then y", w.Say("a", "x", "y"))
	require.Equal(t, "y, x", w.Say("b", "x", "y"))
	require.Equal(t, "100 %", w.Say("c"))
	require.Equal(t, "d.none", w.Say("d.none"))
}
