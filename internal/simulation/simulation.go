// Package simulation runs the function for tests and scripts/local: the binary as it is deployed,
// started as SCF does, in front of a simulated Tencent Cloud. It needs no account and no network.
package simulation

import (
	"path/filepath"
	"reflect"
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

// Simulation is a simulated cloud with a function that talks to it.
type Simulation struct {
	Cloud    *cloudsim.Cloud
	Server   *cloudsim.Server
	Function scfhost.Function // may be changed before [scfhost.New] gets it

	account cloudsim.Account // as in testdata
}

// Start starts a simulated cloud with the account in testdata. The Function gets the settings there.
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
	return &Simulation{
		Cloud:    cloud,
		Server:   server,
		Function: function(binary, server.URL, env, account),
		account:  account,
	}, nil
}

// Reload replaces the binary, the settings and the account by a new binary and by what testdata holds
// now. If testdata's account is the same as before, the cloud keeps its own, whose keys may have been
// rotated; newAccount is false then. The outbox and the counts stay. If Reload fails, nothing
// changes. The Function is a new one: changes made to the old one are lost, and instances of it run
// on.
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

// role is the account's temporary key: only the function's role has one.
func role(account cloudsim.Account) scfhost.Role {
	for _, key := range account.Keys {
		if key.Token != "" {
			return scfhost.Role{
				SecretID:     key.SecretID,
				SecretKey:    key.SecretKey,
				SessionToken: key.Token,
			}
		}
	}
	return scfhost.Role{}
}
