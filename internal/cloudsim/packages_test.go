package cloudsim

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackages(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) { a.Packages = []Package{{Amount: 1000, Used: 1}, {Amount: 5}} })
	app := e.cloud.account.Apps[0].SDKAppID
	ask := func(limit, begin, end string) string {
		return e.ask(SmsPackagesStatistics, `{"SmsSdkAppId": "`+app+`", "Limit": `+limit+
			`, "Offset": 0, "BeginTime": "`+begin+`", "EndTime": "`+end+`"}`)
	}
	all := ask("500", "2024010100", "2025010200")
	assert.Contains(t, all, `{"CurrentUsage":1,"PackageAmount":1000,`)
	assert.Contains(t, all, `"PackageId":2`)
	assert.NotContains(t, ask("1", "2024010100", "2025010200"), `"PackageId":2`)
	assert.Contains(t, ask("500", "2025010300", "2025010400"), `"SmsPackagesStatisticsSet":[]`)
	assert.Contains(t, ask("501", "2024010100", "2025010200"), "LimitVerifyFail")
	assert.Contains(t, ask("500", "2024", "2025010200"), "BeginTimeVerifyFail")
	assert.Contains(t, ask("500", "2024010100", "2999010100"), "EndTimeVerifyFail")
}
