package scfhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// ErrClosed is returned by Invoke after Close.
var ErrClosed = errors.New("scfhost: the instance is closed")

// Instance is what SCF calls an instance of a function: at most one process, which handles one
// event at a time and lives until it fails. Several goroutines may use an Instance.
type Instance struct {
	function Function // all defaults filled in
	output   *output
	port     func() (port int, release func(), err error) // FreePort, except in tests

	turn   chan struct{} // full while an event is handled; empty if Function.Concurrent
	closed context.Context
	close  context.CancelFunc

	mu      sync.Mutex // guards process, and is held while one starts
	process *process   // nil: the next invocation starts one
}

// New makes an instance of f. No process runs until the first Invoke, which is a cold start, as in
// SCF. New returns an error if SCF wouldn't deploy f.
func New(f Function) (*Instance, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	f = f.withDefaults()
	binary, err := filepath.Abs(f.Binary) // the process starts in another directory
	if err != nil {
		return nil, fmt.Errorf("scfhost: %w", err)
	}
	f.Binary = binary
	output, err := newOutput(f.Stdout)
	if err != nil {
		return nil, fmt.Errorf("scfhost: %w", err)
	}
	i := &Instance{function: f, output: output, port: FreePort, turn: make(chan struct{}, 1)}
	i.closed, i.close = context.WithCancel(context.Background())
	return i, nil
}

// Invoke sends the function one event and returns its result. If the function fails, the Result
// holds the platform's answer. An error means that there is no answer: the binary can't be run, ctx
// ended, or the instance is closed. If ctx ends while the function runs, its process is killed.
func (i *Instance) Invoke(ctx context.Context, event []byte) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(i.closed, func() { cancel(ErrClosed) })()

	if !i.function.Concurrent {
		select {
		case i.turn <- struct{}{}:
			defer func() { <-i.turn }()
		case <-ctx.Done():
			return Result{}, context.Cause(ctx)
		}
	}
	result := Result{RequestID: i.function.NewRequestID()}
	err := i.invoke(ctx, event, &result)
	result.Stdout, result.Stderr = i.output.drain()
	if i.closed.Err() != nil && err != nil {
		err = ErrClosed // Close killed the process, which looks like a crash from here
	}
	var f *failure
	if errors.As(err, &f) {
		result.fail(f)
		return result, nil
	}
	return result, err
}

func (i *Instance) invoke(ctx context.Context, event []byte, result *Result) error {
	if len(event) > maxPayload {
		return errEventTooLarge
	}
	role := i.function.Role()
	p, err := i.running(ctx, role, result)
	if err != nil {
		return err
	}

	timeout := i.function.Timeout
	began := time.Now()
	request := i.function.request(result.RequestID, role, event, began.Add(timeout))
	ctx, cancel := context.WithDeadlineCause(ctx, began.Add(timeout), errTimeout(timeout))
	defer cancel()
	response, err := p.call(ctx, request)
	result.Duration = time.Since(began)
	result.MaxMemoryMB = PeakMemory(p.cmd.Process.Pid) // before a kill

	if ctx.Err() != nil && err != nil {
		i.recycle(p)
		return context.Cause(ctx)
	}
	var refused rpc.ServerError
	if errors.As(err, &refused) {
		return fmt.Errorf("scfhost: %s is not an SCF function: %w", i.function.Binary, refused)
	}
	if err != nil {
		i.recycle(p)
		return errExit
	}
	if e := response.Error; e != nil {
		if e.ShouldExit {
			i.recycle(p)
		}
		return errException(e)
	}
	if len(response.Payload) > maxPayload {
		return errResponseTooLarge
	}
	result.Payload = response.Payload
	return nil
}

// running returns the process, and starts one if there is none.
func (i *Instance) running(ctx context.Context, role Role, result *Result) (*process, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed.Err() != nil {
		return nil, ErrClosed // ctx may not have ended yet; a process started now would never end
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if i.process != nil && !i.process.ended() {
		return i.process, nil
	}
	i.stopLocked()
	result.Cold = true
	began := time.Now()
	p, err := i.start(ctx, role)
	result.Init = time.Since(began)
	if err != nil {
		return nil, err
	}
	i.process = p
	return p, nil
}

// start starts a process and waits until it listens.
func (i *Instance) start(ctx context.Context, role Role) (*process, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, i.function.InitTimeout, errInitTimeout)
	defer cancel()
	const attempts = 5
	for attempt := 1; ; attempt++ {
		port, release, err := i.port()
		if err != nil {
			return nil, fmt.Errorf("scfhost: no port for the function: %w", err)
		}
		p, err := spawn(i.function, i.function.environ(port, role), i.output)
		if err != nil {
			release()
			return nil, fmt.Errorf("scfhost: %w", err)
		}
		err = p.connect(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		release() // the function listens on it, or never will
		if err == nil {
			return p, nil
		}
		p.stop()
		// Another process may have taken the port first. That isn't the function's fault, so its
		// complaint is dropped.
		if err == errInitExit && attempt < attempts && i.output.forgetIf(portTaken) {
			continue
		}
		return nil, err
	}
}

func portTaken(stderr []byte) bool {
	return bytes.Contains(stderr, []byte("address already in use"))
}

// Restart ends the process, if there is one, so that the next invocation is a cold start. An event
// that is being handled ends as if the process had exited.
func (i *Instance) Restart() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stopLocked()
}

// PID returns the id of the process, or 0 if none runs.
func (i *Instance) PID() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.process == nil || i.process.ended() {
		return 0
	}
	return i.process.cmd.Process.Pid
}

// Close ends the process and removes the files of its output. A running Invoke returns ErrClosed.
func (i *Instance) Close() error {
	i.close() // ends a start that holds the lock, which Restart needs
	i.Restart()
	return i.output.close()
}

// recycle ends p, which failed, unless another process has replaced it.
func (i *Instance) recycle(p *process) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.process == p {
		i.stopLocked()
	}
}

func (i *Instance) stopLocked() {
	if i.process == nil {
		return
	}
	i.process.stop()
	i.process = nil
}
