package scfhost

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"

	"scf-sms/internal/loopback"
)

// process is a running binary and the connection to it.
type process struct {
	cmd    *exec.Cmd
	client *rpc.Client   // set by connect
	gone   chan struct{} // closed once the process has ended and was waited for
}

func spawn(f Function, env []string, out *output) (*process, error) {
	cmd := exec.Command(f.Binary)
	cmd.Dir = f.codeRoot()
	cmd.Env = env
	cmd.Stdout = out.stdout.file
	cmd.Stderr = out.stderr.file
	cmd.SysProcAttr = attributes()

	p := &process{cmd: cmd, gone: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux sends the death signal when the thread that started the child ends, not the whole
		// host. The thread is kept until the child has ended, so only the host's death sends it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		cmd.Wait()
		close(p.gone)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// FreePort returns a port on loopback that no other program is given before release is called.
// Without it two hosts may get the same port, and one of them talks to the other's function.
func FreePort() (port int, release func(), err error) { return loopback.Hold(0) }

// connect dials until the process listens. A connection is proof enough: scf-go-lib serves its
// backlog.
func (p *process) connect(ctx context.Context, address string) error {
	var dialer net.Dialer
	const longest = 5 * time.Millisecond
	for pause := 250 * time.Microsecond; ; pause = min(2*pause, longest) {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			p.client = rpc.NewClient(conn)
			return nil
		}
		select {
		case <-p.gone:
			return errInitExit
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// call sends one request and waits for the answer, the end of ctx, or the end of the connection.
func (p *process) call(
	ctx context.Context, request *messages.InvokeRequest,
) (*messages.InvokeResponse, error) {
	response := new(messages.InvokeResponse)
	call := p.client.Go("Function.Invoke", request, response, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return response, call.Error
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// stop kills the process and returns when it is gone.
func (p *process) stop() {
	if !p.ended() {
		kill(p.cmd.Process)
	}
	<-p.gone
	if p.client != nil {
		p.client.Close()
	}
}

func (p *process) ended() bool {
	select {
	case <-p.gone:
		return true
	default:
		return false
	}
}

// PeakMemory returns the largest resident memory of a running process so far, in MiB: 0 on systems
// without /proc, or if the process is ending.
func PeakMemory(pid int) float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kB float64
	fmt.Sscan(string(after), &kB)
	return kB / 1024
}
