package template

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/langtag"
)

// Templates that are accepted are complete and can be relied on. Those that are not come with a reason
// that an operator can read.
func FuzzParse(f *testing.F) {
	for _, setting := range []string{
		"", "null", "[]", "[{}]", "{}", `[` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": {"china": "1", "overseas": " 2 "}, "locale": "zh-Hant-HK", "params": ["{code}", "10"]}, ` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": "1"}, {"usageType": "SignIn", "templateCode": "1"}, ` + theRest + `]`,
		`[{"usageType": "SignIn", "templateCode": "1", "name": "x"}]`, `[{"usageType": "SignIn", "params": [null]}]`,
	} {
		f.Add(setting, "SignIn", "zh-Hant-HK en")
		f.Add(setting, "Other", "fr-x-y")
	}
	quoted := regexp.MustCompile(`"(\\.|[^"\\])*"`)
	f.Fuzz(func(t *testing.T, setting, usageType, wanted string) {
		all, err := Parse(setting)
		if err != nil {
			text := quoted.ReplaceAllString(err.Error(), "")
			require.NotEmpty(t, strings.TrimSpace(text))
			for _, unclear := range []string{"Go value", "%!", "0x", "<nil>"} {
				require.NotContains(t, text, unclear)
			}
			return
		}
		for _, required := range []string{"Register", "SignIn", "ForgotPassword", "Generic"} {
			require.True(t, all.Has(required), required)
		}
		for _, tt := range all {
			require.NotEmpty(t, tt.UsageType)
			require.NotEmpty(t, tt.ID)
			require.Equal(t, strings.TrimSpace(tt.ID), tt.ID)
			filled := strings.Join(tt.Fill("048261"), " ")
			require.Contains(t, filled, "048261")
			require.NotContains(t, filled, placeholder)
			require.True(t, tt.Locale == "" || langtag.WellFormed(tt.Locale))
			chosen, ok := all.Choose(tt.UsageType, tt.Overseas, []string{tt.Locale})
			require.True(t, ok)
			require.Equal(t, tt.UsageType, chosen.UsageType)
			require.True(t, strings.EqualFold(tt.Locale, chosen.Locale))
		}
		for _, overseas := range []bool{false, true} {
			chosen, ok := all.Choose(usageType, overseas, strings.Fields(wanted))
			if !ok {
				require.Zero(t, chosen)
				continue
			}
			require.Equal(t, overseas, chosen.Overseas)
			require.Contains(t, []string{usageType, Generic}, chosen.UsageType)
			beginsWithIt := func(tag string) bool {
				return strings.HasPrefix(strings.ToLower(tag)+"-", strings.ToLower(chosen.Locale)+"-")
			}
			require.True(t, chosen.Locale == "" || slices.ContainsFunc(strings.Fields(wanted), beginsWithIt),
				"%q for %q", chosen.Locale, wanted)
		}
	})
}
