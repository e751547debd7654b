package secrets

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestForLimits(t *testing.T) {
	t.Parallel()
	const (
		key     = `{"accessKeyId": "AKIDminsc", "accessKeySecret": "boo", "authorization": "Bearer evil"`
		hash    = "a-key-of-16-chars"
		rotated = `{"SecretId": "AKIDminsc", "SecretKey": "boo", "redisPassword": "old", "hashKey": "` +
			hash + `-old"}`
	)
	for _, tt := range []struct {
		name, value, callers   string // callers: "" if they have no secret of their own
		password, key, problem string
	}{
		{name: "neither", value: key + `}`, key: "boo"},
		{name: "both", value: key + `, "redisPassword": " swordfish\n", "hashKey": "` + hash + `"}`,
			password: "swordfish", key: hash},
		{name: "in other spellings",
			value:    key + `, "REDIS_PASSWORD": "swordfish", "hash_key": "` + hash + `"}`,
			password: "swordfish", key: hash},
		{name: "empty ones", value: key + `, "redisPassword": "", "hashKey": " "}`, key: "boo"},
		{name: "null", value: key + `, "redisPassword": null, "hashKey": null}`, key: "boo"},
		{name: "only from the callers' secret", value: rotated, callers: onlyToken, key: "boo"},
		{name: "from the callers' secret", value: rotated,
			callers: `{"authorization": "Bearer nature", "redisPassword": "new", "hashKey": "` +
				hash + `-new"}`,
			password: "new", key: hash + "-new"},

		{name: "a short one", value: key + `, "hashKey": "15 characters.."}`,
			problem: "its hashKey is shorter than 16 characters"},
		{name: "one that is no text", value: key + `, "hashKey": 1234567890123456}`,
			problem: "its hashKey is not a string"},
		{name: "a list of passwords", value: key + `, "redisPassword": ["swordfish"]}`,
			problem: "its redisPassword is not a string"},
		{name: "a password on two lines", value: key + `, "redisPassword": "sword\nfish"}`,
			problem: "its redisPassword has a line break or another control character in it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, f *fixture) {
				if tt.callers != "" {
					f.separate(tt.value, tt.callers)
				} else {
					f.putValue(cloudsim.SecretValue{String: tt.value})
				}
				password, key, err := f.cache.ForLimits(t.Context())
				if tt.problem != "" {
					e, ok := errors.AsType[*Error](err)
					require.True(t, ok)
					require.Equal(t, tt.problem, e.Text)
					require.NotEmpty(t, e.Field)
					return
				}
				require.NoError(t, err)
				require.Equal(t, tt.password, password)
				require.Equal(t, tt.key, key)
				require.Equal(t, key != "boo", f.cache.held.HasHashKey())
				synctest.Wait() // formatting looks into everything, without a lock
				printed := everyFormatOf(t, f.cache.held, f.cache)
				requireNotPrinted(t, printed, hash, "swordfish")
			})
		})
	}
}

func TestForLimits_withoutASecret(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		f.breakSSM()
		_, _, err := f.cache.ForLimits(t.Context())
		_, ok := errors.AsType[*Error](err)
		require.True(t, ok)
	})
}
