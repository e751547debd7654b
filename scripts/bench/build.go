package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// program is a function as it is deployed.
type program struct {
	binary, archive         string // paths
	binarySize, archiveSize int64  // in bytes
}

// packageProgram builds and packs a function with this project's scripts/package.sh, in a copy of the project: ours, or
// another whose main.go is given.
func packageProgram(ctx context.Context, root, dir, mainGo string) (program, error) {
	for _, name := range []string{"go.mod", "go.sum", "main.go", "handler", "internal", "secrets", "scripts"} {
		if err := copyTree(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			return program{}, err
		}
	}
	if mainGo != "" {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(mainGo), 0o644); err != nil {
			return program{}, err
		}
	}
	script := exec.CommandContext(ctx, "bash", filepath.Join(dir, "scripts", "package.sh"))
	if out, err := script.CombinedOutput(); err != nil {
		return program{}, fmt.Errorf("scripts/package.sh: %w\n%s", err, out)
	}
	p := program{binary: filepath.Join(dir, "dist", "main"), archive: filepath.Join(dir, "dist", "main.zip")}
	for path, size := range map[string]*int64{p.binary: &p.binarySize, p.archive: &p.archiveSize} {
		info, err := os.Stat(path)
		if err != nil {
			return program{}, err
		}
		*size = info.Size()
	}
	return p, nil
}

func copyTree(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode())
}
