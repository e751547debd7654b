package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"scf-sms/internal/checkout"
)

// program is a function as it is deployed, and what was measured of it.
type program struct {
	figures
	binary                  string // path
	binarySize, archiveSize int64  // in bytes
	goVersion               string // that compiled it
}

// packageProgram builds and packs a function with this project's scripts/package.sh, in a copy of
// the project: ours, or another whose main.go is given.
func packageProgram(ctx context.Context, root, dir, mainGo string) (*program, error) {
	if err := checkout.Copy(root, dir); err != nil {
		return nil, err
	}
	if mainGo != "" {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(mainGo), 0o644); err != nil {
			return nil, err
		}
	}
	script := exec.CommandContext(ctx, "bash", filepath.Join(dir, "scripts", "package.sh"))
	if out, err := script.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("scripts/package.sh: %w\n%s", err, out)
	}
	p := &program{figures: figures{}, binary: filepath.Join(dir, "dist", "main")}
	binary, err := os.Stat(p.binary)
	if err != nil {
		return nil, err
	}
	archive, err := os.Stat(p.binary + ".zip")
	if err != nil {
		return nil, err
	}
	p.binarySize, p.archiveSize = binary.Size(), archive.Size()
	info, err := buildinfo.ReadFile(p.binary)
	if err != nil {
		return nil, err
	}
	p.goVersion = info.GoVersion
	return p, nil
}
