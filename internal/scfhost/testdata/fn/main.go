// Command fn is a function that does what its event says, for the tests of scfhost.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"sync"
	"time"

	"github.com/tencentyun/scf-go-lib/cloudfunction"
	"github.com/tencentyun/scf-go-lib/functioncontext"
)

func main() {
	switch os.Getenv("AT_START") {
	case "exit":
		fmt.Fprintln(os.Stderr, "no configuration")
		os.Exit(3)
	case "hang":
		hang()
	case "answer nonsense":
		l, _ := net.Listen("tcp", "0.0.0.0:"+os.Getenv("_LAMBDA_SERVER_PORT"))
		conn, _ := l.Accept()
		conn.Write(bytes.Repeat([]byte{0}, 64))
		hang()
	case "serve something else":
		l, _ := net.Listen("tcp", "0.0.0.0:"+os.Getenv("_LAMBDA_SERVER_PORT"))
		rpc.Accept(l)
	}
	atStart := os.Environ()
	if os.Getenv("AT_START") == "print" {
		fmt.Println("starting")
	}
	meeting.Add(2)
	cloudfunction.StartHandler(handler{atStart})
}

// meeting is over when two invocations are under way at once.
var meeting sync.WaitGroup

type handler struct{ atStart []string }

func (h handler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	var todo struct{ Do, Text string }
	if err := json.Unmarshal(event, &todo); err != nil {
		return []byte(`"not JSON"`), nil
	}
	switch todo.Do {
	case "answer":
		return []byte(todo.Text), nil
	case "tell":
		fc, _ := functioncontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		wd, _ := os.Getwd()
		return json.Marshal(map[string]any{
			"atStart": h.atStart, "now": os.Environ(), "context": fc,
			"left": time.Until(deadline), "dir": wd,
		})
	case "fail":
		return nil, errors.New(todo.Text)
	case "panic":
		panic(todo.Text)
	case "exit":
		fmt.Fprint(os.Stderr, todo.Text)
		os.Exit(1)
	case "hang":
		fmt.Print(todo.Text)
		hang()
	case "print":
		fmt.Print(todo.Text)
		fmt.Fprint(os.Stderr, todo.Text)
	case "meet":
		meeting.Done()
		meeting.Wait()
	case "return too much":
		return bytes.Repeat([]byte(" "), 6<<20+1), nil
	}
	return event, nil
}

func hang() { time.Sleep(time.Hour) }
