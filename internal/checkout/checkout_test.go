package checkout

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRoot_fromAPackage(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "internal", "checkout", "checkout_test.go"))
}

func TestRoot_elsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Root()
	require.ErrorContains(t, err, "not in a checkout")
}

// small is a project that compiles in no time, with a cache of its own.
func small(t *testing.T) (root, cache string) {
	t.Helper()
	root, home := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home) // of Linux
	t.Setenv("HOME", home)           // of macOS
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	write(t, root, "go.mod", "module scf-sms\n\ngo 1.26\n")
	write(t, root, "go.sum", "")
	write(t, root, "main.go", `package main

import "scf-sms/deep/down"

var version = "unknown"

func main() { println(version, down.Word) }
`)
	write(t, root, "deep/down/word.go", "package down\n\nvar Word = \"one\"\n")
	return root, filepath.Join(cache, Module, "function")
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	file := filepath.Join(root, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
}

// warm lets the go command keep its own cache, though a test has another home.
func warm(t *testing.T) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	require.NoError(t, err)
	folders := strings.Fields(string(out))
	t.Setenv("GOCACHE", folders[0])
	t.Setenv("GOMODCACHE", folders[1])
}

func output(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary).CombinedOutput()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

func TestBuild(t *testing.T) {
	warm(t)
	root, cache := small(t)
	first, err := Build(t.Context(), root)
	require.NoError(t, err)
	require.Equal(t, "local one", output(t, first))

	for _, tt := range []struct {
		name          string
		file, content string
		anew          bool
	}{
		{"nothing changed", "main_test.go", "package main\n", false},
		{"a program of scripts", "scripts/tool/main.go", "package main\n\nvar X = 1\n", false},
		{"test data of one that it does", "deep/down/testdata/file", "2", false},
		{"a comment", "main.go", "", true},
		{"a package that it imports", "deep/down/word.go", "package down\n\nvar Word = \"two\"\n", true},
		{"a file beside it, which may be embedded", "deep/down/file/word.txt", "three", true},
		{"the modules", "go.mod", "module scf-sms\n\ngo 1.26.0\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, err := Build(t.Context(), root)
			require.NoError(t, err)
			if tt.content == "" {
				content, err := os.ReadFile(filepath.Join(root, tt.file))
				require.NoError(t, err)
				tt.content = string(content) + "// That is all.\n"
			}
			write(t, root, tt.file, tt.content)
			after, err := Build(t.Context(), root)
			require.NoError(t, err)
			require.Equal(t, tt.anew, before != after)
		})
	}

	t.Run("what was compiled before is not compiled again", func(t *testing.T) {
		write(t, root, "deep/down/word.go", "package down\n\nvar Word = \"one\"\n")
		require.NoError(t, os.RemoveAll(filepath.Join(root, "deep", "down", "file")))
		write(t, root, "go.mod", "module scf-sms\n\ngo 1.26\n")
		content, err := os.ReadFile(filepath.Join(root, "main.go"))
		require.NoError(t, err)
		write(t, root, "main.go", strings.TrimSuffix(string(content), "// That is all.\n"))
		t.Setenv("GOCACHE", "off") // the go command can't compile without
		binary, err := Build(t.Context(), root)
		require.NoError(t, err)
		require.Equal(t, first, binary)
	})

	t.Run("settings for other builds don't count", func(t *testing.T) {
		t.Setenv("GOFLAGS", "-race")
		t.Setenv("GOOS", "plan9")
		t.Setenv("GOEXPERIMENT", "arenas")
		binary, err := Build(t.Context(), root)
		require.NoError(t, err)
		require.Equal(t, first, binary)
	})

	t.Run("an error is that of the compiler, and leaves nothing behind", func(t *testing.T) {
		before := entries(t, cache)
		write(t, root, "deep/down/word.go", "package down\n\nvar Word = 1 + nothing\n")
		_, err := Build(t.Context(), root)
		require.ErrorContains(t, err, "undefined: nothing")
		require.Equal(t, before, entries(t, cache))
	})

	t.Run("nor does an interruption", func(t *testing.T) {
		before := entries(t, cache)
		write(t, root, "deep/down/word.go", "package down\n\nvar Word = \"late\"\n")
		started := filepath.Join(t.TempDir(), "started")
		goInstead(t, `touch `+started+`; exec sleep 600`)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := Build(ctx, root)
			ended <- err
		}()
		require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil },
			time.Minute, time.Millisecond)
		cancel()
		require.Error(t, <-ended)
		require.Equal(t, before, entries(t, cache))
	})

	t.Run("sources that change while they are compiled are compiled again", func(t *testing.T) {
		before := entries(t, cache)
		write(t, root, "deep/down/word.go", "package down\n\nvar Word = \"early\"\n")
		goInstead(t, `"$go" "$@" && sed -i s/early/final/ deep/down/word.go`)
		binary, err := Build(t.Context(), root)
		require.NoError(t, err)
		require.Equal(t, "local final", output(t, binary))
		require.Len(t, entries(t, cache), len(before)+1)
	})
}

// goInstead replaces "go build" by a line of shell, in which $go is the go command.
func goInstead(t *testing.T, line string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux")
	}
	path, err := exec.LookPath("go")
	require.NoError(t, err)
	dir := t.TempDir()
	script := "#!/bin/sh\ngo=" + path + "\n" +
		`if [ "$1" != build ]; then exec "$go" "$@"; fi` + "\n" + line + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

func TestRemoveOld(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	add := func(name string, unused time.Duration) {
		write(t, cache, name, "")
		used := time.Now().Add(-unused)
		require.NoError(t, os.Chtimes(filepath.Join(cache, name), used, used))
	}
	for i := range kept - 1 {
		add(fmt.Sprint("binary", i), time.Duration(i)*time.Second)
	}
	add("old", time.Hour)
	write(t, cache, "building-killed/main", "")
	yesterday := time.Now().Add(-24 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(cache, "building-killed"), yesterday, yesterday))
	write(t, cache, "building-now/main", "")

	removeOld(cache)
	require.Len(t, entries(t, cache), kept)
	require.DirExists(t, filepath.Join(cache, "building-now"))
	require.NoFileExists(t, filepath.Join(cache, "old"))
	require.NoDirExists(t, filepath.Join(cache, "building-killed"))
}

func files(t *testing.T, root string) (names []string) {
	t.Helper()
	list := func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	}
	require.NoError(t, fs.WalkDir(os.DirFS(root), ".", list))
	slices.Sort(names)
	return names
}

func TestCopy(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, root, ".gitignore", "/dist/\n.env\n.env.*\n!.env.example\n*.pem\n")
	for _, name := range []string{
		"go.mod", "a/b/c.go", "a/dist/kept", ".env.example", "b/script.sh",
		"dist/main", ".env", "a/.env.prod", "a/key.pem", ".git/HEAD",
	} {
		write(t, root, name, name)
	}
	require.NoError(t, os.Chmod(filepath.Join(root, "b", "script.sh"), 0o755))

	dir := filepath.Join(t.TempDir(), "copy", "of it")
	require.NoError(t, Copy(root, dir))
	require.Equal(t, []string{
		".env.example", ".gitignore", "a/b/c.go", "a/dist/kept", "b/script.sh", "go.mod",
	}, files(t, dir))
	content, err := os.ReadFile(filepath.Join(dir, "a", "b", "c.go"))
	require.NoError(t, err)
	require.Equal(t, "a/b/c.go", string(content))
	info, err := os.Stat(filepath.Join(dir, "b", "script.sh"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o755), info.Mode().Perm())
}

// The .gitignore of the project may get a pattern one day that Copy doesn't know.
func TestCopy_asGitLists(t *testing.T) {
	t.Parallel()
	root, err := Root()
	require.NoError(t, err)
	list := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z",
		"--cached", "--others", "--exclude-standard")
	out, err := list.Output()
	if err != nil {
		t.Skip("this is no checkout of git's, or there is no git")
	}
	var want []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join(root, name)); err == nil { // some may be deleted
			want = append(want, name)
		}
	}
	slices.Sort(want)
	dir := t.TempDir()
	require.NoError(t, Copy(root, dir))
	require.Equal(t, want, files(t, dir))
}
