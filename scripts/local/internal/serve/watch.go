package serve

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// watch reloads the function whenever its sources have changed since before, until ctx ends.
func (s *server) watch(ctx context.Context, before string, w *workbench) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := fingerprint(s.root)
		if now == before {
			continue
		}
		before = now
		newAccount, err := w.live.reload(ctx)
		if ctx.Err() != nil {
			return // the build was ended, not wrong
		}
		w.reloaded(err)
		s.journal.reloaded(newAccount, err)
	}
}

// fingerprint changes when a file changes that the function is made from. Looking at a hundred
// files once a second costs less than a dependency that knows every system's way to be told.
func fingerprint(root string) string {
	sum := sha256.New()
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went away while we looked, which is a change as well
		}
		name, _ := filepath.Rel(root, path)
		if entry.IsDir() {
			if path != root && elsewhere(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !isSource(name) {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			fmt.Fprintln(sum, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return string(sum.Sum(nil))
}

// elsewhere reports whether a folder holds nothing that the function is made from.
func elsewhere(name string) bool {
	base := filepath.Base(name)
	return base[0] == '.' || name == "scripts" || base == "node_modules" ||
		base == "testdata" && name != base
}

func isSource(name string) bool {
	switch filepath.ToSlash(name) {
	case "go.mod", "go.sum", "testdata/cloud.json", "testdata/function.env":
		return true
	}
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}
