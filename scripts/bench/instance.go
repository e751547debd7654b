package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/rpc"
	"os/exec"
	"strconv"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"
)

// instance is a function's process. Package scfhost runs one more faithfully; this one looks more often whether it
// listens, and counts from before the process is made.
type instance struct {
	cmd       *exec.Cmd
	client    *rpc.Client
	began     time.Time // just before the process was made
	listening time.Duration
}

// glance is how long to wait between two looks at whether a process listens.
const glance = 100 * time.Microsecond

// startInstance starts a function and returns once it listens.
func startInstance(ctx context.Context, binary string, env map[string]string, limit *quota, stderr io.Writer) (*instance, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	all := []string{"_LAMBDA_SERVER_PORT=" + port, "_SCF_SERVER_PORT=" + port, "TENCENTCLOUD_REGION=ap-guangzhou"}
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	i := &instance{cmd: exec.CommandContext(ctx, binary)}
	i.cmd.Env = all
	i.cmd.Stderr = stderr
	i.began = time.Now()
	if err := limit.start(i.cmd); err != nil {
		return nil, err
	}
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			i.listening = time.Since(i.began)
			i.client = rpc.NewClient(conn)
			return i, nil
		}
		if ctx.Err() != nil || time.Since(i.began) > 30*time.Second {
			i.cmd.Process.Kill()
			i.cmd.Wait()
			return nil, fmt.Errorf("%s doesn't listen: %w", binary, err)
		}
		time.Sleep(glance)
	}
}

// invoke sends an event with the role's credentials, and returns the answer.
func (i *instance) invoke(event []byte, role map[string]string) ([]byte, error) {
	environment, err := json.Marshal(role)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(30 * time.Second)
	request := &messages.InvokeRequest{
		Payload:     event,
		RequestId:   "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90",
		Deadline:    messages.InvokeRequest_Timestamp{Seconds: deadline.Unix(), Nanos: int64(deadline.Nanosecond())},
		Environment: string(environment),
	}
	var response messages.InvokeResponse
	if err := i.client.Call("Function.Invoke", request, &response); err != nil {
		return nil, err
	}
	if response.Error != nil {
		return nil, errors.New(response.Error.Message)
	}
	return response.Payload, nil
}

// want sends an event that must be answered with this status.
func (i *instance) want(status int, event []byte, role map[string]string) error {
	answer, err := i.invoke(event, role)
	if err != nil {
		return err
	}
	var got struct{ StatusCode int }
	if err := json.Unmarshal(answer, &got); err != nil || got.StatusCode != status {
		return fmt.Errorf("the answer is not a %d: %s", status, answer)
	}
	return nil
}

// end ends the process, and returns what it used.
func (i *instance) end() (cpu time.Duration, peak float64, err error) {
	peak, err = peakMiB(i.cmd.Process.Pid)
	i.client.Close()
	return kill(i.cmd), peak, err
}

// kill ends a process and returns the CPU time it used.
func kill(cmd *exec.Cmd) time.Duration {
	cmd.Process.Kill()
	cmd.Wait()
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// with returns the variables of both.
func with(env, more map[string]string) map[string]string {
	all := maps.Clone(env)
	maps.Copy(all, more)
	return all
}

// freePort returns a port nobody listens on at the moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}
