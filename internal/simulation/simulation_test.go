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
	perDay := func(s *Simulation) (limit int) {
		s.Cloud.Update(func(a *cloudsim.Account) { limit = a.Limits.PerDay })
		return limit
	}
	write(accountFile, `{"limits": {"perDay": 1}, "keys": [{"secretId": "AKIDone", "secretKey": "k", "token": "t"}]}`)
	write(settingsFile, "SIGN_NAME=one\n")
	s, err := Start("first", testdata, cloudsim.Options{})
	require.NoError(t, err)
	defer s.Close()

	write(accountFile, `{"limits": {"perDay": 2}, "keys": [{"secretId": "AKIDtwo", "secretKey": "k", "token": "t"}]}`)
	write(settingsFile, "SIGN_NAME=two\n")
	second := filepath.Join(testdata, accountFile) // any file may stand for a binary that is not run
	fresh, err := s.Reload(second, testdata)
	require.NoError(t, err)
	require.True(t, fresh)
	require.Equal(t, second, s.Function.Binary)
	require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
	require.Equal(t, s.Server.URL, s.Function.Env["SMS_ENDPOINT"])
	require.Equal(t, "AKIDtwo", s.Function.Role().SecretID)
	require.Equal(t, 2, perDay(s))

	t.Run("the account stays as it has become, where testdata has it as before", func(t *testing.T) {
		s.Cloud.Update(func(a *cloudsim.Account) { a.Limits.PerDay, a.Keys[0].Disabled = 7, true })
		fresh, err := s.Reload(second, testdata)
		require.NoError(t, err)
		require.False(t, fresh)
		require.Equal(t, 7, perDay(s))
		s.Cloud.Update(func(a *cloudsim.Account) { a.Limits.PerDay = 2 })
	})
	t.Run("what is wrong changes nothing", func(t *testing.T) {
		write(accountFile, `{"limits": {"perDay": 3}, "nonsense": true}`)
		_, err := s.Reload("third", testdata)
		require.ErrorContains(t, err, "nonsense")
		require.Equal(t, second, s.Function.Binary)
		require.Equal(t, 2, perDay(s))
	})
	t.Run("and its line is named", func(t *testing.T) {
		for text, line := range map[string]string{
			"{\n \"individual\": true,\n}": ":3: ",
			"{\n \"apps\": [{\"sdkAppId\": \"1\"},\n  {\"sdkAppId\": \"2\",\n   \"nonsense\": 1}]}": ":4: ",
			"{\n \"numbers\": {\n  \"+8613800138000\":\n   {\"kind\": \"odd\"}}}":                   ":4: ",
			"{\n \"templates\": [\n  {\"id\": \"1\", \"approved\": \"yes\"}]}":                      ":3: ",
			"{\n \"individual\": true": ":2: ",
		} {
			write(accountFile, text)
			_, err := s.Reload(second, testdata)
			require.ErrorContains(t, err, accountFile+line)
		}
		write(accountFile, `{"individual": true}`)
		for text, line := range map[string]string{
			"A=1\nB=2\nC C\nD=4\n":           ":3: ",
			"A='[\n 1\n]'\nB='[\n 2\n":       ":4: ",
			"# comment\n\nA=1\n\n?=2\nB=3\n": ":5: ",
		} {
			write(settingsFile, text)
			_, err := s.Reload(second, testdata)
			require.ErrorContains(t, err, settingsFile+line)
		}
	})
	t.Run("nor does what SCF wouldn't deploy", func(t *testing.T) {
		write(accountFile, `{"limits": {"perDay": 3}}`)
		write(settingsFile, "SCF_NAME=three\n")
		_, err := s.Reload(second, testdata)
		require.ErrorContains(t, err, "SCF_NAME")
		require.Equal(t, "two", s.Function.Env["SIGN_NAME"])
		require.Equal(t, 2, perDay(s))
	})
}
