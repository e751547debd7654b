package scfhost

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asHost makes the test binary a host that starts a function, says where it listens, and waits to
// be killed.
const asHost = "SCFHOST_TEST_AS_HOST_OF"

// fn is the path of testdata/fn, built.
var fn string

func TestMain(m *testing.M) {
	if binary := os.Getenv(asHost); binary != "" {
		beHost(binary)
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "scfhost-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	fn = filepath.Join(dir, "fn")
	build := exec.Command("go", "build", "-o", fn, "./testdata/fn")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return m.Run()
}

func beHost(binary string) {
	i, err := New(Function{Binary: binary})
	if err != nil {
		panic(err)
	}
	r, err := i.Invoke(context.Background(), []byte(`{"do": "tell"}`))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", r.Payload)
	io.Copy(io.Discard, bufio.NewReader(os.Stdin))
}

// start makes an instance of the test function that is closed with the tt.
func start(t *testing.T, f Function) *Instance {
	t.Helper()
	if f.Binary == "" {
		f.Binary = fn
	}
	if f.Timeout == 0 {
		f.Timeout = time.Minute // the machine may be busy
	}
	i, err := New(f)
	require.NoError(t, err)
	t.Cleanup(func() { i.Close() })
	return i
}

// do invokes i with an event that says what to do.
func do(t *testing.T, i *Instance, event string) Result {
	t.Helper()
	r, err := i.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	return r
}

func countingIDs() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("request-%d", n)
	}
}
