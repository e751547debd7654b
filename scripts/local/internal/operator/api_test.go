package operator

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/settings"
)

// The settings, keys and language of whoever runs the tests are none of theirs.
func TestMain(m *testing.M) {
	names := append(settings.Names(), Endpoints()...)
	for _, name := range append(names, "LC_ALL", "LC_MESSAGES", "LANG") {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// account is one in a simulated cloud, whose waits take no time.
func account(t *testing.T) (*Account, *cloudsim.Cloud) {
	t.Helper()
	cloud := cloudsim.New(cloudsim.Config{Account: cloudsim.Account{
		Keys: []cloudsim.Key{{SecretID: "AKIDx", SecretKey: "x", Allow: []string{"*"}}},
	}})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	a, err := Open("test", Options{EnvFile: write(t, ".env",
		"CAM_ENDPOINT="+server.URL+"\nSSM_ENDPOINT="+server.URL+"\n")})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	a.Key = common.NewCredential("AKIDx", "x")
	a.Pause = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return a, cloud
}

// What only looks is asked again, and what changes something only if it certainly was not done.
func TestCall(t *testing.T) {
	t.Parallel()
	user := map[string]any{"Name": "n"}
	const look, change = cloudsim.GetUser, cloudsim.AddUser
	for _, tt := range []struct {
		name   string
		action string
		fault  cloudsim.Fault
		calls  int
		code   string // "": none
		unsure bool
	}{
		{"a look that is throttled", look,
			cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}, 4,
			"RequestLimitExceeded", false},
		{"a look without an answer", look, cloudsim.Fault{Kind: cloudsim.EOFSent}, 4, "", true},
		{"a look that is refused", look,
			cloudsim.Fault{Kind: cloudsim.Error, Code: "ResourceNotFound.UserNotExist"}, 1,
			"ResourceNotFound.UserNotExist", false},
		{"a change that is throttled", change,
			cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"}, 4,
			"RequestLimitExceeded", false},
		{"a change without an answer", change, cloudsim.Fault{Kind: cloudsim.EOFSent}, 1, "", true},
		{"a change whose answer says neither", change,
			cloudsim.Fault{Kind: cloudsim.Error, Code: "InternalError"}, 1, "InternalError", true},
		{"an answer that can't be read", change,
			cloudsim.Fault{Kind: cloudsim.Body, Body: "null"}, 1, "", true},
		{"an answer without a response", change,
			cloudsim.Fault{Kind: cloudsim.Body, Body: "{}"}, 1, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, cloud := account(t)
			cloud.Always(tt.action, &tt.fault)
			f := a.Call(t.Context(), CAM, tt.action, user, &struct{ Uin uint64 }{})
			require.NotNil(t, f)
			require.Equal(t, tt.code, f.Code)
			require.Equal(t, tt.unsure, f.Unclear())
			require.Equal(t, "cam:"+tt.action, f.Operation)
			require.Equal(t, tt.calls, cloud.Count(tt.action))
		})
	}
}

func TestCall_succeeds(t *testing.T) {
	t.Parallel()
	a, cloud := account(t)
	cloud.Script(cloudsim.AddUser, cloudsim.Fault{Kind: cloudsim.Error, Code: "RequestLimitExceeded"})
	var answer struct{ Uin uint64 }
	require.Nil(t, a.Call(t.Context(), CAM, "AddUser", map[string]any{"Name": "n"}, &answer))
	require.Equal(t, uint64(100000000101), answer.Uin, "a number of twelve digits")
	require.Nil(t, a.Call(t.Context(), CAM, "GetUserAppId", nil, nil))
}

func TestFailure(t *testing.T) {
	t.Parallel()
	a, cloud := account(t)
	cloud.Update(func(c *cloudsim.Account) { c.Keys[0].Allow = nil })
	f := a.Call(t.Context(), CAM, "AddUser", map[string]any{"Name": "n"}, nil)
	require.True(t, f.Denied())
	require.False(t, f.Unclear())
	f = a.Call(t.Context(), SSM, "DescribeSecret", map[string]any{"SecretName": "n"}, nil)
	require.True(t, f.Denied())
	var none *Failure
	require.False(t, none.Absent() || none.Unclear() || none.InUse() || none.Is("X"))

	a.Over = map[string]string{"CAM_ENDPOINT": "http://elsewhere.example"}
	f = a.Call(t.Context(), CAM, "GetUser", map[string]any{"Name": "n"}, nil)
	require.True(t, f.NotSent)
	require.Contains(t, f.Reason, "CAM_ENDPOINT must be https")
}

func TestSetEnv(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	set := func(names []string, values map[string]string) string {
		require.NoError(t, SetEnv(path, names, values))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	require.Equal(t, "A=1\nB='[{\"x\": 1}]'\n",
		set([]string{"A", "B"}, map[string]string{"A": "1", "B": `[{"x": 1}]`}))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.WriteFile(path, []byte("# why\nA=\n\nAB=2\n B = 3"), 0o644))
	require.Equal(t, "# why\nA=one # two\n\nAB=2\nB=4\nC=5\n", strip(set([]string{"A", "B", "C"},
		map[string]string{"A": "one # two", "B": "4", "C": "5"})))
	env, err := ReadEnv(path, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	require.Equal(t, "one # two", env.Get("A"))
	require.Empty(t, env.Commented)
	require.Equal(t, "4", env.Get("B"))

	require.NoError(t, os.WriteFile(path, []byte("A=\nB=\nA=\n"), 0o644))
	require.Equal(t, "A=\nB=\nA=1\n", set([]string{"A"}, map[string]string{"A": "1"}),
		"the last line counts")
}

// strip takes the quotes away that keep a value whole.
func strip(text string) string {
	bare := []byte{}
	for _, b := range []byte(text) {
		if b != '\'' {
			bare = append(bare, b)
		}
	}
	return string(bare)
}

func TestPausing(t *testing.T) {
	t.Parallel()
	require.NoError(t, pause(t.Context(), 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, pause(ctx, time.Hour), context.Canceled)
}
