package house

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// The page's table of what carriers say is that of the simulated cloud.
func TestOperatingPage_namesTheCarriersCodes(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile("(?m)^\\| `([A-Z:0-9]+)` \\| (.+) \\| \\[\\w+\\]\\((https://.+)\\) \\|$")
	var named []cloudsim.CarrierCode
	for _, m := range row.FindAllStringSubmatch(readme(t, "docs/operating.md"), -1) {
		code := cloudsim.CarrierCode{Code: m[1], Meaning: m[2], Source: m[3]}
		code.Delivered = code.Code == "DELIVRD"
		named = append(named, code)
	}
	all := cloudsim.CarrierCodes()
	for i := range all {
		all[i].Chinese, all[i].Alike = "", nil // the page is in English
	}
	require.Equal(t, all, named)
}
