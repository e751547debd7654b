package checkout

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Packaged is the function as it is deployed.
type Packaged struct {
	Binary  []byte
	Archive []byte // a zip archive with the binary in it
	Version string // what the binary's log lines say
}

// Package builds the function for SCF's Go1 runtime into a file, and packs it. The same commit and
// Go make the same bytes on any machine.
func Package(ctx context.Context, root, file string) (p Packaged, err error) {
	if p.Version, err = versionOf(ctx, root); err != nil {
		return p, err
	}
	if err := BuildForSCF(ctx, root, file, p.Version); err != nil {
		return p, err
	}
	// Its mode depends on the umask, and SCF's own tools pack the file as it is.
	if err := os.Chmod(file, 0o755); err != nil {
		return p, err
	}
	if p.Binary, err = os.ReadFile(file); err != nil {
		return p, err
	}
	p.Archive, err = Pack(p.Binary)
	return p, err
}

// versionOf is the commit that is checked out, with "-dirty" where a file differs from it or is
// new. Files that git ignores don't count. It is "unknown" in an archive, which has no commit.
func versionOf(ctx context.Context, root string) (string, error) {
	if _, err := os.Lstat(filepath.Join(root, ".git")); err != nil {
		return "unknown", nil // a folder above may be a repository: it is another's
	}
	commit, err := git(ctx, root, "rev-parse", "--short=12", "HEAD")
	if err != nil {
		return "", err
	}
	changes, err := git(ctx, root, "status", "--porcelain")
	if changes != "" {
		commit += "-dirty"
	}
	return commit, err
}

func git(ctx context.Context, root string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("git %s, for the version: %w", args[0], err)
	}
	return strings.TrimSpace(string(out)), nil
}
