package setup

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

// state is an account with something in the way of a run.
type state struct {
	name  string
	start journey
	put   func(*testing.T, *site) // puts it in the way; nil: it is in start
	take  func(*site)             // takes it out of the way; nil: nothing must be done
	says  string                  // by the run that meets it; "": that run succeeds
	may   bool                    // or it succeeds, if says is not needed
	ends  bool                    // and it must: the accident is made up for
}

// Whatever is in a run's way, it ends right or says why; when that is gone, the next run ends
// right; and one more changes nothing. No run prints a secret, or changes what it doesn't show.
func TestSetup_states(t *testing.T) {
	t.Parallel()
	states := accountStates()
	tried := map[string]bool{}
	for _, j := range journeys() {
		states = append(states, j.states(t, tried)...)
	}
	require.Greater(t, len(states), 40)
	for i, tt := range states {
		if (testing.Short() || racing) && tt.may && i%7 != 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := tt.start.site(t)
			if tt.put != nil {
				tt.put(t, s)
			}
			urls := s.urls()
			before := s.Account()
			first := s.run(t, tt.start.build)
			switch {
			case tt.ends:
				require.NoError(t, first.err, first.said())
			case first.err == nil:
				require.True(t, tt.says == "" || tt.may, first.said())
			case tt.may && tt.says == "":
				require.NotEmpty(t, first.err.Error())
			default:
				require.NotEmpty(t, tt.says, first.said())
				require.Contains(t, first.said(), tt.says)
			}
			if first.blocked() {
				require.Empty(t, first.writes, "what is in the way keeps a run from all changes")
			}
			s.changedOnlyWhatWasShown(t, before, first)
			if tt.take != nil {
				tt.take(s)
			}
			second := s.run(t, tt.start.build)
			require.NoError(t, second.err, second.said()+"\nbefore:\n"+first.said())
			s.complete(t)
			if len(urls) > 0 {
				require.Equal(t, urls, s.urls(), "callers know it")
			}
			third := s.run(t, tt.start.build)
			require.NoError(t, third.err, third.said())
			require.Empty(t, third.writes, third.said())
		})
	}
}

// urls are those of all functions.
func (s *site) urls() (urls []string) {
	for _, f := range s.Account().Functions {
		for _, t := range f.Triggers {
			urls = append(urls, t.URL)
		}
	}
	return urls
}

// blocked reports whether a plan showed that something is in the way.
func (o outcome) blocked() bool { return strings.Contains(o.out, "✗") }

// changedOnlyWhatWasShown holds what was there against what is there now: where the plan has no
// change, all of it is as it was.
func (s *site) changedOnlyWhatWasShown(t *testing.T, before cloudsim.Account, o outcome) {
	t.Helper()
	if strings.Contains(o.out, "~") {
		return
	}
	after := s.Account()
	for i, p := range before.Policies {
		require.Equal(t, p, after.Policies[i])
	}
	for i, r := range before.Roles {
		r.Policies, after.Roles[i].Policies = nil, nil
		require.Equal(t, r, after.Roles[i])
	}
	for i, secret := range before.Secrets {
		require.Equal(t, secret, after.Secrets[i])
	}
	for i, k := range before.Keys {
		require.Equal(t, k, after.Keys[i])
	}
	for i, f := range before.Functions {
		require.Equal(t, f.Versions[0], after.Functions[i].Versions[0])
		require.Equal(t, f.Triggers, after.Functions[i].Triggers)
	}
}
