package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/resources"
)

func withTimer(s *setup) { s.timer = true }

// uncommented is serverless.yml with its timer.
func uncommented(t *testing.T, text string) string {
	t.Helper()
	before, timer, ok := strings.Cut(text, "    # - timer:\n")
	require.True(t, ok)
	return before + "    - timer:\n" + strings.ReplaceAll(timer, "    #     ", "        ")
}

// timers are what the function has.
func (s *site) timers() (all []resources.Timer) {
	for _, t := range s.Account().Functions[0].Triggers {
		if t.Cron != "" {
			all = append(all, resources.Timer{Name: t.ID, Qualifier: t.Qualifier, Cron: t.Cron,
				Argument: t.Argument, Off: t.Disabled})
		}
	}
	return all
}

// With -timer, or with the comment in serverless.yml uncommented, it is the same timer.
func TestTimer_sameInBothPlaces(t *testing.T) {
	t.Parallel()
	path := operatortest.Write(t, "serverless.yml", uncommented(t, project(t)))
	s, _, err := readSpec(path, "", set)
	require.NoError(t, err)
	require.Equal(t, keepWarm(), s.Timer)
}

func TestTimer_refuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, from, to, want string }{
		{"no name", "name: keep-warm", "name: ", `"" is no name of a timer`},
		{"five fields", "0 */5 * * * * *", "*/5 * * * *", "must have 7 fields"},
		{"off", "enable: true", "enable: false", "must have enable: true"},
		{"a key that nobody knows", "argument:", "message:", "message is nothing that setup knows"},
		{"a second one", "    - timer:", "    - timer: {name: a, parameters: {enable: true, " +
			"cronExpression: 0 0 0 * * * *}}\n    - timer:", "at most one timer"},
		{"an event that is none", "    - timer:", "    - {}\n    - timer:", "events must have one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := uncommented(t, project(t))
			require.Contains(t, text, tt.from)
			path := operatortest.Write(t, "serverless.yml", strings.Replace(text, tt.from, tt.to, 1))
			_, _, err := readSpec(path, "", set)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestTimer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	first := s.run(t, "one", withTimer)
	require.NoError(t, first.err, first.out)
	require.Equal(t, append(all[:len(all):len(all)], "CreateTrigger"), first.writes)
	require.Contains(t, flat(first.out), `+ timer keep-warm, "0 */5 * * * * *" for $DEFAULT`)
	require.Equal(t, []resources.Timer{*keepWarm()}, s.timers())
	url := s.url()
	require.Empty(t, s.run(t, "one", withTimer).writes)

	without := s.run(t, "one")
	require.NoError(t, without.err)
	require.Empty(t, without.writes)
	require.Contains(t, flat(without.out), "not asked for here; it stays as it is")

	text, err := os.ReadFile(filepath.Join(s.root, "serverless.yml"))
	require.NoError(t, err)
	s.serverless(t, uncommented(t, string(text)))
	require.Empty(t, s.run(t, "one").writes, "serverless.yml asks for it, too")
	s.edit(t, "*/5 * * * * *", "*/10 * * * * *")
	changed := s.run(t, "one")
	require.NoError(t, changed.err)
	require.Equal(t, []string{"UpdateTrigger"}, changed.writes)
	require.Contains(t, flat(changed.out), `from keep-warm, "0 */5 * * * * *" for $DEFAULT, with `+
		`"keep warm" to keep-warm, "0 */10 * * * * *"`)
	require.Equal(t, "0 */10 * * * * *", s.timers()[0].Cron)
	require.Equal(t, url, s.url())
}

// What somebody did to the timer by hand is shown before it is changed. Other timers stay.
func TestTimer_states(t *testing.T) {
	t.Parallel()
	ours := cloudsim.Trigger{ID: "keep-warm", Qualifier: "$DEFAULT", Cron: "0 */5 * * * * *",
		Argument: "keep warm"}
	with := func(change func(*cloudsim.Trigger)) cloudsim.Trigger {
		t := ours
		change(&t)
		return t
	}
	for _, tt := range []struct {
		name   string
		has    cloudsim.Trigger
		shows  string
		writes []string
	}{
		{"as it should be", ours, "✓ timer keep-warm", nil},
		{"switched off", with(func(t *cloudsim.Trigger) { t.Disabled = true }),
			`with "keep warm", off to keep-warm`, []string{"UpdateTrigger"}},
		{"rarer", with(func(t *cloudsim.Trigger) { t.Cron = "0 0 * * * * *" }),
			`~ timer from keep-warm, "0 0 * * * * *"`, []string{"UpdateTrigger"}},
		{"another's", with(func(t *cloudsim.Trigger) { t.ID = "nightly" }),
			"✓ timer nightly", []string{"CreateTrigger"}},
		{"for $LATEST", with(func(t *cloudsim.Trigger) { t.Qualifier = "$LATEST" }),
			"is not for $DEFAULT; it stays as it is", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil)
			require.NoError(t, s.run(t, "one").err)
			s.Cloud.Update(func(a *cloudsim.Account) {
				a.Functions[0].Triggers = append(a.Functions[0].Triggers, tt.has)
			})
			require.Empty(t, s.run(t, "one").writes, "nobody asked")
			o := s.run(t, "one", withTimer)
			require.NoError(t, o.err, o.out)
			require.Equal(t, tt.writes, o.writes)
			require.Contains(t, flat(o.out), tt.shows)
			require.Empty(t, s.run(t, "one", withTimer).writes)
		})
	}
}

// Whether the request or its answer is lost, there is one timer in the end.
func TestTimer_lost(t *testing.T) {
	t.Parallel()
	for _, kind := range []cloudsim.Kind{cloudsim.EOFSent, cloudsim.ResetUnsent} {
		s := newSite(t, nil)
		require.NoError(t, s.run(t, "one").err)
		s.Cloud.Script("CreateTrigger", cloudsim.Fault{Kind: kind})
		require.NoError(t, s.run(t, "one", withTimer).err)
		require.Equal(t, []resources.Timer{*keepWarm()}, s.timers())
	}
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.Cloud.Script("CreateTrigger", cloudsim.Fault{Kind: cloudsim.Error,
		Code: "UnauthorizedOperation.CreateTrigger"})
	require.ErrorContains(t, s.run(t, "one", withTimer).err, "your key may not scf:CreateTrigger")
}

// The call is that of Tencent's own tool for the same serverless.yml: timer.json is what
// tencent-component-toolkit 2.27.6 sends (lib/modules/triggers/timer.js).
func TestTimer_isThatOfTencentsTool(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "timer.json"))
	require.NoError(t, err)
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one", withTimer).err)
	var sent []string
	for _, r := range s.Cloud.Requests() {
		if r.Action == "CreateTrigger" && json.Valid(r.Body) {
			sent = append(sent, string(r.Body))
		}
	}
	require.JSONEq(t, string(text), sent[len(sent)-1])
}
