// Package simulation puts the pieces together that tests and scripts/local run the function with: the binary as it is
// deployed, started the way SCF does, in front of a simulated Tencent Cloud. Nothing in it needs an account or a network.
package simulation

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// The files of testdata that a simulation starts from.
const (
	accountFile  = "cloud.json"   // what the simulated cloud knows; see cloudsim.Account
	settingsFile = "function.env" // the function's environment variables, less the endpoints
)

// Root returns the folder of this project that the working directory is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module scf-sms\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not in a checkout of scf-sms")
		}
		dir = parent
	}
}

// Build compiles the function into dir, with the flags of scripts/package.sh but for this machine, and returns the path
// of the binary.
func Build(ctx context.Context, root, dir string, flags ...string) (string, error) {
	// Go's test cache knows of files that a test opened, not of those that the go command did for it: without this, tests
	// of the binary would stay "ok (cached)" whatever becomes of main.go. The rest of the sources they import.
	if _, err := os.ReadFile(filepath.Join(root, "main.go")); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "main")
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-tags=nethttpomithttp2", "-ldflags=-s -w", "-o", binary}, flags...)
	build := exec.CommandContext(ctx, "go", append(args, ".")...)
	build.Dir = root
	// Interrupted, the go command ends the compilers it started; killed, it leaves them, and its files in any case: they
	// are to be where the caller removes them.
	build.Cancel = func() error { return build.Process.Signal(os.Interrupt) }
	build.WaitDelay = 5 * time.Second
	build.Env = append(os.Environ(), "GOTMPDIR="+dir)
	if !slices.Contains(flags, "-race") {
		build.Env = append(build.Env, "CGO_ENABLED=0")
	}
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the function: %w\n%s", err, out)
	}
	return binary, nil
}

// Simulation is a simulated cloud with a function that talks to it.
type Simulation struct {
	Cloud    *cloudsim.Cloud
	Server   *cloudsim.Server
	Function scfhost.Function // to be changed at will before [scfhost.New] gets it

	account cloudsim.Account // as testdata has it
}

// Start starts a simulated cloud with the account in testdata, and makes the settings there those of the function.
func Start(binary, testdata string, options cloudsim.Options) (*Simulation, error) {
	account, env, err := load(testdata)
	if err != nil {
		return nil, err
	}
	cloud := cloudsim.New(cloudsim.Config{Account: account})
	server, err := cloudsim.Start(cloud, options)
	if err != nil {
		return nil, err
	}
	return &Simulation{Cloud: cloud, Server: server, Function: function(binary, server.URL, env, account), account: account}, nil
}

// Reload takes a new binary, and the settings and account that testdata holds by now, in place of those before. An account
// that testdata has as before stays as it has become since: its keys may have been rotated. So does what the cloud has
// sent and counted, and nothing changes where there is an error. The Function is a new one: what was set in it is gone,
// and an instance of the old one goes on as it is.
func (s *Simulation) Reload(binary, testdata string) (newAccount bool, err error) {
	account, env, err := load(testdata)
	if err != nil {
		return false, err
	}
	f := function(binary, s.Server.URL, env, account)
	if err := f.Check(); err != nil {
		return false, err
	}
	s.Function = f
	if reflect.DeepEqual(account, s.account) {
		return false, nil
	}
	s.account = account
	s.Cloud.Replace(account)
	return true, nil
}

func load(testdata string) (cloudsim.Account, map[string]string, error) {
	account, err := cloudsim.LoadAccount(filepath.Join(testdata, accountFile))
	if err != nil {
		return cloudsim.Account{}, nil, err
	}
	env, err := godotenv.Read(filepath.Join(testdata, settingsFile))
	return account, env, err
}

func function(binary, url string, env map[string]string, account cloudsim.Account) scfhost.Function {
	env["SSM_ENDPOINT"], env["SMS_ENDPOINT"] = url, url
	role := role(account)
	return scfhost.Function{
		Binary:  binary,
		Env:     env,
		Role:    func() scfhost.Role { return role },
		Timeout: 10 * time.Second, // as in serverless.yml
	}
}

// Close stops the cloud.
func (s *Simulation) Close() error { return s.Server.Close() }

// role is the account's temporary key: the function's role is the only one to have such.
func role(account cloudsim.Account) scfhost.Role {
	for _, key := range account.Keys {
		if key.Token != "" {
			return scfhost.Role{SecretID: key.SecretID, SecretKey: key.SecretKey, SessionToken: key.Token}
		}
	}
	return scfhost.Role{}
}
