package cloudsim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The actions of CLS. Parameters, answers and codes are those of tencentcloud-sdk-go,
// cls/v20201016, and of Tencent's own examples (tencentcloud-cli, tccli/examples/cls/v20201016).
const (
	GetClsService        = "GetClsService"
	OpenClsService       = "OpenClsService"
	DescribeLogsets      = "DescribeLogsets"
	CreateLogset         = "CreateLogset"
	DescribeTopics       = "DescribeTopics"
	CreateTopic          = "CreateTopic"
	DescribeIndex        = "DescribeIndex"
	CreateIndex          = "CreateIndex"
	ModifyIndex          = "ModifyIndex"
	DescribeAlarmNotices = "DescribeAlarmNotices"
	CreateAlarmNotice    = "CreateAlarmNotice"
	DescribeAlarms       = "DescribeAlarms"
	CreateAlarm          = "CreateAlarm"
	ModifyAlarm          = "ModifyAlarm"
)

// Logs are what an account has in CLS, all in one region.
type Logs struct {
	Sets    []LogSet
	Topics  []Topic
	Notices []Notice
	Alarms  []Alarm
}

// LogSet is a folder of topics.
type LogSet struct{ ID, Name string }

// Topic is where logs are kept.
type Topic struct {
	ID, Set, Name, Description string
	Period                     int    // days
	Service                    string // the service of Tencent's that made it, such as "SCF"
	Index                      *Index
	Made                       time.Time

	busyUntil time.Time // its index is being changed
}

// Index says which fields of a topic can be searched.
type Index struct {
	Status bool
	Rule   map[string]any // as it was sent
}

// Notice is a notice group: whom an alarm tells.
type Notice struct {
	ID, Name string
	Sent     map[string]any
}

// Alarm is an alarm policy, as it was sent.
type Alarm struct {
	ID   string
	Sent map[string]any
}

func (l Logs) clone() Logs {
	l.Sets = slices.Clone(l.Sets)
	l.Topics = slices.Clone(l.Topics)
	l.Notices = slices.Clone(l.Notices)
	l.Alarms = slices.Clone(l.Alarms)
	return l
}

func (l *Logs) set(id string) *LogSet {
	i := slices.IndexFunc(l.Sets, func(s LogSet) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &l.Sets[i]
}

func (l *Logs) topic(id string) *Topic {
	i := slices.IndexFunc(l.Topics, func(t Topic) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &l.Topics[i]
}

// logIDLocked makes an id as CLS has them.
func (c *Cloud) logIDLocked() string {
	return fmt.Sprintf("c15c15c1-0000-4000-8000-%012d", c.nextIDLocked()%1000000000)
}

var logFilters = object("Filters", text("Key"), text("Values").many()).many()

// keyFields are what an index says of fields.
func keyFields() []field {
	return []field{boolean("CaseSensitive").must(), object("KeyValues", text("Key").must(),
		object("Value", text("Type").must(), text("Tokenizer"), boolean("SqlFlag"),
			boolean("ContainZH"), text("Alias")).must()).many()}
}

func indexFields() []field {
	return []field{text("TopicId").must(), boolean("Status"), boolean("IncludeInternalFields"),
		number("MetadataFlag"), text("CoverageField"),
		object("Rule",
			object("FullText", boolean("CaseSensitive"), text("Tokenizer"), boolean("ContainZH")),
			object("KeyValue", keyFields()...), object("Tag", keyFields()...),
			object("DynamicIndex", boolean("Status")))}
}

var logActions = map[string]apiAction{
	GetClsService:  {CLS, clsVersion, nil, (*Cloud).logStatusLocked},
	OpenClsService: {CLS, clsVersion, nil, (*Cloud).openLogsLocked},
	DescribeLogsets: {CLS, clsVersion, []field{logFilters, number("Offset"), number("Limit")},
		(*Cloud).logSetsLocked},
	CreateLogset: {CLS, clsVersion, []field{text("LogsetName").must(), text("LogsetId"),
		object("Tags", text("Key"), text("Value")).many()}, (*Cloud).createLogSetLocked},
	DescribeTopics: {CLS, clsVersion, []field{logFilters, number("Offset"), number("Limit"),
		number("PreciseSearch"), number("BizType")}, (*Cloud).topicsLocked},
	CreateTopic: {CLS, clsVersion, []field{text("LogsetId").must(), text("TopicName").must(),
		number("PartitionCount"), boolean("AutoSplit"), number("MaxSplitPartitions"),
		text("StorageType"), number("Period"), text("Describes"), number("HotPeriod"),
	}, (*Cloud).createTopicLocked},
	DescribeIndex: {CLS, clsVersion, []field{text("TopicId").must()}, (*Cloud).indexLocked},
	CreateIndex:   {CLS, clsVersion, indexFields(), (*Cloud).createIndexLocked},
	ModifyIndex:   {CLS, clsVersion, indexFields(), (*Cloud).modifyIndexLocked},
	DescribeAlarmNotices: {CLS, clsVersion, []field{logFilters, number("Offset"),
		number("Limit"), boolean("HasAlarmShieldCount")}, (*Cloud).noticesLocked},
	CreateAlarmNotice: {CLS, clsVersion, []field{text("Name").must(), text("Type"),
		object("NoticeReceivers", text("ReceiverType").must(), number("ReceiverIds").many().must(),
			text("ReceiverChannels").many().must(), text("NoticeContentId"),
			text("StartTime").must(), text("EndTime").must()).many(),
	}, (*Cloud).createNoticeLocked},
	DescribeAlarms: {CLS, clsVersion, []field{logFilters, number("Offset"), number("Limit")},
		(*Cloud).alarmsLocked},
	CreateAlarm: {CLS, clsVersion, alarmFields(true), (*Cloud).createAlarmLocked},
	ModifyAlarm: {CLS, clsVersion, append(alarmFields(false), text("AlarmId").must()),
		(*Cloud).modifyAlarmLocked},
}

func (c *Cloud) logStatusLocked(q *call) (any, *apiError) {
	status := 0
	if slices.Contains(c.account.Closed, CLS) {
		status = 1
	}
	return map[string]any{"Status": status, "RequestId": q.id()}, nil
}

func (c *Cloud) openLogsLocked(q *call) (any, *apiError) {
	c.account.Closed = slices.DeleteFunc(slices.Clone(c.account.Closed),
		func(service string) bool { return service == CLS })
	return done(q)
}

// passes reports whether something passes the filters of a request. Names match in parts, where the
// request doesn't say otherwise: for logsets, notices and alarms that is assumed.
func (p params) passes(values map[string]string, precise bool) bool {
	for _, filter := range p["Filters"] {
		var f struct {
			Key    string
			Values []string
		}
		json.Unmarshal([]byte(filter), &f)
		if !slices.ContainsFunc(f.Values, func(wanted string) bool {
			value := values[f.Key]
			return value == wanted || !precise && strings.HasSuffix(strings.ToLower(f.Key), "name") &&
				strings.Contains(value, wanted)
		}) {
			return false
		}
	}
	return true
}

// part is the part of a list that a request asks for.
func part[T any](p params, all []T) []T {
	size := p.number("Limit")
	if size == 0 {
		size = 20
	}
	from := min(p.number("Offset"), len(all))
	return all[from:min(from+min(size, 100), len(all))]
}

func (c *Cloud) logSetsLocked(q *call) (any, *apiError) {
	all := []any{}
	for _, s := range c.account.Logs.Sets {
		if q.params.passes(map[string]string{"logsetName": s.Name, "logsetId": s.ID}, false) {
			all = append(all, map[string]any{"LogsetId": s.ID, "LogsetName": s.Name,
				"CreateTime": day(time.Time{}), "AssumerUin": 0, "AssumerName": "", "Tags": []any{},
				"TopicCount": 0, "MetricTopicCount": 0, "RoleName": ""})
		}
	}
	return map[string]any{"TotalCount": len(all), "Logsets": part(q.params, all),
		"RequestId": q.id()}, nil
}

// isLogName reports whether logsets, topics, notices and alarms may have a name.
func isLogName(name string) bool {
	return name != "" && len(name) <= 255 && !strings.Contains(name, "|")
}

func (c *Cloud) createLogSetLocked(q *call) (any, *apiError) {
	name := q.params.get("LogsetName")
	l := &c.account.Logs
	switch {
	case !isLogName(name):
		return nil, refuse("InvalidParameter")
	case slices.ContainsFunc(l.Sets, func(s LogSet) bool { return s.Name == name }):
		return nil, refuse("InvalidParameter.LogsetConflict")
	}
	s := LogSet{ID: c.logIDLocked(), Name: name}
	l.Sets = append(l.Sets, s)
	return map[string]any{"LogsetId": s.ID, "RequestId": q.id()}, nil
}

func (c *Cloud) topicsLocked(q *call) (any, *apiError) {
	all := []any{}
	for _, t := range c.account.Logs.Topics {
		if !q.params.passes(map[string]string{"topicName": t.Name, "topicId": t.ID,
			"logsetId": t.Set}, q.params.number("PreciseSearch")%2 == 1) {
			continue
		}
		all = append(all, map[string]any{
			"LogsetId": t.Set, "TopicId": t.ID, "TopicName": t.Name, "PartitionCount": 1,
			"Index": t.Index != nil, "AssumerName": t.Service, "SubAssumerName": "",
			"AssumerUin": 0, "CreateTime": day(t.Made), "Status": true, "Tags": []any{},
			"RoleName": "", "AutoSplit": true, "MaxSplitPartitions": 50, "StorageType": "hot",
			"Period": t.Period, "Describes": t.Description, "HotPeriod": 0, "BizType": 0,
			"IsWebTracking": false, "Extends": map[string]any{"AnonymousAccess": nil},
			"KeyId": "", "TopicAsyncTaskID": "", "MigrationStatus": 0, "EffectiveDate": "",
		})
	}
	return map[string]any{"TotalCount": len(all), "Topics": part(q.params, all),
		"RequestId": q.id()}, nil
}

func (c *Cloud) createTopicLocked(q *call) (any, *apiError) {
	p, l := q.params, &c.account.Logs
	period := p.number("Period")
	switch {
	case !isLogName(p.get("TopicName")):
		return nil, refuse("InvalidParameter")
	case l.set(p.get("LogsetId")) == nil:
		return nil, refuse("ResourceNotFound.LogsetNotExist")
	case period > 3640:
		return nil, refuse("FailedOperation.InvalidPeriod")
	case slices.ContainsFunc(l.Topics, func(t Topic) bool {
		return t.Name == p.get("TopicName") && t.Set == p.get("LogsetId")
	}):
		return nil, refuse("InvalidParameter.TopicConflict")
	}
	t := Topic{ID: c.logIDLocked(), Set: p.get("LogsetId"), Name: p.get("TopicName"),
		Description: p.get("Describes"), Period: max(period, 1), Made: q.now}
	l.Topics = append(l.Topics, t)
	return map[string]any{"TopicId": t.ID, "RequestId": q.id()}, nil
}

var indexKey = regexp.MustCompile(`^[A-Za-z0-9./@-][\w./@-]*$`)
