package scfhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstance(t *testing.T) {
	t.Run("starts with the first event and stays warm", func(t *testing.T) {
		i := start(t, Function{})
		assert.Zero(t, i.PID(), "no process before the first event")

		first := do(t, i, `{"a": 1}`)
		assert.JSONEq(t, `{"a": 1}`, string(first.Payload))
		assert.True(t, first.Cold)
		assert.Positive(t, first.Init)
		pid := i.PID()
		assert.NotZero(t, pid)

		second := do(t, i, `{"a": 2}`)
		assert.JSONEq(t, `{"a": 2}`, string(second.Payload))
		assert.False(t, second.Cold)
		assert.Zero(t, second.Init)
		assert.Equal(t, pid, i.PID())
		assert.NotEqual(t, first.RequestID, second.RequestID)
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
			second.RequestID)
	})
	t.Run("reports time and memory", func(t *testing.T) {
		r := do(t, start(t, Function{}), `{}`)
		assert.Positive(t, r.Duration)
		if _, err := os.Stat("/proc/self/status"); err == nil {
			assert.Greater(t, r.MaxMemoryMB, 1.0)
		}
	})
	t.Run("hands on events that aren't JSON", func(t *testing.T) {
		r := do(t, start(t, Function{}), `hello`)
		assert.Equal(t, `"not JSON"`, string(r.Payload))
	})
	t.Run("starts anew after Restart", func(t *testing.T) {
		i := start(t, Function{})
		do(t, i, `{}`)
		i.Restart()
		assert.Zero(t, i.PID())
		assert.True(t, do(t, i, `{}`).Cold)
	})
	t.Run("handles events one at a time", func(t *testing.T) {
		i := start(t, Function{Timeout: 100 * time.Millisecond})
		for _, r := range both(t, i, `{"do": "meet"}`) {
			assert.Equal(t, 433, r.Status, "each waits for the other in vain")
		}
	})
	t.Run("handles several if told to", func(t *testing.T) {
		i := start(t, Function{Timeout: time.Minute, Concurrent: true})
		for _, r := range both(t, i, `{"do": "meet"}`) {
			assert.False(t, r.Failed, "%s", r.Payload)
		}
	})
	t.Run("takes another port when somebody was faster", func(t *testing.T) {
		// One end of a connection holds its port without listening on it.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		conn, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		defer conn.Close()

		i := start(t, Function{})
		tried := 0
		i.port = func() (int, func(), error) {
			if tried++; tried == 1 {
				return conn.LocalAddr().(*net.TCPAddr).Port, func() {}, nil
			}
			return FreePort()
		}
		r := do(t, i, `{}`)
		assert.False(t, r.Failed, "%s", r.Payload)
		assert.Empty(t, r.Stderr)
		assert.Equal(t, 2, tried)
	})
	t.Run("says so when there is no port", func(t *testing.T) {
		i := start(t, Function{})
		i.port = func() (int, func(), error) { return 0, nil, errors.New("all taken") }
		_, err := i.Invoke(t.Context(), nil)
		assert.ErrorContains(t, err, "all taken")
	})
}

func both(t *testing.T, i *Instance, event string) [2]Result {
	var (
		results [2]Result
		errs    [2]error
		wg      sync.WaitGroup
	)
	for n := range results {
		wg.Go(func() { results[n], errs[n] = i.Invoke(t.Context(), []byte(event)) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs[:]...))
	return results
}

func TestInstance_functionFails(t *testing.T) {
	for _, tt := range []struct {
		name     string
		function Function
		event    string
		status   int
		message  string // of the envelope
		trace    string
		stderr   string
		recycled bool
	}{
		{
			name:    "it returned an error",
			event:   `{"do": "fail", "text": "no luck"}`,
			status:  430,
			message: "user code exception caught",
			trace:   `"stackTrace":"errorString: no luck",`,
		},
		{
			name:     "its process exited",
			event:    `{"do": "exit", "text": "goodbye"}`,
			status:   439,
			message:  "User process exit when running",
			stderr:   "goodbye",
			recycled: true,
		},
		{
			name:     "it takes too long",
			function: Function{Timeout: 100 * time.Millisecond},
			event:    `{"do": "hang"}`,
			status:   433,
			message:  "Invoking task timed out after 0.1 seconds",
			recycled: true,
		},
		{
			name:    "it returned too much",
			event:   `{"do": "return too much"}`,
			status:  407,
			message: "The size of response exceeds the upper limit (6MB)",
		},
		{
			name:     "it doesn't speak the protocol",
			function: Function{Env: map[string]string{"AT_START": "answer nonsense"}},
			event:    `{}`,
			status:   439,
			message:  "User process exit when running",
			recycled: true,
		},
		{
			name:     "it exits before it listens",
			function: Function{Env: map[string]string{"AT_START": "exit"}},
			event:    `{}`,
			status:   445,
			message:  "ContainerInitError",
			stderr:   "no configuration\n",
			recycled: true,
		},
		{
			name: "it doesn't listen in time",
			function: Function{InitTimeout: 100 * time.Millisecond,
				Env: map[string]string{"AT_START": "hang"}},
			event:    `{}`,
			status:   450,
			message:  "InitContainerTimeout",
			recycled: true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.function.NewRequestID = countingIDs()
			i := start(t, tt.function)
			r := do(t, i, tt.event)
			assert.True(t, r.Failed)
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.status, r.StatusCode())
			envelope := fmt.Sprintf(`{"errorCode":-1,"errorMessage":%q,"requestId":"request-1",`+
				`%s"statusCode":%d}`, tt.message, tt.trace, tt.status)
			assert.Equal(t, envelope, string(r.Payload))
			assert.Equal(t, tt.stderr, r.Stderr)

			assert.Equal(t, tt.recycled, i.PID() == 0, "whether the process was ended")
			assert.Equal(t, tt.recycled, do(t, i, `{}`).Cold, "whether the next start is cold")
		})
	}

	t.Run("it panicked", func(t *testing.T) {
		i := start(t, Function{})
		r := do(t, i, `{"do": "panic", "text": "no way"}`)
		assert.Equal(t, 430, r.Status)
		assert.Contains(t, string(r.Payload), `"stackTrace":"string: no way\n`)
		assert.Contains(t, string(r.Payload), `\n  handler.Invoke\n    fn/main.go:`)
		assert.True(t, do(t, i, `{}`).Cold)
	})
	t.Run("the event is too large", func(t *testing.T) {
		i := start(t, Function{})
		r, err := i.Invoke(t.Context(), make([]byte, maxPayload+1))
		require.NoError(t, err)
		assert.Equal(t, 406, r.Status)
		assert.Zero(t, i.PID(), "nothing was started for it")
	})
	t.Run("a timeout is measured", func(t *testing.T) {
		var r Result
		// It gets more time where the machine was too slow for it to print.
		for timeout := 100 * time.Millisecond; r.Stdout == "" && timeout < 2*time.Minute; timeout *= 8 {
			r = do(t, start(t, Function{Timeout: timeout}), `{"do": "hang", "text": "wait for it"}`)
			assert.Equal(t, 433, r.Status)
			assert.GreaterOrEqual(t, r.Duration, timeout)
		}
		assert.Equal(t, "wait for it", r.Stdout)
		if _, err := os.Stat("/proc/self/status"); err == nil {
			assert.Positive(t, r.MaxMemoryMB)
		}
	})
	t.Run("its process ended between two events", func(t *testing.T) {
		i := start(t, Function{})
		do(t, i, `{}`)
		p, err := os.FindProcess(i.PID())
		require.NoError(t, err)
		require.NoError(t, p.Kill())
		<-i.process.gone
		assert.Zero(t, i.PID())
		r := do(t, i, `{}`)
		assert.False(t, r.Failed)
		assert.True(t, r.Cold)
	})
}

func TestInstance_output(t *testing.T) {
	t.Run("belongs to the invocation it was printed in", func(t *testing.T) {
		var stdout bytes.Buffer
		i := start(t, Function{Stdout: &stdout, Env: map[string]string{"AT_START": "print"}})
		assert.Equal(t, "starting\none\n", do(t, i, `{"do": "print", "text": "one\n"}`).Stdout)

		second := do(t, i, `{"do": "print", "text": "two\n"}`)
		assert.Equal(t, "two\n", second.Stdout)
		assert.Equal(t, "two\n", second.Stderr)

		i.Restart()
		assert.Equal(t, "starting\nthree\n", do(t, i, `{"do": "print", "text": "three\n"}`).Stdout)
		assert.Equal(t, "starting\none\ntwo\nstarting\nthree\n", stdout.String())
	})
	t.Run("is removed by Close, with the process", func(t *testing.T) {
		i := start(t, Function{})
		do(t, i, `{"do": "print", "text": "secret"}`)
		gone := i.process.gone
		require.NoError(t, i.Close())
		<-gone
		assert.NoDirExists(t, i.output.dir)
	})
	t.Run("needs a directory", func(t *testing.T) {
		if os.Getenv("TMPDIR") == "" {
			t.Setenv("TMPDIR", "/nonexistent")
			_, err := New(Function{Binary: fn})
			assert.ErrorIs(t, err, os.ErrNotExist)
		}
	})
}

func TestInvoke_ends(t *testing.T) {
	t.Run("with its context, and so does the process", func(t *testing.T) {
		i := start(t, Function{Timeout: time.Hour})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := i.Invoke(ctx, []byte(`{"do": "hang"}`))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, i.PID())
	})
	t.Run("with its context while it starts", func(t *testing.T) {
		i := start(t, Function{Env: map[string]string{"AT_START": "hang"}})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := i.Invoke(ctx, nil)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("with its context while another event is handled", func(t *testing.T) {
		i := start(t, Function{})
		i.turn <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := i.Invoke(ctx, nil)
		assert.ErrorIs(t, err, context.Canceled)
	})
	t.Run("before anything starts if its context has ended", func(t *testing.T) {
		i := start(t, Function{Concurrent: true})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := i.Invoke(ctx, nil)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, i.PID())
	})
	t.Run("with Close", func(t *testing.T) {
		var asked = make(chan struct{})
		i := start(t, Function{Timeout: time.Hour,
			Role: func() Role { close(asked); return Role{} }})
		ended := make(chan error)
		go func() {
			_, err := i.Invoke(context.Background(), []byte(`{"do": "hang"}`))
			ended <- err
		}()
		<-asked // the process is starting, or will be
		i.Close()
		assert.ErrorIs(t, <-ended, ErrClosed)
	})
	t.Run("at once after Close", func(t *testing.T) {
		i := start(t, Function{})
		do(t, i, `{}`)
		require.NoError(t, i.Close())
		_, err := i.Invoke(t.Context(), nil)
		assert.ErrorIs(t, err, ErrClosed)
		assert.NoError(t, i.Close(), "again")
	})
}

func TestNew_refuses(t *testing.T) {
	for _, tt := range []struct {
		name     string
		function Function
		want     []string
	}{
		{"a binary that isn't there", Function{Binary: "testdata/none"}, []string{"no such file"}},
		{"a directory", Function{Binary: "testdata"}, []string{"testdata is not a file"}},
		{
			"variables SCF doesn't accept, all at once",
			Function{Binary: fn, Env: map[string]string{"_A": "hidden", "SCF_NAME": "hidden",
				"TENCENTCLOUD_SECRETKEY": "hidden"}},
			[]string{`"_A": not a name`, "SCF_NAME: SCF keeps names in SCF_",
				"TENCENTCLOUD_SECRETKEY: SCF keeps"},
		},
		{
			"more variables than SCF holds",
			Function{Binary: fn, Env: map[string]string{"TEMPLATES": string(make([]byte, 4088))}},
			[]string{"4097 bytes, SCF accepts 4096"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.function)
			require.Error(t, err)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "hidden")
		})
	}
	t.Run("to invoke what isn't a function", func(t *testing.T) {
		i := start(t, Function{Env: map[string]string{"AT_START": "serve something else"}})
		_, err := i.Invoke(t.Context(), nil)
		assert.ErrorContains(t, err, "fn is not an SCF function: "+
			"rpc: can't find service Function.Invoke")
	})
	t.Run("to run what can't be run", func(t *testing.T) {
		text := filepath.Join(t.TempDir(), "text")
		require.NoError(t, os.WriteFile(text, []byte("hello"), 0o600))
		_, err := start(t, Function{Binary: text}).Invoke(t.Context(), nil)
		assert.ErrorContains(t, err, "permission denied")
	})
}
