package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/joho/godotenv"

	"scf-sms/internal/cloudsim"
)

// cloud is Tencent Cloud as a function meets it: SSM and SMS at two addresses, over TLS, with as
// many trusted roots as this machine has.
type cloud struct {
	*cloudsim.Cloud
	ssm, sms *cloudsim.Server
	networks []*network

	smsCA  string            // file with the certificate of SMS's authority
	bundle string            // file with it, SSM's, and this machine's roots
	roots  string            // where this machine's roots are from
	env    map[string]string // the function's settings
	role   map[string]string // its credentials
}

// startCloud starts a cloud with the account in testdata, without its limits: all messages go to
// one number.
func startCloud(testdata, temp string) (*cloud, error) {
	account, err := cloudsim.LoadAccount(filepath.Join(testdata, "cloud.json"))
	if err != nil {
		return nil, err
	}
	account.Limits = cloudsim.Limits{ThirtySeconds: -1, PerHour: -1, PerDay: -1}
	env, err := godotenv.Read(filepath.Join(testdata, "function.env"))
	if err != nil {
		return nil, err
	}
	c := &cloud{Cloud: cloudsim.New(cloudsim.Config{Account: account}), env: env}
	env["TIME_BUDGET"] = "25s" // a busy machine must not end a send
	for _, key := range account.Keys {
		if key.Token != "" {
			c.role = map[string]string{
				"TENCENTCLOUD_SECRETID":     key.SecretID,
				"TENCENTCLOUD_SECRETKEY":    key.SecretKey,
				"TENCENTCLOUD_SESSIONTOKEN": key.Token,
			}
		}
	}
	if c.ssm, err = cloudsim.Start(c.Cloud, cloudsim.Options{TLS: true}); err != nil {
		return nil, err
	}
	if c.sms, err = cloudsim.Start(c.Cloud, cloudsim.Options{TLS: true}); err != nil {
		return nil, errors.Join(err, c.ssm.Close())
	}
	if err := c.trust(temp); err != nil {
		c.close()
		return nil, err
	}
	env["SSL_CERT_FILE"] = c.bundle
	return c, nil
}

// systemRoots are the files that Go looks for certificates in, on most distributions.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
}

// trust writes the files of certificates. SSL_CERT_FILE replaces the system's.
func (c *cloud) trust(dir string) error {
	c.roots = "none were found on this machine, so a start is cheaper here than it will be"
	var all []byte
	for _, file := range systemRoots {
		if content, err := os.ReadFile(file); err == nil {
			all, c.roots = content, file
			break
		}
	}
	all = append(append(all, c.ssm.CertPEM()...), c.sms.CertPEM()...)
	c.smsCA, c.bundle = filepath.Join(dir, "sms.pem"), filepath.Join(dir, "roots.pem")
	return errors.Join(
		os.WriteFile(c.smsCA, c.sms.CertPEM(), 0o644),
		os.WriteFile(c.bundle, all, 0o644))
}

// settings returns the function's environment, with the cloud behind a network with this round
// trip; 0 is no network at all.
func (c *cloud) settings(rtt time.Duration) (map[string]string, error) {
	ssm, sms := c.ssm.Addr(), c.sms.Addr()
	if rtt > 0 {
		var err error
		if ssm, err = c.behind(ssm, rtt); err != nil {
			return nil, err
		}
		if sms, err = c.behind(sms, rtt); err != nil {
			return nil, err
		}
	}
	env := maps.Clone(c.env)
	env["SSM_ENDPOINT"], env["SMS_ENDPOINT"] = ssm, sms
	return env, nil
}

// behind returns the address of a server at the near end of a network.
func (c *cloud) behind(server string, rtt time.Duration) (string, error) {
	n, err := newNetwork(server, rtt)
	if err != nil {
		return "", err
	}
	c.networks = append(c.networks, n)
	return n.addr(), nil
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
	c.ssm.Close()
	c.sms.Close()
}
