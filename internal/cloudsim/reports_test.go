package cloudsim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

// pull asks for the reports of a number since noon and returns their states.
func (w *world) pull(number string) []string {
	w.t.Helper()
	key := w.key
	defer func() { w.key = key }()
	body := fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 10, "PhoneNumber": %q, "SmsSdkAppId": "1400006666"}`, noon.Unix(), number)
	var response sms.PullSmsSendStatusByPhoneNumberResponse
	require.NoError(w.t, response.FromJsonString(w.ask(PullSmsSendStatusByPhoneNumber, body)))
	states := []string{}
	for _, s := range response.Response.PullSmsSendStatusSet {
		states = append(states, *s.ReportStatus+" "+*s.Description)
	}
	return states
}

func TestADeliveryIsReportedAfterAWhile(t *testing.T) {
	w := newWorld(t)
	require.Equal(t, "Ok", w.sendOne(message()))
	require.Equal(t, "Ok", w.sendOne(message(to("+8613800138001"))))
	assert.Empty(t, w.pull("+8613800138000"))

	w.clock.add(2 * time.Second)
	body := fmt.Sprintf(`{"BeginTime": %d, "EndTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`,
		noon.Unix(), noon.Unix())
	assert.JSONEq(t, fmt.Sprintf(`{"Response": {"PullSmsSendStatusSet": [{"UserReceiveTime": %d, "CountryCode": "86",
		"SubscriberNumber": "13800138000", "PhoneNumber": "+8613800138000", "SerialNo": "5000:1045710669157053657800000001",
		"ReportStatus": "SUCCESS", "Description": "DELIVRD", "SessionContext": "ctx"}],
		"RequestId": "a0aabda6-cf91-4f3e-a81f-000000000004"}}`, noon.Unix()+2), w.ask(PullSmsSendStatusByPhoneNumber, body))
	assert.Equal(t, []string{"SUCCESS DELIVRD"}, w.pull("+8613800138000"), "a report can be pulled again")
	assert.Empty(t, w.pull("+8613800138002"))
}

func TestReportsOfANumbersOwn(t *testing.T) {
	w := newWorld(t)
	w.cloud.Update(func(a *Account) {
		a.Reports = map[string]Report{
			"+8613800138001": {Failed: true},
			"+8613800138002": {Failed: true, Description: "MK:0012", Delay: 10 * time.Second},
			"+8613800138003": {Delay: -1},
		}
	})
	require.Equal(t, "Ok", w.sendOne(message(to("+8613800138001"))))
	require.Equal(t, "Ok", w.sendOne(message(to("+8613800138002"))))
	require.Equal(t, "Ok", w.sendOne(message(to("+8613800138003"))))
	w.clock.add(2 * time.Second)
	assert.Equal(t, []string{"FAIL UNDELIV"}, w.pull("+8613800138001"))
	assert.Empty(t, w.pull("+8613800138002"))
	w.clock.add(time.Hour)
	assert.Equal(t, []string{"FAIL MK:0012"}, w.pull("+8613800138002"))
	assert.Empty(t, w.pull("+8613800138003"))
}

func TestReportsRefuse(t *testing.T) {
	at := noon.Unix()
	for name, test := range map[string]struct{ body, want string }{
		"another's app":       {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1"}`, at), "UnauthorizedOperation.SmsSdkAppIdVerifyFail"},
		"a disabled app":      {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400007777"}`, at), "UnauthorizedOperation.SdkAppIdIsDisabled"},
		"a number without +":  {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "13800138000", "SmsSdkAppId": "1400006666"}`, at), "InvalidParameterValue.IncorrectPhoneNumber"},
		"more than a hundred": {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 101, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`, at), "InvalidParameterValue.LimitVerifyFail"},
		"an offset":           {fmt.Sprintf(`{"BeginTime": %d, "Offset": 1, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`, at), "InvalidParameterValue.OffsetVerifyFail"},
		"long ago":            {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`, at-8*24*3600), "InvalidParameterValue.BeginTimeVerifyFail"},
		"an end before":       {fmt.Sprintf(`{"BeginTime": %d, "EndTime": %d, "Offset": 0, "Limit": 1, "PhoneNumber": "+8613800138000", "SmsSdkAppId": "1400006666"}`, at, at-1), "InvalidParameterValue.EndTimeVerifyFail"},
		"no number":           {fmt.Sprintf(`{"BeginTime": %d, "Offset": 0, "Limit": 1, "SmsSdkAppId": "1400006666"}`, at), "MissingParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want+": ", newWorld(t).ask(PullSmsSendStatusByPhoneNumber, test.body)[:len(test.want)+2])
		})
	}
}

func TestReportsInAFile(t *testing.T) {
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
		Templates:  []Template{{ID: "1", Text: "{1}", Everywhere: true, Review: Review{Status: StatusWaiting}}},
		Reports:    map[string]Report{"+8613800138001": {Failed: true, Description: "MK:0012", Delay: 5 * time.Second}},
	}, account)
	again, err := load(t, toJSON(t, account))
	require.NoError(t, err)
	assert.Equal(t, account, again)

	for text, want := range map[string]string{
		`{"signs": [{"name": "s", "status": 3}]}`:                                  "signs[0]: status 3 is none of -1, 1, 2, or it is approved",
		`{"templates": [{"id": "1", "text": "t", "approved": true, "status": 1}]}`: "templates[0]: status 1 is none of -1, 1, 2, or it is approved",
		`{"reports": {"13800138000": {}}}`:                                         `reports: "13800138000" is not +, calling code and number`,
		`{"reports": {"+8613800138000": {"kind": "refuse"}}}`:                      "unknown field",
		`{"reports": {"+8613800138000": {"delay": "soon"}}}`:                       "invalid duration",
	} {
		_, err := load(t, text)
		assert.ErrorContains(t, err, want)
	}
}

func TestCallingCodes(t *testing.T) {
	for number, want := range map[string]string{
		"+12025550123": "1", "+79161234567": "7", "+8613800138000": "86", "+447700900123": "44", "+85251234567": "852", "+971501234567": "971",
	} {
		assert.Equal(t, want, callingCode(number))
	}
}
