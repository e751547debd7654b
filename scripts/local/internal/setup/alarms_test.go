package setup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// logActions are those that an account needs where nobody has opened CLS.
var logActions = []string{"OpenClsService", "CreateLogset", "CreateTopic", "CreateIndex",
	"CreateAlarmNotice", "CreateAlarm", "CreateAlarm", "CreateAlarm", "CreateAlarm", "CreateAlarm"}

func withAlarms(s *setup) { s.alarms = true }

func notifying(user string) func(*setup) {
	return func(s *setup) { s.alarms, s.notify = true, user }
}

// ops is whom alarms tell.
var ops = cloudsim.User{Name: "ops", Uin: 100000000020, Email: "ops@example.com"}

// logSite is a site whose account has somebody whom alarms tell.
func logSite(t *testing.T, change func(*cloudsim.Account)) *site {
	t.Helper()
	s := newSite(t, func(a *cloudsim.Account) {
		a.Users = append(a.Users, ops)
		if change != nil {
			change(a)
		}
	})
	root, err := checkout.Root()
	require.NoError(t, err)
	require.NoError(t, os.CopyFS(filepath.Join(s.root, "docs", "cls"),
		os.DirFS(filepath.Join(root, "docs", "cls"))))
	return s
}

// logged is a logSite where all is made.
func logged(t *testing.T) *site {
	t.Helper()
	s := logSite(t, nil)
	o := s.run(t, "one", notifying("ops"))
	require.NoError(t, o.err, o.out+o.errs)
	return s
}

// watched checks that the function's log has its topic, with the index and the alarms.
func (s *site) watched(t *testing.T) {
	t.Helper()
	l := s.Account().Logs
	config := s.Account().Functions[0].Versions[0].Config
	i := slices.IndexFunc(l.Topics, func(t cloudsim.Topic) bool { return t.ID == config.ClsTopicId })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, l.Topics[i].Set, config.ClsLogsetId)
	require.NotNil(t, l.Topics[i].Index)
	require.True(t, l.Topics[i].Index.Status)
	var names []string
	for _, a := range l.Alarms {
		if name := fmt.Sprint(a.Sent["Name"]); strings.HasPrefix(name, "scf-sms-prod ") {
			names = append(names, name)
			require.Len(t, a.Sent["AlarmNoticeIds"], 1, name)
			target := a.Sent["AlarmTargets"].([]any)[0].(map[string]any)
			require.Equal(t, config.ClsTopicId, target["TopicId"], name)
		}
	}
	require.ElementsMatch(t, []string{"scf-sms-prod refused", "scf-sms-prod unavailable",
		"scf-sms-prod undelivered", "scf-sms-prod limits", "scf-sms-prod away"}, names)
}

func TestAlarms_empty(t *testing.T) {
	t.Parallel()
	s := logSite(t, func(a *cloudsim.Account) { a.Closed = []string{"cls"} })
	plan := s.run(t, "one", notifying("ops"), func(s *setup) { s.only, s.timer = true, true })
	require.NoError(t, plan.err)
	require.Empty(t, plan.writes)
	operatortest.Golden(t, "alarms.txt", plan.out)
	chinese := s.run(t, "one", notifying("ops"), func(s *setup) {
		s.only, s.timer, s.words = true, true, words.Of("zh_CN")
	})
	operatortest.Golden(t, "alarms.zh-CN.txt", chinese.out)
	for line := range strings.Lines(plan.out + chinese.out) {
		require.LessOrEqual(t, term.Cells(strings.TrimRight(line, "\n")), term.PageWidth, line)
	}

	first := s.run(t, "one", notifying("ops"))
	require.NoError(t, first.err, first.out+first.errs)
	require.ElementsMatch(t, slices.Concat(all, logActions), first.writes)
	require.NotContains(t, first.out, ops.Email)
	s.watched(t)
	s.complete(t)
	require.Empty(t, s.run(t, "one", notifying("ops")).writes, "a second run changes nothing")
	require.Empty(t, s.run(t, "one", withAlarms).writes, "the group is known by its name")

	before := len(s.Cloud.Requests())
	require.Empty(t, s.run(t, "one").writes, "without -alarms the topic stays")
	for _, r := range s.Cloud.Requests()[before:] {
		require.NotEqual(t, "2020-10-16", r.Version, "and CLS isn't asked")
	}
}

// The function was there before, with a topic of SCF's, which stays what it is.
func TestAlarms_topicOfSCF(t *testing.T) {
	t.Parallel()
	for _, scf := range []cloudsim.Topic{
		{ID: "topic-of-scf", Set: "set-of-scf", Name: "logs", Service: "SCF"},
		{ID: "topic-of-scf", Set: "set-of-scf", Name: "SCF_LogTopic_1"},
	} {
		t.Run(scf.Name, func(t *testing.T) {
			t.Parallel()
			topicOfSCF(t, scf)
		})
	}
}

func topicOfSCF(t *testing.T, scf cloudsim.Topic) {
	s := logSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Logs.Sets = []cloudsim.LogSet{{ID: "set-of-scf", Name: "SCF_logset"}}
		a.Logs.Topics = []cloudsim.Topic{scf}
		config := &a.Functions[0].Versions[0].Config
		config.ClsLogsetId, config.ClsTopicId = "set-of-scf", "topic-of-scf"
	})
	o := s.run(t, "one", notifying("ops"))
	require.NoError(t, o.err, o.out)
	require.Contains(t, flat(o.out),
		"~ function cls, from set-of-scf topic-of-scf to the new topic")
	require.Equal(t, []string{"CreateLogset", "CreateTopic", "UpdateFunctionConfiguration",
		"PublishVersion", "CreateIndex", "CreateAlarmNotice", "CreateAlarm", "CreateAlarm",
		"CreateAlarm", "CreateAlarm", "CreateAlarm"}, o.writes)
	s.watched(t)
	require.Equal(t, scf, s.Account().Logs.Topics[0])
	require.Empty(t, s.run(t, "one", withAlarms).writes)
}

// lag makes everything in CLS take its time.
func lag(a *cloudsim.Account) {
	a.Lags.Topic, a.Lags.Index = 12*time.Second, 5*time.Second
}

// Whatever ends a run, after whatever call, the next one goes on.
func TestAlarms_interrupted(t *testing.T) {
	t.Parallel()
	closed := func(a *cloudsim.Account) { a.Closed = []string{"cls"}; lag(a) }
	whole := logSite(t, closed)
	require.NoError(t, whole.run(t, "one").err)
	whole.EndAfter(0, false)
	require.NoError(t, whole.run(t, "one", notifying("ops")).err)
	calls := whole.Requests()
	require.Greater(t, calls, 30)
	step := 1
	if testing.Short() || racing {
		step = 7
	}
	for n := 1; n < calls; n += step {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("after %d, lost %t", n, lost), func(t *testing.T) {
				t.Parallel()
				s := logSite(t, closed)
				require.NoError(t, s.run(t, "one").err)
				s.EndAfter(n, lost)
				s.run(t, "one", notifying("ops"))
				s.EndAfter(0, false)
				second := s.run(t, "one", notifying("ops"))
				require.NoError(t, second.err, second.out+second.errs)
				s.watched(t)
				s.complete(t)
				l := s.Account().Logs
				require.Equal(t, [4]int{1, 1, 1, 5}, [4]int{len(l.Sets), len(l.Topics),
					len(l.Notices), len(l.Alarms)}, "nothing is made twice")
				require.Empty(t, s.run(t, "one", notifying("ops")).writes)
			})
		}
	}
}

// One answer is lost, or one request; all others arrive.
func TestAlarms_lost(t *testing.T) {
	t.Parallel()
	for _, action := range slices.Compact(slices.Clone(logActions)) {
		for _, kind := range []cloudsim.Kind{cloudsim.EOFSent, cloudsim.ResetUnsent} {
			t.Run(action+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				s := logSite(t, func(a *cloudsim.Account) { a.Closed = []string{"cls"} })
				s.Cloud.Script(action, cloudsim.Fault{Kind: kind})
				o := s.run(t, "one", notifying("ops"))
				require.NoError(t, o.err, o.out+o.errs)
				s.watched(t)
				require.Len(t, s.Account().Logs.Alarms, 5)
				require.Empty(t, s.run(t, "one", withAlarms).writes)
			})
		}
	}
}

// The account isn't always empty, and not always as setup left it.
func TestAlarms_states(t *testing.T) {
	t.Parallel()
	alarm := func(change func(sent map[string]any)) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			sent := maps.Clone(a.Logs.Alarms[0].Sent)
			change(sent)
			a.Logs.Alarms[0].Sent = sent
		}
	}
	fields := func(change func([]any) []any) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			var index cloudsim.Index
			text, _ := json.Marshal(a.Logs.Topics[0].Index)
			json.Unmarshal(text, &index)
			keys := index.Rule["KeyValue"].(map[string]any)
			keys["KeyValues"] = change(keys["KeyValues"].([]any))
			a.Logs.Topics[0].Index = &index
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*cloudsim.Account)
		shows  string
		writes []string
	}{
		{"the index is gone", func(a *cloudsim.Account) { a.Logs.Topics[0].Index = nil },
			"+ index", []string{"CreateIndex"}},
		{"the index is off", func(a *cloudsim.Account) {
			a.Logs.Topics[0].Index = &cloudsim.Index{Rule: a.Logs.Topics[0].Index.Rule}
		}, "~ index from off to on", []string{"ModifyIndex"}},
		{"fields are gone", fields(func(all []any) []any { return all[2:] }),
			"~ index level, msg, in addition", []string{"ModifyIndex"}},
		{"a field is read otherwise", fields(func(all []any) []any {
			for _, one := range all {
				if f := one.(map[string]any); f["Key"] == "status" {
					f["Value"] = map[string]any{"Type": "text", "Tokenizer": " ", "SqlFlag": false,
						"ContainZH": true}
				}
			}
			return all
		}), `status, from text " " ContainZH to long SqlFlag`, []string{"ModifyIndex"}},
		{"a field more", fields(func(all []any) []any {
			return append(all, map[string]any{"Key": "mine", "Value": map[string]any{"Type": "long",
				"Tokenizer": "", "SqlFlag": true}})
		}), "✓ index", nil},
		{"an alarm is gone", func(a *cloudsim.Account) {
			a.Logs.Alarms = slices.Delete(slices.Clone(a.Logs.Alarms), 1, 2)
		}, "+ alarm scf-sms-prod unavailable", []string{"CreateAlarm"}},
		{"an alarm is off", alarm(func(sent map[string]any) { sent["Status"] = false }),
			"~ alarm scf-sms-prod refused: Status, from false to true", []string{"ModifyAlarm"}},
		{"an alarm has another condition", alarm(func(sent map[string]any) {
			sent["Condition"] = "$1.__QUERYCOUNT__ > 5"
		}), "Condition, from $1.__QUERYCOUNT__ > 5 to $1.__QUERYCOUNT__ > 0",
			[]string{"ModifyAlarm"}},
		{"an alarm's query has more blanks", alarm(func(sent map[string]any) {
			target := maps.Clone(sent["AlarmTargets"].([]any)[0].(map[string]any))
			target["Query"] = strings.ReplaceAll(target["Query"].(string), " | ", " |\n  ")
			sent["AlarmTargets"] = []any{target}
		}), "✓ alarm scf-sms-prod refused", nil},
		{"an alarm has another query", alarm(func(sent map[string]any) {
			target := maps.Clone(sent["AlarmTargets"].([]any)[0].(map[string]any))
			target["Query"], target["StartTimeOffset"] = "* | select 1", -60
			sent["AlarmTargets"] = []any{target}
		}), "Query, from * | select 1 to outcome:", []string{"ModifyAlarm"}},
		{"an alarm has several conditions", alarm(func(sent map[string]any) {
			delete(sent, "Condition")
			sent["MultiConditions"] = []any{map[string]any{"Condition": "$1.n > 9", "AlarmLevel": 1}}
		}), "Condition, from - to $1.__QUERYCOUNT__ > 0", []string{"ModifyAlarm"}},
		{"an alarm is different in three ways", alarm(func(sent map[string]any) {
			sent["AlarmPeriod"], sent["AlarmLevel"] = 60, 1
			sent["MonitorTime"] = map[string]any{"Type": "Cron", "CronExpression": "0/5 * * * *"}
		}), "MonitorTime, from Cron 0/5 * * * * to Period 5", []string{"ModifyAlarm"}},
		{"an alarm tells nobody", alarm(func(sent map[string]any) { delete(sent, "AlarmNoticeIds") }),
			"AlarmNoticeIds, from - to scf-sms-prod", []string{"ModifyAlarm"}},
		{"an alarm tells others", func(a *cloudsim.Account) {
			a.Logs.Notices = append(a.Logs.Notices, cloudsim.Notice{ID: "notice-2", Name: "night"})
			alarm(func(sent map[string]any) { sent["AlarmNoticeIds"] = []any{"notice-2"} })(a)
		}, "✓ alarm scf-sms-prod refused", nil},
		{"a notice group of another name", func(a *cloudsim.Account) {
			a.Logs.Notices[0].Name = "renamed"
			a.Logs.Notices = append(a.Logs.Notices, cloudsim.Notice{ID: "notice-2", Name: "night"})
		}, "✓ notice group renamed", nil},
		{"another's alarms and topics", func(a *cloudsim.Account) {
			a.Logs.Topics = append(a.Logs.Topics, cloudsim.Topic{ID: "t", Set: "s", Name: "web"})
			a.Logs.Sets = append(a.Logs.Sets, cloudsim.LogSet{ID: "s", Name: "web"})
			a.Logs.Alarms = append(a.Logs.Alarms, cloudsim.Alarm{ID: "alarm-w",
				Sent: map[string]any{"Name": "web errors", "AlarmTargets": []any{}}})
		}, "✓ log topic scf-sms-prod", nil},
		{"a hundred alarms of others", func(a *cloudsim.Account) {
			var others []cloudsim.Alarm
			for i := range 100 {
				others = append(others, cloudsim.Alarm{ID: fmt.Sprintf("alarm-%d", i),
					Sent: map[string]any{"Name": fmt.Sprintf("%d", i), "AlarmTargets": []any{}}})
			}
			a.Logs.Alarms = append(others, a.Logs.Alarms...)
		}, "✓ alarm scf-sms-prod refused", nil},
		{"the topic is gone", func(a *cloudsim.Account) { a.Logs.Topics = nil },
			"+ log topic", []string{"CreateTopic", "UpdateFunctionConfiguration", "PublishVersion",
				"CreateIndex", "ModifyAlarm", "ModifyAlarm", "ModifyAlarm", "ModifyAlarm",
				"ModifyAlarm"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := logged(t)
			s.Cloud.Update(tt.change)
			o := s.run(t, "one", withAlarms)
			require.NoError(t, o.err, o.out+o.errs)
			require.Equal(t, tt.writes, o.writes)
			require.Contains(t, flat(o.out), tt.shows)
			s.watched(t)
			require.Empty(t, s.run(t, "one", withAlarms).writes)
		})
	}
}

// What is in the way is told, and nothing is changed.
func TestAlarms_blocked(t *testing.T) {
	t.Parallel()
	group := func(names ...string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			for i, name := range names {
				a.Logs.Notices = append(a.Logs.Notices,
					cloudsim.Notice{ID: fmt.Sprintf("notice-%d", i), Name: name})
			}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*cloudsim.Account)
		run    func(*setup)
		shows  string
	}{
		{"nobody to tell", nil, withAlarms, "nobody would be told: there are 0 notice groups"},
		{"several groups", group("a", "b"), withAlarms,
			"nobody would be told: there are 2 notice groups, and none is named scf-sms-prod"},
		{"no such user", nil, notifying("nobody"), "there is no CAM user nobody"},
		{"a user that can't be reached", func(a *cloudsim.Account) { a.Users[0].Email = "" },
			notifying("ops"), "ops has neither an e-mail address nor a phone number"},
		{"another's alarm", func(a *cloudsim.Account) {
			group("a")(a)
			a.Logs.Alarms = []cloudsim.Alarm{{ID: "alarm-1", Sent: map[string]any{
				"Name": "scf-sms-prod limits", "AlarmTargets": []any{}}}}
		}, withAlarms, "there is an alarm scf-sms-prod limits that setup didn't make"},
		{"another's topic", func(a *cloudsim.Account) {
			a.Logs.Sets = []cloudsim.LogSet{{ID: "s", Name: "scf-sms-prod"}}
			a.Logs.Topics = []cloudsim.Topic{{ID: "t", Set: "s", Name: "scf-sms-prod"}}
		}, notifying("ops"), "there is a topic scf-sms-prod that setup didn't make: logset s, topic t"},
		{"a file that isn't the project's", nil, func(s *setup) {
			withAlarms(s)
			path := filepath.Join(s.Root, "docs", "cls", "index.json")
			if err := os.WriteFile(path, []byte(`{"Rules": {}}`), 0o644); err != nil {
				panic(err)
			}
		}, `docs/cls/index.json: json: unknown field "Rules"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := logSite(t, tt.change)
			o := s.run(t, "one", tt.run)
			require.Error(t, o.err)
			require.Contains(t, flat(o.out), tt.shows)
			require.Empty(t, o.writes)
		})
	}
}

// serverless.yml may name a topic that somebody made by hand, as Tencent's own tool takes it.
func TestAlarms_topicOfServerless(t *testing.T) {
	t.Parallel()
	s := logSite(t, func(a *cloudsim.Account) {
		a.Logs.Sets = []cloudsim.LogSet{{ID: "set-1", Name: "mine"}}
		a.Logs.Topics = []cloudsim.Topic{{ID: "topic-1", Set: "set-1", Name: "mine"},
			{ID: "topic-2", Set: "set-1", Name: "SCF_logtopic", Service: "SCF"}}
	})
	name := func(id string) {
		s.edit(t, "  # cls:", "  cls:", "  #   logsetId: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
			"    logsetId: set-1", "  #   topicId: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
			"    topicId: "+id)
	}
	name("topic-0")
	require.Contains(t, flat(s.run(t, "one", notifying("ops")).out),
		"there is no topic for cls of serverless.yml: logsetId set-1, topicId topic-0")
	s.edit(t, "topic-0", "topic-2")
	require.Contains(t, flat(s.run(t, "one", notifying("ops")).out),
		"SCF_logtopic is a topic that SCF made, and its index can't be changed")
	s.edit(t, "topic-2", "topic-1")
	o := s.run(t, "one", notifying("ops"))
	require.NoError(t, o.err, o.out)
	require.NotContains(t, o.writes, "CreateTopic")
	require.Contains(t, flat(o.out), "✓ log topic mine")
	s.watched(t)
	require.Empty(t, s.run(t, "one", withAlarms).writes)

	// Taken out again, the function keeps the topic, and so do the alarms.
	s.edit(t, "  cls:", "  # cls:", "    logsetId: set-1", "", "    topicId: topic-1", "")
	require.Empty(t, s.run(t, "one", withAlarms).writes)
}

// Where alarms made by hand are as those of docs/cls, they are left alone.
func TestAlarms_byHand(t *testing.T) {
	t.Parallel()
	s := logged(t)
	s.Cloud.Update(func(a *cloudsim.Account) {
		for i := range a.Logs.Alarms {
			sent := maps.Clone(a.Logs.Alarms[i].Sent)
			delete(sent, "Classifications")
			a.Logs.Alarms[i].Sent = sent
		}
		a.Logs.Topics[0].Description = ""
	})
	o := s.run(t, "one", withAlarms)
	require.NoError(t, o.err, o.out)
	require.Empty(t, o.writes)
}

// A group that is there stays as it is, also where it doesn't tell whom -notify names; alarms that
// tell another group are changed then.
func TestAlarms_notify(t *testing.T) {
	t.Parallel()
	s := logSite(t, func(a *cloudsim.Account) {
		a.Logs.Notices = []cloudsim.Notice{{ID: "notice-1", Name: "on-call"}}
	})
	require.NoError(t, s.run(t, "one", withAlarms).err, "the only group of the account")
	require.Len(t, s.Account().Logs.Notices, 1)
	o := s.run(t, "one", notifying("ops"))
	require.NoError(t, o.err, o.out)
	require.Equal(t, []string{"CreateAlarmNotice", "ModifyAlarm", "ModifyAlarm", "ModifyAlarm",
		"ModifyAlarm", "ModifyAlarm"}, o.writes)
	require.Contains(t, flat(o.out), "AlarmNoticeIds, from notice-1 to scf-sms-prod")
	require.Contains(t, flat(o.out), "scf-sms-prod, which tells ops by Email")
	s.watched(t)
	require.Empty(t, s.run(t, "one", notifying("ops")).writes)

	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Users = append(a.Users, cloudsim.User{Name: "eve", Uin: 100000000021, Phone: "1"})
	})
	o = s.run(t, "one", notifying("eve"))
	require.NoError(t, o.err)
	require.Empty(t, o.writes)
	require.Contains(t, flat(o.out), "scf-sms-prod is there and doesn't tell eve")
	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Logs.Notices[1].Sent = map[string]any{"NoticeRules": []any{map[string]any{
			"NoticeReceivers": []any{map[string]any{"ReceiverType": "Uin", "ReceiverIds": []int{21}}}}}}
	})
	require.Contains(t, flat(s.run(t, "one", notifying("eve")).out), "✓ notice group scf-sms-prod")
}

// CLS refuses what it has enough of, and an account that owes.
func TestAlarms_refused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ action, code, want string }{
		{"CreateTopic", "LimitExceeded.Topic", "there are as many as there may be"},
		{"CreateIndex", "LimitExceeded.IndexKeyOverLimit", "there are as many as there may be"},
		{"CreateLogset", "OperationDenied.AccountIsolate", "top up the account"},
		{"CreateAlarm", "OperationDenied.ACLFailed", "your key may not cls:CreateAlarm"},
		{"OpenClsService", "AuthFailure.UnauthorizedOperation", "your key may not cls:OpenClsService"},
		{"CreateIndex", "LimitExceeded.IndexOperating", "run it again in a minute"},
	} {
		t.Run(tt.action+" "+tt.code, func(t *testing.T) {
			t.Parallel()
			s := logSite(t, func(a *cloudsim.Account) { a.Closed = []string{"cls"} })
			s.Cloud.Always(tt.action, &cloudsim.Fault{Kind: cloudsim.Error, Code: tt.code})
			require.ErrorContains(t, s.run(t, "one", notifying("ops")).err, tt.want)
			s.Cloud.Always(tt.action, nil)
			o := s.run(t, "one", notifying("ops"))
			require.NoError(t, o.err, o.out)
			s.watched(t)
		})
	}
}

// With what docs/deploy.md says of -alarms the operator's key is enough, and without any part of it
// setup says what is missing, and goes on when it is there.
func TestAlarms_permissions(t *testing.T) {
	t.Parallel()
	root, err := checkout.Root()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(root, "docs", "deploy.md"))
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)### For -alarms.*?```json\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, block)
	var policy struct{ Statement []struct{ Action []string } }
	require.NoError(t, json.Unmarshal(block[1], &policy))
	actions := policy.Statement[0].Action
	grant := func(actions []string) func(*cloudsim.Account) {
		return func(a *cloudsim.Account) {
			a.Keys[0].Allow = append([]string{"cam:*", "ssm:*", "scf:*", "sms:*"}, actions...)
		}
	}
	for i, action := range actions {
		t.Run("without "+action, func(t *testing.T) {
			t.Parallel()
			s := logSite(t, func(a *cloudsim.Account) {
				a.Closed = []string{"cls"}
				grant(slices.Delete(slices.Clone(actions), i, i+1))(a)
			})
			o := s.run(t, "one", notifying("ops"))
			if action != "cls:ModifyIndex" && action != "cls:ModifyAlarm" { // nothing is to be changed
				require.Error(t, o.err)
				require.Contains(t, flat(o.out)+o.err.Error(), "your key may not "+action)
			}
			s.Cloud.Update(grant(actions))
			o = s.run(t, "one", notifying("ops"))
			require.NoError(t, o.err, o.out)
			s.watched(t)
			require.Empty(t, s.run(t, "one", withAlarms).writes)
		})
	}
}

func TestAlarms_simulated(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}
	err := Run(t.Context(), []string{"-plan", "-notify", "ops"}, stdio)
	require.ErrorContains(t, err, "-notify says whom the alarms tell: say -alarms, too")
	err = Run(t.Context(), []string{"-simulate", "-yes", "-timer", "-alarms"}, stdio)
	require.NoError(t, err, out.String()+errs.String())
	operatortest.NoSecrets(t, out.String()+errs.String())
	for _, shows := range []string{"✓ log topic scf-sms-prod", "✓ notice group on-call",
		"✓ timer keep-warm", "✓ alarm scf-sms-prod away", "the function works"} {
		require.Contains(t, flat(out.String()), shows)
	}
}
