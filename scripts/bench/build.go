package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"scf-sms/internal/checkout"
)

// program is a function as it is deployed, and what was measured of it.
type program struct {
	figures
	binary    string // path
	goVersion string // that compiled it
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
	script.Stderr = os.Stderr
	out, err := script.Output()
	if err != nil {
		return nil, fmt.Errorf("scripts/package.sh: %w", err)
	}
	p := &program{figures: figures{}, binary: filepath.Join(dir, "dist", "main")}
	var binary, archive float64
	var word string
	_, err = fmt.Sscanf(string(out), "dist/main %f bytes sha256 %s\n"+
		"dist/main.zip %f bytes sha256 %s\nversion %s built with %s\n",
		&binary, &word, &archive, &word, &word, &p.goVersion)
	p.add("binary", binary)
	p.add("archive", archive)
	return p, err
}
