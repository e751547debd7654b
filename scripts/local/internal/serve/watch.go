package serve

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"scf-sms/internal/checkout"
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
	files, err := checkout.Sources(root) // a file that goes away meanwhile is a change as well
	fmt.Fprintln(sum, err)
	for _, name := range append(files, "testdata/cloud.json", "testdata/function.env") {
		if info, err := os.Stat(filepath.Join(root, name)); err == nil {
			fmt.Fprintln(sum, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return string(sum.Sum(nil))
}
