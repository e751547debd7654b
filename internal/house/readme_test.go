package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/settings"
)

func TestREADMEs_sayTheSame(t *testing.T) {
	t.Parallel()
	english, chinese := readme(t, "README.md"), readme(t, "README.zh-CN.md")
	require.Equal(t, outline(english), outline(chinese))
}

func readme(t *testing.T, name string) string {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return string(text)
}

var (
	heading  = regexp.MustCompile(`^(#+) `)
	comment  = regexp.MustCompile(`(^|\s+)(#|//)( .*)?$`)
	tableRow = regexp.MustCompile(`^\s*\|.*\|\s*$`)
	// cell is what stands before a bar: text, code in which a bar counts for nothing, or an escaped
	// bar.
	cell = regexp.MustCompile("(?:[^|\\\\`]|\\\\.|`[^`]*`)*\\|")
)

// outline is what a page has in any language: the level of each heading, the columns of each row of
// a table, and the code, less its comments.
func outline(text string) (lines []string) {
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		bare := strings.TrimSpace(line)
		switch {
		case fence != "" && bare == fence:
			fence = ""
			lines = append(lines, "end of code")
		case fence != "":
			if code := comment.ReplaceAllString(line, ""); code != "" {
				lines = append(lines, code)
			}
		case strings.HasPrefix(bare, "```"):
			fence = bare[:len(bare)-len(strings.TrimLeft(bare, "`"))]
			lines = append(lines, "code "+strings.TrimLeft(bare, "`"))
		case heading.MatchString(line):
			lines = append(lines, "heading "+heading.FindStringSubmatch(line)[1])
		case tableRow.MatchString(line):
			row := strings.TrimPrefix(bare, "|")
			lines = append(lines, fmt.Sprintf("row of %d", len(cell.FindAllString(row, -1))))
		}
	}
	return lines
}

func TestOutline(t *testing.T) {
	t.Parallel()
	text := "# Title\n\ntext # no heading\n\n| a | `b|c` |\n| --- | --- |\n\n" +
		"```bash\n# why\ngo run . # how\n\n## x\necho '#no comment'\n```\n### Deep\n"
	require.Equal(t, []string{
		"heading #", "row of 2", "row of 2",
		"code bash", "go run .", "## x", "echo '#no comment'", "end of code",
		"heading ###",
	}, outline(text))
}

// A setting that the READMEs don't name is one that nobody uses.
func TestREADMEs_nameEverySetting(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"README.md", "README.zh-CN.md"} {
		text := readme(t, page)
		for _, name := range settings.Names() {
			require.Regexp(t, "(?m)^\\| .*`"+name+"`.* \\|", text, page)
		}
	}
}

// A newcomer reads all of it. What is longer goes to docs.
func TestREADME_isShort(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, len(readme(t, "README.md")), 12<<10, "bytes")
}
