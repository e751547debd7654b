package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
)

// pages returns the texts of all that people read here, by their path in the project.
func pages(t *testing.T) (root string, texts map[string]string) {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	texts = map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, paths)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			name, err := filepath.Rel(root, path)
			require.NoError(t, err)
			texts[filepath.ToSlash(name)] = string(text)
		}
	}
	return root, texts
}

// prose is a page without its blocks of code.
func prose(text string) string {
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(text, "")
}

// anchors are the parts of a page that can be linked to, by GitHub's rules.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	link := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(link.ReplaceAllString(heading[1], "$1"))
		all[strings.ReplaceAll(dropped.ReplaceAllString(name, ""), " ", "-")] = true
	}
	return all
}

// A link within the project leads to a file that is there, and to a heading that is in it.
func TestPages_linksLeadSomewhere(t *testing.T) {
	t.Parallel()
	root, texts := pages(t)
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for page, text := range texts {
		for _, match := range link.FindAllStringSubmatch(prose(text), -1) {
			path, anchor, _ := strings.Cut(match[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			target := page
			if path != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), path))
			}
			_, err := os.Stat(filepath.Join(root, target))
			assert.NoError(t, err, "%s links to %s", page, match[1])
			if anchor != "" {
				assert.True(t, anchors(prose(texts[target]))[anchor],
					"%s links to %s, and there is no such heading", page, match[1])
			}
		}
	}
}

// A page that says which test or event holds something names one that there is.
func TestPages_nameTestsAndEventsThatAreThere(t *testing.T) {
	t.Parallel()
	root, texts := pages(t)
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	walk := func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[match[1]] = true
		}
		return err
	}
	require.NoError(t, filepath.WalkDir(root, walk))
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`")
	for page, text := range texts {
		for _, match := range named.FindAllStringSubmatch(text, -1) {
			assert.True(t, tests[match[1]], "%s names %s", page, match[1])
		}
	}
	event := regexp.MustCompile("`([a-z]+(?:-[a-z]+)+)`")
	row := regexp.MustCompile(`(?m)^\|.*\|$`)
	for _, line := range row.FindAllString(texts["docs/compared.md"], -1) {
		cells := strings.Split(line, "|")
		for _, match := range event.FindAllStringSubmatch(cells[len(cells)-2], -1) {
			assert.FileExists(t, filepath.Join(root, "testdata", "events", match[1]+".json"))
		}
	}
}

// Lines end at 100 columns, but for tables, code, and links that can't be broken.
func TestPages_areNotWide(t *testing.T) {
	t.Parallel()
	_, texts := pages(t)
	for page, text := range texts {
		if page == "README.zh-CN.md" {
			continue // a line break would be a blank between two Chinese characters
		}
		for line := range strings.Lines(prose(text)) {
			line = strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(line, "|") && !strings.Contains(line, "](") {
				assert.LessOrEqual(t, utf8.RuneCountInString(line), 100, "%s: %s", page, line)
			}
		}
	}
}
