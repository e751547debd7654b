package resources

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
)

// Taken reports whether CLS refused to make something because there is one of its name, or of its
// kind. Each kind has its own code.
func Taken(f *operator.Failure) bool {
	return f.Is("InvalidParameter.LogsetConflict", "FailedOperation.LogsetConflict",
		"InvalidParameter.TopicConflict", "InvalidParameter.IndexConflict",
		"InvalidParameter.AlarmConflict", "InvalidParameter.AlarmNoticeConflict")
}

// LogsBusy reports whether CLS refused a call because it is still at work on the one before, or
// doesn't know yet what was made by it.
func LogsBusy(f *operator.Failure) bool {
	return f.Absent() || f.Is("FailedOperation.TopicCreating", "LimitExceeded.IndexOperating",
		"OperationDenied.AccountNotExists")
}

// LogsOpen reports whether somebody has opened CLS for the account.
func (c Cloud) LogsOpen(ctx context.Context) (bool, *operator.Failure) {
	answer := struct{ Status int }{-1}
	f := c.Call(ctx, operator.CLS, "GetClsService", nil, &answer)
	return answer.Status == 0, f
}

// OpenLogs opens CLS, in all regions. It may be opened twice.
func (c Cloud) OpenLogs(ctx context.Context) *operator.Failure {
	return c.Call(ctx, operator.CLS, "OpenClsService", nil, nil)
}

// list reads a whole list of CLS. name is what the answer calls it.
func list[T any](
	ctx context.Context, c Cloud, action, name string, params map[string]any,
) (all []T, f *operator.Failure) {
	const size = 100
	params = maps.Clone(params)
	for {
		params["Offset"], params["Limit"] = len(all), size
		var answer map[string]json.RawMessage
		if f = c.Call(ctx, operator.CLS, action, params, &answer); f != nil {
			return nil, f
		}
		var page []T
		if json.Unmarshal(answer[name], &page) != nil {
			return nil, &operator.Failure{Error: tencent.Error{Reason: "unreadable answer"},
				Operation: operator.CLS.Name + ":" + action}
		}
		all = append(all, page...)
		if len(page) < size {
			return all, nil
		}
	}
}

// having is the filter of a list of CLS. Names match in part, so whoever asks compares them again.
func having(key, value string) map[string]any {
	return map[string]any{"Filters": []any{map[string]any{"Key": key, "Values": []string{value}}}}
}

// Logset returns the id of a logset by its name, "" if there is none.
func (c Cloud) Logset(ctx context.Context, name string) (string, *operator.Failure) {
	type logset struct{ LogsetId, LogsetName string }
	all, f := list[logset](ctx, c, "DescribeLogsets", "Logsets", having("logsetName", name))
	for _, s := range all {
		if s.LogsetName == name {
			return s.LogsetId, nil
		}
	}
	return "", f
}

// CreateLogset makes a logset, which is a folder of topics.
func (c Cloud) CreateLogset(ctx context.Context, name string) (string, *operator.Failure) {
	var answer struct{ LogsetId string }
	f := c.Call(ctx, operator.CLS, "CreateLogset", map[string]any{"LogsetName": name}, &answer)
	return answer.LogsetId, f
}

// Topic is where CLS keeps log lines.
type Topic struct {
	TopicId, TopicName, LogsetId string
	Describes                    string
	AssumerName                  string // the service of Tencent's that made it; "" for people's own
}

// Ours reports whether setup made the topic.
func (t *Topic) Ours() bool { return strings.HasPrefix(t.Describes, Mark) }

// OfService reports whether a service of Tencent's made the topic, as SCF does for a function that
// has none. SCF's are known by their names, too.
func (t *Topic) OfService() bool {
	return t.AssumerName != "" || strings.HasPrefix(t.TopicName, "SCF_")
}

// Topic returns a topic by its id, nil if there is none.
func (c Cloud) Topic(ctx context.Context, id string) (*Topic, *operator.Failure) {
	return c.topic(ctx, having("topicId", id), func(t Topic) bool { return t.TopicId == id })
}

// TopicNamed returns the topic of a name in a logset, nil if there is none.
func (c Cloud) TopicNamed(
	ctx context.Context, logset, name string,
) (*Topic, *operator.Failure) {
	return c.topic(ctx, having("logsetId", logset), func(t Topic) bool {
		return t.LogsetId == logset && t.TopicName == name
	})
}

func (c Cloud) topic(
	ctx context.Context, filter map[string]any, is func(Topic) bool,
) (*Topic, *operator.Failure) {
	all, f := list[Topic](ctx, c, "DescribeTopics", "Topics", filter)
	if f.Absent() {
		return nil, nil
	}
	for _, t := range all {
		if is(t) {
			return &t, nil
		}
	}
	return nil, f
}

// CreateTopic makes a topic that keeps lines for some days.
func (c Cloud) CreateTopic(
	ctx context.Context, logset, name string, days int,
) (string, *operator.Failure) {
	var answer struct{ TopicId string }
	f := c.Call(ctx, operator.CLS, "CreateTopic", map[string]any{
		"LogsetId": logset, "TopicName": name, "PartitionCount": 1, "StorageType": "hot",
		"Period": days, "Describes": Mark + " log lines of " + name + ", made by setup",
	}, &answer)
	return answer.TopicId, f
}
