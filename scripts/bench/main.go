// Command bench measures what the function costs: to start, to send, to keep. It compares the
// function with a bare hello on the same runtime and with Logto's own connector for Tencent SMS. It
// measures them in turn, so that a busy machine slows down all of them.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"scf-sms/internal/checkout"
)

const usageText = `Usage: go run ./scripts/bench [-n RUNS] [-burst INSTANCES] [-markdown]

Measures the function that scripts/package.sh makes, in front of a simulated Tencent
Cloud on this machine, with SSM and SMS at two addresses over TLS. Prints medians, and
in parentheses the range of eight runs in ten. Needs Linux on amd64. Without node and
npm there are no figures of Logto's connector.

Example: go run ./scripts/bench -n 5

`

// rtt is the round trip of the network in the rows that have one. Inside a VPC it is shorter, but a
// sleep can be a millisecond late: how many there are would not be seen.
const rtt = 30 * time.Millisecond

//go:embed hello/main.go
var helloSource string

func main() {
	runs := flag.Int("n", 20, "how often to measure; 0 leaves all out but bursts")
	instances := flag.Int("burst", 90, "how many instances start at once, before an SSM and then\n"+
		"an SMS that takes a third of that in a second; 0 leaves bursts out")
	markdown := flag.Bool("markdown", false, "print Markdown")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usageText)
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 || *runs < 0 || *instances < 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *runs, *instances, *markdown); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures and prints.
func run(ctx context.Context, runs, instances int, markdown bool) error {
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
	m, err := prepare(ctx, root, temp)
	if err != nil {
		return err
	}
	defer m.cloud.close()
	m.runs = runs
	write := writePlain
	if markdown {
		write = writeMarkdown
	}
	if runs > 0 {
		if err := m.measure(ctx); err != nil {
			return err
		}
		write(os.Stdout, lines(m.rows()))
	}
	if instances > 0 {
		bursts, err := m.bursts(ctx, instances)
		if err != nil {
			return err
		}
		fmt.Println()
		write(os.Stdout, burstLines(bursts))
	}
	fmt.Printf("\n%s, %d CPUs, %d runs; roots: %s; limits: %s",
		m.function.goVersion, runtime.NumCPU(), runs, m.cloud.roots, m.cloud.redis.name)
	if m.connector.node != "" {
		fmt.Printf("; %s, node %s", connectorPackage, m.connector.node)
	}
	fmt.Println()
	return nil
}

// prepare builds what is to be measured.
func prepare(ctx context.Context, root, temp string) (m *measurer, err error) {
	say("building")
	m = &measurer{}
	if m.function, err = packageProgram(ctx, root, filepath.Join(temp, "ours"), ""); err != nil {
		return nil, err
	}
	m.hello, err = packageProgram(ctx, root, filepath.Join(temp, "hello"), helloSource)
	if err != nil {
		return nil, err
	}
	testdata := filepath.Join(root, "testdata")
	m.getEvent, err = os.ReadFile(filepath.Join(testdata, "events", "method-get.json"))
	if err != nil {
		return nil, err
	}
	m.postEvent, err = os.ReadFile(filepath.Join(testdata, "events", "sign-in.json"))
	if err != nil {
		return nil, err
	}
	m.timer, err = os.ReadFile(filepath.Join(testdata, "events", "timer.json"))
	if err != nil {
		return nil, err
	}
	if m.cloud, err = startCloud(testdata, temp); err != nil {
		return nil, err
	}
	if m.connector, err = installConnector(ctx, m.cloud); err != nil {
		say("without Logto's connector: %v", err)
	}
	return m, nil
}
