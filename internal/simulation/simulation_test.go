package simulation

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func TestReload(t *testing.T) {
	testdata := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(testdata, name), []byte(text), 0o644))
	}
	balance := func(s *Simulation) (left int) {
		s.Cloud.Update(func(a *cloudsim.Account) { left = *a.Balance })
		return left
	}
	write(accountFile, `{"balance": 1, "keys": [{"secretId": "AKIDone", "secretKey": "k", "token": "t"}]}`)
	write(settingsFile, "SIGN_NAME=one\n")
	s, err := Start("first", testdata, cloudsim.Options{})
	require.NoError(t, err)
	defer s.Close()

	write(accountFile, `{"balance": 2, "keys": [{"secretId": "AKIDtwo", "secretKey": "k", "token": "t"}]}`)
	write(settingsFile, "SIGN_NAME=two\n")
	second := filepath.Join(testdata, accountFile) // any file may stand for a binary that is not run
	require.NoError(t, s.Reload(second, testdata))
	require.Equal(t, second, s.Function.Binary)
	require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
	require.Equal(t, s.Server.URL, s.Function.Env["SMS_ENDPOINT"])
	require.Equal(t, "AKIDtwo", s.Function.Role().SecretID)
	require.Equal(t, 2, balance(s))

	t.Run("what is wrong changes nothing", func(t *testing.T) {
		write(accountFile, `{"balance": 3, "nonsense": true}`)
		require.ErrorContains(t, s.Reload("third", testdata), "nonsense")
		require.Equal(t, second, s.Function.Binary)
		require.Equal(t, 2, balance(s))
	})
	t.Run("nor does what SCF wouldn't deploy", func(t *testing.T) {
		write(accountFile, `{"balance": 3}`)
		write(settingsFile, "SCF_NAME=three\n")
		require.ErrorContains(t, s.Reload(second, testdata), "SCF_NAME")
		require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
		require.Equal(t, 2, balance(s))
	})
}
