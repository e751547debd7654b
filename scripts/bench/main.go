// Command bench measures what the function costs: to start, to send, to keep. It compares the
// function with a bare hello on the same runtime and with Logto's own connector for Tencent SMS. It
// measures them in turn, so that a busy machine slows down all of them.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"scf-sms/internal/checkout"
)

const usage = `Usage: go run ./scripts/bench [-n RUNS] [-rtt DELAY] [-json | -markdown]

Measures the function that scripts/package.sh makes, in front of a simulated Tencent
Cloud on this machine, with SSM and SMS at two addresses over TLS. Prints medians, and
in parentheses the range of eight runs in ten. Needs Linux on amd64. Without node and
npm there are no figures of Logto's connector.

Example: go run ./scripts/bench -n 5

`

//go:embed hello/main.go
var helloSource string

// options are those of the command line.
type options struct {
	runs           int
	rtt            time.Duration
	json, markdown bool
}

func main() {
	var o options
	flag.IntVar(&o.runs, "n", 20, "how often to measure")
	flag.DurationVar(&o.rtt, "rtt", 30*time.Millisecond,
		"round trip of the network in the rows that have one; 0 leaves them out")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.BoolVar(&o.markdown, "markdown", false, "print Markdown")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 || o.runs < 1 || o.rtt < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures and prints.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return errors.New("the function is built for Linux on amd64 and can be measured only there")
	}
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "scf-sms-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	m, err := prepare(ctx, o, root, temp, progress)
	if err != nil {
		return err
	}
	defer m.cloud.close()
	if err := m.measure(ctx); err != nil {
		return err
	}
	return write(out, m, o)
}

// prepare builds what is to be measured.
func prepare(
	ctx context.Context, o options, root, temp string, progress io.Writer,
) (*measurer, error) {
	m := &measurer{runs: o.runs, rtt: o.rtt, progress: progress}
	var err error
	m.say("building")
	ours, hello := filepath.Join(temp, "ours"), filepath.Join(temp, "hello")
	if m.function, err = packageProgram(ctx, root, ours, ""); err != nil {
		return nil, err
	}
	if m.hello, err = packageProgram(ctx, root, hello, helloSource); err != nil {
		return nil, err
	}
	events := filepath.Join(root, "testdata", "events")
	if m.getEvent, err = os.ReadFile(filepath.Join(events, "method-get.json")); err != nil {
		return nil, err
	}
	if m.postEvent, err = os.ReadFile(filepath.Join(events, "sign-in.json")); err != nil {
		return nil, err
	}
	if m.cloud, err = startCloud(filepath.Join(root, "testdata"), temp); err != nil {
		return nil, err
	}
	if m.connector, err = installConnector(ctx, m.cloud); err != nil {
		m.say("without Logto's connector: %v", err)
		m.connector = nil
	}
	return m, nil
}

// conditions is what the figures depend on.
func conditions(m *measurer) string {
	text := fmt.Sprintf("%s, %d CPUs, %d runs; roots: %s",
		m.function.goVersion, runtime.NumCPU(), m.runs, m.cloud.roots)
	if m.connector != nil {
		text += fmt.Sprintf("; %s, node %s", connectorPackage, m.connector.node)
	}
	return text
}

func write(out io.Writer, m *measurer, o options) error {
	rows := m.rows()
	switch {
	case o.json:
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"conditions": conditions(m), "rows": rows})
	case o.markdown:
		writeMarkdown(out, rows)
	default:
		writePlain(out, rows)
	}
	fmt.Fprintf(out, "\n%s\n", conditions(m))
	return nil
}
