// Command package builds the function as it is deployed: dist/main, for SCF's Go1 runtime, and
// dist/main.zip, which holds it. Use scripts/package.sh, which runs it with the version of Go that
// go.mod names: the same commit makes the same bytes on any machine, so that a deployed package can
// be checked.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"scf-sms/internal/checkout"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		os.Exit(1)
	}
}

// run empties dist, fills it, and prints the size and checksum of each file, and the version.
func run(ctx context.Context) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	version, err := versionOf(ctx, root)
	if err != nil {
		return err
	}
	file := filepath.Join(root, "dist", "main")
	err = errors.Join(os.RemoveAll(filepath.Dir(file)), os.Mkdir(filepath.Dir(file), 0o755))
	if err != nil {
		return err
	}
	if err := checkout.BuildForSCF(ctx, root, file, version); err != nil {
		return err
	}
	// Its mode depends on the umask, and SCF's own tools pack the file as it is.
	if err := os.Chmod(file, 0o755); err != nil {
		return err
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	archive, err := pack(binary)
	if err == nil {
		err = os.WriteFile(file+".zip", archive, 0o644)
	}
	if err != nil {
		return err
	}
	fmt.Printf("dist/main      %9d bytes  sha256 %x\n", len(binary), sha256.Sum256(binary))
	fmt.Printf("dist/main.zip  %9d bytes  sha256 %x\n", len(archive), sha256.Sum256(archive))
	fmt.Printf("version %s, built with %s\n", version, runtime.Version())
	return nil
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
