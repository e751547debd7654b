package checkout

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"time"
)

// Pack returns an archive as SCF wants it: one executable file, main, at its root. Equal content
// makes equal bytes, whenever and wherever it is packed, with the same version of Go.
func Pack(binary []byte) ([]byte, error) {
	// The earliest time that an archive can hold.
	earliest := time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
	header := &zip.FileHeader{Name: "main", Method: zip.Deflate, Modified: earliest}
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
	_, err = entry.Write(binary)
	err = errors.Join(err, w.Close())
	return archive.Bytes(), err
}
