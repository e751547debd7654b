// Package operatortest has what the tests of the commands that work with an operator's account
// share.
package operatortest

import (
	_ "embed"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/operator"
)

// CompleteEnv is a .env file with a key and with the settings that ServerlessYML deploys.
//
//go:embed complete.env
var CompleteEnv string

// ServerlessYML is a serverless.yml.
//
//go:embed serverless.yml
var ServerlessYML string

// Main runs a package's tests without the settings, keys and language of whoever runs them.
func Main(m *testing.M) {
	names := append(settings.Names(), "LC_ALL", "LC_MESSAGES", "LANG")
	for _, name := range append(names, operator.Endpoints()...) {
		os.Unsetenv(name)
	}
	for _, name := range []string{"SECRET_ID", "SECRET_KEY", "TOKEN"} {
		os.Unsetenv("TENCENT_" + name)
		os.Unsetenv("TENCENTCLOUD_" + name)
	}
	os.Exit(m.Run())
}

// Simulated is an account in a simulated cloud, with the settings of an env file ("": those of the
// simulation).
func Simulated(t *testing.T, envFile string) *operator.Account {
	t.Helper()
	a, err := operator.Open("test", operator.Options{EnvFile: envFile, Simulate: true})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	return a
}

// RealCloud is a cloud that check and send take for the real one, and an env file with a key for
// it.
func RealCloud(t *testing.T) (cloud *cloudsim.Cloud, envFile string) {
	t.Helper()
	root, err := checkout.Root()
	require.NoError(t, err)
	account, err := cloudsim.LoadAccount(filepath.Join(root, "testdata", "cloud.json"))
	require.NoError(t, err)
	account.Keys = append(account.Keys,
		cloudsim.Key{SecretID: "AKIDoperator", SecretKey: "operator-key", Allow: []string{"*"}})
	const version = "SSM_Current" // the token there is an example's, which check doesn't let pass
	value := account.Secrets[0].Versions[version]
	value.String = strings.ReplaceAll(value.String, "example-token", strings.Repeat("Qz7", 9))
	account.Secrets[0].Versions[version] = value
	cloud = cloudsim.New(cloudsim.Config{Account: account})
	server, err := cloudsim.Start(cloud, cloudsim.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	endpoints := ""
	for _, name := range operator.Endpoints() {
		endpoints += name + "=" + server.URL + "\n"
	}
	return cloud, Write(t, ".env", CompleteEnv+endpoints)
}

// Write makes a file with the text in a folder of its own.
func Write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// NoSecrets holds an output against everything in the simulation that must not be printed.
func NoSecrets(t *testing.T, output string) {
	t.Helper()
	clean := strings.ReplaceAll(output, "AKID…", "") // as the form of a secret is told
	for _, secret := range []string{
		"AKID", "example-sender-key", "example-operator-key", "example-token", "Bearer e",
		"role-key", "v1,whsec_ZXhh", "ExampleZitadel", "redis-password", "hash-key",
	} {
		require.NotContains(t, clean, secret)
	}
}

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// Golden holds a text against a file in testdata.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
