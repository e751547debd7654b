// Package scfhost runs a Go1 binary as SCF, Tencent's cloud functions, runs it. It starts the
// binary in the platform's environment and sends it events over net/rpc: one at a time, each with a
// deadline and the role's credentials. It ends a process that takes too long, and reports time and
// memory. [Front] is the function's URL: it turns a request into an event, and the function's
// result into the HTTP answer.
//
// What a caller may rely on:
//   - The function sees nothing of the host's own environment.
//   - Everything it wrote before it answered is in the [Result].
//   - A function that hangs, crashes or doesn't start costs one failed Result and never the host.
//   - The process is gone when [Instance.Close] returns and, on Linux, when the host dies without
//     closing it.
//
// Faithful, by Tencent's documents (cloud.tencent.com/document/product/…) and the source of
// scf-go-lib:
//   - The RPC, Function.Invoke with its deadline and its JSON object of environment variables, and
//     the environment variable that names the port (scf-go-lib's cloudfunction).
//   - The variables the platform sets itself (583/14570), and those it accepts from a function.
//   - One event at a time per instance, and a new process after a timeout or an exit (583/45757).
//   - Status codes and their words (583/42611), and the 6 MB limits (583/11637).
//   - Events and answers of function URLs (583/96099).
//
// Assumed, because no document says it:
//   - _LAMBDA_SERVER_PORT and _SCF_SERVER_PORT name the same port.
//   - The content of an envelope's stackTrace for Go.
//   - A panic, which scf-go-lib marks with ShouldExit, ends the process.
//   - How a function URL shows a failure, repeated query keys, binary bodies and results of a wrong
//     form (see [Front]).
//
// Left out: the memory limit (status 434), which MaxMemoryMB only reports; freezing between events
// (send the process SIGSTOP for that); refusing events that aren't JSON (status 400), so that one
// can see what the function does with them. scf-go-lib listens on all interfaces, here as there:
// anyone who reaches this machine can invoke the function while it runs.
package scfhost

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// Function is a deployed function.
type Function struct {
	// Binary is the path of the executable.
	Binary string

	// Env holds the function's own variables: environment.variables of serverless.yml. Nothing of
	// the host's environment is added.
	Env map[string]string

	// Role returns the role's temporary credentials. It is called for every invocation, because
	// they may change. If nil, the function has no role.
	Role func() Role

	// RoleAtStart also puts the role's credentials into the environment the process starts with. It
	// isn't documented whether the platform does, so a function has to work either way.
	RoleAtStart bool

	// Timeout is the longest an invocation may take. If zero, it is 3 s, as in SCF.
	Timeout time.Duration

	// InitTimeout is the longest the process may take until it listens. If zero, it is 60 s, as in
	// SCF.
	InitTimeout time.Duration

	// Region is where the function runs. If empty, it is ap-guangzhou.
	Region string

	// Stdout, if not nil, gets a copy of the function's standard output after each invocation.
	Stdout io.Writer

	// NewRequestID makes the request ids. If nil, they are random UUIDs.
	NewRequestID func() string

	// Concurrent lifts the rule of one event at a time. SCF never does: it lets tests call the
	// binary from several goroutines. The function's output then goes to the invocation that ends
	// first, and one that times out ends the others.
	Concurrent bool
}

// Role is a set of temporary credentials. Empty parts aren't given to the function.
type Role struct {
	SecretID, SecretKey, SessionToken string
}

func (f Function) withDefaults() Function {
	f.Timeout = cmp.Or(f.Timeout, 3*time.Second)
	f.InitTimeout = cmp.Or(f.InitTimeout, time.Minute)
	f.Region = cmp.Or(f.Region, "ap-guangzhou")
	if f.Role == nil {
		f.Role = func() Role { return Role{} }
	}
	if f.NewRequestID == nil {
		f.NewRequestID = newUUID
	}
	f.Env = maps.Clone(f.Env)
	return f
}

// The platform's rules for a function's own variables. A deployment that breaks them fails, so it
// fails here.
const maxEnvBytes = 4096

var (
	envName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{1,63}$`)
	reserved = regexp.MustCompile(`^(SCF|QCLOUD|TENCENTCLOUD|TECENTCLOUD)_`)
)

// Check returns an error if SCF wouldn't deploy f. The error names everything that is wrong, and no
// variable's value.
func (f Function) Check() error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(format, args...))
	}
	if info, err := os.Stat(f.Binary); err != nil {
		wrong("binary: %w", err)
	} else if !info.Mode().IsRegular() {
		wrong("binary: %s is not a file", f.Binary)
	}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(f.Env)) {
		size += len(name) + len(f.Env[name])
		if !envName.MatchString(name) {
			wrong("environment variable %q: not a name SCF accepts", name)
		}
		if prefix := reserved.FindString(name); prefix != "" {
			wrong("environment variable %s: SCF keeps names in %s for itself", name, prefix)
		}
	}
	if size > maxEnvBytes {
		wrong("environment variables: %d bytes, SCF accepts %d", size, maxEnvBytes)
	}
	if len(problems) > 0 {
		return fmt.Errorf("scfhost: %w", errors.Join(problems...))
	}
	return nil
}

// codeRoot is the directory of the binary, which stands for the platform's /var/user.
func (f Function) codeRoot() string {
	return filepath.Dir(f.Binary)
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its documentation
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
