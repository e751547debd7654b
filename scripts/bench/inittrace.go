package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// inits is how long the packages of a program take before its main begins.
type inits struct {
	ms      float64 // all together
	largest string  // the package that takes longest
	most    float64 // its time in ms
}

// readInits reads what GODEBUG=inittrace=1 prints.
func readInits(trace string) inits {
	var i inits
	for line := range strings.Lines(trace) {
		var name string
		var at, ms float64
		n, _ := fmt.Sscanf(line, "init %s @%f ms, %f ms clock", &name, &at, &ms)
		if n < 3 {
			continue
		}
		i.ms += ms
		if ms > i.most {
			i.largest, i.most = name, ms
		}
	}
	return i
}

// traceInits runs a program until its inits are over. It gets no port to listen on, so it fails.
func traceInits(ctx context.Context, binary string) (inits, error) {
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = []string{"GODEBUG=inittrace=1", "_LAMBDA_SERVER_PORT=none"}
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if !errors.As(err, &failed) {
		return inits{}, fmt.Errorf("%s ran on without a port: %w", binary, err)
	}
	return readInits(string(out)), nil
}
