package rotate

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
)

// journey is a run that rotates something.
type journey struct {
	name   string
	change func(*cloudsim.Account)
	before int // runs of "rotate key"
	tokens int // runs of "rotate token"
	do     func(context.Context, *rotation) error
	keys   string // at the end, in words
	want   int    // how many tokens there are at the end
}

func journeys() []journey {
	key := func(ctx context.Context, r *rotation) error { return r.key(ctx, false) }
	end := func(ctx context.Context, r *rotation) error { return r.key(ctx, true) }
	token := func(ctx context.Context, r *rotation) error { return r.token(ctx, false) }
	endToken := func(ctx context.Context, r *rotation) error { return r.token(ctx, true) }
	const one, two = "active in the secret", "disabled, active in the secret"
	return []journey{
		{"rotate key", nil, 0, 0, key, two, 1},
		{"a second rotate key", nil, 1, 0, key, two, 1},
		{"rotate key after a crash", func(a *cloudsim.Account) {
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDleftover", SecretKey: "leftover-key",
				Uin: senderUin, Description: "scf-sms:ap-guangzhou/scf-sms:2026",
				Created: time.Now().Add(-time.Hour)})
		}, 0, 0, key, two, 1},
		{"rotate key -delete", nil, 1, 0, end, one, 1},
		{"rotate key -delete, where the old key is active still", func(a *cloudsim.Account) {
			a.Keys[0].Description = "scf-sms:ap-guangzhou/scf-sms:2026:after:AKIDbefore"
			a.Keys[0].Created = time.Now().Add(-time.Hour)
			a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDbefore", SecretKey: "before-key",
				Uin: senderUin})
		}, 0, 0, end, one, 1},
		{"rotate token", nil, 0, 0, token, one, 2},
		{"rotate token -finish", nil, 0, 1, endToken, one, 1},
	}
}

func (j *journey) world(t *testing.T) *operatortest.World {
	t.Helper()
	w := world(t, j.change)
	for range j.before {
		require.NoError(t, rotateKey(t, w, false).err)
	}
	for range j.tokens {
		require.NoError(t, j.run(t, w, func(_ context.Context, r *rotation) error {
			return r.token(t.Context(), false)
		}, nil).err)
	}
	return w
}

func (j *journey) run(
	t *testing.T, w *operatortest.World, do func(context.Context, *rotation) error,
	ctx context.Context,
) outcome {
	t.Helper()
	if ctx == nil {
		ctx = t.Context()
	}
	return run(t, w, func(r *rotation) error { return do(ctx, r) })
}

// guard sees before each request that the secret is one with which every send succeeds: Tencent
// accepts its key by then, and callers are let in.
func guard(t *testing.T, w *operatortest.World, token string) {
	happens := w.Intercepted()
	w.Intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		a := w.Account()
		value := a.Secrets[0].Versions["SSM_Current"].String
		assert.Contains(t, value, token)
		accepted := false
		for _, k := range a.Keys {
			if strings.Contains(value, `"`+k.SecretID+`"`) && strings.Contains(value, k.SecretKey) {
				accepted = !k.Disabled && !w.Now().Before(k.Created.Add(a.Lags.Key))
			}
		}
		assert.True(t, accepted, "%s %s", r.Header.Get("X-TC-Action"), keys(t, w))
		if happens != nil {
			happens(rw, r, next)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// Whatever happens to whatever request: all the time each send succeeds, and the next run finishes
// or undoes what was begun.
func TestRotate_interrupted(t *testing.T) {
	t.Parallel()
	for _, j := range journeys() {
		clean := j.world(t)
		before := len(clean.Cloud.Requests())
		require.NoError(t, j.run(t, clean, j.do, nil).err)
		count := map[string]int{}
		for _, action := range clean.Calls(before) {
			count[action]++
			nth := count[action]
			for _, accident := range operatortest.Accidents() {
				killed := accident.Name == operatortest.Killed.Name
				if !killed && !operatortest.Changes(action) || testing.Short() && nth > 1 {
					continue
				}
				name := fmt.Sprintf("%s, where %s no. %d %s", j.name, action, nth, accident.Name)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					j.judge(t, action, nth, accident)
				})
			}
		}
	}
}

func (j *journey) judge(t *testing.T, action string, nth int, accident operatortest.Accident) {
	w := j.world(t)
	tokens := secret(t, w).Texts(authorization)
	newest := tokens[len(tokens)-1]
	ctx := w.Upset(t, action, nth, accident)
	guard(t, w, newest)
	first := j.run(t, w, j.do, ctx)
	if j.want == 1 {
		w.HoldsNoSecret(t, first.out+first.errs)
	}
	if first.err != nil {
		require.NotEmpty(t, first.err.Error())
	}
	w.Intercept(nil)
	require.True(t, works(t, w), keys(t, w))

	guard(t, w, newest)
	second := j.run(t, w, j.do, nil)
	require.NoError(t, second.err, "%v", first.err)
	w.Intercept(nil)
	require.Equal(t, j.keys, keys(t, w))
	require.True(t, works(t, w))
	after := secret(t, w).Texts(authorization)
	require.Len(t, after, j.want)
	require.Equal(t, newest, after[0], "callers send it")
}
