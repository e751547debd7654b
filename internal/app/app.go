// Package app wires the function: settings, connections, secrets, limits, SMS, handler. It is the
// only place that does. main, the tests of whole behaviour, the benchmarks and the tools build the
// function here. It stands above handler, right below main: nothing of the function may import it.
package app

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"scf-sms/handler"
	"scf-sms/internal/limits"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// Options are what the function needs of its process.
type Options struct {
	Version   string              // of the build, for the log
	Log       io.Writer           // os.Stdout in the function
	Transport http.RoundTripper   // a *liveconn.Transport in the function
	Getenv    func(string) string // for the role's credentials; nil: os.Getenv
	Now       func() time.Time    // nil: the wall clock
}

// Function is the function, wired.
type Function struct {
	*handler.Handler
	Secrets *secrets.Cache
	SMS     *sms.Sender
	Limits  *limits.Guard // nil without REDIS_URL
}

// New wires a function. Settings with problems make one that answers every event with 500.
func New(s settings.Settings, o Options) *Function {
	f := &Function{}
	log := slog.New(slog.NewJSONHandler(o.Log, &slog.HandlerOptions{Level: s.LogLevel}))
	f.Secrets = secrets.New(secrets.Config{
		Name:        s.Secret.Name,
		Version:     s.Secret.Version,
		CallersName: s.Secret.Callers,
		Region:      s.Secret.Region,
		Endpoint:    s.Secret.Endpoint,
		TTL:         s.Secret.TTL,
		Budget:      s.TimeBudget,
		Transport:   o.Transport,
		Log:         log,
		Getenv:      o.Getenv,
		Now:         o.Now,
		// The connections that the SMS will need are opened while the secret is on its way.
		OnFetch: func() {
			open(o.Transport, s.SMS.Endpoint)
			if f.Limits != nil {
				f.Limits.Open()
			}
		},
	})
	f.SMS = &sms.Sender{
		AppID:            s.SMS.AppID,
		SignName:         s.SMS.SignName,
		SignNameOverseas: s.SMS.SignNameOverseas,
		SenderID:         s.SMS.SenderID,
		Region:           s.SMS.Region,
		Endpoint:         s.SMS.Endpoint,
		Transport:        o.Transport,
		Keys:             f.Secrets,
		Now:              o.Now,
	}
	if f.SMS.Now == nil {
		f.SMS.Now = time.Now
	}
	config := handler.Config{
		Settings: s,
		Secrets:  f.Secrets,
		SMS:      f.SMS,
		Log:      log,
		Version:  o.Version,
	}
	if s.Redis.Address != "" {
		f.Limits = limits.New(limits.Config{
			Server:  s.Redis,
			Rules:   s.Limits,
			AppID:   s.SMS.AppID,
			Secrets: f.Secrets,
			Dialer:  dialer(o.Transport),
			Now:     o.Now,
		})
		config.Limits = f.Limits
	}
	f.Handler = handler.New(config)
	return f
}

// dialer returns the transport's, if it has one, so that certificates are read only once.
func dialer(transport http.RoundTripper) *liveconn.Dialer {
	if t, ok := transport.(*liveconn.Transport); ok {
		return t.Dialer
	}
	return liveconn.NewDialer()
}

// open opens a connection ahead of the request that will need it, if the transport can.
func open(transport http.RoundTripper, e tencent.Endpoint) {
	if t, ok := transport.(*liveconn.Transport); ok {
		t.Open(e.Scheme, e.Host)
	}
}
