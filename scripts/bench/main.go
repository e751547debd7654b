// Command bench measures what the function costs: to start, to send, to keep. It is held against a bare hello on the same
// runtime, and against Logto's own connector for Tencent SMS, in turn, so that a busy machine is busy for all of them.
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

	"scf-sms/internal/simulation"
)

const usage = `Usage: go run ./scripts/bench [-n RUNS] [-rtt DELAY] [-quick] [-json | -markdown]

Measures the function that scripts/package.sh makes, in front of a simulated Tencent
Cloud on this machine, with SSM and SMS at two addresses over TLS: medians, and in
parentheses where eight of ten runs lie. Needs Linux on amd64. Rows that need node
and npm, or the right to limit CPU time, are left out where these are missing.

Example: go run ./scripts/bench -quick

`

//go:embed hello/main.go
var helloSource string

// options are what the command line asks for.
type options struct {
	runs           int
	rtt            time.Duration
	quick          bool
	json, markdown bool
}

func main() {
	var o options
	flag.IntVar(&o.runs, "n", 20, "how often to measure")
	flag.DurationVar(&o.rtt, "rtt", 30*time.Millisecond, "round trip of the network in the rows that have one; 0 leaves them out")
	flag.BoolVar(&o.quick, "quick", false, "five runs, and none on a share of a CPU")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.BoolVar(&o.markdown, "markdown", false, "print Markdown")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if o.quick {
		o.runs = min(o.runs, 5)
	}
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
		return errors.New("the function is built for Linux on amd64, and so it is measured only there")
	}
	root, err := simulation.Root()
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

	rows, err := measure(ctx, m, o)
	if err != nil {
		return err
	}
	return write(out, m, o, rows)
}

// prepare builds what is to be measured.
func prepare(ctx context.Context, o options, root, temp string, progress io.Writer) (*measurer, error) {
	m := &measurer{runs: o.runs, progress: progress, function: figures{}, bare: figures{}, logto: figures{}}
	var err error
	m.say("building")
	if m.ours, err = packageProgram(ctx, root, filepath.Join(temp, "ours"), ""); err != nil {
		return nil, err
	}
	if m.hello, err = packageProgram(ctx, root, filepath.Join(temp, "hello"), helloSource); err != nil {
		return nil, err
	}
	if m.getEvent, err = os.ReadFile(filepath.Join(root, "testdata", "events", "method-get.json")); err != nil {
		return nil, err
	}
	if m.postEvent, err = os.ReadFile(filepath.Join(root, "testdata", "events", "sign-in.json")); err != nil {
		return nil, err
	}
	if m.cloud, err = startCloud(filepath.Join(root, "testdata"), temp); err != nil {
		return nil, err
	}
	if m.connector, err = installConnector(ctx, m.cloud); err != nil {
		m.say("without Logto's connector: %v", err)
	}
	return m, nil
}

// measure runs everything, in this order.
func measure(ctx context.Context, m *measurer, o options) ([]row, error) {
	r := report{m}
	m.say("starting")
	largest, err := m.inits(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.firstAnswers(ctx, "answer", 0); err != nil {
		return nil, err
	}
	direct, err := m.newWay("", 0)
	if err != nil {
		return nil, err
	}
	ways := []way{direct}
	if o.rtt > 0 {
		far, err := m.newWay("far ", o.rtt)
		if err != nil {
			return nil, err
		}
		ways = append(ways, far)
	}
	m.say("sending")
	if err := errors.Join(m.firstSMS(ctx, "SMS", ways, 0), m.warm(ctx, ways), m.own()); err != nil {
		return nil, err
	}
	rows := append(r.start(largest), r.sms()...)
	if o.rtt > 0 {
		rows = append(rows, r.far(o.rtt)...)
	}
	if o.quick {
		return rows, nil
	}
	for _, s := range shares {
		m.say("starting and sending with %g of a CPU", s.cpus)
		err := errors.Join(m.firstAnswers(ctx, s.key("answer"), s.cpus), m.firstSMS(ctx, s.key("SMS"), ways, s.cpus))
		if errors.Is(err, os.ErrPermission) || errors.Is(err, os.ErrNotExist) {
			m.say("without shares of a CPU: %v", err)
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, r.small(s, o.rtt)...)
	}
	return rows, nil
}

// say tells what is going on, for those who wait.
func (m *measurer) say(format string, args ...any) {
	fmt.Fprintf(m.progress, "bench: "+format+"\n", args...)
}

// conditions is what the figures depend on.
func conditions(m *measurer) string {
	text := fmt.Sprintf("%s, %d CPUs, %d runs; roots: %s", runtime.Version(), runtime.NumCPU(), m.runs, m.cloud.roots)
	if m.connector != nil {
		text += fmt.Sprintf("; %s, node %s", connectorPackage, m.connector.node)
	}
	return text
}

func write(out io.Writer, m *measurer, o options, rows []row) error {
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
