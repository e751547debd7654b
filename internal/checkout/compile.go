package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// goCommand is the go command as the function is compiled with it: settings that somebody made for
// other builds, in the environment or with go env -w, don't count.
type goCommand struct {
	env     []string // of the process
	target  []string // what of it decides which bytes a source becomes
	version string   // of Go, such as go1.26.11
}

// machineSettings are the settings that stay as the machine has them. They decide where modules and
// toolchains come from and where they are kept, and not what is made of them.
const machineSettings = "GOPROXY GOSUMDB GONOSUMDB GONOPROXY GOPRIVATE GOINSECURE GOVCS GOAUTH " +
	"GOTOOLCHAIN GOPATH GOMODCACHE GOCACHE GOCACHEPROG GOTMPDIR"

func newGoCommand(ctx context.Context, root, goos, goarch string) (*goCommand, error) {
	names := append(strings.Fields(machineSettings), "GOVERSION")
	ask := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, names...)...)
	ask.Dir = root
	out, err := ask.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w%s", err, stderr(err))
	}
	var machine map[string]string
	if err := json.Unmarshal(out, &machine); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	g := &goCommand{version: machine["GOVERSION"]}
	delete(machine, "GOVERSION")

	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "GO") && !strings.HasPrefix(variable, "CGO_") {
			g.env = append(g.env, variable)
		}
	}
	for name, value := range machine {
		g.env = append(g.env, name+"="+value)
	}
	// Static, because the C library of SCF's runtime is an old one.
	g.target = []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch}
	g.env = append(g.env, "GOENV=off", "GOWORK=off")
	g.env = append(g.env, g.target...)
	return g, nil
}

// flags are those of every build of the function.
func flags(version string) []string {
	return []string{
		"-mod=readonly", "-trimpath", "-buildvcs=false",
		// Tencent's APIs are spoken to over HTTP/1.1. HTTP/2 would be 4 % of the package.
		"-tags=nethttpomithttp2",
		"-ldflags=-s -w -buildid= -X main.version=" + version,
	}
}

// compile compiles the function. Everything that the go command leaves behind when it is killed is
// in temp, which the caller removes.
func (g *goCommand) compile(ctx context.Context, root, temp, binary, version string) error {
	args := append([]string{"build", "-o", binary}, flags(version)...)
	build := exec.CommandContext(ctx, "go", append(args, ".")...)
	build.Dir = root
	build.Env = append(g.env, "GOTMPDIR="+temp)
	// Interrupted, the go command ends the compilers that it started. Killed, it leaves them
	// running.
	build.Cancel = func() error { return build.Process.Signal(os.Interrupt) }
	build.WaitDelay = 5 * time.Second
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building the function: %w\n%s", err, out)
	}
	return nil
}

// BuildForSCF compiles the function for SCF's Go1 runtime, as it is deployed, and returns the
// version of Go that did. The version of the function is what its log lines say. The same source,
// version and Go make the same bytes on any machine.
func BuildForSCF(ctx context.Context, root, binary, version string) (goVersion string, err error) {
	g, err := newGoCommand(ctx, root, "linux", "amd64")
	if err != nil {
		return "", err
	}
	temp, err := os.MkdirTemp("", "scf-sms-build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	binary, err = filepath.Abs(binary)
	if err != nil {
		return "", err
	}
	return g.version, g.compile(ctx, root, temp, binary, version)
}

// stderr is what a command that failed said, on a line of its own.
func stderr(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "\n" + string(exit.Stderr)
	}
	return ""
}
