package cloudsim

import (
	"encoding/json"
	"maps"
	"slices"
)

// alarmFields are those of an alarm. One that is made must have some that a change may leave out.
func alarmFields(made bool) []field {
	must := func(f field) field { f.required = made; return f }
	return []field{
		must(text("Name")), must(integer("TriggerCount")), must(integer("AlarmPeriod")),
		must(object("AlarmTargets", text("TopicId").must(), text("Query").must(),
			integer("Number").must(), integer("StartTimeOffset").must(),
			integer("EndTimeOffset").must(), text("LogsetId").must(), number("SyntaxRule")).many()),
		must(object("MonitorTime", text("Type").must(), integer("Time"), text("CronExpression"))),
		text("Condition"), number("AlarmLevel"),
		object("MultiConditions", text("Condition"), number("AlarmLevel")).many(),
		boolean("Status"), text("MessageTemplate"), text("AlarmNoticeIds").many(),
		object("Classifications", text("Key"), text("Value")).many(),
	}
}

func (c *Cloud) noticesLocked(q *call) (any, *apiError) {
	all := []any{}
	for _, n := range c.account.Logs.Notices {
		if !q.params.passes(map[string]string{"name": n.Name, "alarmNoticeId": n.ID}, false) {
			continue
		}
		shown := map[string]any{"NoticeReceivers": []any{}, "WebCallbacks": []any{}, "Tags": []any{},
			"NoticeRules": []any{}, "Type": "", "JumpDomain": "https://console.cloud.tencent.com",
			"DeliverStatus": 1, "DeliverFlag": 1, "AlarmShieldStatus": 2,
			"AlarmNoticeDeliverConfig": nil, "AlarmShieldCount": nil, "CallbackPrioritize": true}
		maps.Copy(shown, n.Sent)
		maps.Copy(shown, map[string]any{"Name": n.Name, "AlarmNoticeId": n.ID})
		all = append(all, shown)
	}
	return map[string]any{"TotalCount": len(all), "AlarmNotices": part(q.params, all),
		"RequestId": q.id()}, nil
}

func (c *Cloud) createNoticeLocked(q *call) (any, *apiError) {
	name := q.params.get("Name")
	l := &c.account.Logs
	switch {
	case !isLogName(name) || len(q.params["NoticeReceivers"]) == 0:
		return nil, refuse("InvalidParameter")
	case slices.ContainsFunc(l.Notices, func(n Notice) bool { return n.Name == name }):
		return nil, refuse("InvalidParameter.AlarmNoticeConflict")
	}
	n := Notice{ID: "notice-" + c.logIDLocked(), Name: name}
	json.Unmarshal(q.body, &n.Sent)
	l.Notices = append(l.Notices, n)
	return map[string]any{"AlarmNoticeId": n.ID, "RequestId": q.id()}, nil
}

// alarm is what is checked of an alarm.
type alarm struct {
	Name         string
	AlarmTargets []struct {
		TopicId, LogsetId, Query               string
		Number, StartTimeOffset, EndTimeOffset int
	}
	MonitorTime struct {
		Type string
		Time int
	}
	Condition                 string
	MultiConditions           []any
	TriggerCount, AlarmPeriod int
	AlarmNoticeIds            []string
}

func within(n, least, most int) bool { return least <= n && n <= most }

// checkAlarmLocked says what is wrong with an alarm. id is that of the alarm itself.
func (c *Cloud) checkAlarmLocked(q *call, id string, sent map[string]any) *apiError {
	var a alarm
	json.Unmarshal(encode(sent), &a)
	l := &c.account.Logs
	if !isLogName(a.Name) || len(a.AlarmTargets) == 0 || !within(a.TriggerCount, 1, 2000) ||
		!within(a.AlarmPeriod, 0, 1440) || (a.Condition == "") == (len(a.MultiConditions) == 0) ||
		a.MonitorTime.Type != "Cron" && !within(a.MonitorTime.Time, 1, 1440) {
		return refuse("InvalidParameter")
	}
	for _, other := range l.Alarms {
		if other.Sent["Name"] == a.Name && other.ID != id {
			return refuse("InvalidParameter.AlarmConflict")
		}
	}
	for _, target := range a.AlarmTargets {
		t, err := c.topicLocked(q, target.TopicId)
		switch {
		case err != nil:
			return err
		case t.Set != target.LogsetId || target.Number < 1 ||
			!within(target.StartTimeOffset, -1440, target.EndTimeOffset-1) ||
			target.EndTimeOffset > 0:
			return refuse("InvalidParameter")
		}
	}
	for _, notice := range a.AlarmNoticeIds {
		if !slices.ContainsFunc(l.Notices, func(n Notice) bool { return n.ID == notice }) {
			return refuse("ResourceNotFound.AlarmNoticeNotExist")
		}
	}
	return nil
}

func (c *Cloud) createAlarmLocked(q *call) (any, *apiError) {
	var a Alarm
	json.Unmarshal(q.body, &a.Sent)
	if err := c.checkAlarmLocked(q, "", a.Sent); err != nil {
		return nil, err
	}
	a.ID = "alarm-" + c.logIDLocked()
	c.account.Logs.Alarms = append(c.account.Logs.Alarms, a)
	return map[string]any{"AlarmId": a.ID, "RequestId": q.id()}, nil
}

// modifyAlarmLocked changes what the request has. Of Condition and MultiConditions an alarm has
// one: that a change to the one ends the other is assumed.
func (c *Cloud) modifyAlarmLocked(q *call) (any, *apiError) {
	l := &c.account.Logs
	i := slices.IndexFunc(l.Alarms, func(a Alarm) bool { return a.ID == q.params.get("AlarmId") })
	if i < 0 {
		return nil, refuse("ResourceNotFound.AlarmNotExist")
	}
	var change map[string]any
	json.Unmarshal(q.body, &change)
	delete(change, "AlarmId")
	if len(change) == 0 {
		return nil, refuse("InvalidParameter")
	}
	changed := maps.Clone(l.Alarms[i].Sent)
	maps.Copy(changed, change)
	if change["Condition"] != nil {
		delete(changed, "MultiConditions")
	}
	if err := c.checkAlarmLocked(q, l.Alarms[i].ID, changed); err != nil {
		return nil, err
	}
	l.Alarms[i].Sent = changed
	return done(q)
}

// alarmsLocked lists alarms, as they were sent and with the names of what they watch.
func (c *Cloud) alarmsLocked(q *call) (any, *apiError) {
	all := []any{}
	for _, a := range c.account.Logs.Alarms {
		shown := map[string]any{"AlarmNoticeIds": []any{}, "MessageTemplate": "", "Tags": []any{},
			"CallBack": nil, "Analysis": []any{}, "GroupTriggerStatus": false, "Condition": "",
			"GroupTriggerCondition": []any{}, "MonitorObjectType": 0, "AlarmLevel": 0,
			"Classifications": []any{}, "MultiConditions": []any{}, "MonitorNotice": nil,
			"Status": true}
		json.Unmarshal(encode(a.Sent), &shown)
		topic := ""
		for _, target := range shown["AlarmTargets"].([]any) {
			target := target.(map[string]any)
			topic, _ = target["TopicId"].(string)
			if t := c.account.Logs.topic(topic); t != nil {
				target["TopicName"] = t.Name
				target["LogsetName"] = c.account.Logs.set(t.Set).Name
			}
			target["BizType"] = 0
		}
		maps.Copy(shown, map[string]any{"AlarmId": a.ID, "CreateTime": day(q.now),
			"UpdateTime": day(q.now)})
		name, _ := a.Sent["Name"].(string)
		if q.params.passes(map[string]string{"name": name, "alarmId": a.ID, "topicId": topic},
			false) {
			all = append(all, shown)
		}
	}
	return map[string]any{"TotalCount": len(all), "Alarms": part(q.params, all),
		"RequestId": q.id()}, nil
}
