package checkout

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Version is the version of a function that [Build] built. It is the same for every commit, so that
// a commit that doesn't touch the function doesn't build it anew.
const Version = "local"

// kept is how many binaries stay in the cache: those that were used last.
const kept = 32

// Build returns the path of the function's binary, compiled for this machine with the flags of the
// deployed one. It compiles only sources that it has not compiled before: binaries are kept in the
// user's cache folder, by the content of what they were made of. The caller doesn't remove it.
//
// Processes may build at the same time. An interrupted build leaves nothing behind.
func Build(ctx context.Context, root string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, Module, "function")
	before, err := key(root)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(cache, before)
	now := time.Now()
	if os.Chtimes(binary, now, now) == nil { // it is there, and is marked as used
		return binary, nil
	}

	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp(cache, "building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	built := filepath.Join(temp, "main")
	if err := compile(ctx, root, built, Version, runtime.GOOS, runtime.GOARCH); err != nil {
		return "", err
	}
	after, err := key(root)
	if err != nil {
		return "", err
	}
	if after != before { // nobody knows which of the sources were compiled
		return Build(ctx, root)
	}
	if err := os.Rename(built, binary); err != nil {
		return "", err
	}
	removeOld(cache)
	return binary, nil
}

// BuildForSCF compiles the function for SCF's Go1 runtime, as it is deployed, to an absolute path.
// The version of the function is what its log lines say. The same source, version and Go make the
// same bytes on any machine.
func BuildForSCF(ctx context.Context, root, binary, version string) error {
	return compile(ctx, root, binary, version, "linux", "amd64")
}

// removeOld removes what was used least lately: binaries, and folders that killed builds left. A
// build doesn't fail when it can't.
func removeOld(cache string) {
	entries, _ := os.ReadDir(cache)
	used := func(e fs.DirEntry) (t time.Time) {
		if info, err := e.Info(); err == nil {
			t = info.ModTime()
		}
		return t
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return used(b).Compare(used(a)) })
	for _, old := range entries[min(kept, len(entries)):] {
		os.RemoveAll(filepath.Join(cache, old.Name()))
	}
}

// key tells apart what makes different binaries: the sources, the modules, the flags, and Go, which
// is the one that compiled this program.
//
// It opens each file in this process, though the go command could list them. Go's cache of test
// results knows of the files that a test opened, not of those that the go command opened for it.
// Without this, a test of the binary would stay "ok (cached)" whatever becomes of the function.
func key(root string) (string, error) {
	files, err := Sources(root)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version(), runtime.GOOS, runtime.GOARCH, flags(Version))
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%q %d\n%s", name, len(content), content)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:16]), nil
}

// Sources returns the files that the function may be made from, by their names below root, with
// slashes: go.mod, go.sum, the Go files beside them, and whatever else is in the folders of the
// module's packages, because a source may embed a file. Tests, scripts and docs are left out.
func Sources(root string) (files []string, err error) {
	walk := func(name string, entry fs.DirEntry, err error) error {
		base := path.Base(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			without := []string{"testdata", "scripts", "docs", "dist"}
			if name != "." && (base[0] == '.' || slices.Contains(without, base)) {
				return fs.SkipDir
			}
		case strings.HasSuffix(name, "_test.go"):
		case name != base || slices.Contains([]string{".go", ".mod", ".sum"}, path.Ext(name)):
			files = append(files, name)
		}
		return nil
	}
	err = fs.WalkDir(os.DirFS(root), ".", walk)
	return files, err
}

// flags are those of every build of the function.
func flags(version string) []string {
	return []string{
		"-mod=readonly", "-trimpath", "-buildvcs=false",
		// Tencent's APIs are spoken to over HTTP/1.1. HTTP/2 would be 4 % of the package.
		"-tags=nethttpomithttp2",
		// A send is one request, so nothing of these is hot. Without inlining they make the package
		// 2 % smaller, and no slower to start. Ours would take more memory.
		"-gcflags=github.com/...=-l", "-gcflags=net/...=-l",
		"-ldflags=-s -w -buildid= -X main.version=" + version,
	}
}

// compile compiles the function. What a go command leaves that is killed is beside the binary.
func compile(ctx context.Context, root, binary, version, goos, goarch string) error {
	env, err := machineSettings(ctx, root)
	if err != nil {
		return err
	}
	args := append([]string{"build", "-o", binary}, flags(version)...)
	build := exec.CommandContext(ctx, "go", append(args, ".")...)
	build.Dir = root
	// Without cgo it is static: the C library of SCF's runtime is an old one.
	build.Env = append(env, "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch,
		"GOENV=off", "GOWORK=off", "GOTMPDIR="+filepath.Dir(binary))
	// Interrupted, the go command ends the compilers that it started. Killed, it leaves them
	// running.
	build.Cancel = func() error { return build.Process.Signal(os.Interrupt) }
	build.WaitDelay = 5 * time.Second
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the function: %w\n%s", err, out)
	}
	return nil
}

// machineSettings is this process's environment. Of the go command's settings it has only where
// modules and toolchains come from and where they are kept. Those that somebody made for other
// builds, here or with go env -w, would make other bytes.
func machineSettings(ctx context.Context, root string) ([]string, error) {
	names := strings.Fields("GOPROXY GOSUMDB GONOSUMDB GONOPROXY GOPRIVATE GOINSECURE GOVCS " +
		"GOAUTH GOTOOLCHAIN GOPATH GOMODCACHE GOCACHE GOCACHEPROG")
	ask := exec.CommandContext(ctx, "go", append([]string{"env"}, names...)...)
	ask.Dir, ask.Stderr = root, os.Stderr
	out, err := ask.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "GO") || strings.HasPrefix(variable, "CGO_")
	})
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
		env = append(env, names[i]+"="+value)
	}
	return env, nil
}
