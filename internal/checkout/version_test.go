package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionOf(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	for _, variable := range os.Environ() { // in its hooks git names another repository
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "GIT_") {
			t.Setenv(name, value) // so that it is there again afterwards
			os.Unsetenv(name)
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	root := t.TempDir()
	inRoot := func(args ...string) string {
		t.Helper()
		out, err := git(t.Context(), root, args...)
		require.NoError(t, err)
		return out
	}
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o644))
	}
	version := func() string {
		t.Helper()
		version, err := versionOf(t.Context(), root)
		require.NoError(t, err)
		return version
	}
	require.Equal(t, "unknown", version(), "of an archive")

	inRoot("init", "-q")
	write(".gitignore", "dist\n")
	_, err := versionOf(t.Context(), root)
	require.ErrorContains(t, err, "git rev-parse, for the version", "no commit yet")

	inRoot("add", ".")
	inRoot("-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "first")
	commit := version()
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{12}$`), commit)
	require.True(t, strings.HasPrefix(inRoot("rev-parse", "HEAD"), commit))

	write("dist", "")
	require.Equal(t, commit, version(), "git ignores this file")
	write("new.go", "")
	require.Equal(t, commit+"-dirty", version(), "a new file")
	require.NoError(t, os.Remove(filepath.Join(root, "new.go")))
	write(".gitignore", "dist\nother\n")
	require.Equal(t, commit+"-dirty", version(), "another content")

	inner := filepath.Join(root, "inner")
	require.NoError(t, os.Mkdir(inner, 0o755))
	archive, err := versionOf(t.Context(), inner)
	require.NoError(t, err)
	require.Equal(t, "unknown", archive, "an archive within another repository")
}
