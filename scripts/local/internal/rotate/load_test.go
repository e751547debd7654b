package rotate

import (
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
	"scf-sms/scripts/local/internal/function"
)

// Callers who send all the time notice nothing of a rotation, and nothing of its end.
func TestKey_underLoad(t *testing.T) {
	t.Parallel()
	w := world(t, func(a *cloudsim.Account) {
		a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDrole", SecretKey: "the-role-key",
			Token: "the-role-token", Allow: []string{"ssm:GetSecretValue"}})
		a.Limits = cloudsim.Limits{ThirtySeconds: -1, PerDay: -1}
		a.Signs = []cloudsim.Sign{{Name: "示例", Approved: true}}
		a.Templates = []cloudsim.Template{{ID: "1110001", Text: "{1}", Approved: true}}
	})
	binary, err := function.Build(t.Context(), w.Open(t).Root, os.Stderr)
	require.NoError(t, err)
	settings, err := godotenv.Read(w.EnvFile)
	require.NoError(t, err)
	env := map[string]string{}
	for _, name := range []string{"SECRET_NAME", "SDK_APP_ID", "SIGN_NAME", "TEMPLATES",
		"SSM_ENDPOINT", "SMS_ENDPOINT"} {
		env[name] = settings[name]
	}
	instance, err := scfhost.New(scfhost.Function{Binary: binary, Env: env, Concurrent: true,
		Timeout: time.Minute,
		Role: func() scfhost.Role {
			return scfhost.Role{SecretID: "AKIDrole", SecretKey: "the-role-key",
				SessionToken: "the-role-token"}
		}})
	require.NoError(t, err)
	defer instance.Close()

	var sent atomic.Int64
	var over atomic.Bool
	var callers sync.WaitGroup
	failures := make(chan string, 1000)
	tick := make(chan struct{}) // after each message, for whoever waits
	for caller := range 4 {
		callers.Go(func() {
			for n := 0; !over.Load() || n < 20; n++ {
				event := fmt.Sprintf(`{"httpMethod": "POST", `+
					`"headers": {"Authorization": "Bearer the-callers-token"}, `+
					`"body": "{\"to\": \"+86138%04d%04d\", \"type\": \"SignIn\", `+
					`\"payload\": {\"code\": \"123456\"}}"}`, caller, n)
				result, err := instance.Invoke(t.Context(), []byte(event))
				if err != nil || result.StatusCode() != http.StatusOK {
					failures <- string(result.Payload)
				}
				sent.Add(1)
				select {
				case tick <- struct{}{}:
				default:
				}
			}
		})
	}
	// Between any two steps of a rotation some are sent.
	w.OnPause = func() {
		for range 5 {
			<-tick
		}
	}
	first := rotateKey(t, w, false)
	second := rotateKey(t, w, false)
	third := rotateKey(t, w, true)
	over.Store(true)
	callers.Wait()
	for _, o := range []outcome{first, second, third} {
		require.NoError(t, o.err)
	}
	close(failures)
	for failure := range failures {
		t.Error(failure)
	}
	require.Len(t, w.Cloud.Outbox(), int(sent.Load()))
}
