package main

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
)

// callTimeout bounds one call to Tencent Cloud.
const callTimeout = 5 * time.Second

// account is an operator's view of Tencent Cloud, the real or a simulated one: the function's settings, a key of the
// operator's own, and a way to ask.
type account struct {
	root     string
	env      environment
	deployed deployment
	over     map[string]string // settings that stand over those of env
	settings settings.Settings
	key      common.CredentialIface // nil: there is none, and keyError says why
	keyError error
	sim      *simulation.Simulation // nil: the real cloud
	date     *dated
}

// openAccount reads the settings of an env file ("": .env in the project's root) with the shell's environment over it,
// or, with simulate, those in testdata, and starts a simulated cloud.
func openAccount(command, envFile string, simulate bool) (*account, error) {
	root, err := simulation.Root()
	if err != nil {
		return nil, err
	}
	a := &account{root: root, date: &dated{next: tencent.NewTransport(), now: time.Now}}
	path, own := cmp.Or(envFile, filepath.Join(root, ".env")), simulate && envFile == ""
	if own {
		path = filepath.Join(root, "testdata", "function.env")
	}
	if a.env, err = loadEnvironment(path, simulate || envFile != "", os.LookupEnv); err != nil {
		return nil, usageError{command + ": " + err.Error()}
	}
	a.env.alone = own // a simulation is the same wherever it runs
	if !own {
		if a.deployed, err = readDeployment(filepath.Join(root, "serverless.yml")); err != nil {
			return nil, usageError{command + ": " + err.Error()}
		}
	}
	if simulate {
		if err := a.simulate(); err != nil {
			return nil, err
		}
	} else {
		a.key, a.keyError = a.env.key()
	}
	a.settings = a.env.read(a.deployed.region, a.over)
	return a, nil
}

// simulate puts a simulated cloud in the place of the real one, and an operator into it who may do everything.
func (a *account) simulate() error {
	sim, err := simulation.Start("", filepath.Join(a.root, "testdata"), cloudsim.Options{})
	if err != nil {
		return err
	}
	const id, secret = "AKIDexampleOperator", "example-operator-key"
	sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Keys = append(c.Keys, cloudsim.Key{SecretID: id, SecretKey: secret, Allow: []string{"*"}})
	})
	a.sim, a.key = sim, common.NewCredential(id, secret)
	a.over = map[string]string{"SSM_ENDPOINT": sim.Server.URL, "SMS_ENDPOINT": sim.Server.URL}
	return nil
}

func (a *account) close() {
	a.date.next.CloseIdleConnections()
	if a.sim != nil {
		a.sim.Close()
	}
}

// askSSM makes one call of SSM.
func (a *account) askSSM(ctx context.Context, call func(context.Context, *ssmapi.Client) error) *tencent.Error {
	client, err := ssmapi.NewClient(a.key, a.settings.SecretRegion, tencent.Profile(a.settings.SSMEndpoint))
	if err != nil {
		return &tencent.Error{Reason: "the SSM client can't be made"}
	}
	client.WithHttpTransport(a.date)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return tencent.Do(func() error { return call(ctx, client) })
}

// askSMS makes one call of SMS, with the operator's key or the one that sends.
func (a *account) askSMS(ctx context.Context, key common.CredentialIface, call func(context.Context, *smsapi.Client) error) *tencent.Error {
	client, err := smsapi.NewClient(key, a.settings.SMSRegion, tencent.Profile(a.settings.SMSEndpoint))
	if err != nil {
		return &tencent.Error{Reason: "the SMS client can't be made"}
	}
	client.WithHttpTransport(a.date)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return tencent.Do(func() error { return call(ctx, client) })
}

// dated notes how far this machine's clock is from that of whoever answers.
type dated struct {
	next *tencent.Transport
	now  func() time.Time

	mu    sync.Mutex
	ahead time.Duration // what this clock says more than the other
	known bool
}

// RoundTrip implements http.RoundTripper.
func (d *dated) RoundTrip(req *http.Request) (*http.Response, error) {
	began := d.now()
	resp, err := d.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		// The header has whole seconds, so on average the answer is half a second younger.
		took := d.now().Sub(began)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ahead, d.known = began.Add(took/2).Sub(date.Add(time.Second/2)), true
	}
	return resp, nil
}

// skew returns how far this clock is ahead, if any answer said so.
func (d *dated) skew() (ahead time.Duration, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ahead, d.known
}
