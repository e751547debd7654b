package setup

import (
	"context"
	"path/filepath"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
	"scf-sms/scripts/local/internal/operator"
)

// simulate makes the simulated account a new one, with nothing in it but what no API makes and the
// operator's key, and serves the functions that are made in it. Things take a moment to be there,
// so that the waiting is seen; it is a tenth of the real one.
func simulate(a *operator.Account) (end func(), err error) {
	if a.Deployed, err = operator.ReadDeployment(filepath.Join(a.Root, "serverless.yml")); err != nil {
		return nil, err
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
		const moment = time.Second / 10
		c.Lags = cloudsim.Lags{User: moment, Policy: moment, Role: moment, Attachment: moment,
			Key: moment, Function: moment, URL: moment}
	})
	wait := a.Pause
	a.Pause = func(ctx context.Context, d time.Duration) error { return wait(ctx, d/10) }
	platform, err := simulation.ServeFunctions(a.Sim.Cloud)
	if err != nil {
		return nil, err
	}
	return func() { platform.Close() }, nil
}
