package scfhost

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
)

// output keeps what the function prints, in two files the process writes to by itself. With files, unlike pipes, all
// that was written before an answer can be read once the answer is there: no goroutine has to catch up first.
type output struct {
	dir string

	mu             sync.Mutex // guards the streams, so that one invocation's text isn't torn
	stdout, stderr stream
}

type stream struct {
	file *os.File
	read int64     // how much of file has been handed out
	copy io.Writer // nil: nobody wants one
}

func newOutput(stdout, stderr io.Writer) (*output, error) {
	dir, err := os.MkdirTemp("", "scfhost-")
	if err != nil {
		return nil, err
	}
	o := &output{dir: dir, stdout: stream{copy: stdout}, stderr: stream{copy: stderr}}
	// Appending, so that a process that replaces a dead one goes on where that one stopped.
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

// drain returns what was printed since the last call, and passes it on to those who want a copy.
func (o *output) drain() (stdout, stderr string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stdout.drain(), o.stderr.drain()
}

func (s *stream) drain() string {
	text := s.next()
	s.read += int64(len(text))
	if s.copy != nil {
		s.copy.Write(text)
	}
	return string(text)
}

// next returns what drain would. A closed file has nothing more to say.
func (s *stream) next() []byte {
	text, _ := io.ReadAll(io.NewSectionReader(s.file, s.read, math.MaxInt64-s.read))
	return text
}

// forget drops what was printed since the last drain, if it is as want says.
func (o *output) forget(want func(stderr []byte) bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !want(o.stderr.next()) {
		return false
	}
	o.stdout.read += int64(len(o.stdout.next()))
	o.stderr.read += int64(len(o.stderr.next()))
	return true
}

func (o *output) close() error {
	o.stdout.file.Close()
	o.stderr.file.Close()
	return os.RemoveAll(o.dir)
}
