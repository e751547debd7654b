package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/simulation"
)

// cloud is Tencent Cloud as a function meets it: SSM and SMS at two addresses, over TLS, with as
// many trusted roots as this machine has.
type cloud struct {
	*cloudsim.Cloud
	sms      *cloudsim.Server
	networks []*network
	servers  []*cloudsim.Server
	redis    *redisServer

	smsCA string            // file with the certificate of SMS's authority
	roots string            // where this machine's roots are from
	role  map[string]string // the function's credentials
	paths []path            // near and far, each without a Redis and with one
}

// path is how the cloud is reached. Its name begins the names of what is measured over it.
type path struct {
	name    string
	env     map[string]string // the function's settings
	away    bool              // something is a round trip away
	limited bool              // they have a Redis in them, which no other program can use
}

// startCloud starts a cloud with the account in testdata, without its limits: all messages go to
// one number.
func startCloud(testdata, temp string) (*cloud, error) {
	sim, err := simulation.Start("", testdata, cloudsim.Options{TLS: true})
	if err != nil {
		return nil, err
	}
	sim.Cloud.Update(func(a *cloudsim.Account) {
		a.Limits = cloudsim.Limits{ThirtySeconds: -1, PerHour: -1, PerDay: -1}
	})
	role := sim.Function.Role()
	c := &cloud{
		Cloud:   sim.Cloud,
		servers: []*cloudsim.Server{sim.Server},
		role: map[string]string{
			"TENCENTCLOUD_SECRETID":     role.SecretID,
			"TENCENTCLOUD_SECRETKEY":    role.SecretKey,
			"TENCENTCLOUD_SESSIONTOKEN": role.SessionToken,
		},
	}
	if err := c.open(sim.Function.Env, temp); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// open opens the paths to the cloud, for a function with these settings.
func (c *cloud) open(near map[string]string, temp string) (err error) {
	if c.sms, err = cloudsim.Start(c.Cloud, cloudsim.Options{TLS: true}); err != nil {
		return err
	}
	c.servers = append(c.servers, c.sms)
	near["TIME_BUDGET"] = "25s" // a busy machine must not end a send
	if near["SSL_CERT_FILE"], err = c.trust(temp); err != nil {
		return err
	}
	far := maps.Clone(near)
	for i, variable := range []string{"SSM_ENDPOINT", "SMS_ENDPOINT"} {
		near[variable] = c.servers[i].Addr()
		n, err := newNetwork(near[variable], rtt)
		if err != nil {
			return err
		}
		c.networks = append(c.networks, n)
		far[variable] = n.addr()
	}
	c.paths = []path{{name: "", env: near}, {name: "far ", env: far, away: true}}
	return c.limit()
}

// limit adds the paths of a function with limits: Redis beside it, and a round trip away.
func (c *cloud) limit() (err error) {
	if c.redis, err = startRedis(); err != nil {
		return err
	}
	inVPC, err := newNetwork(c.redis.address, rtt)
	if err != nil {
		return err
	}
	c.networks = append(c.networks, inVPC)
	for _, with := range []struct {
		name, of, address string
		away              bool
	}{
		{"limited ", "", c.redis.address, false},
		{"limited vpc ", "", inVPC.addr(), true},
		{"limited far ", "far ", inVPC.addr(), true},
	} {
		for _, p := range c.paths {
			if p.name == with.of {
				env := maps.Clone(p.env)
				env["REDIS_URL"], env["LIMITS"] = "redis://"+with.address, benchLimits
				c.paths = append(c.paths, path{with.name, env, with.away, true})
				break
			}
		}
	}
	// The account's secret may have the password of another Redis.
	c.Update(func(a *cloudsim.Account) {
		a.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: benchSecret}
	})
	return nil
}

const (
	// benchLimits are as many as one message falls under by default, and two in all. None is met:
	// all messages go to one number.
	benchLimits = `{"number": "1000000/30s, 1000000/1h, 1000000/24h", "block": "1000000/1h", ` +
		`"callingCode": {"86": "1000000/1h"}, "total": "1000000/1h, 1000000/24h"}`
	benchSecret = `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", ` +
		`"authorization": "Bearer example-token", "hashKey": "example-hash-key"}`
)

// systemRoots are the files that Go looks for certificates in, on most distributions.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
}

// trust writes the files of certificates. It returns the one with all of them: SSL_CERT_FILE
// replaces the system's.
func (c *cloud) trust(dir string) (bundle string, err error) {
	c.roots = "none were found on this machine, so a start is cheaper here than it will be"
	var all []byte
	for _, file := range systemRoots {
		if content, err := os.ReadFile(file); err == nil {
			all, c.roots = content, file
			break
		}
	}
	for _, server := range c.servers {
		all = append(all, server.CertPEM()...)
	}
	c.smsCA, bundle = filepath.Join(dir, "sms.pem"), filepath.Join(dir, "roots.pem")
	err = errors.Join(
		os.WriteFile(c.smsCA, c.sms.CertPEM(), 0o644), os.WriteFile(bundle, all, 0o644))
	return bundle, err
}

// sent returns when the first SMS since the last Reset arrived.
func (c *cloud) sent() (time.Time, error) {
	for _, request := range c.Requests() {
		if request.Action == cloudsim.SendSms && request.Code == "" {
			return request.Time, nil
		}
	}
	return time.Time{}, fmt.Errorf("no SMS was sent: %+v", c.Requests())
}

func (c *cloud) close() {
	if c.redis != nil {
		c.redis.close()
	}
	for _, n := range c.networks {
		n.close()
	}
	for _, server := range c.servers {
		server.Close()
	}
}
