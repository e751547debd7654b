package serve

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/words"
)

// hints are those that the function's own tests know: one for each of Tencent's codes, and those of
// the recorded events.
func hints(t *testing.T) (all []string) {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	table, err := os.ReadFile(filepath.Join(root, "internal/tencent/testdata/codes.txt"))
	require.NoError(t, err)
	var block []string // a code, its kind, perhaps a time, and its hint
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "\t") {
			block = append(block, strings.TrimSpace(line))
			continue
		}
		if len(block) > 1 {
			all = append(all, block[len(block)-1])
		}
		block = nil
	}
	files, err := filepath.Glob(filepath.Join(root, "testdata/events/*.want.json"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var want struct{ Log []struct{ Hint string } }
		require.NoError(t, json.Unmarshal(text, &want), file)
		for _, line := range want.Log {
			all = append(all, line.Hint)
		}
	}
	return all
}

func TestHintsAreChineseOnTheChinesePage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	tab := browser(t, "zh-CN")
	all, err := json.Marshal(hints(t))
	require.NoError(t, err)
	var asked, told []string
	see(t, tab,
		chromedp.Navigate(b.url),
		until(`lang === "zh"`),
		chromedp.Evaluate(`asked = `+string(all)+`.filter(h => h && h !== "(no hint)")`, &asked),
		chromedp.Evaluate(`asked.map(hintText)`, &told))
	require.Greater(t, len(asked), 100)
	chinese := words.Of("zh_CN")
	for i, hint := range asked {
		require.Regexp(t, `\p{Han}`, told[i], hint)
		require.Equal(t, chinese.Hint(hint), told[i], "the commands say the same")
	}
}
