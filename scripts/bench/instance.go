package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction/messages"

	"scf-sms/internal/scfhost"
)

// instance is a function's process. Package scfhost imitates the platform better, but it tries more
// rarely to connect to the process, so its times are coarser.
type instance struct {
	cmd    *exec.Cmd
	client *rpc.Client
	began  time.Time // just before the process was started
	role   string    // the credentials that come with each event, as JSON

	requestID string // of its invocations
}

// startInstance starts a function and returns when it listens.
func startInstance(
	ctx context.Context, binary string, env, role map[string]string,
) (*instance, error) {
	number, release, err := scfhost.FreePort()
	if err != nil {
		return nil, err
	}
	defer release()
	environment, err := json.Marshal(role)
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(number)
	i := &instance{cmd: exec.CommandContext(ctx, binary), role: string(environment)}
	i.requestID = "5f0e4c1a-7d2b-4b6e-9c3f-2a8d1e6b7c90"
	i.cmd.Env = []string{
		"_LAMBDA_SERVER_PORT=" + port, "_SCF_SERVER_PORT=" + port,
		"TENCENTCLOUD_REGION=ap-guangzhou",
	}
	for name, value := range env {
		i.cmd.Env = append(i.cmd.Env, name+"="+value)
	}
	i.cmd.Stderr = os.Stderr
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
			end(i.cmd, i.began)
			return nil, fmt.Errorf("%s doesn't listen: %w", binary, err)
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// invoke sends an event. If status isn't 0, the answer must have it.
func (i *instance) invoke(event []byte, status int) error {
	deadline := time.Now().Add(30 * time.Second)
	request := &messages.InvokeRequest{
		Payload:   event,
		RequestId: i.requestID,
		Deadline: messages.InvokeRequest_Timestamp{
			Seconds: deadline.Unix(), Nanos: int64(deadline.Nanosecond()),
		},
		Environment: i.role,
	}
	var response messages.InvokeResponse
	if err := i.client.Call("Function.Invoke", request, &response); err != nil {
		return err
	}
	if response.Error != nil {
		return errors.New(response.Error.Message)
	}
	got := scfhost.Result{Payload: response.Payload}.StatusCode()
	if status != 0 && got != status {
		return fmt.Errorf("the answer is not a %d: %s", status, response.Payload)
	}
	return nil
}

func (i *instance) end() usage {
	i.client.Close()
	return end(i.cmd, i.began)
}
