package scfhost

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tencentyun/scf-go-lib/functioncontext"
)

// told is what the function knows of itself and where it runs.
type told struct {
	AtStart, Now []string
	Context      functioncontext.FunctionContext
	Left         time.Duration
	Dir          string
}

func tell(t *testing.T, i *Instance) told {
	t.Helper()
	var x told
	require.NoError(t, json.Unmarshal(do(t, i, `{"do": "tell"}`).Payload, &x))
	return x
}

func value(env []string, name string) string {
	for _, v := range env {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			return text
		}
	}
	return ""
}

func TestFunction_environment(t *testing.T) {
	t.Run("is the platform's and the function's own, and nothing of ours", func(t *testing.T) {
		t.Setenv("TENCENTCLOUD_SECRETKEY", "the developer's")
		i := start(t, Function{
			Env:     map[string]string{"SIGN_NAME": "Example", "TZ": "Asia/Shanghai"},
			Timeout: 7 * time.Minute,
			Region:  "ap-hongkong",
		})
		x := tell(t, i)

		root := filepath.Dir(fn)
		port := value(x.AtStart, "_LAMBDA_SERVER_PORT")
		assert.NotEmpty(t, port)
		assert.ElementsMatch(t, []string{
			"FUNCTION_MEMORY_SIZE=64", "FUNCTION_NAME=scf-sms", "FUNCTION_VERSION=$LATEST",
			"HOME=/home/qcloud", "HOSTNAME=scf", "LANG=en_US.UTF-8",
			"LD_LIBRARY_PATH=/var/runtime:/var/user:/opt",
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD=" + root,
			"SCF_FUNCTIONNAME=scf-sms", "SCF_FUNCTIONVERSION=$LATEST", "SCF_NAMESPACE=default",
			"SCF_RUNTIME=Go1",
			"SIGN_NAME=Example", "TZ=Asia/Shanghai",
			"TENCENTCLOUD_APPID=1250000000", "TENCENTCLOUD_REGION=ap-hongkong",
			"TENCENTCLOUD_RUNENV=SCF",
			"TENCENTCLOUD_TZ=UTC", "TENCENTCLOUD_UIN=100000000000", "USER_CODE_ROOT=" + root + "/",
			"_LAMBDA_SERVER_PORT=" + port, "_SCF_SERVER_PORT=" + port,
		}, x.AtStart)
		assert.Equal(t, root, x.Dir)

		assert.Equal(t, "scf-sms", x.Context.FunctionName)
		assert.Equal(t, "$LATEST", x.Context.FunctionVersion)
		assert.Equal(t, "default", x.Context.Namespace)
		assert.Equal(t, "ap-hongkong", x.Context.TencentcloudRegion)
		assert.EqualValues(t, 64, x.Context.MemoryLimitInMb)
		assert.EqualValues(t, 420_000, x.Context.TimeLimitInMs)
		assert.NotEmpty(t, x.Context.RequestID)
		assert.Equal(t, map[string]string{"SCF_NAMESPACE": "default", "SIGN_NAME": "Example",
			"TZ": "Asia/Shanghai"}, x.Context.Environment)
		assert.LessOrEqual(t, x.Left, 7*time.Minute)
		assert.Greater(t, x.Left, 5*time.Minute)
	})
	t.Run("gets the role's credentials with every invocation", func(t *testing.T) {
		keys := []string{"first", "second"}
		i := start(t, Function{Role: func() Role {
			key := keys[0]
			keys = keys[1:]
			return Role{SecretID: "id", SecretKey: key}
		}})
		x := tell(t, i)
		assert.Empty(t, value(x.AtStart, "TENCENTCLOUD_SECRETKEY"))
		assert.Equal(t, "first", value(x.Now, "TENCENTCLOUD_SECRETKEY"))
		assert.Equal(t, "first", x.Context.Environment["TENCENTCLOUD_SECRETKEY"])
		assert.NotContains(t, x.Context.Environment, "TENCENTCLOUD_SESSIONTOKEN", "there is none")
		assert.Equal(t, "second", value(tell(t, i).Now, "TENCENTCLOUD_SECRETKEY"))
	})
	t.Run("has the role's credentials from the start, if told to", func(t *testing.T) {
		i := start(t, Function{RoleAtStart: true,
			Role: func() Role { return Role{"id", "key", "token"} }})
		x := tell(t, i)
		assert.Equal(t, "id", value(x.AtStart, "TENCENTCLOUD_SECRETID"))
		assert.Equal(t, "key", value(x.AtStart, "TENCENTCLOUD_SECRETKEY"))
		assert.Equal(t, "token", value(x.AtStart, "TENCENTCLOUD_SESSIONTOKEN"))
		assert.Equal(t, "token", x.Context.Environment["TENCENTCLOUD_SESSIONTOKEN"])
	})
	t.Run("is read when the instance is made", func(t *testing.T) {
		env := map[string]string{"SIGN_NAME": "Example"}
		i := start(t, Function{Env: env})
		env["SIGN_NAME"] = "changed"
		assert.Equal(t, "Example", value(tell(t, i).AtStart, "SIGN_NAME"))
	})
	t.Run("may be found by a relative path to the binary", func(t *testing.T) {
		wd, err := os.Getwd()
		require.NoError(t, err)
		relative, err := filepath.Rel(wd, fn)
		require.NoError(t, err)
		assert.Equal(t, filepath.Dir(fn), tell(t, start(t, Function{Binary: relative})).Dir)
	})
}
