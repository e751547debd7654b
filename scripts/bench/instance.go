package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os/exec"
	"strconv"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"
)

// instance is a function's process. Package scfhost imitates the platform better, but it tries more
// rarely to connect to the process, so its times are coarser.
type instance struct {
	cmd    *exec.Cmd
	client *rpc.Client
	began  time.Time // just before the process was started
}

// startInstance starts a function and returns when it listens.
func startInstance(
	ctx context.Context, binary string, env map[string]string, stderr io.Writer,
) (*instance, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	i := &instance{cmd: exec.CommandContext(ctx, binary)}
	i.cmd.Env = []string{
		"_LAMBDA_SERVER_PORT=" + port, "_SCF_SERVER_PORT=" + port,
		"TENCENTCLOUD_REGION=ap-guangzhou",
	}
	for name, value := range env {
		i.cmd.Env = append(i.cmd.Env, name+"="+value)
	}
	i.cmd.Stderr = stderr
	i.began = time.Now()
	if err := i.cmd.Start(); err != nil {
		return nil, err
	}
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			i.client = rpc.NewClient(conn)
			return i, nil
		}
		if ctx.Err() != nil || time.Since(i.began) > 30*time.Second {
			kill(i.cmd)
			return nil, fmt.Errorf("%s doesn't listen: %w", binary, err)
		}
		time.Sleep(100 * time.Microsecond)
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
		Payload:   event,
		RequestId: "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90",
		Deadline: messages.InvokeRequest_Timestamp{
			Seconds: deadline.Unix(), Nanos: int64(deadline.Nanosecond()),
		},
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

// end ends the process, and returns its CPU time and its peak memory in MiB.
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

// freePort returns a port that is free at the moment.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}
