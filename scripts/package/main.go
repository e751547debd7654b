// Command package builds the function as it is deployed: dist/main, for SCF's Go1 runtime, and
// dist/main.zip, which holds it. Use scripts/package.sh, which runs it with the version of Go that
// go.mod names: the same commit makes the same bytes on any machine, so that a deployed package can
// be checked.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"scf-sms/internal/checkout"
)

func main() {
	if len(os.Args) != 1 {
		fmt.Fprintln(os.Stderr, "Usage: scripts/package.sh")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "package:", err)
		stop()
		os.Exit(1)
	}
}

// run empties dist, fills it, and prints the size and checksum of each file, and the version.
func run(ctx context.Context, out io.Writer) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	dist := filepath.Join(root, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return err
	}
	if err := os.Mkdir(dist, 0o755); err != nil {
		return err
	}
	version, err := versionOf(ctx, root)
	if err != nil {
		return err
	}
	file := filepath.Join(dist, "main")
	goVersion, err := checkout.BuildForSCF(ctx, root, file, version)
	if err != nil {
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
	archive, err := pack("main", binary)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".zip", archive, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(out, "dist/main      %9d bytes  sha256 %x\n", len(binary), sha256.Sum256(binary))
	fmt.Fprintf(out, "dist/main.zip  %9d bytes  sha256 %x\n", len(archive), sha256.Sum256(archive))
	fmt.Fprintf(out, "version %s, built with %s\n", version, goVersion)
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
	if err != nil {
		return "", err
	}
	if changes != "" {
		commit += "-dirty"
	}
	return commit, nil
}

func git(ctx context.Context, root string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("git %s, for the version: %w\n%s", args[0], err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
}
