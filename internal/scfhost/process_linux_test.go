package scfhost

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstance_diesWithHost(t *testing.T) {
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), asHost+"="+fn, "TMPDIR="+t.TempDir())
	_, err := host.StdinPipe() // which keeps the host waiting
	require.NoError(t, err)
	stdout, err := host.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, host.Start())

	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	require.NoError(t, err)
	var x told
	require.NoError(t, json.Unmarshal(line, &x))
	conn, err := net.Dial("tcp", "127.0.0.1:"+value(x.AtStart, "_SCF_SERVER_PORT"))
	require.NoError(t, err)
	defer conn.Close()

	require.NoError(t, host.Process.Kill())
	host.Wait()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
	_, err = conn.Read(make([]byte, 1))
	require.Error(t, err)
	assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the function outlived its host")
}

func TestInstance_frozen(t *testing.T) {
	// It gets more time where the machine was too slow even for the first event.
	timeout := 100 * time.Millisecond
	i := start(t, Function{Timeout: timeout})
	for do(t, i, `{}`).Failed && timeout < time.Minute {
		timeout *= 8
		i = start(t, Function{Timeout: timeout})
	}
	pid := i.PID()
	require.Positive(t, pid, "0 would be this process, too")
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	var status syscall.WaitStatus
	// A stop takes a moment to reach every thread.
	_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped())
	assert.Equal(t, 433, do(t, i, `{}`).Status)
	assert.True(t, do(t, i, `{}`).Cold)
}

func TestFreePort(t *testing.T) {
	given := map[int]bool{}
	for range 1000 {
		port, release, err := FreePort()
		require.NoError(t, err)
		defer release()
		require.False(t, given[port], "port %d twice", port)
		given[port] = true
	}
	for port := range given {
		l, err := net.Listen("tcp", ":"+strconv.Itoa(port)) // as scf-go-lib does
		require.NoError(t, err, "what holds the port must not be in the function's way")
		require.NoError(t, l.Close())
	}
}

func TestPeakMemory(t *testing.T) {
	t.Parallel()
	assert.Greater(t, PeakMemory(os.Getpid()), 1.0)
	assert.Zero(t, PeakMemory(1<<30))
}
