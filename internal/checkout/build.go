package checkout

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Version is the version of a function that [Build] built. It is the same for every commit, so that
// a commit that doesn't touch the function doesn't build it anew.
const Version = "local"

const (
	// keptBinaries is how many binaries stay in the cache: those that were used last.
	keptBinaries = 32
	// abandoned is how old the folder of a build is whose process must have been killed.
	abandoned = time.Hour
)

// Build returns the path of the function's binary, compiled for this machine with the flags of the
// deployed one. It compiles only sources that it has not compiled before: binaries are kept in the
// user's cache folder, by the content of what they were made of. The caller doesn't remove it.
//
// Processes may build at the same time. An interrupted build leaves nothing behind.
func Build(ctx context.Context, root string) (string, error) {
	g, err := newGoCommand(ctx, root, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache = filepath.Join(cache, Module, "function")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}

	key, err := g.key(root)
	if err != nil {
		return "", err
	}
	for {
		binary := filepath.Join(cache, key)
		now := time.Now()
		if os.Chtimes(binary, now, now) == nil { // it is there, and is marked as used
			return binary, nil
		}
		compiled, err := g.compileInto(ctx, root, cache, key)
		if err != nil {
			return "", err
		}
		if compiled == key {
			removeOld(cache)
			return binary, nil
		}
		key = compiled
	}
}

// compileInto puts a new binary into the cache, under its key. It puts none there when the sources
// changed meanwhile: nobody knows which of them were compiled. It returns their key at the end.
func (g *goCommand) compileInto(ctx context.Context, root, cache, key string) (string, error) {
	temp, err := os.MkdirTemp(cache, "building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "main")
	if err := g.compile(ctx, root, temp, binary, Version); err != nil {
		return "", err
	}
	now, err := g.key(root)
	if err != nil || now != key {
		return now, err
	}
	return key, os.Rename(binary, filepath.Join(cache, key))
}

// removeOld removes binaries that were not used lately, and what killed builds left behind. It is
// no failure of a build when it can't.
func removeOld(cache string) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return
	}
	var binaries []fs.FileInfo
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			continue
		}
		if !info.IsDir() {
			binaries = append(binaries, info)
		} else if time.Since(info.ModTime()) > abandoned {
			os.RemoveAll(filepath.Join(cache, info.Name()))
		}
	}
	slices.SortFunc(binaries, func(a, b fs.FileInfo) int {
		return cmp.Compare(b.ModTime().UnixNano(), a.ModTime().UnixNano())
	})
	for _, old := range binaries[min(keptBinaries, len(binaries)):] {
		os.Remove(filepath.Join(cache, old.Name()))
	}
}

// key tells apart what makes different binaries: the sources, the modules, the flags, Go itself.
//
// It opens each file in this process, though the go command could list them. Go's cache of test
// results knows of the files that a test opened, not of those that the go command opened for it.
// Without this, a test of the binary would stay "ok (cached)" whatever becomes of the function.
func (g *goCommand) key(root string) (string, error) {
	files, err := sources(root)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %q\n", g.version, g.target, flags(Version))
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%q %d\n", name, len(content))
		sum.Write(content)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:16]), nil
}

// sources returns the files that the function is compiled from, or may be: go.mod and go.sum, and
// for each package of this module that main imports the whole folder, because a source may embed a
// file.
func sources(root string) ([]string, error) {
	files := []string{"go.mod", "go.sum"}
	seen := map[string]bool{".": true}
	for packages := []string{"."}; len(packages) > 0; packages = packages[1:] {
		found, err := packageFiles(root, packages[0])
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			files = append(files, name)
			imports, err := Imports(filepath.Join(root, name))
			if err != nil {
				return nil, err
			}
			for _, folder := range imports {
				if !seen[folder] {
					seen[folder] = true
					packages = append(packages, folder)
				}
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// packageFiles returns the files of the package in a folder, less its tests. Of the root, which
// holds much more than package main, it returns the Go files.
func packageFiles(root, dir string) (files []string, err error) {
	walk := func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != dir && (dir == "." || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || strings.HasSuffix(name, "_test.go"):
		case dir == "." && path.Ext(name) != ".go":
		default:
			files = append(files, name)
		}
		return nil
	}
	return files, fs.WalkDir(os.DirFS(root), dir, walk)
}

// Imports returns the folders of this module's packages that a Go file imports, and none for a file
// of another kind. Their names are relative to the root, with slashes.
func Imports(file string) ([]string, error) {
	if filepath.Ext(file) != ".go" {
		return nil, nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if folder, ours := strings.CutPrefix(imported, Module+"/"); ours {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}
