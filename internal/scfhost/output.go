package scfhost

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
)

// output keeps what the function prints, in two files that the process itself writes. With files,
// unlike pipes, everything written before an answer can be read once the answer is there: no
// goroutine has to catch up first.
type output struct {
	dir  string
	copy io.Writer // of stdout; nil: no copy

	mu             sync.Mutex // guards the streams
	stdout, stderr stream
}

type stream struct {
	file *os.File
	read int64 // how much of file has been handed out
}

func newOutput(stdout io.Writer) (*output, error) {
	dir, err := os.MkdirTemp("", "scfhost-")
	if err != nil {
		return nil, err
	}
	o := &output{dir: dir, copy: stdout}
	// Appending, so that a new process continues where the last one stopped.
	const mode = os.O_RDWR | os.O_APPEND | os.O_CREATE | os.O_EXCL
	var errOut, errErr error
	o.stdout.file, errOut = os.OpenFile(filepath.Join(dir, "stdout"), mode, 0o600)
	o.stderr.file, errErr = os.OpenFile(filepath.Join(dir, "stderr"), mode, 0o600)
	if err := errors.Join(errOut, errErr); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// drain returns what was printed since the last call, and writes the copy.
func (o *output) drain() (stdout, stderr string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	stdout, stderr = o.stdout.drainLocked(), o.stderr.drainLocked()
	if o.copy != nil {
		io.WriteString(o.copy, stdout)
	}
	return stdout, stderr
}

func (s *stream) drainLocked() string {
	text := s.nextLocked()
	s.read += int64(len(text))
	return string(text)
}

// nextLocked returns what was printed since the last drain: nothing if the file is closed.
func (s *stream) nextLocked() []byte {
	text, _ := io.ReadAll(io.NewSectionReader(s.file, s.read, math.MaxInt64-s.read))
	return text
}

// forgetIf drops what was printed since the last drain if it is as unwanted says.
func (o *output) forgetIf(unwanted func(stderr []byte) bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !unwanted(o.stderr.nextLocked()) {
		return false
	}
	o.stdout.drainLocked()
	o.stderr.drainLocked()
	return true
}

func (o *output) close() error {
	o.stdout.file.Close()
	o.stderr.file.Close()
	return os.RemoveAll(o.dir)
}
