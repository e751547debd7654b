package house

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/limits"
	"scf-sms/internal/phone"
)

// People copy what a page shows.
func TestLimitsPage_showsWhatLIMITSTakes(t *testing.T) {
	t.Parallel()
	page := readme(t, "docs/limits.md")
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page, -1)
	require.Len(t, block, 2, "the secret, and the defaults")
	defaults, err := limits.Parse(block[1][1], phone.IsCallingCode)
	require.NoError(t, err)
	require.Equal(t, limits.Defaults(), defaults)
	require.Contains(t, block[1][1], "observe", "the last of all keys")

	examples := regexp.MustCompile("[`']({\".*?})[`']").FindAllStringSubmatch(page, -1)
	require.Greater(t, len(examples), 2)
	for _, example := range examples {
		_, err := limits.Parse(strings.TrimSpace(example[1]), phone.IsCallingCode)
		require.NoError(t, err, example[1])
	}
}
