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

	smsCA string            // file with the certificate of SMS's authority
	roots string            // where this machine's roots are from
	role  map[string]string // the function's credentials
	paths []path            // near and far
}

// path is how the cloud is reached. Its name begins the names of what is measured over it.
type path struct {
	name string
	env  map[string]string // the function's settings
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
	c.paths = []path{{"", near}, {"far ", far}}
	return nil
}

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
	for _, n := range c.networks {
		n.close()
	}
	for _, server := range c.servers {
		server.Close()
	}
}
