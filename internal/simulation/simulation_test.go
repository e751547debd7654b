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
	fresh, err := s.Reload(second, testdata)
	require.NoError(t, err)
	require.True(t, fresh)
	require.Equal(t, second, s.Function.Binary)
	require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
	require.Equal(t, s.Server.URL, s.Function.Env["SMS_ENDPOINT"])
	require.Equal(t, "AKIDtwo", s.Function.Role().SecretID)
	require.Equal(t, 2, balance(s))

	t.Run("the account stays as it has become, where testdata has it as before", func(t *testing.T) {
		s.Cloud.Update(func(a *cloudsim.Account) { *a.Balance, a.Keys[0].Disabled = 7, true })
		fresh, err := s.Reload(second, testdata)
		require.NoError(t, err)
		require.False(t, fresh)
		require.Equal(t, 7, balance(s))
		s.Cloud.Update(func(a *cloudsim.Account) { *a.Balance = 2 })
	})
	t.Run("what is wrong changes nothing", func(t *testing.T) {
		write(accountFile, `{"balance": 3, "nonsense": true}`)
		_, err := s.Reload("third", testdata)
		require.ErrorContains(t, err, "nonsense")
		require.Equal(t, second, s.Function.Binary)
		require.Equal(t, 2, balance(s))
	})
	t.Run("nor does what SCF wouldn't deploy", func(t *testing.T) {
		write(accountFile, `{"balance": 3}`)
		write(settingsFile, "SCF_NAME=three\n")
		_, err := s.Reload(second, testdata)
		require.ErrorContains(t, err, "SCF_NAME")
		require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
		require.Equal(t, 2, balance(s))
	})
}
