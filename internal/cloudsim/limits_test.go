package cloudsim

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
)

const (
	thirtySeconds = "LimitExceeded.PhoneNumberThirtySecondLimit"
	oneHour       = "LimitExceeded.PhoneNumberOneHourLimit"
	oneDay        = "LimitExceeded.PhoneNumberDailyLimit"
)

// step is a send some time after the one before.
type step struct {
	after   time.Duration
	message *sms.SendSmsRequest
	want    string
}

// code is a message with another content each time.
func code(n int) *sms.SendSmsRequest {
	return message(template("110", fmt.Sprintf("%06d", n),
		"10"))
}

// codes are n sends of different codes that come to the same outcome.
func codes(n, first int, want string) []step {
	var steps []step
	for i := range n {
		steps = append(steps, step{0, code(first + i), want})
	}
	return steps
}

func join(parts ...[]step) []step {
	var all []step
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

func TestLimits(t *testing.T) {
	t.Parallel()
	const second, hour = time.Second, time.Hour
	limits := func(l Limits) func(*Account) { return func(a *Account) { a.Limits = l } }
	other := to("+8613800138001")
	tests := []struct {
		name    string
		account func(*Account)
		steps   []step
	}{
		{"the same code again within 30 seconds", nil, []step{
			{0, code(1), "Ok"}, {29 * second, code(1), thirtySeconds}, {second, code(1), "Ok"}}},
		{"a refused message does not prolong the 30 seconds", nil, []step{
			{0, code(1), "Ok"}, {20 * second, code(1), thirtySeconds},
			{10 * second, code(1), "Ok"}}},
		{"another code within 30 seconds", nil, []step{
			{0, code(1), "Ok"}, {0, code(2), "Ok"}}},
		{"the same code to another number", nil, []step{
			{0, code(1), "Ok"}, {0, message(template("110", "000001", "10"), other), "Ok"}}},
		{"the same number in another spelling", nil, []step{
			{0, code(1), "Ok"}, {0, message(template("110", "000001", "10"), to("13800138000")),
				thirtySeconds}}},
		{"two of the same are allowed by the account", limits(Limits{ThirtySeconds: 2}), []step{
			{0, code(1), "Ok"}, {0, code(1), "Ok"}, {0, code(1), thirtySeconds}}},
		{"the account has no limit on the same code", limits(Limits{ThirtySeconds: -1}), []step{
			{0, code(1), "Ok"}, {0, code(1), "Ok"}}},
		{"the account has an hourly limit", limits(Limits{PerHour: 2}), []step{
			{0, code(1), "Ok"}, {hour / 2, code(2), "Ok"}, {hour/2 - second, code(3), oneHour},
			{second, code(3), "Ok"}, {0, code(4), oneHour}}},
		{"ten a day, the day ending at midnight in Shanghai", nil, join(
			codes(10, 0, "Ok"), []step{{0, code(10), oneDay}, {12*hour - second, code(10), oneDay},
				{second, code(10), "Ok"}})},
		{"another number has a day of its own", nil, join(
			codes(10, 0, "Ok"), []step{{0, code(10), oneDay}, {0, message(other), "Ok"}})},
		{"the account has no daily limit", limits(Limits{PerDay: -1}), codes(11, 0, "Ok")},
		{"two a day", limits(Limits{PerDay: 2}), join(codes(2, 0, "Ok"), codes(1, 2, oneDay))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			if tt.account != nil {
				e.cloud.Update(tt.account)
			}
			for i, s := range tt.steps {
				e.clock.add(s.after)
				require.Equal(t, s.want, e.sendOne(s.message), "step %d", i)
			}
		})
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.cloud.Update(func(a *Account) { a.Limits.PerDay, a.Keys[0].Allow = 1, []string{"*"} })
	e.cloud.Script(GetSecretValue, Fault{Kind: Error})
	require.Equal(t, "Ok", e.sendOne(code(1)))
	require.Equal(t, oneDay, e.sendOne(code(2)))
	require.Equal(t, 2, e.cloud.Count(SendSms))

	e.cloud.Reset()
	assert.Empty(t, e.cloud.Outbox())
	assert.Empty(t, e.cloud.Requests())
	assert.Zero(t, e.cloud.Count(SendSms))
	_, err := e.read("sms-key", "SSM_Current")
	assert.NoError(t, err, "the scripted fault is gone, the permission is not")
	assert.Equal(t, "Ok", e.sendOne(code(1)))
	assert.Equal(t, "5000:1045710669157053657800000001", e.cloud.Outbox()[0].SerialNo)
	assert.Equal(t, "a0aabda6-cf91-4f3e-a81f-000000000002", e.cloud.Outbox()[0].RequestID)
}
