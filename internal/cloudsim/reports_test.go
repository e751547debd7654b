package cloudsim

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// pull asks for the reports of a number since noon and returns their states.
func (e *env) pull(number string) []string {
	e.t.Helper()
	key := e.key
	defer func() { e.key = key }()
	body := fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 10, "PhoneNumber": %q,
		"SmsSdkAppId": "1400006666"}`, noon.Unix(), number)
	var response sms.PullSmsSendStatusByPhoneNumberResponse
	require.NoError(e.t, response.FromJsonString(e.ask(PullSmsSendStatusByPhoneNumber, body)))
	states := []string{}
	for _, s := range response.Response.PullSmsSendStatusSet {
		states = append(states, *s.ReportStatus+" "+*s.Description)
	}
	return states
}

func TestReports_delivery(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	require.Equal(t, "Ok", e.sendOne(message()))
	require.Equal(t, "Ok", e.sendOne(message(to("+8613800138001"))))
	assert.Empty(t, e.pull("+8613800138000"))

	e.clock.add(2 * time.Second)
	body := fmt.Sprintf(`{"BeginTime": %d, "EndTime": %d, "Offset": 0, "Limit": 1,
		"PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`,
		noon.Unix(), noon.Unix())
	assert.JSONEq(t, fmt.Sprintf(`{"Response": {"PullSmsSendStatusSet": [{"UserReceiveTime": %d,
		"CountryCode": "",
		"SubscriberNumber": "", "PhoneNumber": "+8613800138000",
		"SerialNo": "5000:1045710669157053657800000001",
		"ReportStatus": "SUCCESS", "Description": "DELIVRD", "SessionContext": "ctx"}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000004"}}`, noon.Unix()+2),
		e.ask(PullSmsSendStatusByPhoneNumber, body))
	assert.Equal(t, []string{"SUCCESS DELIVRD"}, e.pull("+8613800138000"),
		"a report can be pulled again")
	assert.Empty(t, e.pull("+8613800138002"))
}

func TestReports_ofNumber(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Reports = map[string]Report{
			"+8613800138001": {Failed: true},
			"+8613800138002": {Failed: true, Description: "MK:0012", Delay: 10 * time.Second},
			"+8613800138003": {Delay: -1},
		}
	})
	require.Equal(t, "Ok", e.sendOne(message(to("+8613800138001"))))
	require.Equal(t, "Ok", e.sendOne(message(to("+8613800138002"))))
	require.Equal(t, "Ok", e.sendOne(message(to("+8613800138003"))))
	e.clock.add(2 * time.Second)
	assert.Equal(t, []string{"FAIL UNDELIV"}, e.pull("+8613800138001"))
	assert.Empty(t, e.pull("+8613800138002"))
	e.clock.add(time.Hour)
	assert.Equal(t, []string{"FAIL MK:0012"}, e.pull("+8613800138002"))
	assert.Empty(t, e.pull("+8613800138003"))
}

func TestReports_refuse(t *testing.T) {
	t.Parallel()
	const lastWeek = 8 * 24 * time.Hour
	for _, tt := range []struct {
		name    string
		changes map[string]any // to a request in order; nil leaves the parameter out
		want    string
	}{
		{"another's app", map[string]any{"SmsSdkAppId": "1"},
			"UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		{"a disabled app", map[string]any{"SmsSdkAppId": "1400007777"},
			"UnauthorizedOperation.SdkAppIdIsDisabled"},
		{"a number without +", map[string]any{"PhoneNumber": "13800138000"},
			"InvalidParameterValue.IncorrectPhoneNumber"},
		{"more than a hundred", map[string]any{"Limit": 101},
			"InvalidParameterValue.LimitVerifyFail"},
		{"an offset", map[string]any{"Offset": 1},
			"InvalidParameterValue.OffsetVerifyFail"},
		{"long ago", map[string]any{"BeginTime": noon.Add(-lastWeek).Unix()},
			"InvalidParameterValue.BeginTimeVerifyFail"},
		{"an end before", map[string]any{"EndTime": noon.Unix() - 1},
			"InvalidParameterValue.EndTimeVerifyFail"},
		{"no number", map[string]any{"PhoneNumber": nil}, "MissingParameter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{
				"BeginTime": noon.Unix(), "Offset": 0, "Limit": 1,
				"PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666",
			}
			maps.Copy(body, tt.changes)
			got := newEnv(t).ask(PullSmsSendStatusByPhoneNumber, toJSON(t, body))
			code, _, _ := strings.Cut(got, ": ")
			assert.Equal(t, tt.want, code)
		})
	}
}

func TestLoadAccount_reports(t *testing.T) {
	t.Parallel()
	account, err := load(t, `{
		"individual": true,
		"keys": [{"secretId": "a", "secretKey": "b", "subAccount": true}],
		"signs": [{"name": "s", "id": 5, "status": -1, "reply": "no"}],
		"templates": [{"id": "1", "text": "{1}", "everywhere": true, "status": 2}],
		"reports": {"+8613800138001": {"failed": true, "description": "MK:0012", "delay": "5s"}}
	}`)
	require.NoError(t, err)
	assert.Equal(t, Account{
		Individual: true,
		Keys:       []Key{{SecretID: "a", SecretKey: "b", SubAccount: true}},
		Signs:      []Sign{{Name: "s", ID: 5, Review: Review{Status: StatusRejected, Reply: "no"}}},
		Templates: []Template{{ID: "1", Text: "{1}", Everywhere: true,
			Review: Review{Status: StatusWaiting}}},
		Reports: map[string]Report{"+8613800138001": {Failed: true, Description: "MK:0012",
			Delay: 5 * time.Second}},
	}, account)

	for text, want := range map[string]string{
		`{"reports": {"13800138000": {}}}`:                    `"13800138000" is not +`,
		`{"reports": {"+8613800138000": {"kind": "refuse"}}}`: "unknown field",
		`{"reports": {"+8613800138000": {"delay": "soon"}}}`:  "invalid duration",
	} {
		_, err := load(t, text)
		assert.ErrorContains(t, err, want)
	}
}
