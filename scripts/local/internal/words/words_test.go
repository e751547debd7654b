package words

import (
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

	"scf-sms/scripts/local/internal/term"
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

func TestSay(t *testing.T) {
	t.Parallel()
	w := Words{"a": "%s first, then %s", "b": "%[2]s, %[1]s", "c": "100 %"}
	require.Equal(t, "x first, then y", w.Say("a", "x", "y"))
	require.Equal(t, "y, x", w.Say("b", "x", "y"))
	require.Equal(t, "100 %", w.Say("c"))
	require.Equal(t, "d.none", w.Say("d.none"))
}
