package cloudsim

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	setID   = "c15c15c1-0000-4000-8000-000000000101"
	topicID = "c15c15c1-0000-4000-8000-000000000102"
)

func index(fields string) string {
	return fmt.Sprintf(`{"TopicId": %q, "Rule": {"KeyValue": {"CaseSensitive": false, "KeyValues":
		[%s]}}}`, topicID, fields)
}

func indexField(key, kind, tokenizer string) string {
	return fmt.Sprintf(`{"Key": %q, "Value": {"Type": %q, "Tokenizer": %q, "SqlFlag": true}}`,
		key, kind, tokenizer)
}

func TestTopics(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Closed = []string{CLS}
		a.Lags = Lags{Topic: 5 * time.Second, Index: time.Second}
		a.Logs.Topics = []Topic{{ID: "t-scf", Set: "s", Name: "of SCF's", Service: "SCF"}}
	})
	topic := fmt.Sprintf(`{"LogsetId": %q, "TopicName": "one", "Period": 30, "Describes": "mine"}`,
		setID)
	const ofTopic = `{"TopicId": "` + topicID + `"}`
	named := func(key, value string) string {
		return fmt.Sprintf(`{"Filters": [{"Key": %q, "Values": [%q]}]}`, key, value)
	}
	e.run(t, []request{
		{GetClsService, `{}`, `"Status":1`},
		{CreateLogset, `{"LogsetName": "one"}`, "OperationDenied.AccountNotExists"},
		{OpenClsService, `{}`, "RequestId"},
		{GetClsService, `{}`, `"Status":0`},
		{CreateLogset, `{"LogsetName": "a|b"}`, "InvalidParameter"},
		{CreateLogset, `{"LogsetName": "one"}`, setID},
		{CreateLogset, `{"LogsetName": "one"}`, "InvalidParameter.LogsetConflict"},
		{DescribeLogsets, named("logsetName", "on"), setID},
		{DescribeLogsets, named("logsetId", "c15c"), `"TotalCount":0`},

		{CreateTopic, `{"LogsetId": "none", "TopicName": "one"}`, "ResourceNotFound.LogsetNotExist"},
		{CreateTopic, strings.Replace(topic, "30", "4000", 1), "FailedOperation.InvalidPeriod"},
		{CreateTopic, strings.Replace(topic, "30", `"30"`, 1), "InvalidParameter"},
		{CreateTopic, topic, topicID},
		{CreateTopic, topic, "InvalidParameter.TopicConflict"},
		{DescribeTopics, named("topicName", "n"), `"Describes":"mine"`},
		{DescribeTopics, `{"PreciseSearch": 1, "Filters": [{"Key": "topicName", "Values": ["n"]}]}`,
			`"TotalCount":0`},
		{DescribeTopics, named("topicId", "t-scf"), `"AssumerName":"SCF"`},

		{CreateIndex, index(indexField("a", "text", "")), "ResourceNotFound.TopicNotExist"},
		{"wait", "5s", ""},
		{DescribeIndex, ofTopic, "ResourceNotFound.IndexNotExist"},
		{ModifyIndex, index(indexField("a", "text", "")), "ResourceNotFound.IndexNotExist"},
		{CreateIndex, index(indexField("_a", "text", "")), "InvalidParameter"},
		{CreateIndex, index(indexField("a", "long", " ")), "InvalidParameter"},
		{CreateIndex, index(strings.Repeat(indexField("a", "text", "")+",", 300) +
			indexField("b", "text", "")), "LimitExceeded.IndexKeyOverLimit"},
		{CreateIndex, strings.Replace(index(""), topicID, "t-scf", 1), "OperationDenied"},
		{CreateIndex, index(indexField("a", "text", "")), "RequestId"},
		{ModifyIndex, index(indexField("a", "long", "")), "LimitExceeded.IndexOperating"},
		{"wait", "1s", ""},
		{CreateIndex, index(indexField("a", "text", "")), "InvalidParameter.IndexConflict"},
		{DescribeIndex, ofTopic, `"Alias":""`},
		{ModifyIndex, index(indexField("a", "long", "")), "RequestId"},
		{DescribeIndex, ofTopic, `"Type":"long"`},
		{DescribeIndex, ofTopic, `"FullText":null`},
		{CreateIndex, `{"TopicId": "t", "Rules": {}}`, "UnknownParameter"},
	})
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.cloud.Update(func(a *Account) {
		a.Logs = Logs{Sets: []LogSet{{"s", "set"}}, Topics: []Topic{{ID: "t", Set: "s", Name: "topic"}}}
	})
	const notice = "notice-c15c15c1-0000-4000-8000-000000000101"
	const alarmID = "alarm-c15c15c1-0000-4000-8000-000000000102"
	const alarm = `{"Name": "one", "AlarmTargets": [{"TopicId": "t", "LogsetId": "s", "Number": 1,
		"Query": "*", "StartTimeOffset": -5, "EndTimeOffset": 0, "SyntaxRule": 1}],
		"MonitorTime": {"Type": "Period", "Time": 5}, "TriggerCount": 1, "AlarmPeriod": 30,
		"Condition": "$1.n > 0", "AlarmNoticeIds": ["` + notice + `"]}`
	but := func(from, to string) string { return strings.Replace(alarm, from, to, 1) }
	of := func(more string) string { return `{"AlarmId": "` + alarmID + `"` + more + `}` }
	const group = `{"Name": "ops", "Type": "All", "NoticeReceivers": [{"ReceiverType": "Uin",
		"ReceiverIds": [9], "ReceiverChannels": ["Email"], "StartTime": "00:00:00",
		"EndTime": "23:59:59"}]}`
	e.run(t, []request{
		{CreateAlarm, alarm, "ResourceNotFound.AlarmNoticeNotExist"},
		{CreateAlarmNotice, `{"Name": "ops"}`, "InvalidParameter"},
		{CreateAlarmNotice, strings.Replace(group, "[9]", `["9"]`, 1), "InvalidParameter"},
		{CreateAlarmNotice, group, notice},
		{CreateAlarmNotice, group, "InvalidParameter.AlarmNoticeConflict"},
		{DescribeAlarmNotices, `{}`, `"ReceiverIds":[9]`},

		{CreateAlarm, but(`"TopicId": "t"`, `"TopicId": "none"`), "ResourceNotFound.TopicNotExist"},
		{CreateAlarm, but(`"LogsetId": "s"`, `"LogsetId": "none"`), "InvalidParameter"},
		{CreateAlarm, but(`-5`, `5`), "InvalidParameter"},
		{CreateAlarm, but(`"Time": 5`, `"Time": 0`), "InvalidParameter"},
		{CreateAlarm, but(`"TriggerCount": 1,`, ``), "MissingParameter"},
		{CreateAlarm, but(`"AlarmPeriod": 30`, `"AlarmPeriod": 1441`), "InvalidParameter"},
		{CreateAlarm, but(`"Condition": "$1.n > 0",`, ``), "InvalidParameter"},
		{CreateAlarm, alarm, alarmID},
		{CreateAlarm, alarm, "InvalidParameter.AlarmConflict"},
		{CreateAlarm, but(`"one"`, `"two"`), "AlarmId"},

		{DescribeAlarms, `{"Limit": 1, "Offset": 1}`, `"Name":"two"`},
		{DescribeAlarms, `{"Filters": [{"Key": "topicId", "Values": ["t"]}]}`, `"TotalCount":2`},
		{DescribeAlarms, `{}`, `"TopicName":"topic"`},
		{ModifyAlarm, of(""), "InvalidParameter"},
		{ModifyAlarm, `{"AlarmId": "none", "Name": "x"}`, "ResourceNotFound.AlarmNotExist"},
		{ModifyAlarm, of(`, "Name": "two"`), "InvalidParameter.AlarmConflict"},
		{ModifyAlarm, of(`, "MultiConditions": [{"Condition": "$1.n > 1", "AlarmLevel": 1}]`),
			"InvalidParameter"},
		{ModifyAlarm, of(`, "Condition": "$1.n > 9", "Status": false`), "RequestId"},
		{DescribeAlarms, `{"Filters": [{"Key": "name", "Values": ["on"]}]}`, `"$1.n \u003e 9"`},
		{DescribeAlarms, `{}`, `"Status":false`},
	})
}

// A missing permission has two codes.
func TestLogs_unauthorized(t *testing.T) {
	t.Parallel()
	e := rootEnv(t)
	e.cloud.Update(func(a *Account) {
		for i := range a.Keys {
			a.Keys[i].Allow = []string{"scf:*"}
		}
	})
	e.run(t, []request{
		{GetClsService, `{}`, "AuthFailure.UnauthorizedOperation"},
		{DescribeAlarms, `{}`, "UnauthorizedOperation: "},
	})
}

func TestTimers(t *testing.T) {
	t.Parallel()
	e := scfEnv(t)
	timer := func(name, cron string) string {
		return fmt.Sprintf(`{"FunctionName": "f1", "TriggerName": %q, "Type": "timer",
			"Qualifier": "$DEFAULT", "TriggerDesc": %q, "Enable": "OPEN", "CustomArgument": "warm"}`,
			name, cron)
	}
	e.run(t, []request{
		{CreateFunction, `{"FunctionName": "f1", "Runtime": "Go1", "Handler": "main", "Code":
			{"ZipFile": "` + archive(t, "main", 0o755) + `"}}`, "RequestId"},
		{CreateTrigger, timer("a b", "0 */5 * * * * *"), "InvalidParameterValue.TriggerName"},
		{CreateTrigger, timer("a", "*/5 * * * *"), "InvalidParameterValue.TriggerDesc"},
		{CreateTrigger, timer("a", "0 */5 * * * * *"), `"{\"cron\":\"0 */5 * * * * *\"}"`},
		{CreateTrigger, timer("a", "0 */5 * * * * *"), "ResourceInUse.TriggerName"},
		{ListTriggers, `{"FunctionName": "f1"}`, `"CustomArgument":"warm"`},
		{ListTriggers, `{"FunctionName": "f1", "Filters": [{"Name": "Type", "Values": ["http"]}]}`,
			`"TotalCount":0`},
		{UpdateTrigger, timer("b", "0 0 * * * * *"), "ResourceNotFound.Trigger"},
		{UpdateTrigger, timer("a", "0"), "InvalidParameterValue.TriggerDesc"},
		{UpdateTrigger, strings.Replace(timer("a", "0 0 * * * * *"), "$DEFAULT", "1", 1),
			"ResourceNotFound.Trigger"},
		{UpdateTrigger, strings.Replace(timer("a", "0 0 * * * * *"), "OPEN", "CLOSE", 1), "RequestId"},
		{ListTriggers, `{"FunctionName": "f1"}`, `"Enable":0`},
		{ListTriggers, `{"FunctionName": "f1"}`, `\"0 0 * * * * *\"`},
	})
}
