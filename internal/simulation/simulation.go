// Package simulation runs the function for tests and scripts/local: the binary as it is deployed,
// started as SCF does, in front of a simulated Tencent Cloud and, if wanted, beside a simulated
// Redis. It needs no account and no network.
package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/joho/godotenv"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/redissim"
	"scf-sms/internal/scfhost"
)

// The files of testdata that a simulation starts from.
const (
	accountFile  = "cloud.json"   // what the simulated cloud knows; see cloudsim.Account
	settingsFile = "function.env" // the function's environment variables, less the endpoints
)

// Simulation is a simulated cloud with a function that talks to it.
type Simulation struct {
	Cloud    *cloudsim.Cloud
	Server   *cloudsim.Server
	Function scfhost.Function // may be changed before [scfhost.New] gets it
	Redis    *redissim.Redis  // nil: the function has no limits; see [Simulation.StartRedis]

	account cloudsim.Account // as in testdata
}

// Start starts a simulated cloud with the account in testdata. The Function gets the settings
// there.
func Start(binary, testdata string, options cloudsim.Options) (*Simulation, error) {
	cloud := cloudsim.New(cloudsim.Config{})
	server, err := cloudsim.Start(cloud, options)
	if err != nil {
		return nil, err
	}
	f, account, err := read(binary, testdata, server.URL)
	if err != nil {
		server.Close()
		return nil, err
	}
	cloud.Replace(account)
	return &Simulation{Cloud: cloud, Server: server, Function: f, account: account}, nil
}

// StartRedis starts a Redis and makes the function use it. The password is that of the simulated
// secret.
func (s *Simulation) StartRedis() (err error) {
	if s.Redis, err = redissim.Start(secretOf(s.account).RedisPassword); err == nil {
		s.Function.Env["REDIS_URL"] = s.Redis.URL()
	}
	return err
}

// ReportTo makes the cloud post delivery reports to the function's URL until ctx ends, with the key
// that the secret has by then. after is called after each call, with what went wrong.
func (s *Simulation) ReportTo(ctx context.Context, functionURL string, after func(error)) {
	s.Cloud.ReportTo(ctx, func() string {
		var key string
		s.Cloud.Update(func(a *cloudsim.Account) { key = secretOf(*a).Reports })
		return functionURL + "?reports=" + url.QueryEscape(key)
	}, after)
}

// secret is what a simulation reads of the function's secret.
type secret struct{ RedisPassword, Reports string }

// secretOf returns the secret of an account. A field that it lacks is "".
func secretOf(a cloudsim.Account) (value secret) {
	for _, s := range a.Secrets {
		for _, version := range s.Versions {
			json.Unmarshal([]byte(version.String), &value) // else SSM has no secret to give, either
		}
	}
	return value
}

// Reload replaces the binary, the settings and the account by a new binary and by what testdata
// holds now. If testdata's account is the same as before, the cloud keeps its own, whose keys may
// have been rotated; newAccount is false then. The outbox and the counts stay. If Reload fails,
// nothing changes. The Function is a new one: changes made to the old one are lost, and instances
// of it run on.
func (s *Simulation) Reload(binary, testdata string) (newAccount bool, err error) {
	f, account, err := read(binary, testdata, s.Server.URL)
	if err == nil {
		err = f.Check()
	}
	if err != nil {
		return false, err
	}
	s.Function = f
	if s.Redis != nil {
		f.Env["REDIS_URL"] = s.Redis.URL()
	}
	if reflect.DeepEqual(account, s.account) {
		return false, nil
	}
	s.account = account
	if s.Redis != nil {
		s.Redis.SetPassword(secretOf(account).RedisPassword)
	}
	s.Cloud.Replace(account)
	return true, nil
}

// read returns the function of a binary that talks to the cloud at a URL, with the settings in
// testdata, and the account there.
func read(binary, testdata, cloudURL string) (f scfhost.Function, a cloudsim.Account, err error) {
	if a, err = cloudsim.LoadAccount(filepath.Join(testdata, accountFile)); err != nil {
		return f, a, err
	}
	env, err := readEnv(filepath.Join(testdata, settingsFile))
	if err != nil {
		return f, a, err
	}
	env["SSM_ENDPOINT"], env["SMS_ENDPOINT"] = cloudURL, cloudURL
	var role scfhost.Role // of the account's keys only the function's role has a temporary one
	for _, key := range a.Keys {
		if key.Token != "" {
			role = scfhost.Role{
				SecretID: key.SecretID, SecretKey: key.SecretKey, SessionToken: key.Token,
			}
		}
	}
	return scfhost.Function{
		Binary:  binary,
		Env:     env,
		Role:    func() scfhost.Role { return role },
		Timeout: 10 * time.Second, // as in serverless.yml
	}, a, nil
}

// readEnv is godotenv.Read, whose error doesn't tell the line: the mistake is behind the last line
// up to which the file can be read.
func readEnv(path string) (map[string]string, error) {
	env, err := godotenv.Read(path)
	text, unread := os.ReadFile(path)
	if err == nil || unread != nil {
		return env, err
	}
	lines, line := strings.SplitAfter(string(text), "\n"), 0
	for n := range lines {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:n], "")); err == nil {
			line = n + 1
		}
	}
	what, _, _ := strings.Cut(err.Error(), " near ") // the whole rest of the file
	return nil, fmt.Errorf("%s:%d: %s", path, line, what)
}

// Close stops the cloud, and the Redis if there is one.
func (s *Simulation) Close() error {
	if s.Redis != nil {
		s.Redis.Close()
	}
	return s.Server.Close()
}
