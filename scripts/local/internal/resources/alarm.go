package resources

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"scf-sms/scripts/local/internal/operator"
)

// Alarm is an alarm policy of CLS, with what setup makes of one
// (https://cloud.tencent.com/document/product/614/56466).
type Alarm struct {
	AlarmId      string `json:",omitempty"`
	Name         string `json:",omitempty"`
	AlarmTargets []AlarmTarget
	MonitorTime  MonitorTime
	Condition    string
	AlarmLevel   int // 0 warning, 1 information, 2 critical
	TriggerCount int
	AlarmPeriod  int // minutes until it tells again
	Status       bool

	AlarmNoticeIds  []string         `json:",omitempty"`
	Classifications []Classification `json:",omitempty"`
	MonitorNotice   json.RawMessage  `json:",omitempty"` // people are told in another way
}

// AlarmTarget is a query that an alarm runs.
type AlarmTarget struct {
	TopicId, LogsetId, Query       string
	Number                         int
	StartTimeOffset, EndTimeOffset int // minutes, up to 0
	SyntaxRule                     int // 1: CQL
}

// MonitorTime is when an alarm runs its query.
type MonitorTime struct {
	Type           string
	Time           int    `json:",omitempty"` // minutes
	CronExpression string `json:",omitempty"`
}

// Classification is a mark on an alarm.
type Classification struct{ Key, Value string }

// Ours reports whether setup made the alarm, and may change it.
func (a *Alarm) Ours() bool {
	return slices.ContainsFunc(a.Classifications, func(c Classification) bool {
		return strings.HasPrefix(c.Value, Mark)
	})
}

// Silent reports whether nobody is told.
func (a *Alarm) Silent() bool {
	return len(a.AlarmNoticeIds) == 0 && (len(a.MonitorNotice) == 0 ||
		string(a.MonitorNotice) == "null")
}

// Difference is one thing that an alarm has otherwise than another one.
type Difference struct{ What, From, To string }

// Differences are what the alarm has otherwise than it should; blanks and line breaks don't count.
// Whom it tells is left out.
func (a *Alarm) Differences(want *Alarm) (all []Difference) {
	add := func(what, from, to string) {
		if !slices.Equal(strings.Fields(from), strings.Fields(to)) {
			all = append(all, Difference{what, from, to})
		}
	}
	number := func(what string, from, to int) { add(what, strconv.Itoa(from), strconv.Itoa(to)) }
	number("AlarmTargets", len(a.AlarmTargets), len(want.AlarmTargets))
	for i := range min(len(a.AlarmTargets), len(want.AlarmTargets)) {
		is, to := a.AlarmTargets[i], want.AlarmTargets[i]
		add("TopicId", is.TopicId, to.TopicId)
		add("Query", is.Query, to.Query)
		number("StartTimeOffset", is.StartTimeOffset, to.StartTimeOffset)
		number("EndTimeOffset", is.EndTimeOffset, to.EndTimeOffset)
		number("SyntaxRule", is.SyntaxRule, to.SyntaxRule)
	}
	add("MonitorTime", a.MonitorTime.String(), want.MonitorTime.String())
	add("Condition", a.Condition, want.Condition)
	number("AlarmLevel", a.AlarmLevel, want.AlarmLevel)
	number("TriggerCount", a.TriggerCount, want.TriggerCount)
	number("AlarmPeriod", a.AlarmPeriod, want.AlarmPeriod)
	add("Status", strconv.FormatBool(a.Status), strconv.FormatBool(want.Status))
	return all
}

func (m MonitorTime) String() string {
	if m.Type == "Cron" {
		return m.Type + " " + m.CronExpression
	}
	return m.Type + " " + strconv.Itoa(m.Time)
}

// Alarms lists all alarms of the region.
func (c Cloud) Alarms(ctx context.Context) ([]Alarm, *operator.Failure) {
	return list[Alarm](ctx, c, "DescribeAlarms", "Alarms", map[string]any{})
}

// CreateAlarm makes an alarm, with setup's mark.
func (c Cloud) CreateAlarm(ctx context.Context, a Alarm) *operator.Failure {
	a.Classifications = []Classification{{"made_by", Mark + "setup"}}
	return c.Call(ctx, operator.CLS, "CreateAlarm", fieldsOf(a), nil)
}

// ModifyAlarm changes the alarm of a.AlarmId, which keeps its name. Without AlarmNoticeIds it tells
// whom it told.
func (c Cloud) ModifyAlarm(ctx context.Context, a Alarm) *operator.Failure {
	a.Name, a.Classifications = "", nil
	return c.Call(ctx, operator.CLS, "ModifyAlarm", fieldsOf(a), nil)
}

// Notice is a notice group of CLS: whom alarms tell, and how.
type Notice struct {
	AlarmNoticeId, Name string
	NoticeReceivers     []Receiver
	NoticeRules         []struct{ NoticeReceivers []Receiver } // of one in advanced mode
}

// Receiver is one whom a notice group tells.
type Receiver struct {
	ReceiverType       string // Uin or Group
	ReceiverIds        []uint64
	ReceiverChannels   []string
	StartTime, EndTime string
}

// Tells reports whether a notice group tells a user.
func (n *Notice) Tells(uid uint64) bool {
	all := n.NoticeReceivers
	for _, rule := range n.NoticeRules {
		all = append(all, rule.NoticeReceivers...)
	}
	return slices.ContainsFunc(all, func(r Receiver) bool {
		return r.ReceiverType == "Uin" && slices.Contains(r.ReceiverIds, uid)
	})
}

// Notices lists all notice groups.
func (c Cloud) Notices(ctx context.Context) ([]Notice, *operator.Failure) {
	return list[Notice](ctx, c, "DescribeAlarmNotices", "AlarmNotices", map[string]any{})
}

// Channels are the ways in which a user can be told.
func (u *User) Channels() (all []string) {
	if u.Email != "" {
		all = append(all, "Email")
	}
	if u.PhoneNum != "" {
		all = append(all, "Sms")
	}
	return all
}

// CreateNotice makes a notice group that tells a user, at any time, when an alarm begins and ends.
func (c Cloud) CreateNotice(ctx context.Context, name string, u *User) *operator.Failure {
	return c.Call(ctx, operator.CLS, "CreateAlarmNotice", map[string]any{
		"Name": name, "Type": "All", "NoticeReceivers": []Receiver{{"Uin", []uint64{u.Uid},
			u.Channels(), "00:00:00", "23:59:59"}},
	}, nil)
}
