package setup

import (
	"context"
	"slices"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// notice is the notice group: whom the alarms tell.
type notice struct {
	id       string // "" until it is made
	name     string
	receiver *resources.User // of one that isn't made yet
}

// lookAlarms plans the index, the notice group and the alarms, after the function whose lines they
// are for.
func (s *setup) lookAlarms(ctx context.Context) {
	if !s.alarms || s.has(blocks) {
		return
	}
	s.lookIndex(ctx)
	var wanted []resources.Alarm
	if err := s.readFile("alarms.json", &wanted); err != nil {
		s.block("alarm", "setup.logs.file", err.Error())
		return
	}
	var all []resources.Alarm
	if !s.logs.closed {
		var f *operator.Failure
		if all, f = s.Alarms(ctx); s.unseen("alarm", f) {
			return
		}
	}
	// Each function has alarms of its own.
	for i := range wanted {
		wanted[i].Name = s.spec.Name + strings.TrimPrefix(wanted[i].Name, "scf-sms")
	}
	n, ok := s.lookNotice(ctx, wanted, all)
	if !ok {
		return
	}
	for _, a := range wanted {
		s.planAlarm(a, named(all, a.Name), n)
	}
}

// named returns the alarm of a name, nil if there is none.
func named(all []resources.Alarm, name string) *resources.Alarm {
	i := slices.IndexFunc(all, func(a resources.Alarm) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// lookNotice plans whom the alarms tell: with -notify the group of the function's name, which tells
// that user; else that group, or the one that the alarms tell already, or the only one of the
// account. It reports whether there is one.
func (s *setup) lookNotice(
	ctx context.Context, wanted, alarms []resources.Alarm,
) (n *notice, ok bool) {
	var groups []resources.Notice
	if !s.logs.closed {
		var f *operator.Failure
		if groups, f = s.Notices(ctx); s.unseen("notice", f) {
			return nil, false
		}
	}
	find := func(is func(resources.Notice) bool) *resources.Notice {
		if i := slices.IndexFunc(groups, is); i >= 0 {
			return &groups[i]
		}
		return nil
	}
	group := find(func(g resources.Notice) bool { return g.Name == s.spec.Name })
	if s.notify != "" {
		return s.planNotice(ctx, group)
	}
	for _, a := range wanted {
		if has := named(alarms, a.Name); group == nil && has != nil {
			group = find(func(g resources.Notice) bool {
				return slices.Contains(has.AlarmNoticeIds, g.AlarmNoticeId)
			})
		}
	}
	if group == nil && len(groups) == 1 {
		group = &groups[0]
	}
	if group == nil {
		s.block("notice", "setup.notice.none", len(groups), s.spec.Name)
		return nil, false
	}
	s.there("notice", "setup.notice.there", term.Plain(group.Name))
	return &notice{id: group.AlarmNoticeId, name: group.Name}, true
}

// planNotice plans the group that tells the user of -notify. One that is there stays as it is.
func (s *setup) planNotice(ctx context.Context, group *resources.Notice) (*notice, bool) {
	user, f := s.User(ctx, s.notify)
	if s.unseen("notice", f) {
		return nil, false
	}
	n := &notice{name: s.spec.Name, receiver: user}
	switch {
	case user == nil:
		s.block("notice", "setup.notice.nobody", s.notify)
		return nil, false
	case len(user.Channels()) == 0:
		s.block("notice", "setup.notice.unreachable", s.notify)
		return nil, false
	case group == nil:
		s.add(makes, "notice", func(ctx context.Context) error { return s.makeNotice(ctx, n) },
			"setup.notice.make", n.name, s.notify, strings.Join(user.Channels(), ", "))
	case !group.Tells(user.Uid):
		n.id = group.AlarmNoticeId
		s.warn("notice", "setup.notice.others", n.name, s.notify)
	default:
		n.id = group.AlarmNoticeId
		s.there("notice", "setup.notice.there", n.name)
	}
	return n, true
}

// makeNotice makes the notice group, where it isn't there yet.
func (s *setup) makeNotice(ctx context.Context, n *notice) error {
	return s.errorOf(s.settle(ctx, s.waitsForCLS(n.name), notYet, func() *operator.Failure {
		id := func() *operator.Failure {
			groups, f := s.Notices(ctx)
			for _, g := range groups {
				if g.Name == n.name {
					n.id = g.AlarmNoticeId
				}
			}
			return f
		}
		if f := id(); f != nil || n.id != "" {
			return f
		}
		if f := s.CreateNotice(ctx, n.name, n.receiver); f != nil {
			return f
		}
		return id()
	}))
}

// planAlarm plans an alarm. One that somebody else made stays as it is.
func (s *setup) planAlarm(want resources.Alarm, has *resources.Alarm, n *notice) {
	name := term.Plain(want.Name)
	do := func(ctx context.Context) error { return s.makeAlarm(ctx, want, n) }
	if has == nil {
		s.add(makes, "alarm", do, "setup.alarm.make", name)
		return
	}
	all := s.alarmDifferences(has, want, n)
	switch {
	case len(all) == 0:
		s.there("alarm", "setup.alarm.there", name)
		return
	case !has.Ours():
		s.block("alarm", "setup.alarm.other", name)
		return
	}
	for _, d := range all {
		s.add(changes, "alarm", do, "setup.alarm.change", name, d.What, quoted(d.From), quoted(d.To))
		do = nil // one call changes all
	}
}

// target is the alarm for the topic that there is by now.
func (s *setup) target(a resources.Alarm) resources.Alarm {
	a.AlarmTargets = slices.Clone(a.AlarmTargets)
	for i := range a.AlarmTargets {
		a.AlarmTargets[i].LogsetId, a.AlarmTargets[i].TopicId = s.spec.Logset, s.spec.Topic
	}
	return a
}

// alarmDifferences are what an alarm has otherwise than it should. Whom it tells is its operator's
// to say, unless it tells nobody or -notify says whom.
func (s *setup) alarmDifferences(
	has *resources.Alarm, want resources.Alarm, n *notice,
) []resources.Difference {
	want = s.target(want)
	all := has.Differences(&want)
	tells := !has.Silent()
	if s.notify != "" {
		tells = n.id != "" && slices.Contains(has.AlarmNoticeIds, n.id)
	}
	if !tells {
		all = append(all, resources.Difference{What: "AlarmNoticeIds",
			From: strings.Join(has.AlarmNoticeIds, ", "), To: n.name})
	}
	return all
}

// makeAlarm makes the alarm, or changes the one of its name. It looks each time, so that nothing is
// made twice where an answer was lost.
func (s *setup) makeAlarm(ctx context.Context, want resources.Alarm, n *notice) error {
	return s.errorOf(s.settle(ctx, s.waitsForCLS(want.Name), notYet, func() *operator.Failure {
		alarms, f := s.Alarms(ctx)
		if f != nil {
			return f
		}
		a := s.target(want)
		a.AlarmNoticeIds = []string{n.id}
		has := named(alarms, want.Name)
		if has == nil {
			return s.CreateAlarm(ctx, a)
		}
		all := s.alarmDifferences(has, want, n)
		if len(all) == 0 {
			return nil
		}
		if all[len(all)-1].What != "AlarmNoticeIds" {
			a.AlarmNoticeIds = nil // it tells whom it told
		}
		a.AlarmId = has.AlarmId
		return s.ModifyAlarm(ctx, a)
	}))
}
