// Package operator is what the person who runs the function has: the settings in .env and the
// shell, serverless.yml, a key of their own, and an account of Tencent Cloud, the real one or a
// simulated one, to ask with that key.
package operator

import (
	"cmp"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/simulation"
	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
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

	// Pause waits, unless ctx ends first, whose error it then returns.
	Pause func(ctx context.Context, d time.Duration) error
}

// Options say which settings and which cloud.
type Options struct {
	EnvFile  string // "": the file that scf reads; see [FindEnv]
	Stage    string // "": that of serverless.yml
	Simulate bool   // a simulated cloud; without EnvFile with the settings in testdata
}

// AddFlags adds the flags for the options. simulate says what -simulate does.
func (o *Options) AddFlags(flags *flag.FlagSet, w words.Words, simulate string) {
	flags.StringVar(&o.EnvFile, "env", "", w.Say("flags.env"))
	flags.StringVar(&o.Stage, "stage", "", w.Say("flags.stage"))
	flags.BoolVar(&o.Simulate, "simulate", false, w.Say("flags.simulate", simulate))
}

// Flags are the options that name the settings, as a command takes them, with a blank before each.
func (o *Options) Flags() string {
	switch {
	case o.EnvFile != "":
		return " -env " + o.EnvFile
	case o.Stage != "":
		return " -stage " + o.Stage
	}
	return ""
}

// Open reads the settings and, to simulate, starts the cloud. Options that contradict each other,
// and a file that can't be read, are a [term.UsageError]. The caller calls [Account.Close].
func Open(command string, o Options) (*Account, error) {
	if o.EnvFile != "" && o.Stage != "" {
		return nil, term.UsageError{Text: command + ": " +
			words.From(os.Getenv).Say("flags.both")}
	}
	root, err := checkout.Root()
	if err != nil {
		return nil, err
	}
	a, err := ReadFiles(root, o)
	if err != nil {
		return nil, term.UsageError{Text: command + ": " + err.Error()}
	}
	a.Clock = &ClockProbe{next: liveconn.NewTransport(), Now: time.Now}
	a.Pause = pause
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
		a.Env = Env{Path: shown(path), Exists: true, Words: words.From(os.Getenv),
			shell: os.LookupEnv, alone: true}
		return a, nil
	}
	if a.Deployed, err = ReadDeployment(filepath.Join(root, "serverless.yml")); err != nil {
		return nil, err
	}
	stage := cmp.Or(o.Stage, a.Deployed.Stage)
	a.Deployed.Function = strings.ReplaceAll(a.Deployed.Function, "${stage}", stage)
	path := o.EnvFile
	if path == "" {
		path = FindEnv(root, stage)
	}
	a.Env, err = ReadEnv(path, os.LookupEnv)
	return a, err
}

// Say is [words.Words.Say] in the language of whoever reads.
func (a *Account) Say(key string, values ...any) string { return a.Env.Say(key, values...) }

// Hint is [words.Words.Hint] in the language of whoever reads.
func (a *Account) Hint(text string) string { return a.Env.language().Hint(text) }

// Count is [words.Words.Count] in the language of whoever reads.
func (a *Account) Count(key string, n int) string { return a.Env.language().Count(key, n) }

// simulate puts a simulated cloud and, if the settings name one, a simulated Redis in the place of
// the real ones, and an operator into the cloud who may do everything.
func (a *Account) simulate() error {
	sim, err := simulation.Start("", filepath.Join(a.Root, "testdata"), cloudsim.Options{})
	if err != nil {
		return err
	}
	const id, secret = "AKIDexampleOperator", "example-operator-key"
	sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Keys = append(c.Keys, cloudsim.Key{SecretID: id, SecretKey: secret, Allow: []string{"*"}})
	})
	a.Sim, a.Key = sim, common.NewCredential(id, secret)
	a.Over = map[string]string{}
	for _, name := range Endpoints() {
		a.Over[name] = sim.Server.URL
	}
	if a.Env.alone || a.Env.Get("REDIS_URL") != "" {
		if err := sim.StartRedis(); err != nil {
			sim.Close()
			return err
		}
		a.Over["REDIS_URL"] = sim.Redis.URL()
	}
	if a.Env.alone {
		a.Env.values = sim.Function.Env
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close ends connections and the simulated cloud.
func (a *Account) Close() {
	a.Clock.next.CloseIdleConnections()
	if a.Sim != nil {
		a.Sim.Close()
	}
}

// SendToNobody makes a SendSms without a number, which can't send anything. It is the one call that
// needs no permission but sms:SendSms, and so the one that tells whether a key has it: by its
// failure, which is never nil unless Tencent changes.
func (a *Account) SendToNobody(ctx context.Context, key common.CredentialIface) *tencent.Error {
	with := *a
	with.Key = key
	return with.Try(ctx, SMS, "SendSms", map[string]any{
		"SmsSdkAppId": a.Settings.SMS.AppID, "SignName": a.Settings.SMS.SignName,
	}, nil).Cause()
}

// Secret reads the function's secret as the function does, but with another key. It takes at most
// 5 s; the error is a [*secrets.Error].
func (a *Account) Secret(
	ctx context.Context, key common.CredentialIface,
) (*secrets.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	c := &a.Settings.Secret
	return secrets.Fetch(ctx, secrets.Config{
		Name: c.Name, Version: c.Version, CallersName: c.Callers, Region: c.Region,
		Endpoint: c.Endpoint, Transport: a.Clock,
	}, key)
}

// Report is what a carrier reported of a message.
type Report struct {
	ReportStatus    string // SUCCESS or FAIL
	Description     string // in the carrier's words
	UserReceiveTime int64  // Unix time in s
	SerialNo        string
	SessionContext  string // our request id; few accounts get it back
}

// Reports asks for the delivery reports of a number's messages since a time.
func (a *Account) Reports(
	ctx context.Context, number string, since time.Time,
) ([]Report, *tencent.Error) {
	var answer struct{ PullSmsSendStatusSet []Report }
	f := a.Try(ctx, SMS, "PullSmsSendStatusByPhoneNumber", map[string]any{
		"SmsSdkAppId": a.Settings.SMS.AppID, "PhoneNumber": number, "BeginTime": since.Unix(),
		"Offset": 0, "Limit": 10,
	}, &answer)
	return answer.PullSmsSendStatusSet, f.Cause()
}
