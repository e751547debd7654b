package report

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// repeated tells the same day again and again, each time with other serial numbers, without holding
// more of it than a day.
type repeated struct {
	day   []string
	left  int // lines
	at    int // the next line of the day
	round byte
	rest  []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if r.at == len(r.day) {
			r.at, r.round = 0, r.round+1
		}
		r.rest = append(r.rest[:0], r.day[r.at]...)
		r.rest = append(r.rest, '\n')
		number := []byte{'0' + r.round/100, '0' + r.round/10%10, '0' + r.round%10}
		if i := bytes.Index(r.rest, []byte("5000:104")); i > 0 {
			copy(r.rest[i+5:], number)
		}
		r.at++
		r.left--
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func readAll(ctx context.Context, in io.Reader, remember int) (*tally, error) {
	t := newTally(0, shanghai(), remember)
	return t, (&log{take: t.take, bad: t.badLine}).read(ctx, in)
}

// A million lines take no more memory than two generations of the join and little besides.
func TestMillionLines_memory(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads a million lines")
	}
	const lines, remember = 1_000_000, 100_000
	day := record(3, 20_000).texts()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	all, err := readAll(t.Context(), &repeated{day: day, left: lines}, remember)
	require.NoError(t, err)
	held := heap() - before
	runtime.KeepAlive(day)
	require.Zero(t, all.bad)
	require.Equal(t, lines, all.outcomes.total()+all.reports+all.others.total())
	require.NotZero(t, all.join.forgotten, "more were sent than it may remember")
	require.LessOrEqual(t, len(all.join.young)+len(all.join.old), 2*remember)
	require.Less(t, held, uint64(16<<20), "bytes for 100,000 messages a generation")
}

// Lines may be as long as they like.
func TestLongLine_memory(t *testing.T) {
	t.Parallel()
	long := `{"msg":"invocation","hint":"` + strings.Repeat("x", 3*longest) + "\"}\n"
	all, err := readAll(t.Context(), strings.NewReader(long+record(1, 10).text()), 1000)
	require.NoError(t, err)
	require.Equal(t, []int{1}, all.badLines)
	require.Equal(t, 1, all.bad)
	require.NotZero(t, all.requests)
}

// A line as the function writes it is read where it lies, whatever it says: only the function that
// takes its fields is made.
func TestParse_plainLineTakesNoMemory(t *testing.T) {
	plain := 0
	var l line
	lines := record(3, 200).texts()
	for _, text := range lines {
		if !scanPlain([]byte(text), func(_, _ []byte) {}) {
			continue
		}
		plain++
		line := []byte(text)
		require.True(t, l.parse(line))
		require.LessOrEqual(t, testing.AllocsPerRun(5, func() { l.parse(line) }), 1.0, text)
	}
	require.Greater(t, plain, len(lines)*3/4, "nearly all")
}

func BenchmarkRead(b *testing.B) {
	text := record(3, 20_000).text()
	lines := strings.Count(text, "\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := readAll(b.Context(), strings.NewReader(text), joinLimit); err != nil {
			b.Fatal(err)
		}
	}
	each := b.Elapsed() / time.Duration(b.N*lines)
	b.ReportMetric(float64(each.Nanoseconds()), "ns/line")
}

func BenchmarkScan(b *testing.B) {
	line := []byte(record(3, 1).texts()[20])
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		scan(line, func(_, _ []byte) {})
	}
}
