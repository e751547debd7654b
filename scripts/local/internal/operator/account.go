// Package operator is what the person who runs the function has: the settings in .env and the
// shell, serverless.yml, a key of their own, and an account of Tencent Cloud, the real one or a
// simulated one, to ask with that key.
package operator

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	smsapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/sms/v20210111"
	ssmapi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/ssm/v20190923"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// callTimeout bounds one call to Tencent Cloud.
const callTimeout = 5 * time.Second

// Account is an operator's view of Tencent Cloud.
type Account struct {
	Root     string // of the project
	Env      Env
	Deployed Deployment
	Over     map[string]string // settings that stand over those of Env
	Settings settings.Settings
	Key      common.CredentialIface // nil: there is none, and KeyError says why
	KeyError error
	Sim      *simulation.Simulation // nil: the real cloud
	Clock    *ClockProbe
}

// Options say which settings and which cloud.
type Options struct {
	EnvFile  string // "": the file that scf reads; see [FindEnv]
	Stage    string // "": that of serverless.yml
	Simulate bool   // a simulated cloud; without EnvFile with the settings in testdata
}

// Open reads the settings and, to simulate, starts the cloud. A file that can't be read is a
// [term.UsageError]. The caller calls [Account.Close].
func Open(command string, o Options) (*Account, error) {
	root, err := checkout.Root()
	if err != nil {
		return nil, err
	}
	a, err := ReadFiles(root, o)
	if err != nil {
		return nil, term.UsageError{Text: command + ": " + err.Error()}
	}
	a.Clock = &ClockProbe{next: liveconn.NewTransport(), Now: time.Now}
	if o.Simulate {
		if err := a.simulate(); err != nil {
			return nil, err
		}
	} else {
		a.Key, a.KeyError = a.Env.key()
	}
	a.Settings = settings.Read(func(name string) string {
		if name == "TENCENTCLOUD_REGION" {
			return a.Deployed.Region
		}
		return cmp.Or(a.Over[name], a.Env.Get(name))
	})
	return a, nil
}

// ReadFiles reads the .env file and the serverless.yml of the project in root, and nothing else of
// the account.
func ReadFiles(root string, o Options) (*Account, error) {
	a := &Account{Root: root}
	var err error
	if o.Simulate && o.EnvFile == "" {
		// A simulation is the same wherever it runs. simulate has the values.
		path := filepath.Join(root, "testdata", "function.env")
		a.Env = Env{Path: shown(path), Exists: true, shell: os.LookupEnv, alone: true}
		return a, nil
	}
	if a.Deployed, err = ReadDeployment(filepath.Join(root, "serverless.yml")); err != nil {
		return nil, err
	}
	path := o.EnvFile
	if path == "" {
		path = FindEnv(root, cmp.Or(o.Stage, a.Deployed.Stage))
	}
	a.Env, err = ReadEnv(path, os.LookupEnv)
	return a, err
}

// simulate puts a simulated cloud in the place of the real one, and an operator into it who may do
// everything.
func (a *Account) simulate() error {
	sim, err := simulation.Start("", filepath.Join(a.Root, "testdata"), cloudsim.Options{})
	if err != nil {
		return err
	}
	const id, secret = "AKIDexampleOperator", "example-operator-key"
	sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Keys = append(c.Keys, cloudsim.Key{SecretID: id, SecretKey: secret, Allow: []string{"*"}})
	})
	if a.Env.alone {
		a.Env.file = sim.Function.Env
	}
	a.Sim, a.Key = sim, common.NewCredential(id, secret)
	a.Over = map[string]string{"SSM_ENDPOINT": sim.Server.URL, "SMS_ENDPOINT": sim.Server.URL}
	return nil
}

// Close ends connections and the simulated cloud.
func (a *Account) Close() {
	a.Clock.next.CloseIdleConnections()
	if a.Sim != nil {
		a.Sim.Close()
	}
}

// AskSSM makes one call of SSM with the operator's key. It takes at most 5 s.
func (a *Account) AskSSM(
	ctx context.Context, call func(context.Context, *ssmapi.Client) error,
) *tencent.Error {
	endpoint := tencent.Profile(a.Settings.Secret.Endpoint)
	client, err := ssmapi.NewClient(a.Key, a.Settings.Secret.Region, endpoint)
	if err != nil {
		return &tencent.Error{Reason: "the SSM client can't be made"}
	}
	client.WithHttpTransport(a.Clock)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return tencent.Do(func() error { return call(ctx, client) })
}

// AskSMS makes one call of SMS, with the operator's key or the one that sends. It takes at most 5
// s.
func (a *Account) AskSMS(
	ctx context.Context, key common.CredentialIface,
	call func(context.Context, *smsapi.Client) error,
) *tencent.Error {
	endpoint := tencent.Profile(a.Settings.SMS.Endpoint)
	client, err := smsapi.NewClient(key, a.Settings.SMS.Region, endpoint)
	if err != nil {
		return &tencent.Error{Reason: "the SMS client can't be made"}
	}
	client.WithHttpTransport(a.Clock)
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return tencent.Do(func() error { return call(ctx, client) })
}

// Secret reads the function's secret as the function does, but with the operator's key. It takes at
// most 5 s; the error is a [*secrets.Error].
func (a *Account) Secret(ctx context.Context) (*secrets.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return secrets.Fetch(ctx, secrets.Config{
		Name:      a.Settings.Secret.Name,
		Version:   a.Settings.Secret.Version,
		Region:    a.Settings.Secret.Region,
		Endpoint:  a.Settings.Secret.Endpoint,
		Transport: a.Clock,
	}, a.Key)
}

// Reports asks for the delivery reports of a number's messages since a time. A nil answer without
// an error is an empty one.
func (a *Account) Reports(
	ctx context.Context, number string, since time.Time,
) (reports []*smsapi.PullSmsSendStatus, failure *tencent.Error) {
	request := smsapi.NewPullSmsSendStatusByPhoneNumberRequest()
	begin, offset, limit := uint64(since.Unix()), uint64(0), uint64(10)
	request.SmsSdkAppId, request.PhoneNumber = &a.Settings.SMS.AppID, &number
	request.BeginTime, request.Offset, request.Limit = &begin, &offset, &limit
	failure = a.AskSMS(ctx, a.Key, func(ctx context.Context, client *smsapi.Client) error {
		answer, err := client.PullSmsSendStatusByPhoneNumberWithContext(ctx, request)
		if err == nil && answer.Response != nil {
			reports = answer.Response.PullSmsSendStatusSet
		}
		return err
	})
	return reports, failure
}
