package setup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// simulate makes the simulated account a new one, with nothing in it but what no API makes, the
// operator and somebody whom alarms tell, and serves the functions that are made in it. Things take
// a moment to be there, so that the waiting is seen. Time goes by only while setup waits, and ten
// times as fast as the real one.
func simulate(a *operator.Account) (end func(), err error) {
	a.Deployed, err = operator.ReadDeployment(filepath.Join(a.Root, "serverless.yml"))
	if err != nil {
		return nil, term.UsageError{Text: "setup: " + err.Error()}
	}
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		id := a.Key.GetSecretId()
		var own []cloudsim.Key
		for _, k := range c.Keys {
			if k.SecretID == id {
				own = append(own, k)
			}
		}
		c.Keys, c.Secrets = own, nil
		c.Users = []cloudsim.User{{Name: "operator", Uin: 100000000009, Email: "o@example.com"}}
		c.Logs = cloudsim.Logs{Notices: []cloudsim.Notice{{ID: "notice-1", Name: "on-call"}}}
		const moment = time.Second
		c.Lags = cloudsim.Lags{User: moment, Policy: moment, Role: moment, Attachment: moment,
			Key: moment, Function: moment, URL: moment, Topic: moment,
			Index: moment}
	})
	var waited atomic.Int64 // nanoseconds
	began := time.Now()
	now := func() time.Time { return began.Add(time.Duration(waited.Load())) }
	a.Sim.Cloud.SetNow(now)
	a.Clock.Now = now // of which the cloud is asked for what came since
	wait := a.Pause
	a.Pause = func(ctx context.Context, d time.Duration) error {
		waited.Add(int64(d))
		return wait(ctx, d/10)
	}
	platform, err := simulation.ServeFunctions(a.Sim.Cloud)
	if err != nil {
		return nil, err
	}
	return func() { platform.Close() }, nil
}

// simulatedApp tells the SdkAppId of a simulation, which nobody can look up; "" where there is none.
func (c *chooser) simulatedApp() string {
	if c.Sim == nil {
		return ""
	}
	id := c.Sim.Function.Env["SDK_APP_ID"]
	c.say("setup.choose.simulated", id)
	return id
}

// chooseSimulated asks for what the .env of whoever runs this lacks, as a first run on a real account
// does. The answers stay in the simulation.
func chooseSimulated(
	ctx context.Context, a *operator.Account, o options, stdio term.Stdio, w words.Words,
) (err error) {
	newcomer := *a
	if o.EnvFile == "" { // a.Env has the simulation's own settings, where nothing is missing
		path := operator.FindEnv(a.Root, cmp.Or(o.Stage, a.Deployed.Stage))
		if newcomer.Env, err = operator.ReadEnv(path, os.LookupEnv); err != nil {
			return err
		}
	}
	c := &chooser{Cloud: resources.Cloud{Account: &newcomer}, ctx: ctx, stdio: stdio, words: w,
		answer: map[string]string{}}
	if err := c.choose(); err != nil || len(c.answer) == 0 {
		return err
	}
	maps.Copy(a.Over, c.answer)
	fmt.Fprintln(stdio.Out, w.Say("setup.choose.kept"))
	return nil
}
