// Command zip packs an executable the way SCF wants it, for machines that have Go and no zip: one file at the root of the
// archive, with its executable bit. Equal files make equal archives, whenever and wherever they are packed. See
// scripts/package.sh.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "Usage: go run ./scripts/zip FILE ARCHIVE.zip")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "zip:", err)
		os.Exit(1)
	}
}

// run packs a file into a new archive, and tells the size and the checksum of both.
func run(file, archive string, out io.Writer) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	packed, err := pack(filepath.Base(file), content)
	if err != nil {
		return err
	}
	if err := os.WriteFile(archive, packed, 0o644); err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{file, content}, {archive, packed}} {
		fmt.Fprintf(out, "%-14s %9d bytes  sha256 %x\n", f.name, len(f.content), sha256.Sum256(f.content))
	}
	return nil
}

// pack returns an archive of one executable file.
func pack(name string, content []byte) ([]byte, error) {
	header := &zip.FileHeader{
		Name:     name,
		Method:   zip.Deflate,
		Modified: time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC), // the earliest an archive can say
	}
	header.SetMode(0o755)

	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	entry, err := w.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := entry.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}
