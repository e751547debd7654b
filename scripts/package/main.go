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
	"os/signal"
	"path/filepath"
	"runtime"

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
	file := filepath.Join(root, "dist", "main")
	err = errors.Join(os.RemoveAll(filepath.Dir(file)), os.Mkdir(filepath.Dir(file), 0o755))
	if err != nil {
		return err
	}
	p, err := checkout.Package(ctx, root, file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".zip", p.Archive, 0o644); err != nil {
		return err
	}
	fmt.Printf("dist/main      %9d bytes  sha256 %x\n", len(p.Binary), sha256.Sum256(p.Binary))
	fmt.Printf("dist/main.zip  %9d bytes  sha256 %x\n", len(p.Archive), sha256.Sum256(p.Archive))
	fmt.Printf("version %s, built with %s\n", p.Version, runtime.Version())
	return nil
}
