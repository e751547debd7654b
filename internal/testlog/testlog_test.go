package testlog

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLog_write(t *testing.T) {
	var l Log
	n, err := l.Write([]byte("one\n"))
	assert.NoError(t, err)
	assert.Equal(t, 4, n)
	l.Write([]byte("two\n"))
	assert.Equal(t, "one\ntwo\n", l.String())
	assert.Equal(t, "one\ntwo\n", l.String(), "String keeps what it returns")
}

func TestLog_take(t *testing.T) {
	var l Log
	assert.Empty(t, l.Take())
	l.Write([]byte("one\n"))
	assert.Equal(t, "one\n", l.Take())
	assert.Empty(t, l.String())
	l.Write([]byte("two\n"))
	assert.Equal(t, "two\n", l.Take())
}

func TestLog_count(t *testing.T) {
	var l Log
	assert.Zero(t, l.Count())
	l.Write([]byte("WARN first\nINFO first\nWARN second\nno end"))
	for _, tt := range []struct {
		texts []string
		want  int
	}{
		{nil, 4},
		{[]string{"WARN"}, 2},
		{[]string{"first", "WARN"}, 1},
		{[]string{"WARN", "no end"}, 0},
		{[]string{"no end"}, 1},
		{[]string{"first\nINFO"}, 0},
	} {
		assert.Equal(t, tt.want, l.Count(tt.texts...), "%q", tt.texts)
	}
}

func TestLog_logger(t *testing.T) {
	var l Log
	logger := l.Logger()
	logger.Debug("asked", "n", 5)
	logger.WithGroup("group").Error("failed", "time", 6)
	assert.Equal(t, `{"level":"DEBUG","msg":"asked","n":5}
{"level":"ERROR","msg":"failed","group":{"time":6}}
`, l.String())
}

func TestLog_goroutines(t *testing.T) {
	var l Log
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			l.Logger().Info("one")
			l.Count("one")
			_ = l.String()
		})
	}
	group.Wait()
	assert.Equal(t, 50, l.Count())
}
