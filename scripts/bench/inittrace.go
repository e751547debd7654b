package main

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"regexp"
	"strconv"
)

// inits is how long the packages of a program take before its main begins.
type inits struct {
	ms      float64 // all together
	largest string  // the package that takes longest
	most    float64 // its time in ms
}

var initLine = regexp.MustCompile(`^init (\S+) @[\d.]+ ms, ([\d.]+) ms clock`)

// readInits reads what GODEBUG=inittrace=1 prints.
func readInits(r io.Reader) inits {
	var i inits
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		match := initLine.FindStringSubmatch(lines.Text())
		if match == nil {
			continue
		}
		ms, _ := strconv.ParseFloat(match[2], 64)
		i.ms += ms
		if ms > i.most {
			i.largest, i.most = match[1], ms
		}
	}
	return i
}

// traceInits runs a program until its inits are over. It gets no port to listen on, so it ends.
func traceInits(ctx context.Context, binary string) (inits, error) {
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = []string{"GODEBUG=inittrace=1", "_LAMBDA_SERVER_PORT=none"}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return inits{}, err
	}
	if err := cmd.Start(); err != nil {
		return inits{}, err
	}
	i := readInits(stderr)
	cmd.Wait() // it has failed on purpose
	return i, nil
}
