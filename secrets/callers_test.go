package secrets

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

const (
	callersName = "sms-callers"
	fetchDelay  = 300 * time.Millisecond
)

// separate puts what callers prove themselves with into a secret of its own, as it must be where SSM
// rotates the key's: that value is the key, in Tencent's names.
func (f *fixture) separate(key, callers string) {
	f.cache.CallersName = callersName
	f.cloud.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions[version] = cloudsim.SecretValue{String: key}
		value := map[string]cloudsim.SecretValue{"SSM_Current": {String: callers}}
		a.Secrets = append(a.Secrets, cloudsim.Secret{Name: callersName, Versions: value})
	})
}

const (
	rotatedKey = `{"SecretId": "AKIDjaheira", "SecretKey": "harper"}`
	onlyToken  = `{"authorization": "Bearer nature"}`
)

func TestCallersSecret(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.separate(rotatedKey, onlyToken)
		f.delayNext(fetchDelay)
		elapsed := stopwatch()
		f.requireAllowed(t, "Bearer nature")
		f.requireKey(t, "AKIDjaheira")
		require.Equal(t, fetchDelay, elapsed(), "both were asked for at the same time")
		f.requireFetches(t, 2)
		f.requireRefused(t, "Bearer boo")
	})
}

func TestCallersSecret_isTheOnlyPlaceOfTheirs(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.separate(`{"accessKeyId": "AKIDminsc", "accessKeySecret": "boo", "authorization": "Bearer old"}`,
			`{"accessKeyId": "AKIDother", "accessKeySecret": "other", "authorization": "Bearer new"}`)
		f.requireKey(t, "AKIDminsc")
		f.requireAllowed(t, "Bearer new")
		f.requireRefused(t, "Bearer old")
	})
}

// Each secret is read for what counts in it: what else stands there can't be wrong.
func TestCallersSecret_whatDoesNotCountCanNotBeWrong(t *testing.T) {
	for name, tt := range map[string]struct{ key, callers string }{
		"beside the key": {
			`{"SecretId": "AKIDjaheira", "SecretKey": "harper", "authorization": 5, "supabase": "x",
				"zitadel": "a b", "reports": "short", "redisPassword": {}, "hashKey": "short"}`,
			onlyToken,
		},
		"beside the token": {
			rotatedKey,
			`{"authorization": "Bearer nature", "SecretId": 5, "accessKeySecret": "a\nb", "token": []}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.separate(tt.key, tt.callers)
				f.requireKey(t, "AKIDjaheira")
				f.requireAllowed(t, "Bearer nature")
			})
		})
	}
}

// Whatever is wrong with both is told at once.
func TestCallersSecret_bothAreBroken(t *testing.T) {
	for name, tt := range map[string]struct{ key, callers, reason string }{
		"neither can be read": {"x", "x", "the secret can't be used: its value is not a JSON object; " +
			"the secret of CALLERS_SECRET_NAME: the secret can't be used: its value is not a JSON object"},
		"both lack something": {`{"SecretId": "AKIDjaheira"}`, `{}`, "the secret can't be used: " +
			"its value has no accessKeySecret; the secret of CALLERS_SECRET_NAME: the secret can't be " +
			"used: its value has no authorization, supabase or zitadel"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.separate(tt.key, tt.callers)
				_, err := f.cache.Key(t.Context())
				e, ok := errors.AsType[*Error](err)
				require.True(t, ok)
				require.True(t, e.Permanent())
				require.Equal(t, tt.reason, e.Reason())
			})
		})
	}
}

func TestCallersSecret_onlyThePartThatFailedIsAskedForAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.separate(rotatedKey, onlyToken)
		f.script(cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
		f.requireAllowed(t, "Bearer nature")
		f.requireFetches(t, 3)
	})
}

func TestCallersSecret_refuses(t *testing.T) {
	for _, tt := range []struct {
		name, key, callers, reason string
	}{
		{"no token", rotatedKey, `{}`,
			"the secret of CALLERS_SECRET_NAME: the secret can't be used: " +
				"its value has no authorization, supabase or zitadel"},
		{"no key", `{}`, onlyToken,
			"the secret can't be used: its value has no accessKeyId and no accessKeySecret"},
		{"no JSON", rotatedKey, `Bearer nature`,
			"the secret of CALLERS_SECRET_NAME: the secret can't be used: its value is not a JSON object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				f.separate(tt.key, tt.callers)
				e := f.failure(t, t.Context())
				require.Equal(t, Unusable, e.Kind)
				require.Equal(t, tt.reason, e.Reason())
			})
		})
	}
}

func TestCallersSecret_isMissing(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.cache.CallersName = callersName
		e := f.failure(t, t.Context())
		require.Equal(t, Refused, e.Kind)
		require.Contains(t, e.Reason(), "the secret of CALLERS_SECRET_NAME: SSM has no such secret")
	})
}
