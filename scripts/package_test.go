package scripts_test

import (
	"archive/zip"
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/scfhost"
)

// needBash skips a test where scripts can't run.
func needBash(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
}

// packaged runs package.sh in a clone of this project with one commit, called from elsewhere and
// with variables on top of this process's. It returns the folder with what it made, and the commit.
func packaged(t *testing.T, umask string, variables ...string) (dist, commit string) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "a folder")
	require.NoError(t, checkout.Copy("..", copied))
	commit = commitAll(t, copied)
	dist = filepath.Join(copied, "dist")
	require.NoError(t, os.Mkdir(dist, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dist, "stale"), nil, 0o644))

	script := exec.CommandContext(t.Context(), "bash", "-c", "umask "+umask+` && exec bash "$0"`,
		filepath.Join(copied, "scripts", "package.sh"))
	script.Dir = t.TempDir()
	script.Env = append(outsideOfGit(), variables...)
	out, err := script.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Regexp(t, `(?m)^dist/main +\d+ bytes  sha256 [0-9a-f]{64}$`, string(out))
	assert.Regexp(t, `(?m)^dist/main\.zip +\d+ bytes  sha256 [0-9a-f]{64}$`, string(out))
	assert.Regexp(t, `(?m)^version `+commit+`, built with `+toolchain(t)+`$`, string(out))
	return dist, commit
}

// outsideOfGit is this process's environment without what git sets in its hooks: GIT_DIR names
// another repository.
func outsideOfGit() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GIT_")
	})
}

// commitAll makes a folder a clone, and returns its one commit. The same files make the same one.
func commitAll(t *testing.T, dir string) string {
	t.Helper()
	var commit string
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "all"}, {"rev-parse", "--short=12", "HEAD"},
	} {
		git := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...)
		git.Env = append(outsideOfGit(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
			"GIT_AUTHOR_NAME=n", "GIT_AUTHOR_EMAIL=e", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
			"GIT_COMMITTER_NAME=n", "GIT_COMMITTER_EMAIL=e", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
		out, err := git.CombinedOutput()
		require.NoError(t, err, "%s", out)
		commit = strings.TrimSpace(string(out))
	}
	return commit
}

// toolchain is the version of Go that go.mod names.
func toolchain(t *testing.T) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, "../go.mod"), "\ntoolchain ")
	require.True(t, found)
	version, _, _ := strings.Cut(rest, "\n")
	return version
}

// needToolchain skips a test where that version isn't installed and can't be downloaded.
func needToolchain(t *testing.T) {
	t.Helper()
	get := exec.CommandContext(t.Context(), "go", "version")
	get.Env = append(os.Environ(), "GOTOOLCHAIN="+toolchain(t))
	if out, err := get.CombinedOutput(); err != nil {
		t.Skipf("%s can't be had: %s", toolchain(t), out)
	}
}

func TestPackage(t *testing.T) {
	needBash(t)
	if testing.Short() {
		t.Skip("builds the function twice")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	needToolchain(t)
	dist, commit := packaged(t, "022")
	entries, err := os.ReadDir(dist)
	require.NoError(t, err)
	require.Len(t, entries, 2, "what an earlier build left is gone")

	t.Run("the binary runs on SCF", func(t *testing.T) {
		info, err := os.Stat(filepath.Join(dist, "main"))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o755), info.Mode())

		binary, err := elf.Open(filepath.Join(dist, "main"))
		require.NoError(t, err)
		defer binary.Close()
		assert.Equal(t, elf.EM_X86_64, binary.Machine)
		assert.Nil(t, binary.Section(".interp"), "it is not static")
		assert.Nil(t, binary.Section(".symtab"), "it is not stripped")
	})

	t.Run("its log lines hold the version", func(t *testing.T) {
		if runtime.GOARCH != "amd64" {
			t.Skip("needs amd64")
		}
		instance, err := scfhost.New(scfhost.Function{Binary: filepath.Join(dist, "main"),
			Timeout: time.Minute})
		require.NoError(t, err)
		defer instance.Close()
		result, err := instance.Invoke(t.Context(), []byte(`{}`))
		require.NoError(t, err)
		assert.Contains(t, result.Stdout, `"version":"`+commit+`"`)
	})

	t.Run("the archive holds it and nothing else", func(t *testing.T) {
		archive, err := zip.OpenReader(filepath.Join(dist, "main.zip"))
		require.NoError(t, err)
		defer archive.Close()
		require.Len(t, archive.File, 1)
		entry := archive.File[0]
		assert.Equal(t, "main", entry.Name)
		assert.Equal(t, os.FileMode(0o755), entry.Mode())
		earliest := time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
		assert.True(t, entry.Modified.Equal(earliest), entry.Modified)

		r, err := entry.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		binary, err := os.ReadFile(filepath.Join(dist, "main"))
		require.NoError(t, err)
		assert.Equal(t, binary, content)
	})

	t.Run("elsewhere they are the same bytes", func(t *testing.T) {
		other, _ := packaged(t, "077", "GOFLAGS=-race", "GOAMD64=v3", "GOOS=darwin", "GOARCH=arm64",
			"GOEXPERIMENT=jsonv2", "CGO_ENABLED=1", "TZ=Asia/Shanghai")
		for _, name := range []string{"main", "main.zip"} {
			want, err := os.ReadFile(filepath.Join(dist, name))
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join(other, name))
			require.NoError(t, err)
			assert.True(t, string(want) == string(got), "%s differs", name)
		}
	})
}

func TestPackageWithoutGo(t *testing.T) {
	needBash(t)
	bash, err := exec.LookPath("bash")
	require.NoError(t, err)
	script := exec.Command(bash, "package.sh")
	script.Env = []string{"PATH=" + t.TempDir()}
	out, err := script.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, string(out), "install Go")
}
